"""Small edits of documents, and chunks that stand them."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ops.evaluate.small_edits import Kept, edited, small_edits, stability_of
from ops.segment.sentences import sentences
from tests.segments import documents

TEXT = " ".join(f"Sentence number {number} is here." for number in range(8))


def _by_sentence(table: pl.DataFrame) -> pl.DataFrame:
    rows = [
        (name, start, text[start:end], 0)
        for name, text in table.select("doc_id", "text").iter_rows()
        for start, end in sentences(text)
    ]
    schema = {"doc_id": pl.String, "start": pl.Int64, "text": pl.String, "level": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _by_forty(table: pl.DataFrame) -> pl.DataFrame:
    rows = [
        (name, start, text[start : start + 40], 0)
        for name, text in table.select("doc_id", "text").iter_rows()
        for start in range(0, len(text), 40)
    ]
    schema = {"doc_id": pl.String, "start": pl.Int64, "text": pl.String, "level": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_the_edits_are_one_more_one_less_and_one_word() -> None:
    more, less, word = small_edits(TEXT)
    row = {"text": TEXT}
    assert len(sentences(edited(row, more)["text"])) == 9
    assert len(sentences(edited(row, less)["text"])) == 7
    assert "altered number 6 is here." in edited(row, word)["text"]
    assert small_edits(TEXT) == (more, less, word)
    assert small_edits("") == small_edits(" \n ") == ()
    assert len(small_edits("Only this.")) == 2


def test_chunks_of_sentences_stand_edits_and_fixed_ones_do_not() -> None:
    table = documents([TEXT, "", TEXT.upper()])
    found = stability_of(table, _by_sentence)
    # Of eight sentences the first edit keeps all, the others seven.
    assert found == {name: Kept(22, 24) for name in ("d0000", "d0002")}
    assert all(kept.share < 0.7 for kept in stability_of(table, _by_forty).values())
    assert stability_of(documents([]), _by_sentence) == {}
    assert stability_of(documents(["", " "]), _by_forty) == {}


def test_a_document_that_cannot_be_cut_again_is_left_out() -> None:
    table = documents([TEXT, TEXT])

    def cut(given: pl.DataFrame) -> pl.DataFrame:
        made = _by_sentence(given)
        return made.filter((pl.col("doc_id") == "d0000") | (given["text"][0] == TEXT))

    assert list(stability_of(table, cut)) == ["d0000"]


SPAN = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted)


@given(st.text(alphabet="ab. \n", max_size=60), st.lists(SPAN, max_size=4))
def test_structure_stays_inside_the_text_and_around_its_words(
    text: str, spans: list[list[int]]
) -> None:
    inside = [(a, b) for a, b in spans if a < b <= len(text)]
    row = {"text": text, "structure": [{"start": a, "end": b} for a, b in inside]}
    for edit in small_edits(text):
        after = edited(row, edit)
        assert all(0 <= s["start"] < s["end"] <= len(after["text"]) for s in after["structure"])
        for a, b in inside:
            if b <= edit.start:
                assert {"start": a, "end": b} in after["structure"]
            if b < edit.start or a > edit.end:
                found = [after["text"][s["start"] : s["end"]] for s in after["structure"]]
                assert text[a:b] in found
