"""Options of the variant chunkbook: signals, light filtering, co-reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from ops.context import Context
from ops.frames import Frames
from ops.inference.resources import LocalResources
from ops.keywords.chunkbook import candidates
from ops.keywords.coreference import add_mentions
from ops.keywords.frake import Frake
from ops.keywords.peripheral import Filter, marked_spans, without_peripheral
from ops.keywords.phrases import Phrase, plain_phrases
from ops.keywords.signal_weights import SIGNAL_WEIGHTS
from ops.keywords.signals import SIGNALS, signals_of
from ops.keywords.words import MARK, Words, read_words
from ops.language import stop_words

PAPER = """\
Pulse oximeters in the field

We propose a pulse oximeter for remote clinics. A pulse oximeter is a sensor of blood oxygen.
It needs little power. Body mass index (BMI) helps nurses. BMI reads charts, and
nurses trust BMI. However, the oximeter drifts [3, 4]. For example, penguin feathers confuse it.
The sensor (a cheap diode) was tested by Smith (2019).

References

Zebra methods in medicine. Zebra methods again.
"""


def read(text: str, language: str = "en") -> Words:
    return read_words(text, language, stop_words(language))


def named(words: Words, found: dict[tuple[int, ...], Phrase]) -> dict[str, Phrase]:
    return {
        words.text[words.start[p.first] : words.end[p.first + p.size - 1]].lower(): p
        for p in found.values()
    }


def run(*texts: str, **settings: Any) -> pl.DataFrame:
    table = pl.DataFrame({"doc_id": [f"d{n}" for n in range(len(texts))], "text": list(texts)})
    context = Context(resources=LocalResources(Path()))
    return Frake(language="en", **settings).apply(Frames({"documents": table}), context)[
        "documents"
    ]


def phrases(out: pl.DataFrame, row: int = 0) -> list[str]:
    return [keyword["phrase"].lower() for keyword in out["keywords"].to_list()[row]]


def test_every_option_off_is_the_plain_op() -> None:
    off = run(PAPER, "", signals=False, peripheral="none", coreference=False)
    assert run(PAPER, "").equals(off)
    names = [part["name"] for part in off["keyword_parts"].to_list()[0][0]["parts"]]
    assert "signals" not in names
    words = read(PAPER)
    assert without_peripheral(words, "none") is words


def test_signals_mark_titles_definitions_and_cues() -> None:
    words = read(PAPER)
    found = list(plain_phrases(words).values())
    table = dict(zip(named(words, plain_phrases(words)), signals_of(words, found), strict=True))
    row = {name: dict(zip(SIGNALS, values, strict=True)) for name, values in table.items()}
    assert row["pulse oximeters"]["title"] == pytest.approx(1 / 3)
    assert row["pulse oximeters"]["defined"] == pytest.approx(1 / 3)
    assert row["pulse oximeters"]["aim"] == pytest.approx(1 / 3)
    assert row["body mass index"]["abbreviated"] == 1
    assert row["penguin feathers"]["illustration"] == 1
    assert row["drifts"]["contrast"] == 1
    assert row["zebra methods"]["aim"] == 0
    values = np.array(list(table.values()))
    assert ((values >= 0) & (values <= 1)).all()


def test_cue_words_are_english() -> None:
    words = read("Le «musée» ouvre. However, le musée est une maison.", "fr")
    found = plain_phrases(words)
    row = dict(zip(named(words, found), signals_of(words, list(found.values())), strict=True))
    at = dict(zip(SIGNALS, row["musée"], strict=True))
    assert at["quoted"] == pytest.approx(1 / 2)
    assert at["contrast"] == at["defined"] == 0


def test_what_signals_add_is_told_and_adds_up() -> None:
    plain, out = run(PAPER, count=100), run(PAPER, count=100, signals=True)
    before = {k["phrase"]: k["score"] for k in plain["keywords"].to_list()[0]}
    for keyword, why in zip(
        out["keywords"].to_list()[0], out["keyword_parts"].to_list()[0], strict=True
    ):
        added = {part["name"]: part["value"] for part in why["parts"]}["signals"]
        p, q = before[keyword["phrase"]], keyword["score"]
        if 0.001 < p < 0.999:
            assert np.log(q / (1 - q)) - np.log(p / (1 - p)) == pytest.approx(added, abs=0.01)
    assert set(SIGNAL_WEIGHTS) == {"tagged", "english", "other"}
    assert all(tuple(weights) == SIGNALS for weights in SIGNAL_WEIGHTS.values())


def test_marked_passages_do_not_count() -> None:
    spans = [PAPER[a:b] for a, b in marked_spans(read(PAPER))]
    assert {"[3, 4]", "(2019)", "(a cheap diode)", "(BMI)"} <= set(spans)
    assert any(span.startswith("For example") for span in spans)
    assert spans[-1].startswith("References")
    assert spans[-1].endswith("again.\n")
    gone = {"zebra methods", "penguin feathers", "cheap diode"}
    assert gone <= set(phrases(run(PAPER, count=100)))
    assert not gone & set(phrases(run(PAPER, count=100, peripheral="marked")))


def test_references_early_in_a_text_are_a_section() -> None:
    text = "References\n\nPointers keep addresses. " + "Pointers and addresses matter. " * 4
    assert marked_spans(read(text)) == []


def test_the_sentence_least_like_the_rest_goes() -> None:
    text = "Word graphs rank words. " * 10 + "Flamingos sleep. "
    words = without_peripheral(read(text), "least")
    out = {words.lower[at] for at, kind in enumerate(words.kind) if kind == MARK} - {"."}
    assert out == {"flamingos", "sleep"}
    few = read("Word graphs rank words. Flamingos sleep.")
    assert without_peripheral(few, "least") is few


@pytest.mark.parametrize("how", ["marked", "least"])
def test_not_everything_is_peripheral(how: Filter) -> None:
    assert phrases(run("(Glass harps.)", peripheral=how)) == ["glass harps"]
    assert phrases(run("", peripheral=how)) == []


def test_a_short_form_counts_as_its_long_form() -> None:
    out = run(PAPER, count=100, coreference=True)
    found = {k["phrase"].lower(): k["spans"] for k in out["keywords"].to_list()[0]}
    assert "bmi" not in found
    spans = found["body mass index"]
    assert [PAPER[s["start"] : s["end"]] for s in spans] == [
        "Body mass index",
        "BMI",
        "BMI",
        "BMI",
    ]
    assert spans == sorted(spans, key=lambda span: span["start"])


def test_head_nouns_and_pronouns_find_their_antecedent() -> None:
    words = read("A pulse oximeter beeps. It needs power. Then the oximeter stops. An oximeter.")
    found = named(words, add_mentions(words, plain_phrases(words)))
    mentions = [words.lower[at] for at, _ in found["pulse oximeter"].mentions]
    assert "oximeter" in mentions
    assert len(found["oximeter"].places) == 2
    assert "it" in [words.lower[at] for p in found.values() for at, _ in p.mentions]


def test_chunks_have_what_their_mentions_stand_for() -> None:
    start = PAPER.index("BMI reads")
    documents = pl.DataFrame({"doc_id": ["d"], "text": [PAPER]})
    chunks = pl.DataFrame(
        {"chunk_id": ["c"], "doc_id": ["d"], "start": [start], "end": [start + 16]}
    )
    context = Context(resources=LocalResources(Path()))
    out = Frake(language="en", coreference=True).apply(
        Frames({"documents": documents, "chunks": chunks}), context
    )["chunks"]
    found = {k["phrase"].lower(): k["spans"] for k in out["keywords"].to_list()[0]}
    assert found["body mass index"] == [{"start": start, "end": start + 3}]


def test_options_change_no_candidates_of_others() -> None:
    words = read(PAPER)
    assert list(candidates(words, None)) == list(plain_phrases(words))
    with pytest.raises(ValueError, match="peripheral"):
        Frake.model_validate({"peripheral": "most"})
