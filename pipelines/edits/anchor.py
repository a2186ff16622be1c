"""Where the text that an edit holds on to stands now. Pure."""

from __future__ import annotations

__all__ = ["CONTEXT", "Conflict", "anchored", "locate"]

from typing import Final

from storage.edits import Anchor

CONTEXT: Final = 64
"""Characters kept of what stands before and after."""


class Conflict(Exception):
    """An edit cannot be applied; says why."""


def anchored(text: str, start: int, end: int) -> Anchor:
    """What to keep of the characters [start, end) of a document to find them again."""
    told = text[start:end]
    places = _places(text, told)
    return Anchor(
        text=told,
        before=text[max(start - CONTEXT, 0) : start],
        after=text[end : end + CONTEXT],
        start=start,
        rank=places.index(start),
        count=len(places),
    )


def locate(text: str, anchor: Anchor) -> tuple[int, int]:
    """The span [start, end) of the document's text that is the anchor's.

    Of several places with the same text, the one whose surroundings agree most is meant; where
    they agree alike, the one of the same rank, if there are as many as there were.

    Raises:
        Conflict: the text is gone, or it cannot be told which place is meant.
    """
    length = len(anchor.text)
    if not length:
        raise Conflict("it holds on to no text")
    places = _places(text, anchor.text)
    if not places:
        raise Conflict("its text no longer stands in the document")
    if len(places) == 1 and anchor.count == 1:
        return places[0], places[0] + length
    scores = [_agreement(text, place, anchor) for place in places]
    best = max(scores)
    alike = [place for place, score in zip(places, scores, strict=True) if score == best]
    same_count = len(places) == anchor.count
    if same_count and places[anchor.rank] in alike:
        return places[anchor.rank], places[anchor.rank] + length
    if len(alike) > 1:
        raise Conflict(
            f"its text stands {len(places)} times in the document, "
            "and what is around it does not tell which is meant"
        )
    if not same_count and 2 * best < len(anchor.before) + len(anchor.after):
        raise Conflict(
            f"its text stood {anchor.count} times in the document and now {len(places)}, "
            "and none of these places has the surroundings it had"
        )
    return alike[0], alike[0] + length


def _places(text: str, told: str) -> list[int]:
    places = []
    place = text.find(told)
    while place >= 0:
        places.append(place)
        place = text.find(told, place + 1)
    return places


def _agreement(text: str, place: int, anchor: Anchor) -> int:
    """Characters around the place that are those around the anchor, counted outwards."""
    end = place + len(anchor.text)
    before = text[max(place - len(anchor.before), 0) : place]
    after = text[end : end + len(anchor.after)]
    return _alike(before[::-1], anchor.before[::-1]) + _alike(after, anchor.after)


def _alike(one: str, other: str) -> int:
    """Characters that both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
