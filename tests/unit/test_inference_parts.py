"""The parts of the engine that need no model."""

from __future__ import annotations

from typing import Literal, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from ops.errors import UsageError
from ops.inference.cells import Cells
from ops.inference.grammar import json_grammar
from ops.inference.jobs import Job, Request
from ops.inference.prefixes import common, trie_order
from ops.inference.sampling import Sampler

PROMPTS = st.lists(st.lists(st.integers(0, 3), max_size=6), max_size=8)


class Inner(BaseModel):
    kind: Literal["rule", "story"]


class Outer(BaseModel):
    title: str = Field(min_length=3, max_length=60)
    size: int
    inner: Inner
    tags: list[str] = Field(max_length=3)
    note: str | None


def _job(stop: tuple[str, ...] = (), most: int = 99) -> tuple[Job, list[str]]:
    told: list[str] = []
    request = Request(np.arange(3, dtype=np.int32), most, stop=stop)
    return Job(0, request, 0, cast(Sampler, None), told.append), told


def test_a_schema_becomes_a_grammar_without_space() -> None:
    text = json_grammar(Outer.model_json_schema())
    root = text.splitlines()[0]
    assert root.startswith('root ::= ("{\\"title\\":" ("\\"" text char{2,59} "\\"") ",\\"size\\":"')
    assert '("\\"rule\\"" | "\\"story\\"")' in root
    assert '("[" (("\\"" char{0,2000} "\\"") ("," ("\\"" char{0,2000} "\\"")){0,2})? "]")' in root
    assert '| "null")' in root


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "string", "pattern": "a+"}, "'pattern'"),
        ({"type": "string", "format": "date"}, "'format'"),
        ({"type": "object"}, "names its properties"),
        ({"type": "tuple"}, "the type 'tuple'"),
        ({"type": "string", "maxLength": 5_000}, "2,000 characters"),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}, "refer to itself"),
    ],
)
def test_a_schema_that_no_grammar_says_is_refused(schema: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        json_grammar(schema)


@given(PROMPTS)
def test_neighbours_in_trie_order_share_the_most(rows: list[list[int]]) -> None:
    prompts = [np.array(row, dtype=np.int32) for row in rows]
    order = trie_order(prompts)
    assert sorted(order) == list(range(len(prompts)))
    for place, index in enumerate(order[1:], start=1):
        before = [common(prompts[index], prompts[other]) for other in order[:place]]
        assert before[-1] == max(before)


@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_common_counts_equal_tokens_from_the_start(one: list[int], other: list[int]) -> None:
    count = common(np.array(one, dtype=np.int32), np.array(other, dtype=np.int32))
    assert one[:count] == other[:count]
    assert one[count : count + 1] != other[count : count + 1] or count in (len(one), len(other))


def test_an_entry_is_free_when_no_sequence_owns_it() -> None:
    cells = Cells(10)
    first = cells.take(6)
    cells.share(first[:4])
    cells.drop(first)
    assert cells.free == 6
    assert not set(cells.take(6)) & set(first[:4])
    cells.drop(first[:4])
    assert cells.free == 4


def test_text_comes_as_soon_as_it_cannot_be_a_stop_word() -> None:
    job, told = _job(stop=("END", "\n\n"))
    for piece in (b"one E", b"VE", b"N", b"\n", b"D", b" twoE", b"N", b"D three"):
        job.say(1, piece, end=False)
    assert told == ["one ", "EV", "EN", "\nD", " two"]
    assert (job.ended, job.completion().text) == ("stop", "one EVEN\nD two")


def test_characters_cut_by_tokens_come_whole() -> None:
    job, told = _job(most=3)
    euro = "€".encode()
    for piece in (euro[:1], euro[1:], euro[:2]):
        job.say(1, piece, end=False)
    # What the limit cuts is no character.
    assert (job.ended, job.text, "".join(told)) == ("length", "€", "€")
    job, told = _job()
    job.say(1, euro[:2], end=False)
    job.say(1, b"", end=True)
    assert (job.ended, job.text, "".join(told)) == ("end", "\ufffd", "\ufffd")
