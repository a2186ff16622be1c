"""Mentions of a phrase in other words: its abbreviation, its head noun, a pronoun."""

from __future__ import annotations

__all__ = ["add_mentions"]

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Final

from ops.keywords.phrases import Key, Phrase
from ops.keywords.words import Words
from ops.link.abbreviations import definitions

_POINTING: Final = frozenset({"the", "this", "that", "these", "those", "such"})
_PRONOUNS: Final = frozenset({"it", "they", "its", "their"})


def add_mentions(words: Words, found: Mapping[Key, Phrase]) -> dict[Key, Phrase]:
    """The candidates with their mentions; a short form is no candidate beside its long form.

    After the co-reference normalisation of Marujo et al. (LREC 2012), by light rules. A short form
    that the text defines ("knowledge augmented generation (KAG)") stands for its long form. A lone
    noun after "the", "this" or "such" stands for the latest longer candidate that ends in it, if
    that one was within the last three sentences. "It", "they", "its" and "their" at the start of a
    sentence stand for the first candidate that stands alone in the sentence before. The last two
    rules know English words only.
    """
    kept = dict(found)
    for short, long in _abbreviations(words, kept):
        place = kept.pop(short)
        phrase = kept[long]
        phrase.mentions = sorted({*phrase.mentions, *((at, place.size) for at in place.places)})
    if words.language == "en":
        _by_rules(words, kept)
    for phrase in kept.values():
        if phrase.mentions:
            _recount(words, phrase)
    return kept


def _abbreviations(words: Words, found: Mapping[Key, Phrase]) -> list[tuple[Key, Key]]:
    pairs: dict[Key, Key] = {}
    for definition in definitions(words.text):
        short, long = (_key(words, *span) for span in (definition.short, definition.long))
        if short in found and long in found and short != long and long not in pairs:
            pairs.setdefault(short, long)
    taken = set(pairs.values())
    return [(short, long) for short, long in pairs.items() if short not in taken]


def _key(words: Words, start: int, end: int) -> Key:
    return tuple(words.stem[bisect_left(words.start, start) : bisect_left(words.start, end)])


def _by_rules(words: Words, found: Mapping[Key, Phrase]) -> None:
    longer: dict[int, list[tuple[int, Phrase]]] = {}
    first: dict[int, tuple[int, Phrase]] = {}
    for key, phrase in found.items():
        for at in phrase.places:
            if len(key) > 1:
                longer.setdefault(key[-1], []).append((at, phrase))
            sentence = words.sentence[at]
            if phrase.alone and (sentence not in first or _before(at, phrase, first[sentence])):
                first[sentence] = at, phrase
    for places in longer.values():
        places.sort(key=lambda pair: (pair[0], pair[1].size))
    for key, phrase in list(found.items()):
        if len(key) != 1 or key[0] not in longer:
            continue
        moved = []
        for at in phrase.places:
            if at and words.lower[at - 1] in _POINTING:
                antecedent = _latest(words, longer[key[0]], at)
                if antecedent is not None:
                    antecedent.mentions = [*antecedent.mentions, (at, 1)]
                    moved.append(at)
        if moved and len(moved) < len(phrase.places):
            phrase.places = [at for at in phrase.places if at not in moved]
            phrase.alone = min(phrase.alone, len(phrase.places))
            phrase.capitals = sum(words.capital[at] for at in phrase.places)
            phrase.sentences = len({words.sentence[at] for at in phrase.places})
    for at in range(1, len(words.lower)):
        here = words.sentence[at]
        opens = words.sentence[at - 1] != here
        if opens and words.lower[at] in _PRONOUNS and here - 1 in first:
            phrase = first[here - 1][1]
            phrase.mentions = [*phrase.mentions, (at, 1)]


def _before(at: int, phrase: Phrase, other: tuple[int, Phrase]) -> bool:
    return at < other[0] or (at == other[0] and phrase.size > other[1].size)


def _latest(words: Words, places: Sequence[tuple[int, Phrase]], at: int) -> Phrase | None:
    low = bisect_left(places, at, key=lambda pair: pair[0])
    while low:
        low -= 1
        place, phrase = places[low]
        if place + phrase.size <= at:
            near = words.sentence[at] - words.sentence[place] <= 3
            return phrase if near else None
    return None


def _recount(words: Words, phrase: Phrase) -> None:
    phrase.mentions = sorted(set(phrase.mentions))
    phrase.alone += len(phrase.mentions)
    held = {words.sentence[at] for at in phrase.places}
    phrase.sentences = len(held | {words.sentence[at] for at, _ in phrase.mentions})
