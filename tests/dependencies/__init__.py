"""What the program stands on: licences and a bill of materials, from the metadata of what is installed."""
