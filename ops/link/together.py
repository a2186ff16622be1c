"""Entities that stand in the same sentences."""

from __future__ import annotations

__all__ = ["EVIDENCE", "Pair", "co_occurrences"]

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from ops.enrich.code import Span

EVIDENCE: Final = 10
"""Sentences kept with a pair."""


@dataclass(slots=True)
class Pair:
    """How many sentences name both, and the first of them."""

    sentences: int = 0
    evidence: list[Span] = field(default_factory=list)


def co_occurrences(
    sentences: Sequence[Span],
    mentions: Sequence[tuple[int, int, str]],
    *,
    most_in_sentence: int,
    most_pairs: int,
) -> Mapping[tuple[str, str], Pair]:
    """The pairs of names (the smaller first) that share a sentence.

    Names that only lie within each other do not count as two. Of a sentence with more than
    `most_in_sentence` names those that are mentioned most are paired; of a document's pairs the
    `most_pairs` with the most sentences are kept.

    Args:
        sentences: spans, ascending and apart.
        mentions: start, end and canonical name.
    """
    starts = [start for start, _ in sentences]
    inside: dict[int, dict[str, list[Span]]] = {}
    for start, end, name in sorted(mentions):
        place = bisect_right(starts, start) - 1
        if place >= 0 and end <= sentences[place][1]:
            inside.setdefault(place, {}).setdefault(name, []).append((start, end))
    frequency = Counter(name for _, _, name in mentions)
    pairs: dict[tuple[str, str], Pair] = {}
    for place in sorted(inside):
        named = inside[place]
        ranked = sorted(named, key=lambda name: (-frequency[name], name))[:most_in_sentence]
        for one, other in combinations(sorted(ranked), 2):
            if _apart(named[one], named[other]):
                pair = pairs.setdefault((one, other), Pair())
                pair.sentences += 1
                if len(pair.evidence) < EVIDENCE:
                    pair.evidence.append(sentences[place])
    best = sorted(pairs, key=lambda names: (-pairs[names].sentences, names))[:most_pairs]
    return {names: pairs[names] for names in sorted(best)}


def _apart(one: Sequence[Span], other: Sequence[Span]) -> bool:
    """Whether some span of one shares no character with some span of the other."""
    return min(end for _, end in one) <= max(start for start, _ in other) or min(
        end for _, end in other
    ) <= max(start for start, _ in one)
