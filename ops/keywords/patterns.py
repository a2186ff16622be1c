"""Phrases: words that often share a sentence, thinned out by their utility."""

from __future__ import annotations

__all__ = ["Pattern", "Transactions", "frequent_patterns", "high_utility"]

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final, TypeAlias

from ops.keywords.tokens import Tokens

Pattern: TypeAlias = tuple[int, ...]
"""Distinct words (numbers into `Tokens.words`), in the order of a sentence."""

_SUPPORTS: Final = range(20, 1, -1)
_ENOUGH: Final = 7
_KEPT: Final = 200
_MINED: Final = 5_000
_WORDS: Final = 1_000

_Item: TypeAlias = tuple[int, int, int]
"""Support, word, and the sentences that hold it, as the bits of a number."""
_Node: TypeAlias = tuple[tuple[tuple[int, int], ...], int, list[_Item], int]
"""(support, word) of each word on the way to a pattern; its sentences; the pattern's siblings and
its place among them."""


@dataclass(frozen=True, slots=True)
class Transactions:
    """Sentences as sets of words, each counted as FRAKE's code counts it."""

    holders: dict[int, int]
    """Word → the sentences that hold it, as bits."""
    orders: list[Sequence[int]]
    """For each bit the words of a sentence, in order."""

    @classmethod
    def of(cls, sentences: Iterable[Sequence[int]]) -> Transactions:
        """The transactions of sentences of words.

        A repeated sentence counts again; one with the same words in another order begins the
        count of that set anew, as in FRAKE's code. Only the 1,000 words in most sentences (at
        least two) are kept; of equals the one that comes first.
        """
        counts: dict[frozenset[int], int] = {}
        first: dict[frozenset[int], Sequence[int]] = {}
        seen: set[tuple[int, ...]] = set()
        for sentence in sentences:
            words, exact = frozenset(sentence), tuple(sentence)
            counts[words] = counts[words] + 1 if exact in seen else 1
            first.setdefault(words, exact)
            seen.add(exact)
        support: Counter[int] = Counter()
        for words, count in counts.items():
            for word in words:
                support[word] += count
        often = [word for word, count in support.items() if count > 1]
        kept = nsmallest(_WORDS, often, key=lambda word: (-support[word], word))
        held = {word: bytearray(sum(counts.values()) // 8 + 1) for word in sorted(kept)}
        orders: list[Sequence[int]] = []
        for words, count in counts.items():
            for bit in range(len(orders), len(orders) + count):
                for word in words & held.keys():
                    held[word][bit >> 3] |= 1 << (bit & 7)
                orders.append(first[words])
        return cls({word: int.from_bytes(held[word], "little") for word in held}, orders)

    def ordered(self, words: Iterable[int], holders: int) -> Pattern:
        """The words in the order of the first of these sentences."""
        sentence = self.orders[(holders & -holders).bit_length() - 1]
        return tuple(sorted(words, key=sentence.index))

    def mine(self, least: int) -> list[Pattern]:
        """Every set of two or more words that at least so many sentences hold.

        In the order of FP-growth: words by rising support, each followed by what it forms with
        the words after it, their support counted anew; of equals the word that comes first. The
        order of equals, and with it some counts, is left to chance in FRAKE's code.

        At most 5,000 patterns: past that the longest are left out, length by length, and of
        pairs those of least support.
        """
        items = sorted(
            (bits.bit_count(), word, bits)
            for word, bits in self.holders.items()
            if bits.bit_count() >= least
        )
        pairs = [
            (count, i, j)
            for i, (_, _, bits) in enumerate(items)
            for j in range(i + 1, len(items))
            if (count := (bits & items[j][2]).bit_count()) >= least
        ]
        cut = len(pairs) > _MINED
        if cut:
            pairs = nsmallest(_MINED, pairs, key=lambda pair: (-pair[0], pair[1], pair[2]))
        siblings: dict[int, list[_Item]] = {}
        for count, i, j in pairs:
            siblings.setdefault(i, []).append((count, items[j][1], items[i][2] & items[j][2]))
        level: list[_Node] = []
        for i, following in siblings.items():
            level += _nodes((items[i][:2],), sorted(following))
        found = level
        while level and not cut:
            longer: list[_Node] = []
            for path, bits, following, place in level:
                after = (
                    ((both := bits & item[2]).bit_count(), item[1], both)
                    for item in following[place + 1 :]
                )
                longer += _nodes(path, sorted(item for item in after if item[0] >= least))
                if len(found) + len(longer) > _MINED:
                    cut = True
                    break
            level = longer
            if not cut:
                found = found + longer
        found.sort(key=lambda node: node[0])
        return [self.ordered((word for _, word in node[0]), node[1]) for node in found]


def _nodes(path: tuple[tuple[int, int], ...], following: list[_Item]) -> list[_Node]:
    return [
        ((*path, (count, word)), bits, following, place)
        for place, (count, word, bits) in enumerate(following)
    ]


def high_utility(
    patterns: Iterable[Pattern], utility: Sequence[int], overlap: float
) -> list[Pattern]:
    """The patterns that stay when those that share too much give way to the more useful.

    A pattern's utility is the sum of its words'. Two share the utility of their common words over
    that of all their words. Where that is above `overlap`, the pattern of larger utility stays,
    of equals the earlier. Once more than 200 are kept, the rest is not looked at.
    """
    kept: dict[Pattern, int] = {}
    having: dict[int, set[Pattern]] = {}
    for pattern in patterns:
        if len(kept) > _KEPT:
            break
        value = sum(utility[word] for word in pattern)
        near = set().union(*(having.get(word, ()) for word in pattern))
        rivals = []
        for other in near:
            common = sum(utility[word] for word in set(pattern).intersection(other))
            if common / (value + kept[other] - common) > overlap:
                rivals.append(other)
        if any(kept[rival] >= value for rival in rivals):
            continue
        for rival in rivals:
            del kept[rival]
            for word in rival:
                having[word].discard(rival)
        kept[pattern] = value
        for word in pattern:
            having.setdefault(word, set()).add(pattern)
    return list(kept)


def frequent_patterns(
    tokens: Tokens, overlap: float, check: Callable[[], None] = lambda: None
) -> list[Pattern]:
    """The patterns left by `high_utility` at the first support that leaves more than seven.

    Supports go from 20 down to 2; where none leaves so many, those of the last that has any.

    Args:
        overlap: FRAKE's σ, 0 to 1.
        check: called now and then; may raise to stop.
    """
    transactions = Transactions.of([sentence.tolist() for sentence in tokens.by_sentence()])
    utility = [0] * len(tokens.words)
    for word in tokens.word.tolist():
        utility[word] += 1
    kept: list[Pattern] = []
    for least in _SUPPORTS:
        check()
        mined = transactions.mine(least)
        if mined:
            kept = high_utility(mined, utility, overlap)
        if len(kept) > _ENOUGH:
            break
    return kept
