"""Fewer entries in a model's memory: read a sequence's state, choose or merge, write it back."""
