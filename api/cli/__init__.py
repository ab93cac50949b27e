"""The command line: `main`, and one command a file. What is heavy is imported when it is needed."""
