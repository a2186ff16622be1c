"""Promises of every segmenter with a budget, over odd texts and structures."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ops.frames import CHUNKS, Frames
from ops.segment.breaks import breaks_of
from ops.segment.budgeted import Budgeted
from ops.segment.fixed import Fixed
from ops.segment.piece import Structure
from ops.segment.recursive import Recursive
from ops.segment.sentence import Sentence
from ops.segment.sentences import last_sentence, sentences
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
    assert found.lines == ([m.start() for m in runs], [m.end() for m in runs])
    blank = [m for m in runs if m[0].count("\n") > 1]
    assert found.blanks == ([m.start() for m in blank], [m.end() for m in blank])


@SLOW
@given(texts(), st.data())
def test_the_last_sentence_before_a_limit_is_one_of_all(text: str, data: st.DataObject) -> None:
    limit = data.draw(st.integers(0, min(len(text), 160)))
    spans = sentences(text)
    gaps = [(one[1], two[0]) for one, two in pairwise(spans) if one[1] <= limit]
    start, end = (spans[0][0], spans[-1][1]) if spans else (0, 0)
    assert last_sentence(text, start, limit, end) == (gaps[-1] if gaps else None)
