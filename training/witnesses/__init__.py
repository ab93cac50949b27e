"""Train the readers of bubbles and tally cells on marks cut from simulated pages."""
