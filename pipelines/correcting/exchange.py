"""Edits as JSON lines, to keep beside a notebook or to take elsewhere."""

from __future__ import annotations

__all__ = ["export_edits", "import_edits"]

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from ops.errors import UsageError
from pipelines.workspace import Workspace
from storage.edits import KINDS, Anchor, Edit


def export_edits(workspace: Workspace) -> Iterator[str]:
    """A line of JSON for every event, in their order."""
    for edit in workspace.edits().events:
        yield json.dumps(asdict(edit) | {"at": edit.at.isoformat()}, ensure_ascii=False)


def import_edits(workspace: Workspace, lines: Iterable[str]) -> list[Edit]:
    """Append the events of these lines that are not here yet; gives back those that were new.

    They get numbers of their own, in the order of the lines; what undoes another follows it.

    Raises:
        UsageError: a line is no event; nothing is written then.
    """
    read = [_edit(line, number) for number, line in enumerate(lines, 1) if line.strip()]
    known = {_name(edit): edit.number for edit in workspace.edits().events}
    numbers: dict[str, str] = {}
    added = []
    for edit in read:
        told = edit
        if edit.kind == "undo":
            told = replace(edit, value=numbers.get(edit.value, edit.value))
        number = known.get(_name(told))
        if number is None:
            added.append(workspace.tables.edits.add(told))
            number = added[-1].number
        numbers[str(edit.number)] = str(number)
    return added


def _name(edit: Edit) -> Edit:
    """What makes an event the same wherever it is kept."""
    return replace(edit, number=0)


def _edit(line: str, number: int) -> Edit:
    try:
        told: dict[str, Any] = json.loads(line)
        anchor = Anchor(**told.pop("anchor"))
        edit = Edit(**{**told, "anchor": anchor, "at": datetime.fromisoformat(told["at"])})
        texts = (edit.kind, edit.cell, edit.doc_id, edit.author, edit.value, anchor.text)
        if edit.kind not in KINDS or not all(isinstance(text, str) for text in texts):
            raise ValueError(f"there is no edit of the kind {edit.kind!r}")
        return edit
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(
            f"line {number} is no edit: {error}", hint="give what `chunkbook edits --export` wrote"
        ) from None
