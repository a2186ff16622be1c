"""Notebook file to plan to run to Dagster."""
