"""Edits over random cuts: none is lost, offsets stay exact, undoing restores."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from ops.frames import CHUNKS, EDITED, chunk_id
from pipelines.edits.anchor import anchored
from pipelines.edits.apply import Applied, edit_document
from storage.edits import Edit, Outcome

DOC = "d"
WORDS = ("alpha ", "beta\n\n", "b ", "  ", "漢字 ", "end. ", "beta\n\n", "x")
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=40).map("".join)
KINDS = ("merge", "split", "retitle", "change", "drop", "pin", "annotate", "undo")
ORDERS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 99), st.integers(0, 99)), max_size=8
)


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def cut(text: str, places: Sequence[int], overlap: int, parents: bool) -> pl.DataFrame:
    """Chunks between the places, stripped; with parents of three chunks each."""
    borders = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    spans: list[tuple[int, int]] = []
    for start, end in pairwise(borders):
        first = max(start - overlap, 0)
        body = text[first:end]
        first += len(body) - len(body.lstrip())
        until = first + len(body.strip())
        if first < until and not any(s == first for s, _ in spans):
            spans.append((first, until))
    rows: list[dict[str, Any]] = []
    seen: dict[tuple[int, str], int] = {}

    def row(level: int, place: int, start: int, end: int, parent: str | None) -> dict[str, Any]:
        told = text[start:end]
        rank = seen[level, told] = seen.get((level, told), -1) + 1
        empty = dict.fromkeys(CHUNKS)
        return empty | {
            "chunk_id": chunk_id(DOC, level, told, rank),
            "doc_id": DOC,
            "level": level,
            "ordinal": place,
            "parent_id": parent,
            "start": start,
            "end": end,
            "text": told,
            "tokens": len(told.split()),
            "boundary": "end",
        }

    for place, n in enumerate(range(0, len(spans), 3)):
        group = spans[n : n + 3]
        parent = None
        if parents:
            rows.append(row(1, place, group[0][0], max(e for _, e in group), None))
            parent = rows[-1]["chunk_id"]
        rows += [row(0, n + m, *span, parent) for m, span in enumerate(group)]
    table = pl.DataFrame(rows, schema={**CHUNKS, **EDITED})
    return table.sort("doc_id", "level", "start", "end", "chunk_id")


CUTS = st.tuples(
    st.lists(st.integers(0, 300), max_size=12), st.sampled_from([0, 0, 3]), st.booleans()
)


def ordered(text: str, raw: pl.DataFrame, orders: Sequence[tuple[str, int, int]]) -> list[Edit]:
    """Edits as a person makes them: each over what those before have left."""
    edits: list[Edit] = []
    for kind, which, where in orders:
        now = edit_document(raw, text, edits, words).chunks.filter(pl.col("level") == 0)
        number = len(edits) + 1
        if kind == "undo":
            if edits:
                value = str(edits[which % len(edits)].number)
                edits.append(Edit("undo", "chunks", DOC, "me", value=value, number=number))
            continue
        rows = now.to_dicts()
        if not rows or (kind == "merge" and len(rows) < 2):
            continue
        row = rows[which % len(rows)]
        start, end = row["start"], row["end"]
        place = 0
        if kind == "merge":
            first = which % (len(rows) - 1)
            start, end = rows[first]["start"], max(r["end"] for r in rows[first : first + 2])
        elif kind == "split":
            place = 1 + where % max(end - start - 1, 1)
        anchor = anchored(text, start, end)
        edits.append(Edit(kind, "chunks", DOC, "me", anchor, f"{kind} {number}", place, "", number))
    return edits


def is_sound(text: str, raw: pl.DataFrame, applied: Applied, edits: Sequence[Edit]) -> None:
    chunks = applied.chunks
    assert chunks.schema == raw.schema
    assert [o.number for o in applied.outcomes] == [e.number for e in edits]
    for outcome in applied.outcomes:
        assert outcome.state in ("applied", "conflict", "undone")
        assert bool(outcome.reason) == (outcome.state == "conflict")
    assert chunks["chunk_id"].is_unique().all()
    names = set(chunks["chunk_id"])
    for row in chunks.iter_rows(named=True):
        assert text[row["start"] : row["end"]] == row["text"]
        assert row["text"].strip()
        assert row["tokens"] == len(row["text"].split())
        assert row["parent_id"] is None or row["parent_id"] in names
    spans = {row["chunk_id"]: (row["start"], row["end"]) for row in chunks.iter_rows(named=True)}
    for row in chunks.filter(pl.col("parent_id").is_not_null()).iter_rows(named=True):
        start, end = spans[row["parent_id"]]
        assert start <= row["start"]
        assert row["end"] <= end
    for level in set(chunks["level"]):
        places = chunks.filter(pl.col("level") == level).sort("start", "end")["ordinal"]
        assert places.to_list() == list(range(len(places)))


def covered(text: str, chunks: pl.DataFrame) -> set[int]:
    leaves = chunks.filter(pl.col("level") == 0).select("start", "end").iter_rows()
    return {n for start, end in leaves for n in range(start, end) if not text[n].isspace()}


def state_of(outcomes: Sequence[Outcome], number: int) -> str:
    return next(outcome.state for outcome in outcomes if outcome.number == number)


@settings(max_examples=50)
@given(TEXTS, CUTS, ORDERS, CUTS)
def test_every_edit_is_applied_or_a_conflict(
    text: str,
    first: tuple[list[int], int, bool],
    orders: list[tuple[str, int, int]],
    second: tuple[list[int], int, bool],
) -> None:
    raw = cut(text, *first)
    edits = ordered(text, raw, orders)
    before = edit_document(raw, text, edits, words)
    is_sound(text, raw, before, edits)
    again = cut(text, *second)
    after = edit_document(again, text, edits, words)
    is_sound(text, again, after, edits)
    assert_frame_equal(after.chunks, edit_document(again, text, edits, words).chunks)
    if not any(edit.kind == "drop" for edit in edits):
        assert covered(text, after.chunks) >= covered(text, again)
    # What holds of a title or a wording is to be seen in the chunks.
    holds = {e.number for e in edits if state_of(after.outcomes, e.number) == "applied"}
    told = {n for row in after.chunks["edits"].drop_nulls() for n in row}
    assert told <= holds
    for edit in edits:
        if edit.number in holds and edit.kind in ("pin", "change"):
            gone = [e for e in edits if e.number > edit.number and e.kind in ("drop", "merge")]
            if not gone:
                spans = after.chunks.filter(pl.col("level") == 0)["text"].to_list()
                splits = [e for e in edits if e.number > edit.number and e.kind == "split"]
                assert splits or edit.anchor.text in spans


@settings(max_examples=50)
@given(TEXTS, CUTS, ORDERS)
def test_undoing_restores(
    text: str, how: tuple[list[int], int, bool], orders: list[tuple[str, int, int]]
) -> None:
    raw = cut(text, *how)
    edits = ordered(text, raw, orders)
    if not edits or edits[-1].kind == "undo":
        return
    back = Edit("undo", "chunks", DOC, "me", value=str(edits[-1].number), number=len(edits) + 1)
    without = edit_document(raw, text, edits[:-1], words)
    undone = edit_document(raw, text, [*edits, back], words)
    assert_frame_equal(undone.chunks, without.chunks)
    assert state_of(undone.outcomes, edits[-1].number) == "undone"
    again = Edit("undo", "chunks", DOC, "me", value=str(back.number), number=back.number + 1)
    redone = edit_document(raw, text, [*edits, back, again], words)
    assert_frame_equal(redone.chunks, edit_document(raw, text, edits, words).chunks)


@settings(max_examples=40)
@given(TEXTS, CUTS, ORDERS, st.sampled_from(["new paragraph\n\n", "alpha ", ""]))
def test_an_edit_holds_where_its_text_moved(
    text: str, how: tuple[list[int], int, bool], orders: list[tuple[str, int, int]], more: str
) -> None:
    raw = cut(text, *how)
    edits = ordered(text, raw, orders)
    moved = more + text
    again = cut(moved, *how)
    after = edit_document(again, moved, edits, words)
    is_sound(moved, again, after, edits)
    for edit in edits:
        alone = edit_document(again, moved, [edit], words).outcomes[0]
        unique = moved.count(edit.anchor.text) == 1 == edit.anchor.count
        first = moved.find(edit.anchor.text)
        places = {n for n in range(first, first + len(edit.anchor.text)) if moved[n].strip()}
        unique &= places <= covered(moved, again)  # the cuts here may leave some text out
        if edit.kind in ("pin", "change", "retitle", "annotate") and unique:
            assert alone.state == "applied"


@settings(max_examples=50)
@given(TEXTS, CUTS, ORDERS)
def test_an_edit_applies_to_the_chunks_it_was_made_on(
    text: str, how: tuple[list[int], int, bool], orders: list[tuple[str, int, int]]
) -> None:
    raw = cut(text, *how)
    edits = ordered(text, raw, orders)
    for n, edit in enumerate(edits, 1):
        if edit.kind in ("pin", "drop"):
            assert edit_document(raw, text, edits[:n], words).outcomes[n - 1].state == "applied"
