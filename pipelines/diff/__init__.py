"""What changed in the chunks of a notebook between two published states, aligned by span."""

from __future__ import annotations

__all__ = ["Change", "DocumentDiff", "RunDiff", "diff_runs"]

from pipelines.diff.changes import Change, DocumentDiff
from pipelines.diff.runs import RunDiff, diff_runs
