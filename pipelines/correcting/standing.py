"""Every edit of a notebook with what became of it."""

from __future__ import annotations

__all__ = ["Standing", "standings"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.edits.apply import active
from pipelines.edits.book import moved_to
from pipelines.workspace import Workspace
from storage.edits import Edit, Outcome


@dataclass(frozen=True, slots=True)
class Standing:
    """An edit and how it stands."""

    edit: Edit
    state: str
    """pending (no run has seen it), applied, conflict or undone."""
    reason: str
    """Why it is a conflict."""
    doc_id: str
    """The document that it belongs to now."""
    spans: tuple[tuple[int, int], ...]
    """The chunks that it made or touched, in characters of the document."""
    run_id: str

    def as_json(self) -> dict[str, Any]:
        edit, anchor = self.edit, self.edit.anchor
        return {
            "number": edit.number,
            "kind": edit.kind,
            "state": self.state,
            "reason": self.reason,
            "author": edit.author,
            "at": edit.at.isoformat(),
            "cell": edit.cell,
            "document": edit.uri,
            "doc_id": self.doc_id,
            "text": anchor.text,
            "value": edit.value,
            "place": edit.place,
            "spans": [list(span) for span in self.spans],
            "run_id": self.run_id,
        }


def standings(workspace: Workspace) -> list[Standing]:
    """The edits in their order; moves of documents are not listed, they are no person's doing."""
    events = workspace.edits().events
    if not events:
        return []
    outcomes = workspace.tables.edits.outcomes()
    holds = {edit.number for edit in active(events)}
    moves = [edit for edit in events if edit.kind == "move"]
    listed = [edit for edit in events if edit.kind != "move"]
    places = {edit.number: moved_to(edit, moves) for edit in listed}
    present = _present(workspace, sorted(set(places.values())))
    return [
        _standing(edit, outcomes.get(edit.number), holds, places[edit.number], present)
        for edit in listed
    ]


def _present(workspace: Workspace, documents: Sequence[str]) -> Mapping[str, set[str]]:
    """Cell → those of these documents that it has, for every cell that makes chunks."""
    ledger = workspace.tables.ledger(documents)
    return {
        name: set(ledger.get(name, {}))
        for name, wired in workspace.wiring.cells.items()
        if "chunks" in wired.cell.op.creates
    }


def _standing(
    edit: Edit,
    outcome: Outcome | None,
    holds: set[int],
    document: str,
    present: Mapping[str, set[str]],
) -> Standing:
    held = edit.number in holds
    state = outcome.state if outcome is not None else "pending"
    reason = outcome.reason if outcome is not None else ""
    if outcome is not None and edit.kind != "undo" and held != (outcome.state != "undone"):
        state, reason = "pending", ""
    if held and edit.cell not in present:
        state, reason = "conflict", f"the notebook has no segmenter {edit.cell!r}"
    elif held and document not in present[edit.cell]:
        state, reason = "conflict", "its document is gone"
    spans = outcome.spans if outcome is not None and state == "applied" else ()
    return Standing(
        edit, state, reason, document, spans, outcome.run_id if outcome is not None else ""
    )
