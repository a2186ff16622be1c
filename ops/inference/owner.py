"""Who may run llama.cpp: one thread of a process at a time, whichever model it is, and the threads
that this one lets run side by side."""

from __future__ import annotations

__all__ = ["OWNER"]

import threading

OWNER = threading.RLock()
"""Held while a batch runs and its results are read; never while waiting for anything else."""
