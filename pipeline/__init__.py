"""One document in, one reading out."""
