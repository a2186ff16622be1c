"""What the tests of segmenters share: documents, a context without models, and texts to draw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import strategies as st

from ops.context import Context, Tokenizer
from ops.frames import DOCUMENTS, Frames
from ops.inference.resources import LocalResources
from ops.op import Segmenter
from ops.segment.piece import Structure

COLUMNS = ("doc_id", "text", "format", "structure")


def documents(
    texts: Sequence[str],
    structures: Sequence[Sequence[Structure]] | None = None,
    form: str = "text",
) -> pl.DataFrame:
    """A documents frame with the columns that segmenters read."""
    spans = structures or [[] for _ in texts]
    rows = {
        "doc_id": [f"d{number:04}" for number in range(len(texts))],
        "text": list(texts),
        "format": [form] * len(texts),
        "structure": [[span._asdict() for span in each] for each in spans],
    }
    return pl.DataFrame(rows, schema={name: DOCUMENTS[name] for name in COLUMNS})


def context(**settings: Any) -> Context:
    """A context with this machine's resources."""
    return Context(LocalResources(Path()), **settings)


def tokenizer(name: str) -> Tokenizer:
    """One of this machine's tokenizers."""
    return LocalResources(Path()).tokenizer(name)


def chunks_of(op: Segmenter, text: str, structure: Sequence[Structure] = ()) -> pl.DataFrame:
    """The chunks of one document."""
    frames = Frames({"documents": documents([text], [structure])})
    return op.apply(frames, context())["chunks"]


def spans_of(chunks: pl.DataFrame) -> list[tuple[int, int]]:
    """(start, end) of each chunk."""
    return list(chunks.select("start", "end").iter_rows())


FRAGMENTS = (
    *("word", "Word", "a", "naïve", "antidisestablishmentarianism", "12", "3.", "No.", "Dr."),
    *(" ", "  ", "\t", "\n", "\n\n", "\r\n", "\r\n\r\n", "\n \n", " \n"),
    *(".", ". ", "! ", "?", "...", "…", "。", "！", ", ", ";", '."', ".)", "- ", "* ", "1. ", "| "),
    *("\u0301", "e\u0301", "\u200b", "\u200d", "\ufeff", "\u00ad", "\x00", "\x0b", "\x0c", "\x1c"),
    *("\x85", "\xa0", "\u2028", "\u3000", "\ufffd"),
    *(
        "שלום",
        "مرحبا",
        "\u202e",
        "你好",
        "日本語テキスト",
        "한국어",
        "\u1112\u1161\u11ab",
        "สวัสดี",
        "नमस्ते",
    ),
    *("👨\u200d👩\u200d👧", "👍🏽", "🇩🇪🇫🇷", "❤\ufe0f", "𝔘"),
    *("x" * 130, "ab" * 60, "/usr/lib/x-y_z", "[SEP]", "##ing", "foo@bar.com", "<b>&amp;</b>"),
)


def texts(longest: int = 60) -> st.SearchStrategy[str]:
    """Texts of odd fragments, and any Unicode but surrogates."""
    anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
    fragment = st.one_of(st.sampled_from(FRAGMENTS), anything)
    return st.lists(fragment, max_size=longest).map("".join)


@st.composite
def structured(draw: st.DrawFn) -> tuple[str, list[Structure]]:
    """A text of blocks with their spans, as a loader gives them."""
    text, spans = "", []
    for _ in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(["heading", "paragraph", "code", "table", "list", "page"]))
        start = len(text)
        if kind == "heading":
            label = draw(st.sampled_from(["Title", "A longer heading here", "x", "日本"]))
            level = draw(st.integers(1, 3))
            text += "#" * level + " " + label
            spans.append(Structure(kind, start, len(text), level, label))
        elif kind == "table":
            for _ in range(draw(st.integers(1, 4))):
                row = len(text)
                text += "| " + draw(st.sampled_from(["a | b", "1. x | e\u0301", "long cell here"]))
                spans.append(Structure("row", row, len(text)))
                text += "\n"
            spans.append(Structure(kind, start, len(text)))
        elif kind == "code":
            lines = draw(st.lists(st.sampled_from(["x = 1.", "", "def f():", "  y"]), max_size=5))
            text += "```py\n" + "\n".join(lines) + "\n```"
            spans.append(Structure(kind, start, len(text), 0, "py"))
        elif kind == "list":
            for _ in range(draw(st.integers(1, 3))):
                item = len(text)
                text += "- " + draw(st.sampled_from(["one. Two.", "item", "e.g. this"]))
                spans.append(Structure("paragraph", item, len(text)))
                text += "\n"
            spans.append(Structure(kind, start, len(text)))
        elif kind == "page":
            spans.append(Structure(kind, start, len(text), 0, "1"))
        else:
            body = draw(texts(12))
            text += body
            spans.append(Structure(kind, start, len(text)))
        text += draw(st.sampled_from(["\n", "\n\n", "\r\n\r\n", " \n\n"]))
    spans += draw(st.lists(_anywhere(len(text)), max_size=2))
    return text, sorted(spans, key=lambda span: (span.start, -span.end))


def _anywhere(length: int) -> st.SearchStrategy[Structure]:
    """A span that fits no block, as a careless loader might give it."""
    place = st.integers(-1, length + 1)
    kind = st.sampled_from(["code", "table", "row", "heading", "list", "turn"])
    return st.builds(Structure, kind, place, place, st.integers(0, 2))
