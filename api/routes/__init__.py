"""The addresses of the HTTP face, one module a subject."""
