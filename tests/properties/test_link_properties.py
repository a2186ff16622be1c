"""What holds for the graph of any documents."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.enrich.code import code_spans
from ops.enrich.prose import read_prose
from ops.frames import ORDER, PRIMARY, Frames
from ops.link.canonical import canonical
from ops.link.graph import Graph
from ops.link.places import Chunk, first_holders
from tests.graphs import chunks, context, documents, frames

PIECES = st.sampled_from(
    [
        "Angela Merkel", "Merkel", "Berlin", "the United Nations (UN)", "UN", "NumPy", "numpy",
        "`import numpy`", "visited", "and", "in", "wrote about", "a vector store", "vector stores",
        "**Paris**", "[Ada Lovelace](https://a.b/c)", "https://x.org/Berlin", "# Title", ". ", ".",
        "\n", "\n\n", "\n- ", "\n```\nx = 1\n```\n", "| Rome | London |", "é𝔸漢字", "\t", "'s",
        "(KAG)", "Knowledge Augmented Generation", "<b>Bonn</b>", "\u200b", "\r\n", "1999", "$5",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map(" ".join)
NAMES = ["numpy", "rich", "Ada Lovelace", "vector store", "zope.interface"]


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    text = draw(TEXTS)
    keywords = []
    for phrase in draw(st.lists(st.sampled_from(["vector store", "Berlin", "wrote"]), unique=True)):
        starts = [at for at in range(len(text)) if text.startswith(phrase, at)]
        spans = [{"start": at, "end": at + len(phrase)} for at in starts]
        keywords.append({"phrase": phrase, "score": 1.0, "spans": spans})
    links = draw(
        st.lists(st.tuples(st.sampled_from(["requires", "author", "tags"]), st.sampled_from(NAMES)))
    )
    return {
        "text": text,
        "title": draw(st.sampled_from(["", "Notes", "NumPy"])),
        "keywords": keywords,
        "metadata": [{"key": key, "value": value} for key, value in links],
        "language": draw(st.sampled_from(["en", "en", "de", None])),
    }


def cut_up(table: pl.DataFrame, size: int, step: int) -> pl.DataFrame:
    spans = [
        (document, at, min(at + size, len(text)))
        for document, text in table.select("doc_id", "text").iter_rows()
        for at in range(0, len(text), step)
    ]
    return chunks(*spans)


def graph(table: pl.DataFrame, cut: pl.DataFrame) -> Frames:
    return Graph().apply(frames(table, cut), context())


@settings(max_examples=60, deadline=None)
@given(st.lists(rows(), max_size=4), st.integers(20, 80), st.integers(10, 80))
def test_spans_keys_links_and_order(made: list[dict[str, Any]], size: int, step: int) -> None:
    table = documents(*made)
    cut = cut_up(table, size, step)
    found = graph(table, cut)
    texts = dict(table.select("doc_id", "text").iter_rows())
    where = {row["chunk_id"]: row for row in cut.to_dicts()}
    known = {(row["doc_id"], row["canonical"]): row for row in found["entities"].to_dicts()}
    owners = {row["entity_id"]: row for row in known.values()}

    for name, frame in found.items():
        assert frame[PRIMARY[name]].n_unique() == len(frame)
        assert frame.equals(frame.sort(ORDER[name]))
    counted = dict.fromkeys(owners, 0)
    for row in found["mentions"].to_dicts():
        assert texts[row["doc_id"]][row["start"] : row["end"]] == row["text"] != ""
        owner = owners[row["entity_id"]]
        assert owner["doc_id"] == row["doc_id"]
        assert " ".join(row["text"].split()) in owner["aliases"]
        counted[row["entity_id"]] += 1
        mine = [c for c in where.values() if c["doc_id"] == row["doc_id"]]
        held = [c for c in mine if c["start"] <= row["start"] and row["end"] <= c["end"]]
        first = min(held, key=lambda c: (c["start"], c["end"]), default=None)
        assert row["chunk_id"] == (first["chunk_id"] if first else None)
    for key, owner in owners.items():
        assert counted[key] == owner["mentions"]
        assert owner["name"] in owner["aliases"]
        assert owner["canonical"] == canonical(owner["canonical"]) != ""
    spans = found["mentions"].select("doc_id", "start", "end")
    assert spans.is_unique().all()
    for row in found["relations"].to_dicts():
        assert (row["doc_id"], row["subject"]) in known
        assert (row["doc_id"], row["object"]) in known
        assert row["subject"] != row["object"]
        assert row["weight"] >= max(1, len(row["evidence"]))
        for span in row["evidence"]:
            assert 0 <= span["start"] < span["end"] <= len(texts[row["doc_id"]])


@settings(max_examples=30, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_neither_order_nor_batches_matter(made: list[dict[str, Any]], random: Any) -> None:
    table = documents(*made)
    cut = cut_up(table, 60, 40)
    whole = graph(table, cut)
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = graph(table[order], cut.sample(fraction=1, shuffle=True, seed=random.randrange(99)))
    alone = [graph(table[at], cut.filter(pl.col("doc_id") == table["doc_id"][at])) for at in order]
    for name in whole:
        assert whole[name].equals(shuffled[name])
        joined = pl.concat([each[name] for each in alone]).sort(ORDER[name])
        assert whole[name].equals(joined)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300) | TEXTS, st.booleans())
def test_prose_is_as_long_as_the_text_and_words_are_its_own(text: str, markup: bool) -> None:
    code = code_spans(text, [])
    prose = read_prose(text, code, markup=markup)
    assert len(prose.blanked) == len(text)
    last = 0
    for passage in prose.passages:
        assert passage.text == " ".join(passage.text.split()) != ""
        for at, start, word in zip(passage.at, passage.starts, passage.text.split(), strict=True):
            assert start >= last
            assert text[start : start + len(word)] == word
            assert passage.span(at, at + len(word)) == (start, start + len(word))
            last = start + len(word)
    assert all(0 <= start < end <= len(text) for start, end in code)
    assert all(one[1] < two[0] for one, two in pairwise(code))


@given(st.text(max_size=40))
def test_canonical_names_are_stable(name: str) -> None:
    form = canonical(name)
    assert canonical(form) == form
    assert canonical(f"  {name.upper()} ") == canonical(name.upper())


SPANS = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda p: (p[0], p[0] + p[1]))


@given(st.lists(st.tuples(st.integers(0, 2), SPANS), max_size=12), st.lists(SPANS, max_size=12))
def test_holders_are_those_of_a_plain_search(
    where: list[tuple[int, tuple[int, int]]], spans: list[tuple[int, int]]
) -> None:
    cut = [Chunk(level, *span, f"c{number}") for number, (level, span) in enumerate(where)]
    expected = [
        next((c.chunk_id for c in sorted(cut) if c.start <= start and end <= c.end), None)
        for start, end in spans
    ]
    assert first_holders(cut, spans) == expected
