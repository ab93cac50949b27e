"""One file a command: options in, the right calls, an exit code out."""
