"""The terminal: command line and screens."""
