"""What the other keyword ops share: ranked phrases in, rows with spans out."""

from __future__ import annotations

__all__ = ["Language", "Peer", "Phrases", "read_for", "written"]

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Final, Literal, TypeAlias

import numpy as np

from ops.captions import spoken
from ops.context import Context
from ops.frames import KEYWORD, Frames, Schema, conform, keys
from ops.keywords.phrases import Phrase, noun_phrases, plain_phrases
from ops.keywords.table import KeywordRows, chunk_places
from ops.keywords.tagger import TAGGED, tags_of
from ops.keywords.tokens import IntArray
from ops.keywords.words import Words, read_words
from ops.language import choose, stem, stop_words
from ops.op import Columns, Op, parameter

Language: TypeAlias = Literal[
    "auto",
    "en",
    "fr",
    "de",
    "es",
    "pt",
    "pl",
    "da",
    "fi",
    "hu",
    "it",
    "nb",
    "nl",
    "ro",
    "ru",
    "sv",
]

Phrases: TypeAlias = Sequence[tuple[str, float]]
"""Phrases and scores, best first."""

_FAR: Final = 20
"""How many times the wanted number of phrases is looked for in the chunks."""


class Peer(Op):
    """An op that ranks the phrases of one document after another."""

    reads: ClassVar[Columns] = {"documents": ("text",)}
    uses: ClassVar[Columns] = {"documents": ("language",), "chunks": ("start", "end")}
    writes: ClassVar[Mapping[str, Schema]] = {
        "documents": {"keywords": KEYWORD},
        "chunks": {"keywords": KEYWORD},
    }

    count: int = parameter(10, "Most keywords of a document, and of a chunk.", ge=1)
    language: Language = parameter(
        "auto", "Language; auto takes the column `language`, or else finds it out."
    )

    def ranked(self, text: str, language: str, most: int, ctx: Context) -> Phrases:
        """The phrases of a text, best first; at least `most` where there are so many."""
        raise TypeError(f"{self.name} has no ranked")

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        """Keywords of the documents and, where there are chunks, of these."""
        chunks = chunk_places(frames)
        rows = {name: KeywordRows(keys(name)) for name in ("documents", "chunks")}
        for row in frames["documents"].sort("doc_id").iter_rows(named=True):
            ctx.check()
            name, text = str(row["doc_id"]), row["text"]
            if text is None:
                ctx.fail(name, "it has no text")
            else:
                text = spoken(text)
                language = choose(self.language, row.get("language"), text)
                own = chunks.get(name, [])
                most = self.count * (_FAR if own else 2)
                found = _distinct(self.ranked(text, language, most, ctx), language, most)
                placed = [(p, s, spans) for p, s in found if len(spans := _spans(p, text))]
                rows["documents"].add((name,), placed[: self.count])
                for chunk, start, end in own:
                    rows["chunks"].add((chunk, name), _inside(placed, start, end, self.count))
            ctx.advance(1)
        schemas = self.outputs({name: table.schema for name, table in frames.items()})
        return Frames(
            {name: conform(name, rows[name].table(), schema) for name, schema in schemas.items()}
        )


def read_for(text: str, language: str, ctx: Context) -> tuple[Words, list[Phrase]]:
    """The tokens of a text and its candidates: whole noun phrases, or runs of one to three words.

    Noun phrases where the language has a tagger; each only as long as it stands in the text.
    """
    words = read_words(text, language, stop_words(language))
    if language in TAGGED:
        tags = tags_of(words, ctx.resources.nlp(language), ctx.check)
        found = noun_phrases(words, tags, ctx.check)
        return words, list(found.values())
    plain = plain_phrases(words, ctx.check).values()
    return words, [phrase for phrase in plain if phrase.size <= 3]


def written(words: Words, phrase: Phrase) -> str:
    """A candidate as it first stands in the text, with single blanks."""
    start, end = words.start[phrase.first], words.end[phrase.first + phrase.size - 1]
    return " ".join(words.text[start:end].split())


def _distinct(ranked: Iterable[tuple[str, float]], language: str, most: int) -> Phrases:
    kept: dict[str, tuple[str, float]] = {}
    for phrase, score in ranked:
        key = " ".join(stem(word, language) for word in phrase.lower().split())
        if key:
            kept.setdefault(key, (phrase, round(float(score), 6)))
        if len(kept) == most:
            break
    return list(kept.values())


def _spans(phrase: str, text: str) -> IntArray:
    pattern = r"\s+".join(map(re.escape, phrase.split()))
    found = re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)
    return np.array([match.span() for match in found], dtype=np.int64).reshape(-1, 2)


def _inside(
    placed: Sequence[tuple[str, float, IntArray]], start: int, end: int, count: int
) -> list[tuple[str, float, IntArray]]:
    held = []
    for phrase, score, spans in placed:
        here = spans[(spans[:, 0] >= start) & (spans[:, 1] <= end)]
        if len(here):
            held.append((phrase, score, here))
            if len(held) == count:
                break
    return held
