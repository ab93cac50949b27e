"""`python -m api.cli`: the command line where the command `chasil` is not installed."""

from api.cli.main import main

main()
