"""Named entities of a document's prose, by spaCy's recogniser."""

from __future__ import annotations

__all__ = ["LABELS", "Label", "recognise"]

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final, Literal, TypeAlias

from ops.enrich.prose import Passage
from ops.link.canonical import canonical, surface, trim
from ops.link.found import Found
from ops.segment.sentences import sentences

Label: TypeAlias = Literal[
    "PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW",
    "LANGUAGE", "DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL",
]  # fmt: skip
"""What the model tells apart (OntoNotes 5)."""

LABELS: Final[tuple[Label, ...]] = (
    "PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW",
    "LANGUAGE",
)  # fmt: skip
"""Those that are names of things; dates, times, amounts and numbers are not."""

SHORTEST, LONGEST, MOST_WORDS = 2, 80, 8

FEWEST_WORDS: Final = 3
"""Words of a passage from which it is read. Shorter ones have no context to go by."""

WINDOW: Final = 5_000
"""Characters that are read at once; a longer passage is cut between sentences."""

GROUP: Final = 50_000
"""Characters handed over together."""

FOREIGN: Final = re.compile(r"""[\[\](){}<>|=\\`"“”«»;!?…]|://|--""")
WORD: Final = re.compile(r"[^\W\d_]+")

ENTRIES: Final = """
    add added adds allow allowed allows bump bumped change changed changes convert create created
    delete deleted deprecate deprecated disable disabled drop dropped drops enable enabled fix fixed
    fixes get handle implement implemented improve improved improves install load make makes move
    moved refactor refactored remove removed removes rename renamed replace replaced run see set
    skip support supported supports switch switched try update updated updates upgrade upgraded use
    used uses using
"""
VERBS: Final = frozenset(ENTRIES.split())
"""Words that open an entry of a list of changes and that the model takes for part of a name."""


def recognise(
    text: str,
    passages: Sequence[Passage],
    pipeline: Any,
    labels: Collection[str],
    check: Callable[[], None] = lambda: None,
) -> list[Found]:
    """The names in the prose of one document, in order; each is `text[start:end]`.

    Headings and scraps are not read: without a sentence around them the model guesses. Dropped is
    what has marks inside, no capital letter or digit, or is an ordinary word of the document with
    a capital because a sentence begins with it. What is found depends on this document alone.

    Args:
        check: called now and then; may raise to stop.
    """
    ordinary = Counter(
        word for passage in passages for word in WORD.findall(passage.text) if word.islower()
    )
    read = [
        (passage, start, end)
        for passage in passages
        if not passage.heading and len(passage.starts) >= FEWEST_WORDS
        for start, end in _windows(passage.text)
        if not passage.text[start:end].islower()
    ]
    found: list[Found] = []
    for group in _groups(read):
        check()
        spans = _entities(pipeline, [passage.text[a:b] for passage, a, b in group])
        for (passage, offset, _), entities in zip(group, spans, strict=True):
            for start, end, label in entities:
                if label in labels:
                    found += _found(text, passage, offset + start, offset + end, label, ordinary)
    return sorted(found)


def _entities(pipeline: Any, texts: Sequence[str]) -> list[list[tuple[int, int, str]]]:
    """For each text the spans and labels of its entities, by the recogniser alone."""
    # Not in a memory zone: it would take the vocabulary away from under another thread's documents.
    docs = [pipeline.make_doc(text) for text in texts]
    docs = pipeline.get_pipe("ner").pipe(docs, batch_size=len(docs))
    return [[(e.start_char, e.end_char, e.label_) for e in doc.ents] for doc in docs]


def _found(
    text: str, passage: Passage, start: int, end: int, label: str, ordinary: Counter[str]
) -> Iterator[Found]:
    """The entity, if it is one after all."""
    start, end = trim(passage.text, start, end)
    verb, blank, _ = passage.text[start:end].partition(" ")
    if verb.lower() in VERBS and verb[:1].isupper() and _begins(passage.text, start):
        start = min(end, start + len(verb + blank))
    name = passage.text[start:end]
    if not _is_name(name) or _is_ordinary(passage.text, start, name, ordinary):
        return
    first, last = passage.span(start, end)
    if surface(text[first:last]) == name:  # no markup in between
        yield Found(first, last, text[first:last], canonical(name), label, "ner")


def _is_name(name: str) -> bool:
    if not SHORTEST <= len(name) <= LONGEST or FOREIGN.search(name):
        return False
    words = name.split()
    letters = [character for character in name if character.isalpha()]
    marked = any(character.isupper() or character.isdigit() for character in name)
    caseless = bool(letters) and not any(c.islower() or c.isupper() for c in letters)
    return bool(letters) and (marked or caseless) and len(words) <= MOST_WORDS


def _is_ordinary(text: str, start: int, name: str, ordinary: Counter[str]) -> bool:
    """Whether it is a common word of the document, written with a capital."""
    if not (name.isalpha() and name[1:].islower()):
        return False
    return ordinary[name.lower()] > (0 if _begins(text, start) else 2)


def _begins(text: str, place: int) -> bool:
    """Whether a sentence begins there, so that a capital says nothing."""
    before = text[max(0, place - 6) : place].rstrip("\"'“‘(")
    return place == 0 or before[-2:-1] in (".", "!", "?", ":")


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """The text, or pieces of at most `WINDOW` characters that end with a sentence if they can."""
    if len(text) <= WINDOW:
        yield 0, len(text)
        return
    start = end = 0
    for first, last in sentences(text):
        if last - start > WINDOW and end > start:
            yield start, end
            start = first
        while last - start > WINDOW:
            space = text.rfind(" ", start + 1, start + WINDOW)
            cut = space if space > start else start + WINDOW
            yield start, cut
            start = cut
        end = last
    yield start, end


def _groups(read: Sequence[tuple[Passage, int, int]]) -> Iterator[list[tuple[Passage, int, int]]]:
    group: list[tuple[Passage, int, int]] = []
    size = 0
    for each in read:
        if group and size + each[2] - each[1] > GROUP:
            yield group
            group, size = [], 0
        group.append(each)
        size += each[2] - each[1]
    if group:
        yield group
