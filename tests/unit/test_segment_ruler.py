"""Counting tokens of spans, and how far a number of tokens reaches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from ops.errors import Cancelled
from ops.segment.measure import LONG_TOKEN, PART, SLAB, rulers
from ops.segment.units import Characters, Words
from tests.segments import tokenizer


class Watched(Words):
    """Counts words and what it was given."""

    hash = "watched"

    def __init__(self) -> None:
        self.given: list[int] = []

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        self.given += map(len, texts)
        return super().offsets(texts)


class Whole(Watched):
    """The same, without the promise that counts add up."""

    hash = "whole"
    additive = False


def test_reach_and_back_take_whole_tokens() -> None:
    text = "one, two three"
    (ruler,) = rulers([text], Words())
    assert ruler.count(0, len(text)) == 4
    assert ruler.count(0, 4) == 2
    assert ruler.reach(0, 2) == 5  # the space after the comma comes along
    assert ruler.reach(0, 3) == 9
    assert ruler.reach(0, 99) == len(text)
    assert ruler.back(len(text), 1) == 8
    assert ruler.back(len(text), 2) == 4
    assert ruler.back(len(text), 99) == 0


def test_a_token_that_is_cut_through_counts() -> None:
    (ruler,) = rulers(["abc def"], Words())
    assert ruler.count(1, 2) == 1
    assert ruler.count(2, 5) == 2
    assert ruler.count(3, 4) == 0
    assert ruler.exact("abc def", 0, 3)
    assert ruler.exact("abc def", 4, 7)
    assert not ruler.exact("abc def", 0, 2)


def test_characters_need_no_measuring() -> None:
    (ruler,) = rulers(["a b"], Characters())
    assert ruler.count(0, 3) == 3
    assert (ruler.reach(1, 1), ruler.reach(1, 9), ruler.back(3, 2)) == (2, 3, 1)
    assert ruler.exact("a b", 1, 2)


def test_each_word_is_tokenized_once() -> None:
    watched = Watched()
    watched.hash = "watched once"
    text = "alpha beta gamma delta " * 5_000
    (ruler,) = rulers([text], watched)
    assert ruler.count(0, len(text)) == 20_000
    assert sum(watched.given) < 100
    watched.given.clear()
    rulers([text, "gamma alpha"], watched)
    assert sum(watched.given) == 0


def test_long_words_are_known_token_by_token() -> None:
    word = "-".join(["part"] * 20)
    (ruler,) = rulers([f"a {word} b"], Words())
    assert ruler.reach(2, 3) == 2 + len("part-part")


@pytest.mark.parametrize("kind", [Watched, Whole])
def test_long_texts_are_cut_to_be_tokenized(kind: type[Watched]) -> None:
    watched = kind()
    text = "x-" * SLAB
    (ruler,) = rulers([text], watched)
    assert max(watched.given) <= PART
    assert ruler.count(0, len(text)) >= len(text)
    assert ruler.reach(0, 1_000) == 1_000
    assert not ruler.exact(text, 0, len(text))


def test_a_very_long_token_is_charged_as_several() -> None:
    text = "y" * (10 * LONG_TOKEN)
    (ruler,) = rulers([text], Words())
    assert ruler.count(0, len(text)) == 10
    assert ruler.reach(0, 3) == 3 * LONG_TOKEN
    assert not ruler.exact(text, 0, len(text))


def test_measuring_can_be_stopped() -> None:
    def stop() -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        rulers(["some words"], Words(), stop)


@pytest.mark.usefixtures("model_files")
def test_minilm_counts_as_it_does_alone() -> None:
    text = "Tokenization of naïve café\x0bwords, e.g. 日本語 \x1cand\xa0more…\n" * 3
    minilm = tokenizer("minilm")
    (ruler,) = rulers([text], minilm)
    assert ruler.exact(text, 0, len(text))
    assert ruler.count(0, len(text)) == minilm.count([text])[0]
    for start in [at + 1 for at, char in enumerate(text) if char == " "]:
        assert ruler.exact(text, start, len(text))
        assert ruler.count(start, len(text)) == minilm.count([text[start:]])[0]
