"""A chunk's lineage as rows and facts. Pure."""

from __future__ import annotations

__all__ = ["facts_of", "place_of", "step_rows"]

from textual.content import Content

from ops.registry import op_class
from pipelines.looking.lineage import Lineage, Step
from tui.widgets.facts import told
from tui.widgets.figures import count, counted, moment, seconds, size
from tui.widgets.plain import one_line
from tui.widgets.table import Row

FIRST, LAST = -1, -2
"""Names of the two rows that are no cell's: the file, and the published chunk."""


def place_of(lineage: Lineage) -> Content:
    """Which text it is, and where that stands in its file."""
    place = [f"characters {lineage.start:,} to {lineage.end:,}"]
    if lineage.pages:
        name = "page" if len(lineage.pages) == 1 else "pages"
        place.append(f"{name} {', '.join(map(str, lineage.pages))}")
    if lineage.byte_range is not None:
        place.append(f"bytes {lineage.byte_range[0]:,} to {lineage.byte_range[1]:,}")
    text = one_line(str(lineage.chunk["text"]), 160)
    return Content.assemble((" · ".join(place), "bold"), "\n", (text, "$quiet"))


def step_rows(lineage: Lineage) -> list[Row]:
    """The file, every cell in running order, the published chunk."""
    document = lineage.document
    told_file = one_line(str(document["item"]), 200)
    rows = [Row(str(FIRST), (f"◇ {told_file}", str(document["format"]), "", ""))]
    for number, step in enumerate(lineage.steps):
        own = sum(len(found) for found in step.found.values())
        at = moment(step.at) if step.at is not None else ""
        rows.append(Row(str(number), (f"└ {step.cell}", step.op, count(own), at)))
    rows.append(Row(str(LAST), (f"◆ {lineage.collection}", "published", "", "")))
    return rows


def facts_of(lineage: Lineage, number: int) -> dict[str, str]:
    """What is known of one of these rows."""
    if number == FIRST:
        document = lineage.document
        return {
            "source": str(document["item"]),
            "document": str(document["uri"]),
            "title": str(document["title"] or ""),
            "format": str(document["format"]),
            "size": size(int(document["bytes"])),
            "sha256": str(document["sha256"] or ""),
            "doc_id": str(document["doc_id"]),
        }
    if number == LAST:
        edits = [f"{edit.number} {edit.kind} by {edit.author}" for edit in lineage.edits]
        return {
            "chunk": lineage.chunk_id,
            "collection": lineage.collection,
            "run": lineage.manifest,
            "edits": ", ".join(edits),
        }
    return _facts(lineage.steps[number])


def _facts(step: Step) -> dict[str, str]:
    fields = op_class(step.op).model_fields
    facts = {
        "op": f"{step.op} version {step.version}",
        "fingerprint": step.fingerprint,
        "run": step.run_id,
        "at": moment(step.at) if step.at is not None else "",
        "took": f"{seconds(step.seconds)} for {counted(step.rows, 'row')} of the document",
    }
    facts |= {f"model {name}": hashed for name, hashed in step.models.items()}
    for name, value in step.parameters.items():
        if name in fields:
            facts[name.replace("_", " ")] = told(value) or "none"
    for frame, rows in step.found.items():
        facts[f"table {frame}"] = step.tables.get(frame, "")
        for place, row in enumerate(rows, 1):
            shown = {key: told(value) for key, value in row.items() if not key.endswith("_id")}
            values = (f"{key} {value}" for key, value in shown.items() if value)
            facts[f"  {frame} {place}"] = one_line(" · ".join(values), 600)
    return facts
