"""Tests of what one command trains: each recipe from its configuration, on a little data, and resumed."""
