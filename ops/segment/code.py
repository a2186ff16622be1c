"""Cuts source code between functions, classes and what belongs to them."""

from __future__ import annotations

__all__ = ["Code"]

from collections.abc import Iterator
from functools import partial
from typing import ClassVar

from ops.op import parameter
from ops.segment.breaks import breaks_of
from ops.segment.budgeted import Budgeted
from ops.segment.grammar import Language, definitions, guess
from ops.segment.levels import gaps_before, line_level, listed_level
from ops.segment.listing import labels
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler
from ops.segment.spaces import strip
from ops.segment.split import Parts, cut, split
from ops.segment.zones import Intervals, Zones


class Code(Budgeted):
    """Cut source code between its functions and classes, with their comments and decorators.

    The outermost definitions come first; one that is over `size` is cut between those inside it,
    then at blank lines, then between lines. Small neighbours share a chunk. Code is parsed by
    tree-sitter, with one small grammar a language; broken code too. `legacy`
    cuts MUMPS routines and assembler at labels in the first column, each with the comments above
    it, and so does `auto` with code that no grammar is there for.

    Source: the split by syntax tree of cAST (Zhang et al. 2025, arXiv:2506.15655), by definitions.
    """

    name: ClassVar[str] = "segment.code"

    overlap: int = parameter(0, "code repeats nothing", unit="tokens", ge=0, le=0)
    language: Language = parameter(
        "auto", "programming language; auto: by what the text looks like"
    )
    join: bool = parameter(True, "small neighbouring definitions share a chunk")

    def plan(self, document: Document, ruler: Ruler) -> Iterator[Piece]:
        text = document.text
        whole = strip(text, 0, len(text))
        if whole[0] == whole[1]:
            return
        breaks = breaks_of(text)
        language = guess(document.text) if self.language == "auto" else self.language
        depths = [labels(text)] if language == "legacy" else definitions(text, language)
        levels = [
            *(listed_level("definition", partial(gaps_before, text, starts)) for starts in depths),
            listed_level("paragraph", lambda: breaks.blanks),
            line_level(breaks),
        ]
        zones = Zones(Intervals([]), Intervals([]))
        spans = Parts.of([whole])
        if not self.join and depths:
            gaps = levels[0].find(spans.starts, spans.ends)
            spans = cut(spans, gaps, "definition")
        for part in split(text, ruler, spans, levels, zones, self.size, self.size):
            yield Piece(*part)
