"""Cuts source code between functions, classes and what belongs to them."""

from __future__ import annotations

__all__ = ["Code"]

from collections.abc import Iterator
from typing import ClassVar

from ops.op import parameter
from ops.segment.breaks import Gaps, breaks_of
from ops.segment.budgeted import Budgeted
from ops.segment.grammar import Language, definitions, guess
from ops.segment.levels import Level, line_level, listed
from ops.segment.listing import labels
from ops.segment.piece import Document, Piece
from ops.segment.ruler import Ruler
from ops.segment.spaces import strip
from ops.segment.split import split
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
        found = [_gaps(text, starts) for starts in depths]
        levels = [
            *(Level("definition", listed(gaps)) for gaps in found),
            Level("paragraph", listed(breaks.blanks)),
            line_level(breaks),
        ]
        zones = Zones(Intervals([]), Intervals([]))
        spans = [whole]
        if not self.join and found:
            lefts, rights = found[0]
            spans = list(zip([whole[0], *rights], [*lefts, whole[1]], strict=True))
        for span in spans:
            last = span[1] == whole[1]
            parts = list(split(text, ruler, span, levels, zones, self.size, self.size))
            for part in parts:
                why = part.boundary
                if part is parts[-1]:
                    why = "end" if last else "definition"
                yield Piece(part.start, part.end, why)


def _gaps(text: str, starts: list[int]) -> Gaps:
    """The gaps before these places."""
    found = {(strip(text, 0, at)[1], at) for at in starts}
    gaps = sorted((left, right) for left, right in found if left > 0)
    return [left for left, _ in gaps], [right for _, right in gaps]
