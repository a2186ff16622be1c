"""Where known names stand in a text."""

from __future__ import annotations

__all__ = ["occurrences", "tokens"]

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

TOKEN: Final = re.compile(r"[^\W_]+[+#]*")
GAP: Final = re.compile(r"[\s._&'’-]{1,3}")
JOINED_BEFORE: Final = re.compile(r"[\w@/][._/-]\Z|[@/$]\Z|_\Z")
JOINED_AFTER: Final = re.compile(r"[._/@=-]\w|[_/(@]")


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, case folded."""
    return tuple(word.casefold() for word in TOKEN.findall(name))


def occurrences(
    text: str, names: Iterable[tuple[str, ...]], accept: Callable[[tuple[str, ...], int, int], bool]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Spans of whole words that are one of the names, in order and apart; the longest first.

    Words of a name may be joined by a blank, hyphen, dot or underscore. A word that is part of a
    longer name, a path or a call is none. Linear in the text for names of a few words.

    Args:
        names: as `tokens` gives them.
        accept: asked for each name at a place before it is taken.
    """
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for name in sorted(set(names), key=lambda name: (-len(name), name)):
        if name:
            by_first.setdefault(name[0], []).append(name)
    if not by_first:
        return
    found = [(match[0].casefold(), *match.span()) for match in TOKEN.finditer(text)]
    free = 0
    for index, (word, start, _) in enumerate(found):
        if index < free or word not in by_first:
            continue
        for name in by_first[word]:
            last = index + len(name) - 1
            if last >= len(found) or not _matches(text, found, index, name):
                continue
            end = found[last][2]
            if not _is_joined(text, start, end) and accept(name, start, end):
                yield start, end, name
                free = last + 1
                break


def _matches(
    text: str, found: list[tuple[str, int, int]], index: int, name: tuple[str, ...]
) -> bool:
    return all(
        found[index + place][0] == word
        and (
            place == 0
            or GAP.fullmatch(text, found[index + place - 1][2], found[index + place][1]) is not None
        )
        for place, word in enumerate(name)
    )


def _is_joined(text: str, start: int, end: int) -> bool:
    before = JOINED_BEFORE.search(text[max(0, start - 2) : start])
    return before is not None or JOINED_AFTER.match(text, end) is not None
