"""Searching a bare text cuts it as arrays do, in Python and in C."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from benchmarks.corpus import descriptions
from ops.frames import Frames
from ops.segment.abbreviations import ALWAYS, OFTEN, STARTERS
from ops.segment.bare import bare
from ops.segment.compiled import Cutter, _library, available, traits
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
WORDS = (
    *(word for short in sorted(ALWAYS | OFTEN) for word in (short, short.title())),
    *("The", "he", "W", "i", "12", "3", "U.S", "x-ray", "Übel", "été", "\u0130", "\u212a", "٣"),
    *("antidisestablishment", "日", "1)", *"…！？｡」』）”’»*_}]“‘«•–-+(<>|:;?!"),
    *("10.", "\u0301", "\u0345", "👨\u200d👩", "🇩🇪", "א", "ع", "\x00", "\x85", "\u1680", "\u3000"),
)
BREAKS = (". ", ".", " ", "", "\n", "\n\n", '." ', "\u2028", "\r\n")
built = pytest.mark.skipif(not available(), reason="ops/segment/_cut.c was not compiled")


def spoken() -> st.SearchStrategy[str]:
    """Texts of abbreviations, stops and what may stand around them."""
    word = st.one_of(st.sampled_from(WORDS), st.sampled_from(sorted(STARTERS)))
    part = st.tuples(word, st.sampled_from(BREAKS))
    return st.lists(part, max_size=40).map(lambda parts: "".join(map("".join, parts)))


def cut(text: str, size: int) -> tuple[Cutter, list[tuple[int, int, str]]]:
    """The parts of one text, in C or in Python."""
    cutter = Cutter(size)
    count = cutter.add(text.encode("utf-8", "surrogatepass"))
    parts = list(zip(*(column.tolist() for column in cutter.spans), strict=True))
    assert len(parts) == count == cutter.count
    return cutter, parts


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


@built
@SLOW
@given(st.one_of(lined(), spoken(), texts(), st.text(max_size=60)), st.integers(1, 90))
@example("a. \n* 1.  b c", 4)
@example("\ud800. \udfff" * 9, 5)
@example("\x00\n\x00. \x00" * 9, 5)
def test_parts_are_those_of_the_compiled_code(text: str, size: int) -> None:
    found = bare(text, size)
    cutter, parts = cut(text, size)
    assert parts == list(zip(found.starts, found.ends, found.whys, strict=True))
    raw = text.encode("utf-8", "surrogatepass")
    for (start, end, _), (low, high) in zip(parts, cutter.places.tolist(), strict=True):
        assert raw[low:high].decode("utf-8", "surrogatepass") == text[start:end]


@built
def test_one_frame_with_and_without_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    table = documents([*descriptions().values(), "", " \n\n\u3000", "\x00"])
    for size in (64, 512, 2048):
        op = Recursive(size=size, tokenizer="characters")
        ours = op.apply(Frames({"documents": table}), context())["chunks"]
        with monkeypatch.context() as patch:
            patch.setattr("ops.segment.compiled._library", lambda: None)
            theirs = op.apply(Frames({"documents": table}), context())["chunks"]
        assert len(ours) > len(table)
        assert ours.equals(theirs)


def test_without_compiled_code_python_cuts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("ops.segment.compiled.BUILT", tmp_path / "missing.so")
    _library.cache_clear()
    try:
        assert not available()
        cutter, parts = cut("One. Two. Three.\n\nFour.", 10)
    finally:
        _library.cache_clear()
    assert parts == [(0, 9, "sentence"), (10, 16, "paragraph"), (18, 23, "end")]
    assert (cutter.places == -1).all()


@built
def test_a_failing_answer_stops_the_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("ops.segment.compiled.ends_sentence", fail)
    cutter = Cutter(10)
    with pytest.raises(KeyboardInterrupt):
        cutter.add(b"Seen by J. Smith and others.")
    assert cutter.add(b"Seen by nobody.") == 2


def test_traits_of_a_character() -> None:
    bits = {char: traits(char) for char in "a.。 \n9é²"}
    assert all(found & 1 for found in bits.values())
    assert [char for char, found in bits.items() if found & 2] == [" ", "\n"]
    assert [char for char, found in bits.items() if found & 64] == ["9"]
    assert [char for char, found in bits.items() if found & 384] == [".", "。"]
    assert [char for char, found in bits.items() if found & 32768] == ["²"]


@built
@pytest.mark.parametrize("unit", ["\n", " ", "x", "x\n", "x. ", "Dr. ", "1. ", "é. ", "。", "- \n"])
def test_long_monotonous_texts_compiled(unit: str) -> None:
    text = "e" + unit * (40_000 // len(unit)) + "e"
    found = bare(text, 500)
    assert cut(text, 500)[1] == list(zip(found.starts, found.ends, found.whys, strict=True))


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
