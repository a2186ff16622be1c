"""Candidate phrases of a text: noun phrases by their tags, or runs between stop words and marks."""

from __future__ import annotations

__all__ = ["Phrase", "noun_phrases", "plain_phrases"]

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from ops.keywords.words import MARK, NUMBER, STOP, WORD, Words

LONGEST: Final = 5
"""Words of a noun phrase that is part of a longer one."""
LONGEST_WHOLE: Final = 8
LONGEST_PLAIN: Final = 4
_INNER: Final = 2
"""Stop words inside a phrase."""

Key: TypeAlias = tuple[int, ...]

NOUN, ADJECTIVE, FIGURE, OTHER = "NJC0"
_TAGS: Final = {
    **dict.fromkeys(("NN", "NNS", "NNP", "NNPS"), NOUN),
    **dict.fromkeys(("JJ", "JJR", "JJS", "VBN", "VBG", "FW", "AFX"), ADJECTIVE),
    "CD": FIGURE,
}


class Phrase:
    """A candidate: the same stems in the same order, wherever they stand."""

    __slots__ = (
        "alone",
        "capitals",
        "first",
        "last_sentence",
        "loose",
        "mentions",
        "places",
        "sentences",
        "size",
    )

    def __init__(self, first: int, size: int) -> None:
        self.first = first
        """Its first token."""
        self.size = size
        """Tokens of each occurrence."""
        self.places: list[int] = []
        """The first token of each occurrence, ascending."""
        self.mentions: Sequence[tuple[int, int]] = ()
        """First token and size of each mention in other words, ascending; they count as
        occurrences. See `ops.keywords.coreference`."""
        self.alone = 0
        """Occurrences that are no part of a longer candidate."""
        self.loose = False
        """Part of a run of nouns that is too long for a phrase."""
        self.sentences = 0
        self.last_sentence = -1
        self.capitals = 0


def _add(
    found: dict[Key, Phrase], words: Words, start: int, end: int, alone: bool, loose: bool = False
) -> None:
    key = tuple(words.stem[start:end])
    phrase = found.get(key)
    if phrase is None:
        phrase = found[key] = Phrase(start, end - start)
    phrase.places.append(start)
    phrase.loose |= loose
    phrase.alone += alone
    phrase.capitals += words.capital[start]
    if words.sentence[start] != phrase.last_sentence:
        phrase.last_sentence = words.sentence[start]
        phrase.sentences += 1


def word_classes(words: Words, tags: Sequence[str]) -> str:
    """For each token N (noun), J (adjective or participle), C (figure) or 0, by its Penn tag."""
    kinds = {WORD: None, NUMBER: FIGURE, STOP: OTHER, MARK: OTHER}
    return "".join(
        kinds[kind] or _TAGS.get(tag, OTHER) for kind, tag in zip(words.kind, tags, strict=True)
    )


def noun_phrases(
    words: Words, tags: Sequence[str], check: Callable[[], None] = lambda: None
) -> dict[Key, Phrase]:
    """Nouns with the adjectives, participles, nouns and figures before them.

    A phrase ends in a noun, or in a figure after one, and begins with no figure; it stands alone at
    least once, or in a run of more than eight such words. Stretches of longer ones, up to five
    words, count as its occurrences too.

    Args:
        tags: the Penn Treebank tag of each token.
    """
    found: dict[Key, Phrase] = {}
    classes = word_classes(words, tags)
    opens, count, start = words.opens, len(classes), 0
    while start < count:
        if classes[start] == OTHER:
            start += 1
            continue
        stop = start + 1
        while stop < count and classes[stop] != OTHER and not opens[stop]:
            stop += 1
        _parts(found, words, classes, start, stop)
        start = stop
        check()
    return {key: phrase for key, phrase in found.items() if phrase.alone or phrase.loose}


def _parts(found: dict[Key, Phrase], words: Words, classes: str, start: int, stop: int) -> None:
    while stop > start and classes[stop - 1] == ADJECTIVE:
        stop -= 1
    while start < stop and classes[start] == FIGURE:
        start += 1
    loose = stop - start > LONGEST_WHOLE
    for first in range(start, stop):
        if classes[first] == FIGURE:
            continue
        noun = False
        for last in range(first, min(stop, first + LONGEST)):
            kind = classes[last]
            noun |= kind == NOUN
            if noun and kind != ADJECTIVE:
                _add(found, words, first, last + 1, first == start and last + 1 == stop, loose)
    if LONGEST < stop - start <= LONGEST_WHOLE and NOUN in classes[start:stop]:
        _add(found, words, start, stop, True)


def plain_phrases(words: Words, check: Callable[[], None] = lambda: None) -> dict[Key, Phrase]:
    """Runs of one to four words inside a sentence, with at most two stop words between them.

    The mode without parts of speech. A phrase begins with a word and ends in a word or figure.
    """
    found: dict[Key, Phrase] = {}
    kinds, opens, count = words.kind, words.opens, len(words.kind)
    for first in range(count):
        if kinds[first] != WORD:
            continue
        if not first & 255:
            check()
        left = opens[first] or kinds[first - 1] in (MARK, STOP)
        inner = 0
        for last in range(first, min(count, first + LONGEST_PLAIN + _INNER)):
            kind = kinds[last]
            if kind == MARK or (last > first and opens[last]):
                break
            if kind == STOP:
                inner += 1
                if inner > _INNER:
                    break
                continue
            if last - first + 1 - inner > LONGEST_PLAIN:
                break
            right = last + 1 == count or opens[last + 1] or kinds[last + 1] in (MARK, STOP)
            _add(found, words, first, last + 1, left and right)
    return found
