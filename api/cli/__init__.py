"""The command line: `main`, the list of `commands`, one command a file; `command_table` imports it when it is run."""
