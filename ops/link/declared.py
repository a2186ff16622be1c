"""What a document's source declares about it, as named things and links between them."""

from __future__ import annotations

__all__ = ["LABELS", "Declared", "Link", "code_only", "declared_in", "find_declared"]

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ops.enrich.code import Span
from ops.link.canonical import canonical, surface
from ops.link.found import Found
from ops.link.occurrences import occurrences, tokens

LABELS: Final[Mapping[str, str]] = {
    "requires": "PACKAGE",
    "requires_optional": "PACKAGE",
    "author": "PERSON",
    "authors": "PERSON",
    "keywords": "KEYWORD",
    "tags": "KEYWORD",
}
"""Kinds of what the usual keys name; other keys name things of the kind KEYWORD."""

SUBJECT: Final = "DOCUMENT"
LONGEST: Final = 200

REQUIREMENT: Final = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
ADDRESS: Final = re.compile(r"\s*[<(][^<>()]{0,200}@[^<>()]{0,200}[>)]\s*")
URL: Final = re.compile(r"\b[a-z]{2,10}://\S{1,2000}")
SEPARATOR: Final = re.compile(r"\s*[,;]\s*")


class Link(NamedTuple):
    """The document's subject, `predicate`, this name."""

    predicate: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A document's own subject and what its source links it to."""

    subject: str
    label: str
    links: tuple[Link, ...]

    def names(self) -> Iterator[tuple[str, str]]:
        """Every name and its label, the subject first."""
        yield self.subject, self.label
        for link in self.links:
            yield link.name, link.label


def declared_in(
    metadata: Sequence[Mapping[str, str]], title: str, keys: Collection[str]
) -> Declared | None:
    """What the metadata says under these keys.

    The subject is the package that the metadata is of, else the document by its title. A value
    may list several names between commas or semicolons. None where there is no subject, or, but
    for a package, no link.
    """
    rows = [(str(row["key"]), surface(str(row["value"] or ""))) for row in metadata]
    values = dict(reversed(rows))
    is_package = values.get("source") == "package" or "requires" in values
    name = values.get("name", "") if is_package else ""
    subject = name or surface(title)
    links = tuple(
        Link(key, each, LABELS.get(key, "KEYWORD"))
        for key, value in rows
        if key in keys
        for each in _names(value, LABELS.get(key, "KEYWORD"))
    )
    if not canonical(subject) or len(subject) > LONGEST or not (links or name):
        return None
    return Declared(subject, "PACKAGE" if name else SUBJECT, links)


def _names(value: str, label: str) -> list[str]:
    if label == "PACKAGE":
        match = REQUIREMENT.match(value)
        return [match[1]] if match else []
    named = [ADDRESS.sub("", part).strip() for part in SEPARATOR.split(value)]
    return [name for name in named if canonical(name) and len(name) <= LONGEST]


def find_declared(text: str, prose: str, code: str, declared: Declared) -> Iterator[Found]:
    """Where the declared names stand in the text.

    A required package with a name that may be a common word (click, rich, requests) counts in code,
    and in prose where it has a capital.

    Args:
        prose: the text with all that is not prose made blank.
        code: the text with all that is not code made blank.
    """
    labels: dict[tuple[str, ...], tuple[str, str]] = {}
    for name, label in declared.names():
        labels.setdefault(tokens(name), (canonical(name), label))
    subject = tokens(declared.subject)

    def named_in_prose(name: tuple[str, ...], start: int, end: int) -> bool:
        plain = len(name) == 1 and name[0].isalpha() and labels[name][1] == "PACKAGE"
        return name == subject or not plain or not text[start:end].islower()

    def named_in_code(name: tuple[str, ...], start: int, end: int) -> bool:
        return labels[name][1] == "PACKAGE"

    for where, accept in ((prose, named_in_prose), (code, named_in_code)):
        for start, end, words in occurrences(where, labels, accept):
            yield Found(start, end, text[start:end], *labels[words], "declared")


def code_only(text: str, code: Sequence[Span]) -> str:
    """The text with everything but its code, and the addresses in that, made blank."""
    parts, position = [], 0
    for start, end in code:
        parts += [" " * (start - position), text[start:end]]
        position = end
    listing = "".join([*parts, " " * (len(text) - position)])
    return URL.sub(lambda match: " " * len(match[0]), listing)
