"""WebVTT and SubRip: the file's own text with its cues; headers, comments, what is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.errors import DocumentError
from ops.segment.piece import Structure
from ops.segment.transcript import Transcript
from tests.load_samples import loaded, spans
from tests.segments import chunks_of

VTT = """WEBVTT - The  talk
Kind: captions
Language: en-GB

STYLE
::cue { color: red }

NOTE Not heard.

intro 1
00:01.000 --> 00:02.000 align:left
<v.loud Anna &amp; co>Hello

00:02.500 --> 00:04.000
<v Bo>Yes?
No.

NOTE
between

2
01:00:00.000 --> 01:00:01.000
later
"""

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,000\r\nFirst\r\nline.\r\n2\r\n"
    "00:00:03,000 --> 00:00:04,000\r\n42\r\n\r\nmore\r\n"
)


def test_webvtt(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "talk.vtt", VTT)
    assert (row["text"], row["title"], row["format"]) == (VTT, "The talk", "vtt")
    assert [(each["key"], each["value"]) for each in row["metadata"]] == [
        ("kind", "captions"),
        ("language", "en-GB"),
        ("speaker", "Anna & co"),
        ("speaker", "Bo"),
    ]
    assert spans(row) == [
        ("paragraph", "WEBVTT - The  talk\nKind: captions\nLanguage: en-GB"),
        ("code", "STYLE\n::cue { color: red }"),
        ("paragraph", "NOTE Not heard."),
        ("turn", "intro 1\n00:01.000 --> 00:02.000 align:left\n<v.loud Anna &amp; co>Hello"),
        ("turn", "00:02.500 --> 00:04.000\n<v Bo>Yes?\nNo."),
        ("paragraph", "NOTE\nbetween"),
        ("turn", "2\n01:00:00.000 --> 01:00:01.000\nlater"),
    ]
    labels = [span["label"] for span in row["structure"] if span["kind"] in ("turn", "code")]
    assert labels == ["css", "Anna & co", "Bo", ""]


def test_subrip(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "talk.srt", SRT)
    assert (row["text"], row["title"], row["format"]) == (SRT, "talk", "srt")
    assert spans(row) == [
        ("turn", "1\r\n00:00:01,000 --> 00:00:02,000\r\nFirst\r\nline."),
        ("turn", "2\r\n00:00:03,000 --> 00:00:04,000\r\n42\r\n\r\nmore"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.vtt", SRT, "a.vtt is not WebVTT: its first line is not `WEBVTT`"),
        ("a.vtt", "WEBVTTX\n\n00:01.000 --> 00:02.000\na", "is not WebVTT"),
        ("a.vtt", "WEBVTT\n\nNOTE nothing", "a.vtt has no cue"),
        ("a.srt", "1\nHello.", "a.srt has no cue"),
    ],
)
def test_what_is_no_caption(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        loaded(tmp_path, name, text)


def test_the_segmenter_of_transcripts_takes_the_cues(tmp_path: Path) -> None:
    said = (
        "She has much to say here today. And it goes on for very long. It never ends at all. " * 2
    )
    text = (
        "WEBVTT\n\na-1\n00:01.000 --> 00:02.000\n<v Anna>One two.\n\n"
        f"00:03.000 --> 00:04.000\nThree.\n\na-3\n09:00.000 --> 09:09.000\n<v Bo>{said}\n"
    )
    (row,) = loaded(tmp_path, "a.vtt", text)
    structure = [Structure(**span) for span in row["structure"]]
    chunks = chunks_of(Transcript(size=40, pause=60, tokenizer="words"), text, structure)
    first, *_, last = chunks.iter_rows(named=True)
    assert (first["boundary"], first["text"][-6:]) == ("chapter", "Three.")
    assert first["derived_text"] == "Anna: One two.\nThree."
    assert first["text"] == text[: text.index("\n\na-3")]
    assert last["derived_text"] == f"Bo:\n{last['text']}"
