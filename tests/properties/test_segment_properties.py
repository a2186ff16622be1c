"""Promises of every segmenter with a budget, over odd texts and structures."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ops.frames import CHUNKS, Frames
from ops.segment.breaks import Gaps, breaks_of
from ops.segment.budgeted import Budgeted
from ops.segment.codes import codes_of, skipped
from ops.segment.fixed import Fixed
from ops.segment.piece import Structure
from ops.segment.recursive import Recursive
from ops.segment.sentence import Sentence
from ops.segment.sentences import ends_sentence, sentences, stops
from ops.segment.spaces import skip
from tests.segments import context, documents, spans_of, structured, texts, tokenizer

SLOW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=100)
NAMES = ["characters", "words", "minilm", "smollm2"]
SIZES = st.one_of(st.integers(1, 12), st.integers(13, 300))


@st.composite
def ops(draw: st.DrawFn, kind: type[Budgeted], name: str) -> Budgeted:
    size = draw(SIZES)
    values: dict[str, Any] = {"size": size, "overlap": draw(st.integers(0, size - 1))}
    if draw(st.booleans()):
        values["overlap"] = 0
    if kind is Recursive:
        values["split_at_headings"] = draw(st.booleans())
        separators = st.lists(st.sampled_from(["\n\n", "\n", ".", " ", "", "e", "| "]), max_size=4)
        values["separators"] = draw(st.one_of(st.just("auto"), separators.map(tuple)))
    return kind(tokenizer=name, **values)


@pytest.mark.usefixtures("model_files")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", [Fixed, Sentence, Recursive])
@SLOW
@given(data=st.data(), drawn=st.one_of(structured(), texts().map(lambda text: (text, []))))
def test_promises(
    kind: type[Budgeted], name: str, data: st.DataObject, drawn: tuple[str, list[Structure]]
) -> None:
    text, structure = drawn
    op = data.draw(ops(kind, name))
    table = documents([text, "", " \n\t", "two words"], [structure, [], [], []])
    ctx = context()
    chunks = op.apply(Frames({"documents": table}), ctx)["chunks"]
    counter = tokenizer(name)

    if ctx.failures:  # one character has more tokens than a chunk may
        assert max(counter.count(list(text))) > op.size
        return
    assert dict(chunks.schema) == dict(CHUNKS)
    assert chunks["chunk_id"].is_unique().all()
    assert not chunks["text"].str.strip_chars().eq("").any()
    of_text = chunks.filter(doc_id="d0000")
    spans = spans_of(of_text)
    bodies = of_text["text"].to_list()

    # Offsets are exact, in order, and no chunk lies inside the one before.
    assert bodies == [text[start:end] for start, end in spans]
    assert of_text["ordinal"].to_list() == list(range(len(spans)))
    starts, ends = [s for s, _ in spans], [e for _, e in spans]
    assert starts == sorted(set(starts))
    assert ends == sorted(set(ends))

    # The budget is kept, by the tokenizer's own count of each chunk's text.
    counts = counter.count(bodies)
    assert of_text["tokens"].to_list() == counts
    assert all(tokens <= op.size for tokens in counts)

    # Every character that is not white space is covered.
    covered = bytearray(len(text))
    for start, end in spans:
        covered[start:end] = b"\1" * (end - start)
    missing = [text[at] for at in range(len(text)) if not covered[at]]
    assert all(char.isspace() for char in missing)
    if isinstance(op, Fixed):
        if name in ("words", "minilm") and spans:
            assert not missing
    else:
        assert all(body == body.strip() for body in bodies)
    if not op.overlap:
        assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    if spans:
        assert of_text["boundary"][-1] == "end"

    again = op.apply(Frames({"documents": table}), context())["chunks"]
    assert again.equals(chunks)


@pytest.mark.parametrize("kind", [Sentence, Recursive])
@SLOW
@given(data=st.data(), drawn=structured())
def test_what_fits_is_not_cut(
    kind: type[Budgeted], data: st.DataObject, drawn: tuple[str, list[Structure]]
) -> None:
    text, structure = drawn
    blocks = [span for span in structure if span.kind in ("code", "table", "row")]
    # Spans that cut through each other cannot all be kept whole.
    solid = [*blocks, *(span for span in structure if span.kind == "heading")]
    assume(not any(a.start < b.start < a.end < b.end for a in solid for b in solid))
    op = data.draw(ops(kind, "words"))
    assume(not isinstance(op, Recursive) or op.separators == "auto")
    chunks = op.apply(Frames({"documents": documents([text], [structure])}), context())["chunks"]
    counter = tokenizer("words")
    for span in blocks:
        if not _of_lines(text, span) or counter.count([text[span.start : span.end]])[0] > op.size:
            continue
        body = text[span.start : span.end]
        first = span.start + len(body) - len(body.lstrip())
        last = span.start + len(body.rstrip())
        for start, end in spans_of(chunks):
            assert not first < start < last
            assert not first < end < last


def _of_lines(text: str, span: Structure) -> bool:
    """Whether it is made of whole lines, as every loader's blocks are."""
    if not 0 <= span.start < span.end <= len(text):
        return False
    before = text[: span.start].rstrip(" \t")
    after = text[span.end :].lstrip(" \t\r")
    ends = not after or after[0] == "\n" or text[span.end - 1] == "\n"
    return ends and (not before or before[-1] == "\n")


@SLOW
@given(texts())
def test_sentences_cover_the_text_once(text: str) -> None:
    at = 0
    for start, end in sentences(text):
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@pytest.mark.usefixtures("model_files")
@pytest.mark.parametrize("name", ["words", "minilm"])
@SLOW
@given(st.lists(texts(), min_size=1, max_size=3), st.data())
def test_rulers_count_exactly_between_white_space(
    name: str, many: list[str], data: st.DataObject
) -> None:
    from ops.segment.measure import rulers

    counter = tokenizer(name)
    for text, ruler in zip(many, rulers(many, counter), strict=True):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        if ruler.exact(text, start, end):
            assert ruler.count(start, end) == counter.count([text[start:end]])[0]
        tokens = data.draw(st.integers(1, 20))
        reach = ruler.reach(start, tokens)
        assert reach >= start or ruler.count(start, start + 1) > tokens
        assert reach < start or ruler.count(start, reach) <= tokens
        back = ruler.back(end, tokens)
        assert back > end or ruler.count(back, end) <= tokens


@SLOW
@given(texts())
def test_breaks_are_runs_of_white_space_with_line_feeds(text: str) -> None:
    runs = [m for m in re.finditer(r"\s+", text) if "\n" in m[0] and 0 < m.start() < m.end()]
    runs = [m for m in runs if m.end() < len(text)]
    found = breaks_of(text)
    whole = np.array([0]), np.array([len(text)])
    assert _pairs(found.lines(*whole)) == [m.span() for m in runs]
    assert _pairs(found.blanks) == [m.span() for m in runs if m[0].count("\n") > 1]


def _pairs(gaps: Gaps) -> list[tuple[int, int]]:
    return list(zip(gaps[0].tolist(), gaps[1].tolist(), strict=True))


@SLOW
@given(texts())
def test_stops_that_end_sentences_are_those_of_the_sentences(text: str) -> None:
    text = text.strip().replace("\n", " ")  # a stop ends no line here
    spans = sentences(text)
    whole = np.array([0]), np.array([len(text)])
    found = _pairs(stops(text, codes_of(text), *whole))
    found = [gap for gap in found if ends_sentence(text, gap[0], 0, len(text))]
    assert found == [(one[1], two[0]) for one, two in pairwise(spans)]


@SLOW
@given(texts(), st.lists(st.integers(0, 400), max_size=20))
def test_places_are_moved_over_white_space(text: str, drawn: list[int]) -> None:
    text += " " * 100 + "\n" * 100 + "end"
    places = np.array([min(place, len(text)) for place in drawn], dtype=np.int64)
    codes = codes_of(text)
    assert skipped(codes, places).tolist() == [skip(text, at, len(text)) for at in places.tolist()]
    before = [len(text[:at].rstrip()) for at in places.tolist()]
    assert skipped(codes, places, -1).tolist() == before


@pytest.mark.usefixtures("model_files")
@pytest.mark.parametrize("name", NAMES)
@SLOW
@given(drawn=st.lists(structured(), min_size=2, max_size=4), data=st.data())
def test_a_document_is_cut_the_same_whatever_its_neighbours(
    name: str, drawn: list[tuple[str, list[Structure]]], data: st.DataObject
) -> None:
    op = data.draw(ops(Recursive, name))
    table = documents([text for text, _ in drawn], [spans for _, spans in drawn])
    together = op.apply(Frames({"documents": table}), context())["chunks"]
    alone = [
        op.apply(Frames({"documents": one}), context())["chunks"] for one in table.iter_slices(1)
    ]
    assert together.equals(pl.concat(alone))
