"""Pages of docs/reference that are made from what the program itself says."""
