"""The op `keywords.frake`, variant published, with spaCy's own tagger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from ops.context import Context
from ops.errors import Cancelled
from ops.frames import KEYWORD, Frames
from ops.inference.resources import LocalResources
from ops.keywords.frake import Frake
from ops.keywords.graph import CENTRALITIES
from ops.keywords.score import TEXTURAL
from ops.keywords.table import PARTS
from ops.keywords.tags import part_weights
from ops.registry import op_class

TEXT = """\
# Chunking documents

Chunking documents is the first step of retrieval. A chunk is a span of a document.
By graph centrality FRAKE ranks words. Of those that it links graph centrality picks few.
Few nodes have Graph-Centrality, but GRAPH (centrality) counts.

Retrieval finds a chunk. A chunk that is too long hides what retrieval wants.
"""
FRENCH = "Les chats dorment. Les chats noirs chassent les souris, et les souris fuient les chats."


def context(**settings: Any) -> Context:
    return Context(resources=LocalResources(Path()), **settings)


def published(**settings: Any) -> Frake:
    return Frake(variant="published", **settings)


def documents(*texts: str | None) -> pl.DataFrame:
    ids = [f"d{number}" for number in range(len(texts))]
    return pl.DataFrame({"doc_id": ids, "text": list(texts)}, schema_overrides={"text": pl.String})


def chunks_of(*spans: tuple[int, int], document: str = "d0") -> pl.DataFrame:
    rows = [(f"c{number}", document, *span) for number, span in enumerate(spans)]
    return pl.DataFrame(rows, schema=["chunk_id", "doc_id", "start", "end"], orient="row")


def keywords(table: pl.DataFrame, row: int = 0) -> list[dict[str, Any]]:
    return list(table["keywords"].to_list()[row])


def test_it_is_registered() -> None:
    assert op_class("keywords.frake") is Frake
    assert Frake.summary().startswith("Rank the phrases of each document")


def test_keywords_of_a_document() -> None:
    out = published().apply(Frames({"documents": documents(TEXT)}), context())
    assert list(out) == ["documents"]
    assert out["documents"].schema == {
        "doc_id": pl.String,
        "keywords": KEYWORD,
        "keyword_parts": PARTS,
    }
    found = keywords(out["documents"])
    assert len(found) == 10
    phrases = [keyword["phrase"] for keyword in found]
    assert {"chunk", "retrieval", "graph centrality"} <= set(phrases)
    assert len(set(phrases)) == 10
    scores = [keyword["score"] for keyword in found]
    assert scores == sorted(scores, reverse=True)
    spans = {keyword["phrase"]: keyword["spans"] for keyword in found}
    assert [TEXT[span["start"] : span["end"]] for span in spans["graph centrality"]] == [
        "graph centrality",
        "graph centrality",
        "GRAPH (centrality",
    ]
    assert len(spans["chunk"]) == 3


def test_parts_split_the_score_twice() -> None:
    """By textural feature and by centrality; either way they add up to the score."""
    frames = Frames({"documents": documents(TEXT, "zebra lion")})
    out = published().apply(frames, context())["documents"]
    for row, (found, why) in enumerate(
        zip(out["keywords"].to_list(), out["keyword_parts"].to_list(), strict=True)
    ):
        assert found
        for keyword, told in zip(found, why, strict=True):
            assert told["phrase"] == keyword["phrase"]
            parts = {part["name"]: part["value"] for part in told["parts"]}
            assert tuple(parts) == (*TEXTURAL, *CENTRALITIES)
            textural = sum(parts[name] for name in TEXTURAL)
            assert textural == pytest.approx(keyword["score"], abs=1e-5)
            central = sum(parts[name] for name in CENTRALITIES)
            # Two words have no graph: 0.3 of the textural part, and nothing by centrality.
            assert central == pytest.approx(keyword["score"] if row == 0 else 0.0, abs=1e-5)


def test_count_and_overlap_are_parameters() -> None:
    frames = Frames({"documents": documents(TEXT)})
    assert len(keywords(published(count=3).apply(frames, context())["documents"])) == 3
    words = published(count=100, hu=0.0).apply(frames, context())["documents"]
    assert all(" " not in keyword["phrase"] for keyword in keywords(words))
    for wrong in ({"count": 0}, {"hu": 1.1}, {"hu": -0.1}, {"language": "ja"}, {"variant": "x"}):
        with pytest.raises(ValidationError):
            Frake.model_validate(wrong)


def test_chunks_take_from_their_document() -> None:
    cut = TEXT.index("By graph")
    spans = ((0, cut), (cut, len(TEXT)), (cut, cut + 3), (cut, cut))
    frames = Frames({"documents": documents(TEXT), "chunks": chunks_of(*spans)})
    out = published(count=5).apply(frames, context())
    whole = published(count=1000).apply(frames, context())
    scores = {k["phrase"]: k["score"] for k in keywords(whole["documents"])}
    assert sorted(out["chunks"]["chunk_id"]) == ["c0", "c1", "c2", "c3"]
    by_chunk = dict(
        zip(out["chunks"]["chunk_id"], out["chunks"]["keywords"].to_list(), strict=True)
    )
    assert by_chunk["c2"] == []
    assert by_chunk["c3"] == []
    for chunk, (start, end) in (("c0", spans[0]), ("c1", spans[1])):
        assert len(by_chunk[chunk]) == 5
        for keyword in by_chunk[chunk]:
            assert keyword["score"] == scores[keyword["phrase"]]
            assert keyword["spans"]
            for span in keyword["spans"]:
                assert start <= span["start"] < span["end"] <= end
    assert "graph centrality" not in [keyword["phrase"] for keyword in by_chunk["c0"]]
    assert "graph centrality" in [keyword["phrase"] for keyword in by_chunk["c1"]]


def test_a_chunk_may_have_what_its_documents_best_lack() -> None:
    frames = Frames({"documents": documents(TEXT), "chunks": chunks_of((0, 10))})
    out = published(count=1).apply(frames, context())
    assert keywords(out["documents"])[0]["phrase"] != "chunking"
    assert [keyword["phrase"] for keyword in keywords(out["chunks"])] == ["chunking"]


def test_empty_batches_and_documents() -> None:
    out = published().apply(Frames({"documents": documents()}), context())
    assert out["documents"].height == 0
    frames = Frames({"documents": documents("", " \n", "12 ... the"), "chunks": chunks_of((0, 0))})
    out = published().apply(frames, context())
    assert out["documents"]["keywords"].to_list() == [[], [], []]
    assert out["chunks"]["keywords"].to_list() == [[]]


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("Zebra", ["zebra"]),
        ("zebra zebra zebra zebra", ["zebra"]),
        ("zebra lion", ["zebra", "lion"]),
    ],
)
def test_tiny_documents(text: str, phrases: list[str]) -> None:
    found = keywords(
        published().apply(Frames({"documents": documents(text)}), context())["documents"]
    )
    assert [keyword["phrase"] for keyword in found] == phrases
    assert all(keyword["score"] > 0 for keyword in found)


def test_a_document_without_text_is_put_aside() -> None:
    done: list[int] = []
    ctx = context(advance=done.append)
    frames = Frames(
        {"documents": documents(TEXT, None), "chunks": chunks_of((0, 5), document="d1")}
    )
    out = published().apply(frames, ctx)
    assert ctx.failures == {"d1": "it has no text"}
    assert out["documents"]["doc_id"].to_list() == ["d0"]
    assert out["chunks"].height == 0
    assert done == [1, 1]


def test_the_language_column_is_followed() -> None:
    def phrases(table: pl.DataFrame, **settings: Any) -> set[str]:
        out = published(**settings).apply(Frames({"documents": table}), context())
        return {keyword["phrase"] for keyword in keywords(out["documents"])}

    table = documents(FRENCH)
    assert "les" not in phrases(table)
    assert phrases(table) == phrases(table, language="fr")
    assert "les" in phrases(table.with_columns(language=pl.lit("en")))
    assert "les" not in phrases(table.with_columns(language=pl.lit("fr")), language="auto")
    unknown = table.with_columns(language=pl.lit(None, dtype=pl.String))
    assert phrases(unknown) == phrases(table)
    assert published().inputs({"documents": ("text", "language")}) == {
        "documents": ("text", "language")
    }


def test_cancel() -> None:
    asked: list[None] = []

    def cancelled() -> bool:
        asked.append(None)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        published().apply(
            Frames({"documents": documents(*[TEXT] * 5)}), context(cancelled=cancelled)
        )


def test_batches_and_order_change_nothing() -> None:
    texts = [TEXT, FRENCH, TEXT.upper(), TEXT * 3, "Words", TEXT + FRENCH]
    table = documents(*texts)
    chunks = pl.concat(
        chunks_of((0, 40), (20, 60), document=f"d{number}").with_columns(
            chunk_id=pl.format("{}-{}", pl.col("doc_id"), pl.col("chunk_id"))
        )
        for number in (0, 2, 3)
    )
    frames = Frames({"documents": table, "chunks": chunks})
    whole = published().apply(frames, context())
    turned = Frames({"documents": table.reverse(), "chunks": chunks.reverse()})
    again = published().apply(turned, context())
    for name in ("documents", "chunks"):
        assert whole[name].equals(again[name])
    parts = [published().apply(frames.of_documents([row]), context()) for row in table["doc_id"]]
    for name in ("documents", "chunks"):
        assert pl.concat(part[name] for part in parts).equals(whole[name])


def test_parts_of_speech_of_lone_words() -> None:
    nlp = LocalResources(Path()).nlp("en")
    words = ["document", "Paris", "running", "beautiful", "quickly"]
    assert part_weights(words, nlp).tolist() == [1.0, 1.0, 0.5, 0.25, 0.25]
    assert part_weights(words[::-1], nlp).tolist() == [0.25, 0.25, 0.5, 1.0, 1.0]
    assert part_weights([], nlp).tolist() == []
