"""The bench of reduced caches: its facts, its sums, its picture."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.kv_contexts import DECILES
from benchmarks.kv_facts import FACTS, facts, spare_words
from benchmarks.kv_kept import MAIN, Losses, best_unknown, kept, worst_decile
from benchmarks.kv_picture import picture

FUNCTION = "the of a an and in on at to by from with has for is must my her his do"


def own_words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower())) - set(FUNCTION.split())


def made_words(count: int) -> list[str]:
    letters = "bcdfghjklm"
    return [
        "qu" + "".join(letters[int(digit)] + "o" for digit in f"{number:03d}")
        for number in range(count)
    ]


def test_no_two_facts_of_a_text_share_a_word() -> None:
    words = iter(made_words(900))
    for turn in (0, 1):
        said = [own_words(f"{fact.statement} {fact.answer}") for fact in facts(words, turn)]
        assert len(said) == len(FACTS) == 20
        for number, one in enumerate(said):
            for other in said[:number]:
                assert not one & other
        assert sum(fact.natural for fact in facts(words, turn)) == 10


def test_words_are_spare() -> None:
    pieces = [" lantern", " gravel", " Gravel", "gravel", " ox", " meadow", " bakery", " tundra"]
    found = list(spare_words(pieces, frozenset({"gravel", "meadow", "bakery"}), "A green Meadow."))
    assert found == ["gravel"]  # a lantern and a bakery are in the facts


def losses(reduced: float, deciles: NDArray[np.int64]) -> Losses:
    count = len(deciles)
    return Losses(
        deciles=deciles,
        natural=np.arange(count) % 2 == 0,
        without=np.full(count, 40.0),
        full=np.full(count, 4.0),
        reduced={
            ("cluster", MAIN): np.full(count, 40.0),
            ("snap", MAIN): np.full(count, 40.0),
            ("surprise", MAIN): np.full(count, reduced),
            ("guarded", MAIN): np.where(deciles == 3, 40.0, 4.0),
        },
    )


def test_shares_are_sums_over_all_facts() -> None:
    found = [losses(4.0, np.arange(DECILES)), losses(22.0, np.arange(DECILES))]
    assert kept(found, "surprise") == pytest.approx(0.75)
    assert kept(found[1:], "surprise") == pytest.approx(0.5)
    assert kept(found, "cluster") == 0
    assert worst_decile(found, "guarded") == 0
    assert kept(found, "guarded") == pytest.approx(0.9)
    name, best = best_unknown(found)
    assert (name, best) == ("guarded", kept(found, "guarded"))
    assert kept(found, "guarded", MAIN, lambda one: one.natural) == pytest.approx(1)


def test_the_picture_names_every_curve() -> None:
    curves = {"a<b": [(0.5, 0.9), (0.8, 0.4)], "c": [(0.5, 1.01), (0.8, 0.41)]}
    root = ElementTree.fromstring(picture(curves))
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert {"a<b", "c", "50 %", "80 %"} <= set(texts)
    places = {
        element.text: float(element.attrib["y"])
        for element in root.iter()
        if element.tag.endswith("text") and element.text in curves
    }
    assert abs(places["a<b"] - places["c"]) >= 16
