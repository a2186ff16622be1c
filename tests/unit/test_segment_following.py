"""What a language model says of neighbouring sentences, with one that goes by letters."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ops.context import Context
from ops.errors import Cancelled, ModelError
from ops.frames import Frames
from ops.inference.resources import LocalResources
from ops.op import Segmenter
from ops.registry import op_class
from ops.segment.following import gains, holds
from pipelines.vectors import RememberedAnswers
from tests.letters import Guesser, LettersOnly
from tests.segments import documents

ONE = ["Aba cab bab.", "Abc bca cab.", "Aab bba abc.", "Acb abb cba."]
TWO = ["Xyz yxz zyx.", "Xxy zyx yyz.", "Xzy zzx xyz.", "Xzz yxx zyy."]
TEXT = " ".join([*ONE, *TWO])


def made(**values: object) -> Segmenter:
    given = {"size": 200, "tokenizer": "words", "reader": "smollm2", **values}
    op = op_class("segment.topic").model_validate(given)
    assert isinstance(op, Segmenter)
    return op


def cut(texts: list[str], ctx: Context, **values: object) -> pl.DataFrame:
    return made(**values).apply(Frames({"documents": documents(texts)}), ctx)["chunks"]


def test_a_cut_that_the_model_speaks_for_says_so() -> None:
    chunks = cut([TEXT], Context(LettersOnly()))
    assert chunks["text"].to_list() == [" ".join(ONE), " ".join(TWO)]
    assert chunks["boundary"].to_list() == ["unexpected", "end"]
    plain = cut([TEXT], Context(LettersOnly()), reader="", grain=1)
    assert plain["text"].to_list() == chunks["text"].to_list()
    assert plain["boundary"].to_list() == ["topic", "end"]


def test_pairs_and_sentences_are_read_once_and_kept() -> None:
    guesser = Guesser()
    resources = LettersOnly(guesser)
    chunks = cut([TEXT, TEXT], Context(resources))
    spaced = [f" {one}" for one in [*ONE, *TWO]]
    alone = [f"|{one}" for one in spaced[1:]]
    after = [f"{one}|{two}" for one, two in pairwise(spaced)]
    assert sorted(guesser.asked) == sorted([*alone, *after])
    assert cut([TEXT, TEXT], Context(resources)).equals(chunks)
    cut([TEXT], Context(resources), grain=3)
    assert guesser.calls == [14]


def test_one_that_ends_the_model_is_put_aside() -> None:
    done: list[int] = []
    ctx = Context(LettersOnly(), advance=done.append)
    chunks = cut([TEXT, "This is deadly. It is so.", "", "One only."], ctx)
    assert set(chunks["doc_id"]) == {"d0000", "d0003"}
    assert ctx.failures == {"d0001": "the process of guesser ended with SIGABRT"}
    assert sum(done) == 4


def test_it_can_be_stopped() -> None:
    asked: list[int] = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > 8

    with pytest.raises(Cancelled):
        cut([TEXT] * 3, Context(LettersOnly(), cancelled=stopped))


def test_a_reader_that_is_missing_is_named() -> None:
    ctx = Context(LocalResources(Path(), answers=RememberedAnswers()))
    with pytest.raises(ModelError, match=r"nothing\.gguf"):
        gains([["One.", "Two."]], "nothing.gguf", ctx)


def test_gains_are_what_the_sentence_before_adds() -> None:
    (found, short) = gains([["Aa.", "Ab.", "Xa."], ["Aa."]], "smollm2", Context(LettersOnly()))
    assert not isinstance(found, str)
    assert found.tolist() == [40, 0]
    assert len(short) == 0


def test_what_holds_sentences_together() -> None:
    found = holds(np.array([30.0, 30, 500, -500, 20, 19]))
    # The median is 25; from it 40 nats count at most, and 10 below it is neither.
    assert found.tolist() == pytest.approx([0.3, 0.3, 1.0, -0.6, 0.1, 0.08])
    assert len(holds(np.array([7.0]))) == 1
