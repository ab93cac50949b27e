"""Network definitions and model packages."""
