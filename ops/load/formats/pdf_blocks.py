"""Paragraphs and headings out of the lines of a PDF, by where and how large they are printed."""

from __future__ import annotations

__all__ = ["Block", "blocks_of", "heading_levels", "text_of"]

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ops.load.formats.pdf_lines import Line

Block = tuple[Line, ...]
"""Lines that belong together: one above the other, in one size, with the page's usual leading."""

WIDER = 1.2
"""A gap between lines, as a multiple of the usual, that sets blocks apart."""
LARGER = 1.11
"""The size of a heading, as a multiple of the body's."""
PROSE_WIDTH = 18
"""In sizes of its font."""
PROSE_FIGURES = 0.25
"""Share of its words."""
HEADING_LINES = 3
HEADING_LENGTH = 200

ITEM = re.compile(
    r"[\uf000-\uf0ff•‣◦▪▫●○■□◆◇–—*·➢✓-]\s|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]\s"
)
"""How an item of a list begins; it always has its own line."""
LEADER = re.compile(r"(?:\. ?){5}")
"""Dots between an entry of a table of contents and its page."""
UNSPACED = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
"""Scripts that put no space between words."""


def blocks_of(lines: Sequence[Line]) -> list[Block]:
    """The blocks of a page, in its order."""
    leading = _leading(lines)
    blocks: list[list[Line]] = []
    for line in lines:
        if blocks and _goes_on(blocks[-1], line, leading):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return [tuple(block) for block in blocks]


def text_of(block: Block, *, heading: bool = False) -> str:
    """The block's text, on one line if it is a heading.

    Else a line that was full is joined to the next by a space, if the block reads as prose. A line
    was full when the next word would not have fitted into the block.
    """
    left, right = min(line.left for line in block), max(line.right for line in block)
    pairs = list(pairwise(block))
    full = [_free(line, left, right) < _first_width(after) for line, after in pairs]
    items = [ITEM.match(after.text) or LEADER.search(line.text) for line, after in pairs]
    # What tells prose from rows that happen to be as wide: nearly all its longer lines are full.
    telling = [
        was_full
        for (line, _), was_full, item in zip(pairs, full, items, strict=True)
        if not item and line.right - line.left > (right - left) / 2
    ]
    prose = sum(telling) >= 0.6 * len(telling) and _reads_as_prose(block, right - left)
    text = block[0].text
    for (_, line), was_full, item in zip(pairs, full, items, strict=True):
        if not heading and (item or not was_full or not prose):
            text += "\n"
        elif not (UNSPACED.match(text[-1]) and UNSPACED.match(line.text)):
            text += " "
        text += line.text
    return text


def _reads_as_prose(block: Block, width: float) -> bool:
    """Whether it is wide enough for sentences and has few figures, unlike tables and forms."""
    words = [word for line in block for word in line.text.split()]
    figures = sum(any(char.isdigit() for char in word) for word in words)
    return width >= PROSE_WIDTH * block[0].size and figures <= PROSE_FIGURES * len(words)


def heading_levels(pages: Sequence[Sequence[Block]]) -> list[list[int]]:
    """For each block of each page the level of the heading that it is, from 1, else 0.

    A heading is short and larger than the body, or one bold line over a paragraph that is not.
    Levels count the sizes from the largest.
    """
    lines = [line for blocks in pages for block in blocks for line in block]
    body = _usual_size(lines)
    found = [
        [
            _heading_size(block, after, body)
            for block, after in zip(blocks, [*blocks[1:], ()], strict=False)
        ]
        for blocks in pages
    ]
    sizes = sorted({size for page in found for size in page if size}, reverse=True)
    levels = {0.0: 0, **{size: min(rank, 6) for rank, size in enumerate(sizes, start=1)}}
    return [[levels[size] for size in page] for page in found]


def _heading_size(block: Block, after: Block, body: float) -> float:
    """The size of a heading; 0 when the block is none."""
    length = sum(len(line.text) for line in block)
    words = " ".join(line.text for line in block)
    if length > HEADING_LENGTH or len(block) > HEADING_LINES or words[-1] in ".,;":
        return 0.0
    if sum(char.isalpha() for char in words) < max(2, length / 3):
        return 0.0
    size = _rounded(max(line.size for line in block))
    if size >= LARGER * body:
        return size
    over = sum(len(line.text) for line in after) >= length and not any(line.bold for line in after)
    long = len(after) > 1 or sum(len(line.text) for line in after) > 60
    title = len(block) == 1 and block[0].bold and size >= body
    return size if title and over and long and not ITEM.fullmatch(words) else 0.0


def _usual_size(lines: Sequence[Line]) -> float:
    """The size that most characters have; of two, the smaller."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[_rounded(line.size)] += len(line.text)
    return max(sizes, key=lambda size: (sizes[size], -size), default=0.0)


def _leading(lines: Sequence[Line]) -> dict[float, float]:
    """The usual step from line to line, by size."""
    steps: defaultdict[float, list[float]] = defaultdict(list)
    for line, after in pairwise(lines):
        step = line.below - after.above
        if _rounded(line.size) == _rounded(after.size) and 0 < step < 3 * line.size:
            steps[_rounded(line.size)].append(step)
    return {size: median(some) if len(some) > 2 else 1.25 * size for size, some in steps.items()}


def _goes_on(block: Sequence[Line], line: Line, leading: dict[float, float]) -> bool:
    last = block[-1]
    size = _rounded(last.size)
    step = last.below - line.above
    right = max(each.right for each in block)
    return (
        _rounded(line.size) == size
        and line.direction == last.direction
        and 0 < step <= WIDER * leading.get(size, size)
        and line.left <= right
        and line.right >= min(each.left for each in block)
        and not (_is_indented(line, last) and last.right < max(right, line.right) - size)
    )


def _is_indented(line: Line, above: Line) -> bool:
    return 0.8 * line.size < line.left - above.left < 4 * line.size and not ITEM.match(above.text)


def _free(line: Line, left: float, right: float) -> float:
    """How much of the block's width a line leaves, where its text ends."""
    first = next((char for char in line.text if char.isalpha()), "")
    if first and unicodedata.bidirectional(first) in ("R", "AL"):
        return line.left - left
    return right - line.right


def _first_width(line: Line) -> float:
    """The width of what could have gone onto the line above, with the space before it."""
    return line.size if UNSPACED.match(line.text) else line.first_word + line.size / 5


def _rounded(size: float) -> float:
    return round(2 * size) / 2
