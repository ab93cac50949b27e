"""The two faces of the program, command line and HTTP, and what they remember."""
