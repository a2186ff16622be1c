"""Measured claims: `chunkbook bench NAME`."""
