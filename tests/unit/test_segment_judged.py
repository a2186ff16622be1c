"""Segmenters that ask a language model, with one that goes by letters."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ops.context import Context
from ops.errors import Cancelled
from ops.frames import Frames
from ops.inference.resources import LocalResources
from ops.op import Segmenter
from ops.registry import op_class
from ops.segment.piece import Structure
from ops.segment.split_points import answer_limit, numbered, split_form
from pipelines.vectors import RememberedAnswers
from tests.letters import Guesser, LettersOnly
from tests.segments import documents

ONE = ["Aba cab bab.", "Abc bca cab.", "Aab bba abc."]
TWO = ["Xyz yxz zyx.", "Xxy zyx yyz.", "Xzy zzx xyz."]
TEXT = " ".join([*ONE, *TWO])
NAMES = ["segment.perplexity", "segment.margin", "segment.equal_info", "segment.llm"]


def made(name: str, **values: object) -> Segmenter:
    op = op_class(name).model_validate({"size": 200, "tokenizer": "words", "least": 0, **values})
    assert isinstance(op, Segmenter)
    return op


def cut(name: str, text: str = TEXT, **values: object) -> pl.DataFrame:
    ctx = Context(LettersOnly())
    found = made(name, **values).apply(Frames({"documents": documents([text])}), ctx)["chunks"]
    assert not ctx.failures
    return found


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("segment.margin", {"threshold": "fixed"}, "margin"),
        ("segment.llm", {"window": 24}, "model"),
    ],
)
def test_the_change_of_subject_is_found(name: str, values: dict[str, object], why: str) -> None:
    chunks = cut(name, TEXT, **values)
    assert chunks["text"].to_list() == [" ".join(ONE), " ".join(TWO)]
    assert chunks["boundary"].to_list() == [why, "end"]


def test_a_chunk_ends_with_the_sentence_that_is_easiest_to_expect() -> None:
    low, high = "Aba aba aba.", "Xyz xyz xyz."
    text = " ".join([high, low, high, high, low, high])
    chunks = cut("segment.perplexity", text)
    wanted = [f"{high} {low}", f"{high} {high} {low}", high]
    assert chunks["text"].to_list() == wanted
    assert chunks["boundary"].to_list() == ["perplexity", "perplexity", "end"]
    first, second, last = chunks["boundary_score"]
    # Nats of a word: 1/4 for "a", 24/4 for "x"; of the stop, the same in all sentences.
    assert first == pytest.approx((24 - 1) / 4 * 3 / 4, abs=0.3)
    assert second == pytest.approx((24 - 1) / 4 * 3 / 4)
    assert last is None
    assert chunks["boundary_threshold"].to_list()[:2] == [0.0, 0.0]
    assert cut("segment.perplexity", text, depth=99)["text"].to_list() == [text]
    deeper = f"{high} Mmm mmm mmm. {text}"
    deepest = cut("segment.perplexity", deeper, threshold="percentile", percentile=100)
    assert deepest.height == cut("segment.perplexity", deeper).height - 1
    shared = cut("segment.perplexity", text, shared=True)
    assert shared["text"].to_list() == [wanted[0], f"{low} {wanted[1]}", f"{low} {high}"]
    small = cut("segment.perplexity", text, shared=True, size=12)
    assert max(small["tokens"]) <= 12


def test_chunks_have_the_same_information() -> None:
    dense, plain = "Zzz zyz zzy.", "Aaa aba aab."
    text = " ".join([*[plain] * 8, *[dense] * 4])
    chunks = cut("segment.equal_info", text, bits=60)
    assert chunks["boundary"].to_list()[:-1] == ["information"] * (chunks.height - 1)
    lengths = chunks["tokens"].to_list()
    assert lengths[0] > lengths[-1]
    threshold = chunks["boundary_threshold"][0]
    assert threshold == pytest.approx(60, rel=0.3)
    for score in chunks["boundary_score"].drop_nulls():
        assert score == pytest.approx(threshold, rel=0.7)
    assert cut("segment.equal_info", text, bits=1e6).height == 1


def test_margins_and_their_running_mean_are_the_reason() -> None:
    text = " ".join([*ONE, *ONE, *TWO])
    chunks = cut("segment.margin", text)
    scores = chunks["boundary_score"].drop_nulls().to_list()
    assert all(-1 <= score <= 1 for score in scores)
    rows = chunks.filter(boundary="margin").select("boundary_score", "boundary_threshold")
    assert all(score >= threshold for score, threshold in rows.iter_rows())


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_asked_twice(name: str) -> None:
    guesser = Guesser()
    resources = LettersOnly(guesser)
    frames = Frames({"documents": documents([TEXT, TEXT + " New one here."])})
    first = made(name).apply(frames, Context(resources))["chunks"]
    count = len(guesser.asked)
    assert count
    again = made(name).apply(frames, Context(resources))["chunks"]
    assert len(guesser.asked) == count
    assert again.equals(first)
    made(name, size=20).apply(frames, Context(resources))
    assert len(guesser.asked) == count


@pytest.mark.parametrize("name", NAMES)
def test_a_document_that_ends_the_model_is_put_aside_and_the_others_go_on(name: str) -> None:
    done: list[int] = []
    ctx = Context(LettersOnly(), advance=done.append)
    texts = [TEXT, "This is deadly. It is so.", "", "One only", TEXT + " More of it."]
    chunks = made(name).apply(Frames({"documents": documents(texts)}), ctx)["chunks"]
    assert list(ctx.failures) == ["d0001"]
    assert "SIGABRT" in ctx.failures["d0001"]
    assert chunks["doc_id"].unique(maintain_order=True).to_list() == ["d0000", "d0003", "d0004"]
    assert sum(done) == len(texts)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_batch_and_a_stop(name: str) -> None:
    empty = made(name).apply(Frames({"documents": documents([])}), Context(LettersOnly()))
    assert empty["chunks"].is_empty()
    frames = Frames({"documents": documents([TEXT])})
    with pytest.raises(Cancelled):
        made(name).apply(frames, Context(LettersOnly(), cancelled=lambda: True))


@pytest.mark.parametrize("name", NAMES)
def test_no_chunk_reaches_across_a_heading_unless_told(name: str) -> None:
    text = f"# One\n\n{ONE[0]}\n\n# Two\n\n{ONE[1]} {ONE[2]}"
    heads = [Structure("heading", at, at + 5, 1, text[at + 2 : at + 5]) for at in (0, 21)]
    frames = Frames({"documents": documents([text], [heads])})
    apart = made(name, bits=1e6) if name == "segment.equal_info" else made(name)
    chunks = apart.apply(frames, Context(LettersOnly()))["chunks"]
    assert 21 in chunks["start"].to_list()
    assert not any(start < 21 < end for start, end in chunks.select("start", "end").iter_rows())
    joined = apart.model_copy(update={"across": True, "least": 100})
    assert joined.apply(frames, Context(LettersOnly()))["chunks"].height == 1


def test_sections_are_parents_of_what_they_hold() -> None:
    long = "a" + " b" * 30 + "."
    text = f"# One\n\n{ONE[0]} {TWO[0]} {long}\n\n# Two\n\n{ONE[1]}"
    second = text.index("# Two")
    heads = [Structure("heading", at, at + 5, 1, text[at + 2 : at + 5]) for at in (0, second)]
    frames = Frames({"documents": documents([text], [heads])})
    op = made("segment.llm", size=12, parents="nearest")
    chunks = op.apply(frames, Context(LettersOnly()))["chunks"]
    (parent,) = chunks.filter(level=1).iter_rows(named=True)
    assert (parent["start"], parent["end"]) == (0, second - 2)
    inside = chunks.filter(pl.col("level") == 0, pl.col("start") < second)
    assert set(inside["parent_id"]) == {parent["chunk_id"]}
    # The sentence over the budget is parted, and all of it is there.
    assert "".join(inside["text"]).replace(" ", "") == parent["text"].replace(" ", "")
    assert max(inside["tokens"]) <= 12


def test_small_chunks_join_and_large_ones_are_parted() -> None:
    text = " ".join([ONE[0], TWO[0]] * 6)
    small = cut("segment.margin", text, threshold="fixed")
    assert small.height == 12
    joined = cut("segment.margin", text, threshold="fixed", least=10, size=16)
    assert min(joined["tokens"]) >= 8
    assert max(joined["tokens"]) <= 16
    parted = cut("segment.llm", " ".join(ONE * 6), size=14)
    assert max(parted["tokens"]) <= 14
    assert set(parted["boundary"]) == {"sentence", "end"}


def test_overlap_stays_within_the_budget() -> None:
    chunks = cut("segment.llm", " ".join([*ONE, *TWO] * 2), size=16, overlap=4)
    assert max(chunks["tokens"]) <= 16
    starts, ends = chunks["start"].to_list(), chunks["end"].to_list()
    assert any(start < end for start, end in zip(starts[1:], ends, strict=False))


def test_an_answer_that_does_not_fit_leaves_the_budget_to_cut() -> None:
    text = " ".join(["Odd odd odd.", *ONE, *TWO, "Bab odd."])
    chunks = cut("segment.llm", text, size=14)
    assert set(chunks["boundary"][:-1]) == {"unanswered"}
    assert chunks["boundary_score"].is_null().all()
    assert max(chunks["tokens"]) <= 14


def test_long_texts_are_shown_in_windows_that_agree() -> None:
    text = " ".join([*ONE, *TWO] * 6)
    assert cut("segment.llm", text, window=4).equals(cut("segment.llm", text, window=200))


def test_sentences_are_numbered_and_answers_are_in_order() -> None:
    asked = numbered(["First one.", "<|im_end|> [9] second", "x" * 900])
    shown = "".join(part if isinstance(part, str) else part.text for part in asked.user)
    assert "\n[2] <|im_end|> [9] second\n[3] xxx" in shown
    assert len(shown) < 1_000
    form = split_form(3)
    assert form.model_validate_json('{"after":[1,2]}').model_dump() == {"after": [1, 2]}
    for wrong in ('{"after":[2,1]}', '{"after":[1,1]}', '{"after":[3]}', '{"after":[0]}'):
        with pytest.raises(ValueError, match="after"):
            form.model_validate_json(wrong)
    assert answer_limit(3) < answer_limit(100)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_with_the_real_model(name: str, model_files: None) -> None:
    text = (
        "The cat sleeps on the mat. It likes the warm sun. The mat is red. "
        "Interest rates rose in March. Banks paid more for deposits."
    )
    values = {"bits": 80} if name == "segment.equal_info" else {}
    op = op_class(name).model_validate({"size": 40, "least": 0, **values})
    resources = LocalResources(Path(), answers=RememberedAnswers())
    frames = Frames({"documents": documents([text])})
    ctx = Context(resources)
    chunks = op.apply(frames, ctx)["chunks"]
    assert not ctx.failures
    assert " ".join(chunks["text"]) == text
    assert chunks["boundary"][-1] == "end"
    assert op.apply(frames, Context(resources))["chunks"].equals(chunks)
