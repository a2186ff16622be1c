"""Edits by hand: making them, how they stand, taking them along."""
