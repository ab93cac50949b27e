"""Damaged and hostile input in large numbers: `make fuzz`, or `python -m tests.fuzz --help`."""
