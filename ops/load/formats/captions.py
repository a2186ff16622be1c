"""Captions (WebVTT and SubRip), kept as they are, with the place of each cue."""

from __future__ import annotations

__all__ = ["parse_srt", "parse_vtt"]

import html
import re
from collections.abc import Iterator
from typing import Final

from ops.captions import COMMENT, VOICE, cues
from ops.errors import DocumentError
from ops.load.formats.decode import decode
from ops.load.formats.text import paragraphs
from ops.load.parsed import Blob, Parsed, Span, one_line

DECLARED: Final = re.compile(r"(Kind|Language)[^\S\r\n]*:[^\S\r\n]*(\S[^\r\n]*)", re.IGNORECASE)
SIGNATURE: Final = re.compile(r"WEBVTT(?:[ \t]+[-–—:]?[ \t]*([^\r\n]*))?(?=[\r\n]|\Z)")


def parse_vtt(blob: Blob) -> list[Parsed]:
    """WebVTT: a turn a cue, labelled with its voice; style sheets and regions are code.

    Its title is what follows `WEBVTT` in the first line. Metadata: `kind` and `language`, where the
    header has them, and a `speaker` for each voice.

    Raises:
        DocumentError: it does not begin with `WEBVTT`, or has no cue.
    """
    text = decode(blob)
    signature = SIGNATURE.match(text)
    if signature is None:
        raise DocumentError(
            f"{blob.name} is not WebVTT: its first line is not `WEBVTT`",
            hint="add that line, or give the file the suffix of what it is",
        )
    turns = _turns(blob, text)
    rest = [span for first, after in _between(text, turns) for span in _rest(text, first, after)]
    header = text[: turns[0].start]
    metadata = [(key.lower(), value.strip()) for key, value in DECLARED.findall(header)]
    title = one_line(signature[1] or "")
    return [Parsed(text, "vtt", title, [*turns, *rest], [*metadata, *_speakers(turns)])]


def parse_srt(blob: Blob) -> list[Parsed]:
    """SubRip: a turn a cue.

    Raises:
        DocumentError: it has no cue.
    """
    text = decode(blob)
    turns = _turns(blob, text)
    rest = [
        span for first, after in _between(text, turns) for span in paragraphs(text, first, after)
    ]
    return [Parsed(text, "srt", spans=[*turns, *rest], metadata=_speakers(turns))]


def _turns(blob: Blob, text: str) -> list[Span]:
    turns = list[Span]()
    for cue in cues(text):
        voice = VOICE.search(text, cue.start, cue.end)
        label = one_line(html.unescape(voice[1])) if voice else ""
        turns.append(Span("turn", cue.start, cue.end, label=label))
    if not turns:
        raise DocumentError(
            f"{blob.name} has no cue: no line with times, as `00:01.000 --> 00:02.500`",
            hint="give the file the suffix .txt, or leave it out with `exclude`",
        )
    return turns


def _between(text: str, turns: list[Span]) -> Iterator[tuple[int, int]]:
    """What is no cue."""
    done = 0
    for turn in turns:
        yield done, turn.start
        done = turn.end
    yield done, len(text)


def _rest(text: str, start: int, end: int) -> Iterator[Span]:
    for span in paragraphs(text, start, end):
        found = COMMENT.match(text, span.start)
        if found and found[1] != "NOTE":
            label = "css" if found[1] == "STYLE" else ""
            yield span._replace(kind="code", label=label)
        else:
            yield span


def _speakers(turns: list[Span]) -> list[tuple[str, str]]:
    return [("speaker", name) for name in dict.fromkeys(turn.label for turn in turns) if name]
