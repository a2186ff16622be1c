"""From pieces to a frame, and what happens to pieces that are too long."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from ops.errors import DocumentError, UsageError
from ops.frames import CHUNKS, chunk_id
from ops.segment.chunks import chunks_frame
from ops.segment.measure import rulers
from ops.segment.piece import Document, Piece, Structure, documents_of
from ops.segment.settle import Draft, settle
from ops.segment.units import Words
from tests.segments import documents


class Counted(Words):
    """Words, and how often it was asked to count."""

    calls = 0

    def count(self, texts: Sequence[str]) -> list[int]:
        self.calls += 1
        return super().count(texts)


class Greedy:
    """A tokenizer that gives a slice more tokens than its place in the text suggests.

    Every character is a token, and each text has one more at its start.
    """

    hash = "greedy"
    additive = False

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        return [
            np.array([(0, 0), *((at, at + 1) for at in range(len(text)))], dtype=np.int64)
            for text in texts
        ]

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text) + 1 for text in texts]


def test_ids_ordinals_and_order() -> None:
    table = documents(["aa bb aa", "aa"])
    counter = Counted()
    pieces = {
        "d0000": [Piece(6, 8, "end"), Piece(0, 2, "word"), Piece(3, 5, "word")],
        "d0001": [Piece(0, 2, "end")],
    }
    frame = chunks_frame(table, pieces, counter)
    assert dict(frame.schema) == dict(CHUNKS)
    assert frame["text"].to_list() == ["aa", "bb", "aa", "aa"]
    assert frame["ordinal"].to_list() == [0, 1, 2, 0]
    assert frame["chunk_id"].to_list() == [
        chunk_id("d0000", 0, "aa", 0),
        chunk_id("d0000", 0, "bb", 0),
        chunk_id("d0000", 0, "aa", 1),
        chunk_id("d0001", 0, "aa", 0),
    ]
    assert frame["tokens"].to_list() == [1, 1, 1, 1]
    assert counter.calls == 1


def test_a_paragraph_added_above_renames_nothing() -> None:
    pieces = {"d0000": [Piece(0, 3, "word"), Piece(4, 7, "end")]}
    later = {"d0000": [Piece(0, 3, "word"), Piece(4, 7, "word"), Piece(8, 11, "end")]}
    before = chunks_frame(documents(["one two"]), pieces, Words())["chunk_id"].to_list()
    after = chunks_frame(documents(["new one two"]), later, Words())["chunk_id"].to_list()
    assert after[1:] == before


def test_parents() -> None:
    parent = Piece(0, 7, "end", level=1)
    pieces = {"d0000": [Piece(0, 3, "word", parent=parent), Piece(4, 7, "end", 0, parent), parent]}
    frame = chunks_frame(documents(["one two"]), pieces, Words())
    assert frame["level"].to_list() == [0, 0, 1]
    assert frame["ordinal"].to_list() == [0, 1, 0]
    assert frame["parent_id"].to_list() == [frame["chunk_id"][2]] * 2 + [None]
    with pytest.raises(UsageError, match="without its parent"):
        chunks_frame(documents(["one two"]), {"d0000": pieces["d0000"][:2]}, Words())


@pytest.mark.parametrize("piece", [Piece(2, 2, "end"), Piece(0, 9, "end"), Piece(-1, 2, "end")])
def test_a_piece_outside_its_text_is_refused(piece: Piece) -> None:
    with pytest.raises(UsageError, match="outside its text"):
        chunks_frame(documents(["one"]), {"d0000": [piece]}, Words())


def test_no_documents() -> None:
    frame = chunks_frame(documents([]), {}, Words())
    assert len(frame) == 0
    assert dict(frame.schema) == dict(CHUNKS)


def test_documents_without_structure_or_text() -> None:
    table = documents(["b", "a"]).drop("structure", "format")
    assert [d.text for d in documents_of(table)] == ["b", "a"]
    spans = [Structure("code", 0, 9), Structure("row", 1, 2), Structure("table", 0, 2)]
    (document,) = documents_of(documents(["abc"], [spans]))
    assert [span.kind for span in document.structure] == ["table", "row"]


def settled(text: str, pieces: list[Piece], size: int) -> list[Piece] | DocumentError:
    greedy = Greedy()
    (ruler,) = rulers([text], greedy)
    document = Document("d", text)
    return settle([Draft(document, ruler, pieces)], size, greedy, trim=True)["d"]


def test_what_a_slice_adds_is_found_and_cut_off() -> None:
    text = "abcd efgh ijkl"
    found = settled(text, [Piece(0, 9, "word"), Piece(10, 14, "end")], 8)
    assert isinstance(found, list)
    assert [text[p.start : p.end] for p in found] == ["abcd", "efgh", "ijkl"]
    assert [p.tokens for p in found] == [5, 5, 5]
    assert [p.boundary for p in found] == ["word", "word", "end"]


def test_overlap_is_given_up_before_a_piece_is_cut() -> None:
    text = "abcd efgh ijkl"
    found = settled(text, [Piece(0, 9, "word"), Piece(5, 14, "end")], 10)
    assert isinstance(found, list)
    assert [(p.start, p.end) for p in found] == [(0, 9), (5, 14)]
    found = settled(text, [Piece(0, 4, "word"), Piece(3, 9, "word"), Piece(10, 14, "end")], 6)
    assert isinstance(found, list)
    assert [(p.start, p.end) for p in found] == [(0, 4), (5, 9), (10, 14)]


def test_a_character_that_is_too_much_fails_its_document() -> None:
    found = settled("ab", [Piece(0, 2, "end")], 1)
    assert isinstance(found, DocumentError)
    assert "U+0061 alone has 2 tokens" in found.message


def test_marks_of_boundaries_and_derived_text() -> None:
    text = "head\nrow one\nrow two"
    pieces = [
        Piece(5, 12, "row", score=0.7, threshold=0.5, lead=((0, 4),)),
        Piece(13, 20, "end"),
    ]
    frame = chunks_frame(documents([text]), {"d0000": pieces}, Words())
    assert frame["boundary_score"].to_list() == [0.7, None]
    assert frame["boundary_threshold"].to_list() == [0.5, None]
    assert frame["derived_text"].to_list() == ["head\nrow one", None]
    assert frame["derived_spans"].to_list() == [
        [{"start": 0, "end": 4}, {"start": 5, "end": 12}],
        None,
    ]


def test_only_the_last_part_of_a_cut_piece_keeps_its_score() -> None:
    text = "one two three"
    [ruler] = rulers([text], Words())
    draft = Draft(Document("d", text), ruler, [Piece(0, 13, "topic", score=0.9, threshold=0.4)])
    found = settle([draft], 2, Words(), trim=True)["d"]
    assert not isinstance(found, DocumentError)
    assert [(p.boundary, p.score, p.threshold) for p in found] == [
        ("word", None, None),
        ("topic", 0.9, 0.4),
    ]
