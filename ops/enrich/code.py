"""Where a document's text is code."""

from __future__ import annotations

__all__ = ["Span", "Structure", "code_spans", "merge", "overlaps"]

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Span: TypeAlias = tuple[int, int]
"""Half-open character offsets."""

Structure: TypeAlias = Sequence[Mapping[str, Any]]
"""One document's `structure`: structs of kind, start, end, level, label."""

CODE_LINE: Final = re.compile(
    r"""[ \t]*(?:
        >>>[ ] | \$[ ]\S | In[ ]\[\d+\]:                                        # prompts
      | (?:async[ ]def|def|class)[ ]\w+.*:\s*$                                  # Python
      | from[ ][\w.]+[ ]import[ ][\w(*] | import[ ][\w.]+(?:[ ]as[ ]\w+)?;?\s*$
      | (?:elif|if|for|while|with|except)\b.*:\s*$ | (?:else|try|finally):\s*$
      | \#include[ ]*[<"] | \#define[ ]\w | @\w[\w.]*(?:\(.*\))?\s*$            # C, decorators
      | (?:export[ ])?(?:const|let|var|function|public|private|static|fn|func)[ ]\w.*[{;(,]\s*$
      | (?:SELECT|INSERT[ ]INTO|CREATE[ ]TABLE|UPDATE|DELETE[ ]FROM)[ ].*       # SQL
      | (?:pip3?|conda|npm|yarn|apt-get|apt|brew|cargo|uv|poetry)[ ](?:install|add|run|build|sync)\b
      | git[ ](?:clone|add|commit|push|pull|checkout|fetch)\b | cd[ ]\S+\s*$    # shell
      | python3?[ ](?:-m|\S+\.py)\b | (?:curl|sudo)[ ]\S
      | [A-Za-z_][\w.\[\]"']*(?::[ ]?[\w.\[\], |]+)?[ ]?(?:[-+*/|&:]?=)[ ]?[^=\s].*  # assignment
      | [A-Za-z_][\w.]*\(.*\)[;:]?\s*$                                          # call
      | .*(?:\{|\}|\);|\},)\s*$ | [\]\[{}()]+[,;]?\s*$                          # brackets
    )""",
    re.VERBOSE,
)
"""Lines that prose hardly has. One alone proves nothing; two in a run are taken for code."""

DIRECTIVES: Final = (".. code::", ".. code-block::", ".. sourcecode::", ".. parsed-literal::")

LONGEST_LINE: Final = 400
"""Characters. What is longer is not looked at as a line of code."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text, its end included."""

    start: int
    end: int
    raw: str
    bare: str
    indent: int


def code_spans(text: str, structure: Structure) -> list[Span]:
    """The blocks of code, ascending and apart.

    They are those that the structure names, fenced blocks, blocks indented after a line that ends
    in `::` (reStructuredText), and runs of at least two lines that look like code. Names in
    running text (`like this`) do not count. Linear in the text.
    """
    declared = [(int(s["start"]), int(s["end"])) for s in structure if s["kind"] == "code"]
    lines = _lines(text)
    return merge([*declared, *_fenced(lines), *_literal(lines), *_look_alike(lines)])


def _lines(text: str) -> list[Line]:
    lines, position = [], 0
    for raw in text.splitlines(keepends=True):
        indent = len(raw) - len(raw.lstrip(" \t"))
        lines.append(Line(position, position + len(raw), raw, raw.strip(), indent))
        position += len(raw)
    return lines


def _fenced(lines: Sequence[Line]) -> Iterator[Span]:
    """Between fences of backticks or tildes; one that is never closed runs to the end."""
    fence, start, before = "", 0, ""
    for line in lines:
        if line.bare[:3] in ("```", "~~~"):
            mark = line.bare[: len(line.bare) - len(line.bare.lstrip(line.bare[0]))]
            if fence:
                if line.bare == mark and mark.startswith(fence):
                    yield start, line.end
                    fence = ""
            # A row of tildes under a line of text is the underline of a title.
            elif "`" not in line.bare[len(mark) :] and not (before and line.bare[0] == "~"):
                fence, start = mark, line.start
        before = line.bare
    if fence:
        yield start, lines[-1].end


def _literal(lines: Sequence[Line]) -> Iterator[Span]:
    """Blocks that are indented deeper than the line before, which opens one."""
    waiting, margin = False, 0
    start, end = -1, -1
    for line in lines:
        if not line.bare:
            continue
        if waiting and line.indent > margin:
            start, end = (line.start if start < 0 else start), line.end
            continue
        if start >= 0:
            yield start, end
        start = -1
        waiting = line.bare.endswith("::") or line.bare.startswith(DIRECTIVES)
        margin = line.indent
    if start >= 0:
        yield start, end


def _look_alike(lines: Sequence[Line]) -> Iterator[Span]:
    """Runs of code-like lines, with blank and deeper or deeply indented lines between them."""
    start, end, count, margin = -1, -1, 0, 0
    for line in lines:
        short = len(line.raw) <= LONGEST_LINE
        if short and line.bare and CODE_LINE.match(line.raw):
            if count == 0:
                start, margin = line.start, min(4, line.indent + 2)
            end, count = line.end, count + 1
        elif line.bare and not (count and short and line.indent >= margin):
            if count >= 2:
                yield start, end
            count = 0
    if count >= 2:
        yield start, end


def merge(spans: Iterable[Span]) -> list[Span]:
    """The spans' union, ascending and apart; empty ones are dropped."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def overlaps(spans: Sequence[Span], start: int, end: int) -> bool:
    """Whether any of the merged spans shares a character with this one."""
    place = bisect_right(spans, (start, end))
    before = place > 0 and spans[place - 1][1] > start and spans[place - 1][0] < end
    return start < end and (before or (place < len(spans) and spans[place][0] < end))
