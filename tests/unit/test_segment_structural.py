"""Segmenters that follow the form of a document."""

from __future__ import annotations

import polars as pl
import pytest

from ops.frames import Frames
from ops.load.formats.markdown import structure
from ops.op import Segmenter
from ops.registry import op_class
from ops.segment.grammar import guess
from ops.segment.piece import Structure
from tests.segments import chunks_of, context, documents

LAW = (
    "Preamble\n\nChapter I General\n\nArticle 1 Scope\n\nThis applies. See Article 2 and § 9.\n\n"
    "Article 2 Definitions\n\n2.1 Terms. In this law a thing is one.\n2.2 Other. It is.\n\n"
    "Chapter II\n\nArticle 3\n\nEnd."
)


def made(name: str, **values: object) -> Segmenter:
    op = op_class(name).model_validate({"size": 40, "tokenizer": "words", **values})
    assert isinstance(op, Segmenter)
    return op


def marked(text: str) -> list[Structure]:
    return [Structure(*span) for span in structure(text)]


def test_sections_of_a_law_and_their_tree() -> None:
    chunks = chunks_of(made("segment.section", size=12, parents="all"), LAW)
    leaves = chunks.filter(level=0)
    assert leaves["text"].to_list()[:3] == ["Preamble", "Chapter I General", "Article 1 Scope"]
    names = dict(zip(chunks["chunk_id"], chunks["text"], strict=True))
    parent = dict(zip(chunks["text"], chunks["parent_id"], strict=True))
    article = names[parent["Article 1 Scope"]]
    assert article.startswith("Article 1 Scope")
    assert article.endswith("§ 9.")
    assert names[parent[article]].startswith("Chapter I General")
    assert parent[names[parent[article]]] is None
    assert parent["Preamble"] is None


def test_references_lead_to_sections_that_there_are() -> None:
    chunks = chunks_of(made("segment.section", size=12), LAW)
    [(holder, [found])] = [
        (row["text"], row["references"])
        for row in chunks.iter_rows(named=True)
        if row["references"]
    ]
    assert holder.startswith("This applies")
    assert LAW[found["start"] : found["end"]] == "Article 2"
    target = chunks.filter(chunk_id=found["target"])["text"][0]
    assert target.startswith("Article 2 Definitions")


def test_prose_with_numbers_is_no_outline() -> None:
    text = "3 apples were eaten by us.\nIn 1990 we left.\n5. "
    assert len(chunks_of(made("segment.section"), text)) == 1


def test_pages() -> None:
    text = "One one.\fTwo two.\fThree three."
    assert chunks_of(made("segment.page"), text)["text"].to_list() == [
        "One one.",
        "Two two.",
        "Three three.",
    ]
    joined = chunks_of(made("segment.page", size=7, join=True), text)
    assert joined["text"].to_list() == ["One one.\fTwo two.", "Three three."]
    assert joined["boundary"].to_list() == ["page", "end"]


def test_rows_get_their_header() -> None:
    text = "Intro.\n\n| a | b |\n|---|---|\n| one | two |\n| three | four |\n\nEnd."
    chunks = chunks_of(made("segment.table", size=20, rows=1), text, marked(text))
    assert chunks["text"].to_list() == [
        "Intro.",
        "| a | b |\n|---|---|\n| one | two |",
        "| three | four |",
        "End.",
    ]
    header = "| a | b |\n|---|---|"
    assert chunks["derived_text"].to_list() == [None, None, f"{header}\n| three | four |", None]
    assert chunks["boundary"].to_list() == ["table", "row", "table", "end"]


def test_a_header_that_is_too_long_is_not_repeated() -> None:
    text = "| a long header here | and more of it |\n|---|---|\n| one | two |\n| three | four |"
    chunks = chunks_of(made("segment.table", size=18), text, marked(text))
    assert len(chunks) > 1
    assert chunks["derived_text"].null_count() == len(chunks)


def test_turns_are_whole_and_long_ones_keep_their_speaker() -> None:
    text = (
        "Anna: Hello there. How are you?\nBo: Fine.\n"
        "Anna: I have much to say here. It goes on for long. And it never ends at all."
    )
    chunks = chunks_of(made("segment.transcript", size=14), text)
    assert chunks["text"].to_list() == [
        "Anna: Hello there. How are you?\nBo: Fine.",
        "Anna: I have much to say here.",
        "It goes on for long.",
        "And it never ends at all.",
    ]
    assert chunks["derived_text"].to_list() == [
        None,
        None,
        "Anna:\nIt goes on for long.",
        "Anna:\nAnd it never ends at all.",
    ]


def test_a_silence_ends_a_chapter() -> None:
    text = "[00:01] One.\n[00:04] Two.\n[05:00] Three."
    chunks = chunks_of(made("segment.transcript", pause=60), text)
    assert chunks["text"].to_list() == ["[00:01] One.\n[00:04] Two.", "[05:00] Three."]
    assert chunks["boundary"].to_list() == ["chapter", "end"]


PYTHON = """import os


# Says hello.
@cached
def hello(name):
    return f"hello {name}"


class Thing:
    def one(self):
        return 1

    def two(self):
        return 2
"""


def test_functions_keep_their_comments_and_decorators() -> None:
    pytest.importorskip("tree_sitter_python")
    chunks = chunks_of(made("segment.code", language="auto", join=False), PYTHON)
    assert [text.splitlines()[0] for text in chunks["text"]] == [
        "import os",
        "# Says hello.",
        "class Thing:",
    ]
    inner = chunks_of(made("segment.code", size=14), PYTHON)
    assert [text.split("\n")[0] for text in inner["text"]][-2:] == [
        "class Thing:",
        "def two(self):",
    ]


def test_offsets_of_code_count_characters() -> None:
    pytest.importorskip("tree_sitter_python")
    text = "x = 'äöü 🙂'\n\n\ndef f():\n    return 'é'\n\n\ndef g():\n    return 2\n"
    chunks = chunks_of(made("segment.code", language="python", join=False), text)
    assert chunks["text"].to_list()[1:] == ["def f():\n    return 'é'", "def g():\n    return 2"]


def test_labels_of_old_code() -> None:
    text = "START ;entry\n SET X=1\n QUIT\n;\n; adds\nADD(A,B) ;\n QUIT A+B\n"
    assert guess(text) == "legacy"
    chunks = chunks_of(made("segment.code", join=False), text)
    assert chunks["text"].to_list() == [
        "START ;entry\n SET X=1\n QUIT",
        ";\n; adds\nADD(A,B) ;\n QUIT A+B",
    ]


def again(
    name: str, chunks: pl.DataFrame, text: str, spans: list[Structure], **values: object
) -> pl.DataFrame:
    frames = Frames({"documents": documents([text], [spans]), "chunks": chunks})
    return made(name, **values).apply(frames, context())["chunks"]


def test_small_neighbours_are_joined_within_their_section() -> None:
    text = "# A\n\nOne one.\n\nTwo two.\n\n# B\n\nThree three."
    spans = marked(text)
    cut = chunks_of(made("segment.sentence", size=5), text, spans)
    assert cut["text"].to_list() == ["# A\n\nOne one.", "Two two.", "# B\n\nThree three."]
    joined = again("segment.merge", cut, text, spans)
    assert joined["text"].to_list() == ["# A\n\nOne one.\n\nTwo two.", "# B\n\nThree three."]
    assert joined["boundary"].to_list() == ["paragraph", "end"]
    assert joined["tokens"].to_list() == [8, 5]
    assert len(again("segment.merge", cut, text, spans, across=True)) == 1
    assert len(again("segment.merge", cut, text, spans, under=3)) == 3


def test_parents_outlive_merging() -> None:
    cut = chunks_of(made("segment.section", size=8, parents="nearest"), LAW)
    joined = again("segment.merge", cut, LAW, [], size=30)
    names = set(joined["chunk_id"])
    assert set(joined["parent_id"].drop_nulls()) <= names
    assert joined.filter(level=0).height < cut.filter(level=0).height


def test_overlap_as_text_and_as_derived_text() -> None:
    text = "One two three. Four five six. Seven eight nine."
    cut = chunks_of(made("segment.sentence", size=4), text)
    as_text = again("segment.overlap", cut, text, [], overlap=2)
    assert as_text["text"].to_list()[1] == "three. Four five six."
    derived = again("segment.overlap", cut, text, [], overlap=2, how="derived")
    assert derived["text"].to_list() == cut["text"].to_list()
    assert derived["derived_text"].to_list()[1] == "three.\nFour five six."
