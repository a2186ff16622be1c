"""Everything that one document's text, keywords and metadata name, and how it hangs together."""

from __future__ import annotations

__all__ = ["Analysis", "Document", "Limits", "Relation", "analyse"]

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ops.detection import detect
from ops.enrich.code import Span, Structure, code_spans, merge
from ops.enrich.prose import WITHOUT_MARKUP, Passage, Prose, read_prose
from ops.link.abbreviations import definitions
from ops.link.canonical import canonical, surface
from ops.link.declared import Declared, code_only, declared_in, find_declared
from ops.link.entities import Entity, gather
from ops.link.found import Found
from ops.link.occurrences import occurrences, tokens
from ops.link.recognise import recognise
from ops.link.together import co_occurrences
from ops.segment.sentences import sentences

LONGEST_KEYWORD: Final = 200
TOGETHER: Final = "co_occurs"


@dataclass(frozen=True, slots=True)
class Document:
    """What is read of one document."""

    text: str
    structure: Structure = ()
    metadata: Sequence[Mapping[str, str]] = ()
    title: str = ""
    format: str = ""
    language: str | None = None
    keywords: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts as an entity and how many pairs are kept; see the op's parameters."""

    labels: Collection[str]
    declared: Collection[str]
    min_mentions: int
    co_occurrence: bool
    max_in_sentence: int
    max_pairs: int


@dataclass(frozen=True, slots=True)
class Relation:
    """Subject and object are canonical names of entities of the same document."""

    subject: str
    predicate: str
    object: str
    weight: int
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """Entities by canonical name; relations by subject, predicate and object."""

    entities: list[Entity]
    relations: list[Relation]


def analyse(
    document: Document,
    limits: Limits,
    pipeline: Callable[[], Any],
    check: Callable[[], None] = lambda: None,
) -> Analysis:
    """The entities of a document and the relations between them.

    Args:
        pipeline: gives the English spaCy pipeline; asked for only if it is needed.
        check: called now and then; may raise to stop.
    """
    text = document.text
    code = code_spans(text, document.structure)
    headings = sorted((s["start"], s["end"]) for s in document.structure if s["kind"] == "heading")
    prose = read_prose(text, code, headings, markup=document.format not in WITHOUT_MARKUP)
    listing = code_only(text, merge([*code, *prose.inline]))
    found = list(_keywords(text, prose.blanked, listing, document.keywords))
    if _is_english(document, prose):
        named = recognise(text, prose.passages, pipeline(), limits.labels, check)
        found += [*named, *_again(text, prose.blanked, named)]
    said = declared_in(document.metadata, document.title, limits.declared)
    if said:
        found += find_declared(text, prose.blanked, listing, said)
    short_forms, defined = _short_forms(text, prose.passages, {each.canonical for each in found})
    entities, becomes = gather([*found, *defined], list(said.names()) if said else [], short_forms)
    kept = [e for e in entities if e.declared or len(e.mentions) >= limits.min_mentions]
    relations = list(_declared_relations(said, becomes)) if said else []
    if limits.co_occurrence:
        relations += _relations(prose.passages, kept, limits)
    return Analysis(kept, sorted(relations, key=lambda r: (r.subject, r.predicate, r.object)))


def _is_english(document: Document, prose: Prose) -> bool:
    if document.language:
        return document.language == "en"
    return detect(" ".join(passage.text for passage in prose.passages)).language == "en"


def _keywords(
    text: str, prose: str, listing: str, keywords: Sequence[Mapping[str, Any]]
) -> Iterator[Found]:
    """The keywords where they stand in prose or code; not in addresses, tags and links."""
    for keyword in keywords:
        key = canonical(keyword["phrase"])
        for span in keyword["spans"] or ():
            start, end = span["start"], span["end"]
            if not 0 <= start < end <= len(text) or end - start > LONGEST_KEYWORD:
                continue
            if text[start:end] in (prose[start:end], listing[start:end]):
                yield Found(start, end, text[start:end], key, "KEYWORD", "keyword")


def _again(text: str, prose: str, named: Sequence[Found]) -> Iterator[Found]:
    """Other places of the names that were recognised, in the very same form.

    The recogniser goes by the words around a name, so it sees one here and misses it there.
    """
    known: dict[str, Found] = {}
    for each in named:
        known.setdefault(surface(each.text), each)
    seen = {(each.start, each.end) for each in named}
    forms = {tokens(form) for form in known}
    for start, end, _ in occurrences(prose, forms, lambda _, a, b: surface(text[a:b]) in known):
        if (start, end) not in seen:
            like = known[surface(text[start:end])]
            yield Found(start, end, text[start:end], like.canonical, "", "ner")


def _short_forms(
    text: str, passages: Sequence[Passage], names: Collection[str]
) -> tuple[list[tuple[str, str]], list[Found]]:
    """The abbreviations that are defined for a name found by other means, and where."""
    pairs, found = [], []
    for passage in passages:
        for definition in definitions(passage.text):
            forms = tuple(passage.text[start:end] for start, end in definition)
            if not any(canonical(form) in names for form in forms):
                continue
            pairs.append((forms[0], forms[1]))
            for (start, end), form in zip(definition, forms, strict=True):
                first, last = passage.span(start, end)
                if surface(text[first:last]) == form:
                    found.append(
                        Found(first, last, text[first:last], canonical(form), "", "declared")
                    )
    return pairs, found


def _declared_relations(said: Declared, becomes: Mapping[str, str]) -> Iterator[Relation]:
    weights: dict[tuple[str, str, str], int] = {}
    for link in said.links:
        ends = [becomes.get(key, key) for key in map(canonical, (said.subject, link.name))]
        if ends[0] != ends[1]:
            key = (ends[0], link.predicate, ends[1])
            weights[key] = weights.get(key, 0) + 1
    for (subject, predicate, other), weight in weights.items():
        yield Relation(subject, predicate, other, weight)


def _relations(
    passages: Sequence[Passage], entities: Sequence[Entity], limits: Limits
) -> Iterator[Relation]:
    spans = [passage.span(*part) for passage in passages for part in sentences(passage.text)]
    mentions = [(m.start, m.end, e.canonical) for e in entities for m in e.mentions]
    pairs = co_occurrences(
        spans, mentions, most_in_sentence=limits.max_in_sentence, most_pairs=limits.max_pairs
    )
    for (one, other), pair in pairs.items():
        yield Relation(one, TOGETHER, other, pair.sentences, tuple(pair.evidence))
