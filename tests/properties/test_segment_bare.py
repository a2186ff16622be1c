"""Searching a bare text cuts it as arrays do."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ops.frames import Frames
from ops.segment.bare import bare
from ops.segment.joined import joined
from ops.segment.piece import Document, Structure
from ops.segment.recursive import Recursive
from ops.segment.ruler import CharacterRuler
from ops.segment.spaces import back, skip, strip
from tests.segments import chunks_of, context, documents, texts

SLOW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=300)
LINES = (
    *("Dr. No said so.", "and it went on", "He (she?) left.)", "- one", "2. two", "-", "1.", "-5"),
    *("wrapped 3.5 e.g. this", "_x_", "é", "日本。", "」end", "...", "…", "!?", '."', "''' ' '"),
    *("", "", " ", "\t", "\r", "  indented", "\xa0", "\x1c", "\u2028", "a.b.c.d"),
)


def lined() -> st.SearchStrategy[str]:
    """Texts of short lines, with breaks of every kind."""
    part = st.tuples(st.sampled_from(LINES), st.sampled_from(["\n", "\n", " ", "", "\n\n", "\r\n"]))
    return st.lists(part, max_size=40).map(lambda parts: "".join(map("".join, parts)))


@SLOW
@given(st.one_of(lined(), texts(), st.text("a.。 \n-1", max_size=60)), st.integers(1, 90))
@example("word \n \n. e" + "\n" * 300 + "a" + " " * 300 + "\nb.", 5)
@example("a\n- \n\n-\n b 1.\n\nc", 3)
def test_parts_are_those_of_the_arrays(text: str, size: int) -> None:
    op = Recursive(size=size, tokenizer="characters")
    (some,) = joined([Document("", text)], [CharacterRuler(len(text))], [0])
    found = bare(text, size)
    parts = zip(found.starts, found.ends, found.whys, strict=True)
    assert list(parts) == list(op.parts(some))


@SLOW
@given(lined(), st.integers(0, 400), st.integers(0, 400))
def test_white_space_is_passed_over(text: str, one: int, two: int) -> None:
    text += " \t" * 60 + "x" + "\n" * 90
    start, end = min(one, two, len(text)), min(max(one, two), len(text))
    inner = text[start:end]
    assert skip(text, start, end) == end - len(inner.lstrip())
    assert back(text, start, end) == start + len(inner.rstrip())
    if inner.strip():
        assert text[slice(*strip(text, start, end))] == inner.strip()


def test_documents_with_and_without_structure_stay_in_order() -> None:
    text = "Title\n\n" + "Some words to be cut. " * 9
    spans = [Structure("heading", 0, 5, 1, "Title")]
    table = documents([text, text, "", text], [[], spans, [], []])
    op = Recursive(size=60, tokenizer="characters")
    together = op.apply(Frames({"documents": table}), context())["chunks"]
    assert together["doc_id"].is_sorted()
    for name, structure in (("d0000", []), ("d0001", spans), ("d0003", [])):
        of_one = together.filter(doc_id=name).drop("chunk_id", "doc_id")
        assert of_one.equals(chunks_of(op, text, structure).drop("chunk_id", "doc_id"))


@pytest.mark.parametrize("unit", ["\n", " ", "x", "x\n", "x.", "x. ", "x\n\n", "...", "。", "- \n"])
def test_long_monotonous_texts(unit: str) -> None:
    text = unit * (40_000 // len(unit)) + "e"
    op = Recursive(size=500, tokenizer="characters")
    (some,) = joined([Document("", text)], [CharacterRuler(len(text))], [0])
    found = bare(text, 500)
    assert list(zip(found.starts, found.ends, found.whys, strict=True)) == list(op.parts(some))
