"""What of captions is speech: cut, counted, embedded and given keywords; times stay in the text."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from ops.captions import Captions, cues, spoken
from ops.context import Context
from ops.frames import CHUNKS, Frames, Schema
from ops.keywords.frake import Frake
from ops.segment.fixed import Fixed
from ops.segment.overlap import Overlap
from ops.segment.recursive import Recursive
from ops.segment.transcript import Transcript
from pipelines.edits.leaf import Leaf, joined
from pipelines.edits.rows import rows_of
from tests.letters import LettersOnly
from tests.segments import context, documents

VTT = (
    "WEBVTT - talk\nLanguage: en\n\nSTYLE\n::cue { color: red }\n\n"
    "intro\n00:01.000 --> 00:02.000 align:left\n"
    "<v.loud Anna &amp; co>Tea <i>or</i> cof<b>fee</b>?\nWell?</v>\n\n"
    "NOTE Not heard.\n\n7\n00:03.000 --> 00:04.000\nR&amp;D says:<00:03.500> tea.\n\n"
    "00:05.000 --> 00:06.000\n\n8\n00:07.000 --> 00:08.000\n42 cups.\n"
)
LINES = ["Anna & co: Tea or coffee? Well?", "R&D says: tea.", "42 cups."]
SRT = "".join(
    f"{number}\n00:00:{number:02},000 --> 00:00:{number:02},900\nword{number} and so on\n\n"
    for number in range(1, 21)
)
OPS = (Recursive, Transcript, Fixed)


def test_speech_is_as_long_as_the_text_and_holds_only_what_is_said() -> None:
    captions = Captions.of(VTT)
    assert captions is not None
    assert len(captions.speech) == len(VTT)
    said = " ".join(captions.speech.split())
    assert said == "Anna & co:Tea or cof fee ? Well? R &D says: tea. 42 cups."
    at = VTT.index("42 cups")
    assert captions.speech[at : at + 8] == "42 cups."
    told, spans = captions.told(0, len(VTT))
    assert told.split("\n") == LINES
    assert [VTT[start:end] for start, end in spans] == [
        "Anna &amp; co>Tea <i>or</i> cof<b>fee</b>?\nWell?",
        "R&amp;D says:<00:03.500> tea.",
        "42 cups.",
    ]
    assert captions.told(0, VTT.index("<v"))[0] == ""
    assert captions.told(VTT.index("says"), at + 2)[0] == "says: tea.\n42"


def test_a_span_takes_in_the_times_of_what_it_begins_with() -> None:
    captions = Captions.of(VTT)
    assert captions is not None
    tea, cups, end = VTT.index("Anna"), VTT.index("42 cups"), len(VTT)
    assert captions.whole(tea, cups + 2) == (0, cups + 2)
    note = VTT.index("NOTE")
    after = VTT.index("\n\n00:05")
    assert captions.whole(VTT.index("R&amp"), cups - 3) == (note, after)
    assert captions.whole(tea + 5, VTT.index("</v>")) == (tea + 5, VTT.index("</v>") + 4)
    assert captions.whole(cups, cups + 8) == (VTT.index("00:05"), end - 1)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "Anna: well.",
            "1\n2\n00:01.000",
            "WEBVTT",
            "WEBVTT is a format.",
            "WEBVTT\n\nNOTE a",
        ),
        *("00:01.000 --> 00:02.000\n\n", "See:\n00:01.000 --> 00:02.000\nHello."),
    ],
)
def test_what_is_no_caption_is_left_as_it_is(text: str) -> None:
    assert Captions.of(text) is None
    assert spoken(text) is text


@pytest.mark.parametrize(
    "hostile",
    [
        *("<" * 300_000, "<v " + " " * 300_000, "&" * 300_000, "<v.a" * 90_000),
        *("1\n" * 150_000, " " * 300_000, "00:01.000 --> 00:02.000\n" * 15_000, "{\\a" * 90_000),
    ],
    ids=range(8),
)
def test_hostile_cues_keep_their_length(hostile: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,000\nHello {hostile}"
    assert len(spoken(text)) == len(text)
    assert cues(text)[0].start == 0


@pytest.mark.parametrize("kind", OPS)
def test_chunks_count_and_derive_speech_and_keep_the_text(kind: type[Recursive]) -> None:
    chunks = _cut(kind(size=12, tokenizer="words"), SRT)
    assert " ".join(chunks["text"]).split() == SRT.split()
    assert [SRT[start:end] for start, end in chunks.select("start", "end").iter_rows()] == chunks[
        "text"
    ].to_list()
    told = chunks["derived_text"].to_list()
    assert all(told)
    assert " ".join(told).split() == [
        word for number in range(1, 21) for word in (f"word{number}", "and", "so", "on")
    ]
    assert chunks["tokens"].to_list() == [len(text.split()) for text in told]
    assert chunks["tokens"].max() == 12
    for spans, text in zip(chunks["derived_spans"], told, strict=True):
        assert [SRT[s["start"] : s["end"]] for s in spans] == text.split("\n")


def test_overlap_beside_the_text_is_speech_too() -> None:
    frames = Frames(
        {
            "documents": documents([SRT]),
            "chunks": _cut(Recursive(size=8, tokenizer="words"), SRT),
        }
    )
    op = Overlap(size=12, overlap=4, tokenizer="words", how="derived")
    made = op.apply(frames, Context(LettersOnly()))["chunks"]
    assert made["text"].to_list() == frames["chunks"]["text"].to_list()
    assert made["derived_text"][1].split("\n") == [f"word{n} and so on" for n in (2, 3, 4)]
    again = op.apply(frames.replace("chunks", made), Context(LettersOnly()))["chunks"]
    assert again["derived_text"][0] == made["derived_text"][0]


def test_edits_make_the_speech_anew() -> None:
    raw = _cut(Recursive(size=8, tokenizer="words"), SRT).to_dicts()
    leaves = [Leaf.of(row) for row in raw]
    merged = joined(SRT, leaves[0].start, leaves[1].end, leaves[:2])
    cut = SRT.index("and so on", leaves[2].start)
    left, right = leaves[2].cut(SRT, 0, cut), leaves[2].cut(SRT, cut, len(SRT))
    assert left is not None
    assert right is not None

    def count(texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    rows = rows_of(SRT, [merged, left, right, *leaves[3:]], raw, count)
    assert rows[0]["derived_text"].split("\n") == [f"word{n} and so on" for n in (1, 2, 3, 4)]
    assert [row["derived_text"] for row in rows[1:3]] == ["word5", "and so on\nword6 and so on"]
    assert [row["tokens"] for row in rows[:3]] == [16, 1, 7]


def test_keywords_come_from_what_is_said() -> None:
    table = documents([SRT.replace("word", "granite quarry ").replace(",900", ",900 align:left")])
    found = Frake(language="en", tags="none").apply(Frames({"documents": table}), context())
    phrases = {one["phrase"] for one in found["documents"]["keywords"][0]}
    assert phrases
    assert not any("align" in phrase or "left" in phrase for phrase in phrases)


def _cut(op: Recursive, text: str) -> pl.DataFrame:
    schema: Schema = CHUNKS
    made = op.apply(Frames({"documents": documents([text])}), Context(LettersOnly()))["chunks"]
    assert made.columns == list(schema)
    return made
