"""Notebook file to plan to run to Dagster."""

from __future__ import annotations

__all__ = ["Notebook"]

from pipelines.notebook import Notebook
