"""Changing a notebook file: drafts, what can be done to them, undo, checking, saving."""

from __future__ import annotations

__all__ = [
    "Blocks",
    "CellEntry",
    "Checked",
    "Draft",
    "Entry",
    "FaultEntry",
    "History",
    "NoteEntry",
    "Step",
    "check",
    "check_params",
]

from pipelines.draft.blocks import Blocks
from pipelines.draft.check import Checked, check, check_params
from pipelines.draft.draft import Draft
from pipelines.draft.entries import CellEntry, Entry, FaultEntry, NoteEntry
from pipelines.draft.history import History, Step
