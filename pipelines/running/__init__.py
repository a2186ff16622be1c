"""Carries plans out: cell by cell, batch by batch, into the store, and publishes."""
