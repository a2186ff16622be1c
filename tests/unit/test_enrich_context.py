"""Chunks are situated once each, in their document, within limits, and not again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.context import Context as OpContext
from ops.enrich.context import Context
from ops.enrich.context_windows import readings
from ops.errors import Cancelled, DocumentError
from ops.frames import Frames


class Situator:
    """Says what it was asked about, one word a token."""

    hash = "model"

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def count(self, text: str) -> int:
        return len(text.split())

    def situate(
        self,
        text: str,
        chunks: Sequence[str],
        *,
        fewer: float,
        answer: int,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[str]:
        progress(0)
        if "unreadable" in text:
            raise DocumentError("cannot be read")
        self.asked.append((text, tuple(chunks)))
        return [f"about {chunk.split()[0]} ({fewer})" for chunk in chunks]


class Answers(dict[tuple[str, str], str]):
    """A cache of answers in memory."""

    def fetch(self, model: str, hashes: Sequence[str]) -> dict[str, str]:
        return {one: self[model, one] for one in hashes if (model, one) in self}

    def put(self, model: str, answers: dict[str, str]) -> None:
        self.update({(model, one): text for one, text in answers.items()})


class Cache:
    """`AnswerCache` over a dictionary."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def get(self, model: str, hashes: Sequence[str]) -> dict[str, str]:
        return self._answers.fetch(model, hashes)

    def put(self, model: str, answers: dict[str, str]) -> None:
        self._answers.put(model, answers)


class Resources:
    """Only what the op asks for."""

    def __init__(self, situator: Situator, answers: Answers) -> None:
        self._situator, self._answers = situator, answers

    def situator(self, name: str) -> Situator:
        return self._situator

    def answers(self) -> Cache:
        return Cache(self._answers)


def frames(texts: dict[str, str], length: int = 5) -> Frames:
    """Documents of words, cut into chunks of `length` words."""
    rows: list[dict[str, Any]] = []
    for doc_id, text in texts.items():
        words = text.split()
        for at in range(0, len(words), length):
            start = len(" ".join(words[:at])) + (at > 0)
            body = " ".join(words[at : at + length])
            rows.append(
                {
                    "chunk_id": f"{doc_id}-{at:05d}",
                    "doc_id": doc_id,
                    "start": start,
                    "end": start + len(body),
                    "text": body,
                }
            )
    documents = pl.DataFrame(
        {"doc_id": list(texts), "title": [f"T {d}" for d in texts], "text": list(texts.values())},
        schema={"doc_id": pl.String, "title": pl.String, "text": pl.String},
    )
    schema = {
        "chunk_id": pl.String,
        "doc_id": pl.String,
        "start": pl.Int64,
        "end": pl.Int64,
        "text": pl.String,
    }
    return Frames({"documents": documents, "chunks": pl.DataFrame(rows, schema=schema)})


def context(situator: Situator, answers: Answers, **more: Any) -> OpContext:
    return OpContext(resources=Resources(situator, answers), **more)  # type: ignore[arg-type]


def words(count: int, name: str = "w") -> str:
    return " ".join(f"{name}{number}" for number in range(count))


def test_each_chunk_gets_a_context_and_is_asked_about_once() -> None:
    situator, answers = Situator(), Answers()
    ticks: list[int] = []
    given_frames = frames({"a": words(12), "b": words(7, "v")})
    found = Context().apply(given_frames, context(situator, answers, advance=ticks.append))
    table = found["chunks"]
    assert table.columns == ["chunk_id", "doc_id", "context"]
    assert table["context"].to_list() == [
        "about w0 (0.8)",
        "about w5 (0.8)",
        "about w10 (0.8)",
        "about v0 (0.8)",
        "about v5 (0.8)",
    ]
    assert ticks == [1, 1]
    assert situator.asked[0] == (
        f"T a\n\n{words(12)}",
        ("w0 w1 w2 w3 w4", "w5 w6 w7 w8 w9", "w10 w11"),
    )
    again = Context().apply(given_frames, context(situator, answers))
    assert again["chunks"].equals(table)
    assert len(situator.asked) == 2
    Context(fewer=0.5).apply(given_frames, context(situator, answers))
    assert len(situator.asked) == 4


def test_only_what_changed_is_asked_again() -> None:
    situator, answers = Situator(), Answers()
    Context().apply(frames({"a": words(12), "b": words(7)}), context(situator, answers))
    Context().apply(frames({"a": words(12), "b": words(8)}), context(situator, answers))
    assert [text for text, _ in situator.asked] == [
        f"T a\n\n{words(12)}",
        f"T b\n\n{words(7)}",
        f"T b\n\n{words(8)}",
    ]


def test_long_documents_are_read_in_parts_and_limits_hold() -> None:
    situator = Situator()
    found = Context(read=256, chunks=150).apply(
        frames({"a": words(1_000)}), context(situator, Answers())
    )["chunks"]
    assert found.height == 200
    assert found["context"].null_count() == 50
    assert found["context"][:150].null_count() == 0
    assert len(situator.asked) >= 3
    for text, chunks in situator.asked:
        assert len(text.split()) <= 256 + 2  # and the title
        assert all(chunk in text for chunk in chunks)


def test_nothing_gives_nothing() -> None:
    situator = Situator()
    found = Context().apply(frames({}), context(situator, Answers()))
    assert found["chunks"].height == 0
    found = Context().apply(frames({"a": ""}), context(situator, Answers()))
    assert found["chunks"].height == 0
    assert not situator.asked


def test_a_document_that_cannot_be_read_is_put_aside() -> None:
    ctx = context(Situator(), Answers())
    found = Context().apply(frames({"a": "unreadable text", "b": words(3)}), ctx)
    assert ctx.failures == {"a": "cannot be read"}
    assert found["chunks"]["doc_id"].to_list() == ["b"]


def test_it_stops_when_asked_to() -> None:
    with pytest.raises(Cancelled):
        Context().apply(
            frames({"a": words(5)}), context(Situator(), Answers(), cancelled=lambda: True)
        )


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5)), max_size=30),
    st.integers(5, 80),
)
def test_parts_cover_every_chunk_once_within_the_limit(
    cuts: list[tuple[int, int]], most: int
) -> None:
    spans, at = [], 0
    for length, gap in cuts:
        spans.append((at + gap, at + gap + length))
        at += gap + length
    text = "x" * at
    found = readings(text, spans, most, len)
    assert [index for part in found for index in range(part.first, part.last)] == list(
        range(len(spans))
    )
    for part in found:
        assert part.first < part.last
        assert len(text[part.start : part.end]) <= most
        whole = part.last - part.first > 1 or spans[part.first][1] - spans[part.first][0] <= most
        if whole:
            assert part.start <= min(a for a, _ in spans[part.first : part.last])
            assert part.end >= max(b for _, b in spans[part.first : part.last])
