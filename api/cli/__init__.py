"""The command line: `main`, the table of `commands`, and one command a file, imported when it is run."""
