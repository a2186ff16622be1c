"""What each segmenter does, on texts one can follow by eye."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from ops.errors import Cancelled
from ops.frames import Frames
from ops.load.formats.markdown import structure
from ops.op import Segmenter
from ops.registry import op_class
from ops.segment.fixed import Fixed
from ops.segment.piece import Structure
from ops.segment.recursive import Recursive
from ops.segment.sentence import Sentence
from tests.segments import chunks_of, context, documents, spans_of
from tests.steps import is_linear

ALL: list[type[Any]] = [Fixed, Sentence, Recursive]


def bodies(op: Segmenter, text: str, spans: list[Structure] | None = None) -> list[str]:
    return [str(body) for body in chunks_of(op, text, spans or [])["text"]]


def marked(text: str) -> list[Structure]:
    return [Structure(*span) for span in structure(text)]


@pytest.mark.parametrize("kind", ALL)
def test_parameters(kind: type[Any]) -> None:
    assert str(op_class(kind.name)) == str(kind)
    with pytest.raises(ValidationError, match=r"overlap \(5\) must be less than size \(5\)"):
        kind(size=5, overlap=5)
    with pytest.raises(ValidationError):
        kind(size=0)
    op = kind()
    assert op.model_names() == (("tokenizer", "minilm"),)
    hashes = {("tokenizer", "minilm"): "h"}
    assert op.fingerprint(hashes) != kind(size=255).fingerprint(hashes)
    assert kind.summary().endswith(".")


@pytest.mark.parametrize("kind", ALL)
def test_nothing_to_cut(kind: type[Any]) -> None:
    op = kind(tokenizer="words")
    assert len(op.apply(Frames({"documents": documents([])}), context())["chunks"]) == 0
    done: list[int] = []
    table = documents(["", " \n ", "word"])
    chunks = op.apply(Frames({"documents": table}), context(advance=done.append))["chunks"]
    assert chunks["doc_id"].to_list() == ["d0002"]
    assert sum(done) == 3


@pytest.mark.parametrize("kind", ALL)
def test_cancel(kind: type[Any]) -> None:
    op = kind(tokenizer="words")
    with pytest.raises(Cancelled):
        op.apply(Frames({"documents": documents(["word"])}), context(cancelled=lambda: True))


@pytest.mark.usefixtures("model_files")
@pytest.mark.parametrize("kind", ALL)
def test_a_document_that_cannot_fit_is_put_aside(kind: type[Any]) -> None:
    ctx = context()
    op = kind(size=1, tokenizer="minilm")
    chunks = op.apply(Frames({"documents": documents(["a 한 b", "a b"])}), ctx)["chunks"]
    assert chunks["doc_id"].unique().to_list() == ["d0001"]
    assert "U+D55C alone has 3 tokens" in ctx.failures["d0000"]
    assert "larger size" in ctx.failures["d0000"]


class TestFixed:
    def test_windows_keep_white_space_and_words(self) -> None:
        assert bodies(Fixed(size=2, tokenizer="words"), " a  b\nc d e ") == [
            " a  b\n",
            "c d ",
            "e ",
        ]

    def test_overlap(self) -> None:
        op = Fixed(size=3, overlap=1, tokenizer="words")
        assert bodies(op, "a b c d e f") == ["a b c ", "c d e ", "e f"]

    def test_the_overlap_gives_way_to_a_long_word(self) -> None:
        op = Fixed(size=3, overlap=2, tokenizer="words")
        assert bodies(op, "a b c d-e f") == ["a b c ", "d-e ", "f"]

    def test_a_word_longer_than_a_window_is_cut(self) -> None:
        op = Fixed(size=4, tokenizer="characters")
        chunks = chunks_of(op, "abcdefghij kl")
        assert chunks["text"].to_list() == ["abcd", "efgh", "ij ", "kl"]
        assert chunks["boundary"].to_list() == ["budget", "budget", "word", "end"]

    def test_characters_as_seen_stay_whole(self) -> None:
        family = "👨\u200d👩\u200d👧"
        assert bodies(Fixed(size=8, tokenizer="characters"), family * 3) == [family] * 3

    def test_windows_of_white_space_are_left_out(self) -> None:
        op = Fixed(size=3, tokenizer="characters")
        assert bodies(op, "a" + " " * 20 + "b") == ["a  ", "b"]


class TestSentence:
    def test_whole_sentences(self) -> None:
        text = "One two. Three four. Five six seven.\n\nEight."
        assert bodies(Sentence(size=6, tokenizer="words"), text) == [
            "One two. Three four.",
            "Five six seven.\n\nEight.",
        ]

    def test_overlap_counts_sentences(self) -> None:
        op = Sentence(size=6, overlap=1, tokenizer="words")
        text = "One two. Three four. Five six. Seven eight."
        assert bodies(op, text) == [
            "One two. Three four.",
            "Three four. Five six.",
            "Five six. Seven eight.",
        ]

    def test_a_sentence_that_is_too_long(self) -> None:
        text = "Short. a b c d\ne f g h i. End."
        chunks = chunks_of(Sentence(size=4, tokenizer="words"), text)
        assert chunks["text"].to_list() == ["Short.", "a b c d", "e f g h", "i.", "End."]
        assert chunks["boundary"].to_list() == ["sentence", "line", "word", "sentence", "end"]

    def test_code_and_tables_stay_whole(self) -> None:
        code, table = "```py\nx = 1. \n\nY = 2.\n```", "| a. B | c |\n|---|---|\n| d | e |"
        text = f"Intro one. Two.\n\n{code}\n\n{table}\n"
        got = bodies(Sentence(size=20, tokenizer="words"), text, marked(text))
        assert got == [
            "Intro one. Two.\n\n```py\nx = 1. \n\nY = 2.\n```",
            "| a. B | c |\n|---|---|\n| d | e |",
        ]

    def test_a_heading_goes_with_what_follows(self) -> None:
        text = "One two three.\n\n# Head\n\nFour five six."
        assert bodies(Sentence(size=6, tokenizer="words"), text, marked(text)) == [
            "One two three.",
            "# Head\n\nFour five six.",
        ]


class TestRecursive:
    def test_the_coarsest_separator_wins(self) -> None:
        text = "One two three.\n\nFour five. Six seven.\n\nEight"
        chunks = chunks_of(Recursive(size=6, tokenizer="words"), text)
        assert chunks["text"].to_list() == ["One two three.", "Four five. Six seven.", "Eight"]
        assert chunks["boundary"].to_list() == ["paragraph", "paragraph", "end"]
        chunks = chunks_of(Recursive(size=4, tokenizer="words"), text)
        assert chunks["text"].to_list() == ["One two three.", "Four five.", "Six seven.", "Eight"]
        assert chunks["boundary"].to_list() == ["paragraph", "sentence", "paragraph", "end"]

    def test_neighbours_are_joined_up_to_the_size(self) -> None:
        text = "a\n\nb\n\nc\n\nd e f"
        assert bodies(Recursive(size=3, tokenizer="words"), text) == ["a\n\nb\n\nc", "d e f"]

    def test_white_space_at_the_end_costs_nothing(self) -> None:
        assert bodies(Recursive(size=5, tokenizer="characters"), "abcde\n\n") == ["abcde"]

    def test_headings_by_depth_stay_with_their_text(self) -> None:
        sections = ["# A\n\nA b c.", "## B\n\nD e f.", "# C\n\n## D\n\nG h i j k."]
        text = "\n\n".join(sections)
        got = bodies(Recursive(size=14, tokenizer="words"), text, marked(text))
        assert got == ["\n\n".join(sections[:2]), sections[2]]
        got = bodies(Recursive(size=10, tokenizer="words"), text, marked(text))
        assert got == sections
        got = bodies(Recursive(size=8, tokenizer="words"), text, marked(text))
        assert got == [*sections[:2], "# C\n\n## D\n\nG h i j", "k."]

    def test_split_at_headings(self) -> None:
        text = "# A\n\na\n\n## B\n\nb\n\n# C"
        op = Recursive(size=90, tokenizer="words", split_at_headings=True)
        chunks = chunks_of(op, text, marked(text))
        assert chunks["text"].to_list() == ["# A\n\na", "## B\n\nb", "# C"]
        assert chunks["boundary"].to_list() == ["heading", "heading", "end"]
        again = Recursive(size=90, overlap=9, tokenizer="words", split_at_headings=True)
        assert bodies(again, text, marked(text)) == chunks["text"].to_list()

    def test_rows_and_code_stay_whole_where_they_fit(self) -> None:
        text = "| a | b |\n|---|---|\n| c d | e |\n| f | g |\n\n```\nx\n\ny\n```\n"
        got = bodies(Recursive(size=7, tokenizer="words"), text, marked(text))
        rows = ["| a | b |\n|---|---|", "| c d | e |", "| f | g |"]
        assert got == [*rows, "```\nx\n\ny\n```"]

    def test_wrapped_lines_are_finer_than_sentences(self) -> None:
        text = "One two three\nfour. Five six\nseven eight."
        assert bodies(Recursive(size=6, tokenizer="words"), text) == [
            "One two three\nfour.",
            "Five six\nseven eight.",
        ]

    def test_list_items(self) -> None:
        text = "Intro\n\n- a b. C\n- d\n- e f g\n"
        assert bodies(Recursive(size=6, tokenizer="words"), text, marked(text)) == [
            "Intro",
            "- a b. C",
            "- d\n- e f g",
        ]

    def test_a_page_break_inside_a_sentence_is_no_separator(self) -> None:
        text = "A b c\nd e f. G h i.\nJ k l."
        pages = [Structure("page", 0, 6), Structure("page", 6, 20), Structure("page", 20, 26)]
        chunks = chunks_of(Recursive(size=12, tokenizer="words"), text, pages)
        assert chunks["text"].to_list() == ["A b c\nd e f. G h i.", "J k l."]
        assert chunks["boundary"].to_list() == ["paragraph", "end"]

    def test_explicit_separators(self) -> None:
        op = Recursive(size=3, tokenizer="words", separators=("; ", " "))
        chunks = chunks_of(op, "a b; c; d e f g")
        assert chunks["text"].to_list() == ["a b;", "c;", "d e f", "g"]
        assert chunks["boundary"].to_list() == ["separator", "separator", "word", "end"]

    def test_overlap_keeps_to_the_budget(self) -> None:
        op = Recursive(size=5, overlap=2, tokenizer="words")
        text = "One two. Three four. Five six. Seven eight."
        chunks = chunks_of(op, text)
        assert chunks["text"].to_list() == [
            "One two.",
            "two. Three four.",
            "four. Five six.",
            "six. Seven eight.",
        ]
        assert chunks["tokens"].to_list() == [3, 5, 5, 5]


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("unit", ["x", "x-", "word ", "e\u0301", "。", "\n", "a. ", "{'k':1},"])
def test_one_line_takes_linear_work(kind: type[Any], unit: str) -> None:
    op = kind(size=64, tokenizer="words")

    def cut(length: int) -> None:
        text = unit * (length // len(unit))
        assert all(text[start:end].strip() for start, end in spans_of(chunks_of(op, text)))

    assert is_linear(cut, 10_000)


@pytest.mark.slow
@pytest.mark.usefixtures("model_files")
def test_megabytes_in_one_word() -> None:
    text = "x" * 5_000_000
    chunks = chunks_of(Recursive(), text)
    assert chunks["tokens"].max() == 1  # to BERT, one unknown word each
    assert chunks["text"].str.len_chars().max() == 25_600
    assert chunks.select(pl.col("end") - pl.col("start")).sum().item() == len(text)


@pytest.mark.usefixtures("model_files")
def test_white_space_of_many_tokens_at_the_end_is_left_out() -> None:
    op = Fixed(size=1, overlap=0, tokenizer="smollm2")
    assert bodies(op, "```py\n\n```\n\r\n\r\n") == ["```", "py", "`", "``"]
