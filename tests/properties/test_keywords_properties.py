"""What holds of the keywords of any text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.context import Context
from ops.frames import Frames
from ops.inference.resources import LocalResources
from ops.keywords.frake import Frake
from ops.keywords.score import containing
from ops.keywords.tokens import tokenize

WORDS = st.sampled_from(
    ["graph", "Graph", "word", "words", "the", "of", "İstanbul", "straße", "Łódź", "don't", "a-b"]
)
GAPS = st.sampled_from(
    [" ", " ", " ", ". ", ", ", "\n", "\n\n", "! ", "--", "... ", "’", " (", "_"]
)
WRITTEN = st.lists(st.tuples(WORDS, GAPS), max_size=60).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)
TEXTS = st.one_of(WRITTEN, st.text(max_size=200))


VARIANTS = st.sampled_from(
    [{"variant": "published"}, {"variant": "chunkbook"}, {"variant": "chunkbook", "tags": "none"}]
)


def run(texts: list[str], count: int = 10, **settings: Any) -> Frames:
    """Keywords of documents d0, d1, … and of three chunks of each: the whole, its end, its half."""
    documents = pl.DataFrame(
        {"doc_id": [f"d{number}" for number in range(len(texts))], "text": texts},
        schema={"doc_id": pl.String, "text": pl.String},
    )
    rows = [
        (f"d{document}-{number}", f"d{document}", *span)
        for document, text in enumerate(texts)
        for number, span in enumerate(
            ((0, len(text)), (len(text) // 3, len(text)), (0, len(text) // 2))
        )
    ]
    schema = {"chunk_id": pl.String, "doc_id": pl.String, "start": pl.Int64, "end": pl.Int64}
    chunks = pl.DataFrame(rows, schema=schema, orient="row")
    frames = Frames({"documents": documents, "chunks": chunks})
    frake = Frake(count=count, **settings)
    return frake.apply(frames, Context(resources=LocalResources(Path())))


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_spans_hold_their_words(text: str) -> None:
    [keywords] = run([text], count=1000, variant="published")["documents"]["keywords"].to_list()
    assert len({keyword["phrase"] for keyword in keywords}) == len(keywords)
    for keyword in keywords:
        assert np.isfinite(keyword["score"])
        spans = [(span["start"], span["end"]) for span in keyword["spans"]]
        assert spans
        assert spans == sorted(set(spans))
        for start, end in spans:
            assert 0 <= start < end <= len(text)
            found = text[start:end].lower()
            for word in keyword["phrase"].split(" "):
                assert word.lower() in found
            if " " not in keyword["phrase"]:
                assert found == keyword["phrase"]


@given(TEXTS, st.sampled_from(["auto", "none"]), st.sampled_from(["en", "fr", "pl"]))
@settings(max_examples=150, deadline=None)
def test_spans_hold_their_stems(text: str, tags: str, language: str) -> None:
    out = run([text], count=1000, tags=tags, language=language)["documents"]
    [keywords] = out["keywords"].to_list()
    assert len({keyword["phrase"] for keyword in keywords}) == len(keywords)
    every: dict[tuple[int, int], None] = {}
    for keyword in keywords:
        spans = [(span["start"], span["end"]) for span in keyword["spans"]]
        assert spans
        assert spans == sorted(set(spans))
        assert 0 <= keyword["score"] <= 1
        written = {" ".join(text[start:end].split()) for start, end in spans}
        assert keyword["phrase"] in written
        assert not every.keys() & set(spans)
        every.update(dict.fromkeys(spans))


@given(st.lists(TEXTS, max_size=4), VARIANTS)
@settings(max_examples=50, deadline=None)
def test_alone_or_together(texts: list[str], variant: dict[str, Any]) -> None:
    together = run(texts, **variant)
    for number, text in enumerate(texts):
        alone = run([text], **variant)
        of_one = together["documents"].filter(pl.col("doc_id") == f"d{number}")
        assert of_one["keywords"].to_list() == alone["documents"]["keywords"].to_list()


@given(TEXTS, VARIANTS)
@settings(max_examples=100, deadline=None)
def test_a_chunk_has_the_best_of_its_document(text: str, variant: dict[str, Any]) -> None:
    """The chunk that is the whole document has its document's keywords, word for word."""
    out = run([text], **variant)
    [whole] = out["documents"]["keywords"].to_list()
    [chunk] = out["chunks"].filter(pl.col("chunk_id") == "d0-0")["keywords"].to_list()
    assert chunk == whole


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_sentences_are_counted_as_by_searching_each(text: str) -> None:
    tokens = tokenize(text, frozenset({"the", "of"}))
    sentences = [text[start:end].lower() for start, end in tokens.sentences]
    expected = [sum(form in sentence for sentence in sentences) for form in tokens.forms]
    assert containing(tokens).tolist() == expected
