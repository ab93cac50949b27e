"""Network definitions and model packages, and the strict base of what is read from files."""
