"""Many texts at once are told as each alone, which is what the library says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.detection import detect, detect_many

PROSE = "the chunk of text and die Straße über eine forêt coupée où el niño corto ДОМ и 文書"
WORDS = st.sampled_from([*PROSE.split(), "e\u0301t\u0301", "42", "…", "\U0001f600", "\ud800"])
TEXTS = st.lists(WORDS, max_size=60).map(" ".join) | st.text(max_size=80)


@given(st.lists(TEXTS, max_size=12))
def test_many_are_told_as_one_by_one(texts: list[str]) -> None:
    together = detect_many(texts)
    assert len(together) == len(texts)
    for text, found in zip(texts, together, strict=True):
        alone = detect(text)
        assert found.score == pytest.approx(alone.score, abs=1e-4)
        if abs(alone.score - 0.2) > 1e-3 and alone.score > 0.51:  # no two labels are level
            assert found.language == alone.language


@given(st.lists(TEXTS | TEXTS.map(lambda text: (text + " the chunk") * 300), max_size=6))
def test_what_is_told_of_one_does_not_depend_on_the_others(texts: list[str]) -> None:
    assert detect_many(texts) == [found for text in texts for found in detect_many([text])]


def test_groups_of_unlike_lengths_keep_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.detection.TOGETHER", 200)
    texts = [
        "Die Bibliothek zerlegt Dokumente in Abschnitte. " * (1 + place % 5)
        if place % 2
        else "The library cuts documents into chunks that people search. " * (1 + place % 7)
        for place in range(40)
    ]
    found = [one.language for one in detect_many(texts)]
    assert found == ["de" if place % 2 else "en" for place in range(40)]
    assert detect_many([]) == []
