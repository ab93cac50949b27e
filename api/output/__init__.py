"""Readings as people and programs want them: JSON lines, CSV, a table on the terminal, pictures."""
