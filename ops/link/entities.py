"""From names found at places to the entities of one document."""

from __future__ import annotations

__all__ = ["Entity", "gather"]

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ops.link.aliases import label_of, merged
from ops.link.canonical import canonical, surface
from ops.link.found import Found, longest, one_per_span


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that a document names."""

    canonical: str
    name: str
    label: str
    aliases: tuple[str, ...]
    mentions: tuple[Found, ...]
    declared: bool


def gather(
    found: Iterable[Found],
    declared: Sequence[tuple[str, str]],
    abbreviations: Iterable[tuple[str, str]],
) -> tuple[list[Entity], dict[str, str]]:
    """The entities, in the order of their canonical names, and what was merged into what.

    Of overlapping spans of one source the longest stays; of coinciding spans of several sources
    one. An entity goes by its most frequent form, of equally frequent ones by the earliest.

    Args:
        declared: names and labels that hold whether or not the text has them.
        abbreviations: (short, long) forms, one for each definition.
    """
    spans = longest(each for each in found if each.canonical)
    named = [(name, canonical(name), label) for name, label in declared if canonical(name)]
    labels = _labels(spans, [(key, label) for _, key, label in named])
    shortened = [(canonical(short), canonical(long)) for short, long in abbreviations]
    known = [pair for pair in shortened if any(name in labels for name in pair)]
    people = {each.canonical for each in spans if labels[each.canonical] == "PERSON"}
    people -= {each.canonical for each in spans if not _is_titled(each.text)}
    becomes = merged(labels, known, people)

    mentions: dict[str, list[Found]] = {}
    for each in one_per_span(spans):
        mentions.setdefault(becomes.get(each.canonical, each.canonical), []).append(each)
    forms: dict[str, list[str]] = {}
    for name, key, _ in named:
        forms.setdefault(becomes.get(key, key), []).append(surface(name))

    merged_labels = _labels(
        [each._replace(canonical=becomes.get(each.canonical, each.canonical)) for each in spans],
        [(becomes.get(key, key), label) for _, key, label in named],
    )
    entities = [
        _entity(key, merged_labels[key], mentions.get(key, ()), forms.get(key, ()))
        for key in sorted({*mentions, *forms})
    ]
    return entities, becomes


def _is_titled(text: str) -> bool:
    """Whether every word has a capital and is more than capitals, as the names of people."""
    return all(word[0].isupper() and not word.isupper() for word in text.split())


def _labels(spans: Sequence[Found], declared: Sequence[tuple[str, str]]) -> dict[str, str]:
    recognised: dict[str, Counter[str]] = {}
    said: dict[str, list[str]] = {}
    for each in spans:
        votes = recognised.setdefault(each.canonical, Counter())
        if each.source == "ner":
            votes[each.label] += 1
    for name, label in declared:
        said.setdefault(name, []).append(label)
    return {
        name: label_of(said.get(name, ()), recognised.get(name, {}))
        for name in sorted({*recognised, *said})
    }


def _entity(key: str, label: str, mentions: Sequence[Found], forms: Sequence[str]) -> Entity:
    shown: Mapping[str, int] = Counter(surface(each.text) for each in mentions)
    first: dict[str, int] = {}
    for each in mentions:
        first.setdefault(surface(each.text), each.start)
    name = min(shown, key=lambda form: (-shown[form], first[form])) if shown else forms[0]
    aliases = tuple(sorted({*shown, *forms}))
    return Entity(key, name, label, aliases, tuple(mentions), bool(forms))
