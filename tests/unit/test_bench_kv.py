"""The bench of reduced caches: its facts, its sums, its picture."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.kv_contexts import DECILES
from benchmarks.kv_facts import FACTS, facts, spare_words
from benchmarks.kv_losses import (
    MAIN,
    Losses,
    best_unknown,
    fewest_of_a_decile,
    kept,
    losses_of,
    plain_losses,
    worst_decile,
)
from benchmarks.kv_picture import picture
from benchmarks.pieces import KEEP, pieces
from benchmarks.result import Figure

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
            ("cluster_plain", MAIN): np.full(count, 40.0),
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


def test_losses_survive_a_file() -> None:
    one = losses(4.0, np.arange(DECILES))
    back = losses_of(plain_losses(one))
    assert back.reduced.keys() == one.reduced.keys()
    assert kept([back], "guarded") == kept([one], "guarded")
    assert worst_decile([back], "guarded") == 0
    assert fewest_of_a_decile([one, back]) == 2


def test_a_stopped_bench_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def measured() -> list[Figure]:
        calls.append("measured")
        return [Figure("speed", 2.0, "times", goal=1.5, met=True)]

    stamp = {"model": "a"}
    monkeypatch.delenv(KEEP, raising=False)
    expected = pieces("kv", stamp, calls.append).figures("speed", measured)
    monkeypatch.setenv(KEEP, str(tmp_path))
    for _ in range(2):
        assert pieces("kv", stamp, calls.append).figures("speed", measured) == expected
    assert calls == ["measured", "measured", "speed: measured before"]
    pieces("kv", {"model": "b"}, calls.append).figures("speed", measured)
    assert calls[-1] == "measured"  # with another model
    (tmp_path / "kv" / "speed.json").write_text("{", encoding="utf-8")
    pieces("kv", {"model": "b"}, calls.append).figures("speed", measured)
    assert calls[3:] == ["measured"] * 2


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
