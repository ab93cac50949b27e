"""Where programs find the service."""

API = "/api/v1"
"""What every address of the API begins with."""
