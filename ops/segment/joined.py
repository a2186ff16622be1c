"""Many documents as one text, so that what is done with arrays is done once for all of them."""

from __future__ import annotations

__all__ = ["Joined", "joined"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ops.segment.codes import Ints
from ops.segment.piece import Document
from ops.segment.ruler import Ruler, joined_ruler

SLAB: Final = 1_048_576
"""Characters that are put together: beyond that nothing is won."""
BETWEEN: Final = "\n\n"


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Some documents, one after the other, with white space between."""

    whole: Document
    ruler: Ruler
    places: Ints
    """Of these documents among all."""
    starts: Ints
    """Of the documents in the whole."""
    ends: Ints


def joined(
    documents: Sequence[Document], rulers: Sequence[Ruler], places: Sequence[int]
) -> Iterator[Joined]:
    """The documents at these places, in their order."""
    some: list[int] = []
    length = 0
    for at in places:
        if some and length + len(documents[at].text) > SLAB:
            yield _join(documents, rulers, some)
            some, length = [], 0
        some.append(at)
        length += len(documents[at].text)
    if some:
        yield _join(documents, rulers, some)


def _join(all_: Sequence[Document], all_rulers: Sequence[Ruler], chosen: Sequence[int]) -> Joined:
    documents, rulers = [all_[at] for at in chosen], [all_rulers[at] for at in chosen]
    places = np.array(chosen, dtype=np.int64)
    lengths = np.array([len(document.text) for document in documents], dtype=np.int64)
    starts = np.cumsum(lengths + len(BETWEEN)) - lengths - len(BETWEEN)
    if len(documents) == 1:
        return Joined(documents[0], rulers[0], places, starts, lengths)
    ends = starts + lengths
    structure = [
        span._replace(start=span.start + start, end=span.end + start)
        for document, start in zip(documents, starts.tolist(), strict=True)
        for span in document.structure
    ]
    text = BETWEEN.join(document.text for document in documents)
    whole = Document("", text, structure=tuple(structure), edges=tuple(ends.tolist()))
    ruler = joined_ruler(rulers, starts, len(text))
    return Joined(whole, ruler, places, starts, ends)
