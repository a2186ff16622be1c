"""`enrich.metadata` as a whole."""

from __future__ import annotations

import polars as pl
import pytest

from ops.enrich.metadata import Metadata
from ops.errors import Cancelled
from ops.frames import keys
from tests.graphs import chunks, context, documents, frames, heading

ENGLISH = (
    "The people of the town came out to see the ship, and they were glad that it had come home. "
    "It was a warm day in the spring, and the sun stood high over the houses by the water. "
)
GERMAN = (
    "Die Menschen der Stadt kamen heraus, um das Schiff zu sehen, und sie freuten sich sehr. "
    "Es war ein warmer Tag im Frühling, und die Sonne stand hoch über den Häusern am Wasser. "
)
BLOCK = "```\nx = 1\n```\n\n"
TEXT = f"# Harbour\n\n{ENGLISH}On 5 March 2024 it left.\n\n{BLOCK}{GERMAN * 2}2023-01-02"
WORDS = len(TEXT.translate(str.maketrans("#`=", "   ")).split())


def test_a_document_is_described() -> None:
    made = Metadata().apply(frames(documents({"text": TEXT})), context())
    (row,) = made["documents"].to_dicts()
    assert set(made) == {"documents"}
    assert row["language"] in ("en", "de")
    assert 0 < row["language_score"] <= 1
    assert row["words"] == WORDS
    assert row["reading_minutes"] == round(row["words"] / 238, 2)
    assert row["sentences"] == 9  # the heading, three, four and what follows the last stop
    assert row["dates"] == ["2023-01-02", "2024-03-05"]
    assert row["has_code"] is True


def test_only_english_has_a_reading_ease() -> None:
    table = documents({"text": ENGLISH}, {"text": GERMAN})
    made = Metadata().apply(frames(table), context())["documents"]
    assert made["language"].to_list() == ["en", "de"]
    ease = made["reading_ease"].to_list()
    assert ease[0] > 70
    assert ease[1] is None


def test_chunks_are_described_where_they_are() -> None:
    code, german = TEXT.index("```"), TEXT.index(GERMAN)
    structure = [heading(0, 9, 1, "Harbour")]
    structure.append({"kind": "page", "start": 0, "end": len(TEXT), "level": 0, "label": "3"})
    table = documents({"text": TEXT, "structure": structure})
    cut = chunks(("d0", 0, code), ("d0", code, german), ("d0", german, len(TEXT)), text=TEXT)
    made = Metadata(min_letters=20).apply(frames(table, cut), context())["chunks"]
    assert made["chunk_id"].to_list() == ["c0", "c1", "c2"]
    assert made["heading_path"].to_list() == [["Harbour"]] * 3
    assert made["page"].to_list() == [3, 3, 3]
    assert made["dates"].to_list() == [["2024-03-05"], [], ["2023-01-02"]]
    assert made["has_code"].to_list() == [False, True, False]
    assert made["language"][0] == "en"
    assert made["language"][2] == "de"
    assert made["words"].sum() == len(
        TEXT.replace("#", "").replace("```", "").replace("=", "").split()
    )


def test_a_short_chunk_has_its_documents_language() -> None:
    text = ENGLISH * 3 + "Guten Tag."
    table = documents({"text": text})
    cut = chunks(("d0", len(ENGLISH) * 3, len(text)), text=text)
    made = Metadata().apply(frames(table, cut), context())["chunks"]
    assert made["language"].to_list() == ["en"]


def test_a_date_cut_in_two_belongs_to_neither_chunk() -> None:
    text = "It ended on 2024-03-05 at last."
    cut = chunks(("d0", 0, 15), ("d0", 15, len(text)), text=text)
    made = Metadata().apply(frames(documents({"text": text}), cut), context())
    assert made["chunks"]["dates"].to_list() == [[], []]
    assert made["documents"]["dates"].to_list() == [["2024-03-05"]]


def test_empty_documents_and_batches() -> None:
    op = Metadata()
    (row,) = op.apply(frames(documents({"text": ""})), context())["documents"].to_dicts()
    assert row == {
        "doc_id": "d0",
        "language": None,
        "language_score": 0.0,
        "words": 0,
        "sentences": 0,
        "reading_ease": None,
        "reading_minutes": 0.0,
        "dates": [],
        "has_code": False,
    }
    nothing = op.apply(frames(documents(), chunks()), context())
    assert [len(table) for table in nothing.values()] == [0, 0]
    for name, table in nothing.items():
        assert table.columns == [*keys(name), *Metadata.writes[name]]


def test_without_text_a_document_fails_and_the_others_go_on() -> None:
    ctx = context()
    made = Metadata().apply(frames(documents({"text": None}, {"text": "Words."})), ctx)
    assert ctx.failures == {"d0": "it has no text"}
    assert made["documents"]["doc_id"].to_list() == ["d1"]


def test_it_stops_when_asked_to() -> None:
    with pytest.raises(Cancelled):
        Metadata().apply(frames(documents({"text": "Words."})), context(lambda: True))


def test_the_order_of_the_batch_does_not_matter() -> None:
    table = documents({"text": TEXT}, {"text": ENGLISH}, {"text": GERMAN})
    cut = chunks(("d0", 0, 50), ("d1", 0, 50), ("d0", 30, 90), text=TEXT)
    one = Metadata().apply(frames(table, cut), context())
    other = Metadata().apply(frames(table.reverse(), cut.reverse()), context())
    assert all(one[name].equals(other[name]) for name in one)
    alone = [
        Metadata().apply(frames(table[i], cut.filter(doc_id=f"d{i}")), context()) for i in range(3)
    ]
    for name in one:
        assert pl.concat([each[name] for each in alone]).equals(one[name])
