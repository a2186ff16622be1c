"""A chunk's way from its file to the index, as an indented list."""

from __future__ import annotations

__all__ = ["Way"]

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from ops.registry import op_class
from pipelines.looking.lineage import Lineage, Step
from tui.widgets.facts import told
from tui.widgets.figures import counted, moment, seconds, size
from tui.widgets.plain import one_line
from tui.widgets.wrap import wrap

INDENT: Final = 2
SHORT: Final = 10
"""Digits of a hash or a run that are shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing on the way; `said` is wrapped under its own beginning."""

    depth: int
    said: str
    mark: str = ""
    style: str = "$quiet"
    op: str = ""


class Way(Widget):
    """Source, cells, published collection; what came later is further in."""

    lineage: reactive[Lineage | None] = reactive(None, layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows(width))

    def render(self) -> Content:
        return Content("\n").join(self._rows(self.content_size.width))

    def _rows(self, width: int) -> list[Content]:
        rows = []
        for line in lines_of(self.lineage) if self.lineage is not None else ():
            left = line.depth * INDENT + 2
            wrapped = wrap(line.said, width - left)
            for row in range(len(wrapped)):
                start, end = wrapped.span(row)
                head = line.mark.ljust(2) if row == 0 else "  "
                parts: list[str | tuple[str, str]] = [
                    " " * (left - 2),
                    (head, "$primary"),
                    (line.said[start:end], line.style),
                ]
                if line.op and row == len(wrapped) - 1:
                    parts.append(("  " + line.op, "$primary"))
                rows.append(Content.assemble(*parts))
        return rows


def lines_of(lineage: Lineage) -> Iterator[Line]:
    """What is shown of a lineage, a line a thing."""
    document = lineage.document
    yield Line(0, one_line(str(document["uri"]), 300), "◇", "bold")
    known = [str(document["format"]), size(int(document["bytes"]))]
    if document["sha256"]:
        known.append(f"sha256 {str(document['sha256'])[:SHORT]}")
    yield Line(0, " · ".join(known))
    place = [f"characters {lineage.start:,} to {lineage.end:,}"]
    if lineage.pages:
        name = "page" if len(lineage.pages) == 1 else "pages"
        place.append(f"{name} {', '.join(map(str, lineage.pages))}")
    if lineage.byte_range is not None:
        place.append(f"bytes {lineage.byte_range[0]:,} to {lineage.byte_range[1]:,}")
    yield Line(0, " · ".join(place))
    for depth, step in enumerate(lineage.steps, 1):
        yield from _step(step, depth)
    depth = len(lineage.steps) + 1
    yield Line(depth, f"published in {lineage.collection}", "◆", "bold")
    yield Line(depth, f"chunk {lineage.chunk_id} · run {lineage.manifest[:SHORT]}")


def _step(step: Step, depth: int) -> Iterator[Line]:
    yield Line(depth, step.cell, "└", "bold", step.op)
    defaults = {
        name: _listed(field.get_default(call_default_factory=True))
        for name, field in op_class(step.op).model_fields.items()
    }
    other = {name: value for name, value in step.parameters.items() if value != defaults.get(name)}
    if other:
        said = " · ".join(f"{name} {told(value) or 'none'}" for name, value in other.items())
        yield Line(depth, one_line(said, 300))
    for name, hashed in step.models.items():
        yield Line(depth, f"model {one_line(name, 100)} · {hashed[:SHORT]}")
    figures = [counted(step.rows, "row"), seconds(step.seconds)]
    if step.at is not None:
        figures.append(moment(step.at))
    yield Line(depth, " · ".join(figures))
    yield Line(depth, f"run {step.run_id[:SHORT]} · fingerprint {step.fingerprint[:SHORT]}")


def _listed(value: object) -> object:
    """As it is written in JSON."""
    return [_listed(item) for item in value] if isinstance(value, tuple) else value
