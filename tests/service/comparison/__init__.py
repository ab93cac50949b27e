"""The second count of what the service holds."""
