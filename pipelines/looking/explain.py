"""Why a document of a notebook has the keywords that it has."""

from __future__ import annotations

__all__ = ["DocumentKeywords", "explain_keywords"]

from dataclasses import dataclass
from typing import Any

import polars as pl

from ops.errors import UsageError
from ops.keywords.drawing import as_graphml, as_svg
from ops.keywords.explain import Explained, explain
from ops.keywords.frake import Frake
from ops.registry import suggest
from pipelines.file.wiring import CellWiring
from pipelines.workspace import Workspace
from storage import Reader


@dataclass(frozen=True, slots=True)
class DocumentKeywords:
    """A document's keywords, worked out anew with a cell's parameters."""

    cell: str
    doc_id: str
    title: str
    uri: str
    text: str
    found: Explained

    def as_json(self) -> dict[str, Any]:
        """Everything but the text and the drawing."""
        head = {"cell": self.cell, "doc_id": self.doc_id, "title": self.title, "uri": self.uri}
        return {**head, **self.found.as_json(self.text)}

    def svg(self) -> str:
        """The word graph as a picture."""
        held = {
            self.text[start:end].lower()
            for _, _, spans, _ in self.found.keywords
            for start, end in spans.tolist()
        }
        return as_svg(self.found.graph, {word for phrase in held for word in phrase.split()})

    def graphml(self) -> str:
        """The word graph as GraphML."""
        return as_graphml(self.found.graph)


def explain_keywords(
    workspace: Workspace, document: str, cell: str | None = None, count: int | None = None
) -> DocumentKeywords:
    """The keywords of a published document, as a `keywords.frake` cell ranks them.

    Args:
        document: its id, URI, title, or a part of one that only one document has.
        cell: which cell, where there are several.
        count: keywords to tell of; otherwise as many as the cell keeps.

    Raises:
        UsageError: nothing is published, or the cell or the document is not there.
    """
    wired, op = _cell(workspace, cell)
    reader = workspace.store.reader(workspace.model.name)
    if reader is None:
        hint = "`chunkbook run` makes and publishes chunks"
        raise UsageError(f"{workspace.model.name} has nothing published yet", hint=hint)
    row = reader.document(_document(reader, document))
    assert row is not None
    chosen = op if count is None else op.model_copy(update={"count": count})
    known = None
    language = wired.reads.get("documents", {}).get("language")
    if language is not None:
        stored = reader.frame(language, "documents", documents=[row["doc_id"]])
        known = stored["language"].to_list()[0] if len(stored) else None
    text = str(row["text"])
    found = explain(chosen, text, known, workspace.context(wired))
    return DocumentKeywords(
        wired.cell.id, str(row["doc_id"]), str(row["title"]), str(row["uri"]), text, found
    )


def _cell(workspace: Workspace, wanted: str | None) -> tuple[CellWiring, Frake]:
    cells = {
        name: (wired, wired.cell.op)
        for name, wired in workspace.wiring.cells.items()
        if isinstance(wired.cell.op, Frake)
    }
    if wanted is None and len(cells) > 1:
        names = ", ".join(cells)
        raise UsageError(f"several cells find keywords: {names}", hint="name one with --cell")
    name = wanted or next(iter(cells), None)
    if name is None:
        hint = "add one with `op: keywords.frake`"
        raise UsageError(f"{workspace.model.name} has no cell that runs keywords.frake", hint=hint)
    if name not in cells:
        raise UsageError(f"{name!r} is no cell of keywords.frake", hint=suggest(name, list(cells)))
    wired, op = cells[name]
    assert isinstance(op, Frake)
    return wired, op


def _document(reader: Reader, wanted: str) -> str:
    known = reader.documents().select("doc_id", "uri", "title")
    exact = known.filter(pl.any_horizontal(pl.col("doc_id", "uri", "title") == wanted))
    holds = pl.any_horizontal(pl.col("uri", "title").str.contains(wanted, literal=True))
    found = exact if len(exact) else known.filter(holds)
    if len(found) == 1:
        return str(found["doc_id"][0])
    if len(found):
        some = ", ".join(found["uri"].sort().head(5).to_list())
        raise UsageError(f"{wanted!r} is part of {len(found)} documents", hint=f"among them {some}")
    hint = suggest(wanted, [*known["title"], *known["uri"]][:5000])
    raise UsageError(f"no published document is called {wanted!r}", hint=hint[:400])
