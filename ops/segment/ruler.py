"""How many tokens lie in a span of one text, and how far a number of them reaches.

The text is measured once (`ops.segment.measure`); every question after that is a bisection. Answers
never come out below what the tokenizer would give for the span alone as long as `firm` holds at
both ends; elsewhere they are estimates, which `ops.segment.settle` checks.
"""

from __future__ import annotations

__all__ = ["BREAKS", "CharacterRuler", "Ruler", "TokenRuler", "joined_ruler"]

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Places: TypeAlias = Sequence[int] | NDArray[np.int64]

BREAKS: Final = frozenset(" \t\r\n")
"""White space that parts words for every tokenizer. Others delete some of the rest (U+000B,
U+0085) and so join what lies on both sides."""


class Ruler(ABC):
    """Measures spans of one text in tokens."""

    length: int
    """Of the text, in characters."""

    @abstractmethod
    def before(self, places: Places) -> NDArray[np.int64]:
        """Tokens that end at or before each place."""

    @abstractmethod
    def until(self, places: Places) -> NDArray[np.int64]:
        """Tokens that start before each place."""

    def ranks(self, starts: list[int], ends: list[int]) -> tuple[list[int], list[int]]:
        """`before` of the starts and `until` of the ends, as lists."""
        return self.before(starts).tolist(), self.until(ends).tolist()

    @abstractmethod
    def reach(self, start: int, tokens: int) -> int:
        """The furthest end so that [start, end) has at most so many tokens.

        White space after the last token is taken in. It is `start` itself when one token is more
        than there is room for.
        """

    @abstractmethod
    def back(self, end: int, tokens: int) -> int:
        """The furthest start so that [start, end) has at most so many tokens."""

    @abstractmethod
    def count(self, start: int, end: int) -> int:
        """Tokens in [start, end); one that is cut through counts."""

    @abstractmethod
    def exact(self, text: str, start: int, end: int) -> bool:
        """Whether `count` is what the tokenizer gives for `text[start:end]` alone."""

    def unsure(self, text: str, starts: list[int], ends: list[int]) -> list[int]:
        """Which of these spans `exact` does not hold for."""
        spans = zip(starts, ends, strict=True)
        return [place for place, span in enumerate(spans) if not self.exact(text, *span)]


@dataclass(frozen=True, slots=True)
class CharacterRuler(Ruler):
    """Every character is a token."""

    length: int

    def before(self, places: Places) -> NDArray[np.int64]:
        return np.asarray(places, dtype=np.int64)

    def until(self, places: Places) -> NDArray[np.int64]:
        return np.asarray(places, dtype=np.int64)

    def ranks(self, starts: list[int], ends: list[int]) -> tuple[list[int], list[int]]:
        return starts, ends

    def count(self, start: int, end: int) -> int:
        return end - start

    def reach(self, start: int, tokens: int) -> int:
        return min(start + tokens, self.length)

    def back(self, end: int, tokens: int) -> int:
        return max(end - tokens, 0)

    def exact(self, text: str, start: int, end: int) -> bool:
        return True

    def unsure(self, text: str, starts: list[int], ends: list[int]) -> list[int]:
        return []


@dataclass(frozen=True, slots=True, eq=False)
class TokenRuler(Ruler):
    """Knows where atoms lie (tokens, or words with their number of tokens).

    All arrays are int64, as Python's numbers become: numpy would copy others at each bisection.
    """

    length: int
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    total: NDArray[np.int64]
    """Tokens before each atom, and at the end of all: one longer than `starts`."""
    doubts: NDArray[np.int64]
    """Places inside which counts do not add up: where the text was cut to tokenize it in parts, and
    where very long tokens are charged as several."""
    additive: bool
    """Whether counts add up at white space."""

    def before(self, places: Places) -> NDArray[np.int64]:
        found: NDArray[np.int64] = self.total[self.ends.searchsorted(places, "right")]
        return found

    def until(self, places: Places) -> NDArray[np.int64]:
        found: NDArray[np.int64] = self.total[self.starts.searchsorted(places, "left")]
        return found

    def reach(self, start: int, tokens: int) -> int:
        limit = self.total[self.ends.searchsorted(start, "right")] + tokens
        atom = int(self.total.searchsorted(limit, "right")) - 1
        return int(self.starts[atom]) if atom < len(self.starts) else self.length

    def back(self, end: int, tokens: int) -> int:
        limit = self.total[self.starts.searchsorted(end, "left")] - tokens
        atom = int(self.total.searchsorted(limit, "left"))
        return int(self.ends[atom - 1]) if atom else 0

    def count(self, start: int, end: int) -> int:
        until = self.total[self.starts.searchsorted(end, "left")]
        return max(0, int(until - self.total[self.ends.searchsorted(start, "right")]))

    def exact(self, text: str, start: int, end: int) -> bool:
        if not self.additive or not (_firm(text, start) and _firm(text, end)):
            return False
        if not len(self.doubts):
            return True
        inside = self.doubts.searchsorted([start + 1, end], "left")
        return bool(inside[0] == inside[1])


def joined_ruler(rulers: Sequence[Ruler], starts: NDArray[np.int64], length: int) -> Ruler:
    """The ruler of a text that holds the texts of these at `starts`, and white space between."""
    known = [ruler for ruler in rulers if isinstance(ruler, TokenRuler)]
    if not known:
        return CharacterRuler(length)
    places = list(zip(known, starts.tolist(), strict=True))
    totals = np.cumsum([0, *(int(ruler.total[-1]) for ruler in known)])
    pairs = zip(known, totals.tolist(), strict=False)
    return TokenRuler(
        length=length,
        starts=np.concatenate([ruler.starts + start for ruler, start in places]),
        ends=np.concatenate([ruler.ends + start for ruler, start in places]),
        total=np.concatenate([*(ruler.total[:-1] + total for ruler, total in pairs), totals[-1:]]),
        doubts=np.concatenate([ruler.doubts + start for ruler, start in places]),
        additive=all(ruler.additive for ruler in known),
    )


def _firm(text: str, at: int) -> bool:
    """Whether white space, or nothing, lies on one side of the place."""
    return at <= 0 or at >= len(text) or text[at] in BREAKS or text[at - 1] in BREAKS
