"""Packs whole sentences into chunks."""

from __future__ import annotations

__all__ = ["Sentence", "Unit", "units_of"]

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from typing import ClassVar, Literal, NamedTuple, TypeAlias

from ops.op import parameter
from ops.segment.breaks import Breaks, breaks_of
from ops.segment.budgeted import Budgeted
from ops.segment.levels import block_level, line_level
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler
from ops.segment.sentences import sentences
from ops.segment.spaces import strip
from ops.segment.split import Parts, cut, split
from ops.segment.web_sentences import english, web_sentences
from ops.segment.zones import WHOLE, Intervals, Zones, zones_of

Splitter = Literal["auto", "rules", "lines"]
Find: TypeAlias = Callable[[str, int, int], list[tuple[int, int]]]


class Unit(NamedTuple):
    """A sentence, a line of code, or a block that is kept whole."""

    start: int
    end: int
    boundary: str


class Sentence(Budgeted):
    """Pack whole sentences up to `size` tokens.

    A code block, a table or a table row that fits counts as one sentence, and a heading goes with
    what follows it. A sentence that alone has more than `size` tokens is cut at its lines, then
    between words. Chunks have no white space at their edges, and every other character lies in at
    least one chunk. Sentences end where `ops.segment.sentences` says: by rules, in any language
    that writes stops. In English `ops.segment.web_sentences` also finds those that end without one
    (headlines, signatures, heads of mail).
    """

    name: ClassVar[str] = "segment.sentence"
    version: ClassVar[int] = 4

    overlap: int = parameter(0, "repeated from the chunk before", unit="sentences", ge=0)
    splitter: Splitter = parameter(
        "auto",
        "what finds sentences: rules, in English with a small trained model on top; rules alone; "
        "or line breaks, for text with a sentence a line",
    )

    def plan(self, document: Document, ruler: Ruler) -> Iterator[Piece]:
        text = document.text
        zones = zones_of(document, ruler, self.size)
        breaks = breaks_of(text)
        units = units_of(document, zones, breaks, self.splitter)
        if not units:
            return
        units[-1] = units[-1]._replace(boundary="end")
        before, until = ruler.ranks([unit.start for unit in units], [unit.end for unit in units])
        first = fresh = 0  # the window's first unit, and the first that no window before has
        while fresh < len(units):
            after = bisect_right(until, before[first] + self.size, fresh)
            if after > fresh:
                yield Piece(units[first].start, units[after - 1].end, units[after - 1].boundary)
                first, fresh = max(first + 1, after - self.overlap), after
            elif first < fresh:  # the overlap gives way
                first += 1
            else:
                unit = units[fresh]
                lines = [line_level(breaks)]
                span = Parts.of([(unit.start, unit.end)], unit.boundary)
                for part in split(text, ruler, span, lines, zones, self.size, self.size):
                    yield Piece(*part)
                first = fresh = fresh + 1


def units_of(
    document: Document, zones: Zones, breaks: Breaks, splitter: Splitter = "rules"
) -> list[Unit]:
    """The units of a document, in order; a heading makes one with what follows it."""
    find: Find = sentences
    if splitter == "lines":
        find = partial(_lines, breaks)
    elif splitter == "auto" and english(document.text):
        find = web_sentences
    return _with_headings(list(_units(document, zones, breaks, find)), zones)


def _lines(breaks: Breaks, text: str, start: int, end: int) -> list[tuple[int, int]]:
    span = Parts.of([(start, end)])
    parts = cut(span, line_level(breaks).find(span.starts, span.ends), "line")
    return [(first, last) for first, last, _ in parts]


def _units(document: Document, zones: Zones, breaks: Breaks, find: Find) -> Iterator[Unit]:
    text = document.text
    first, last = strip(text, 0, len(text))
    if first == last:
        return
    rigid = Intervals([(s.start, s.end) for s in document.structure if s.kind in WHOLE])
    whole = Parts.of([(first, last)])
    blocks = block_level(document, breaks).find(whole.starts, whole.ends)
    for start, end, _ in cut(whole, zones.whole.outer(blocks), "paragraph"):
        if zones.whole.cover(start, end):
            yield Unit(start, end, "paragraph")
            continue
        if rigid.cover(start, end):
            block = Parts.of([(start, end)])
            gaps = line_level(breaks).find(block.starts, block.ends)
            parts = cut(block, zones.whole.outer(gaps), "line")
            spans, why = [(one, two) for one, two, _ in parts], "line"
        else:
            spans, why = find(text, start, end), "sentence"
        yield from (Unit(*span, why) for span in spans[:-1])
        yield Unit(*spans[-1], "paragraph")


def _with_headings(units: list[Unit], zones: Zones) -> list[Unit]:
    """The units, of which those that are glued together make one."""
    ends, starts = [unit.end for unit in units[:-1]], [unit.start for unit in units[1:]]
    glued = zones.glue.hold(ends, starts).tolist()
    joined: list[Unit] = []
    for unit, follows in zip(units, [False, *glued], strict=False):
        if follows:
            joined[-1] = Unit(joined[-1].start, unit.end, unit.boundary)
        else:
            joined.append(unit)
    return joined
