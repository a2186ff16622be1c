"""Edits by hand over a segmenter's chunks: anchored by text, applied again after every cut."""
