"""The blocking checks on chunks, document by document; pure."""

from __future__ import annotations

__all__ = ["CHECKS", "Check", "checks_of", "failed_check", "faults"]

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from ops.frames import Frames
from ops.op import Op

PREFIX: Final = "check "


@dataclass(frozen=True, slots=True)
class Check:
    """A rule that the chunks of every document must keep.

    `find` gives doc_id → what is wrong with its first bad chunk.
    """

    name: str
    description: str
    find: Callable[[Op, pl.DataFrame, Mapping[str, str]], dict[str, str]]


def _offsets(op: Op, chunks: pl.DataFrame, texts: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for doc_id, start, end, text in chunks.select("doc_id", "start", "end", "text").iter_rows():
        if doc_id in found:
            continue
        if texts[doc_id][start:end] != text:
            found[doc_id] = f"characters {start} to {end} of the document are not the chunk's text"
    return found


def _filled(op: Op, chunks: pl.DataFrame, texts: Mapping[str, str]) -> dict[str, str]:
    empty = chunks.filter(pl.col("text").str.strip_chars() == "")
    return {
        doc_id: f"the chunk at {start} to {end} holds no text"
        for doc_id, start, end in empty.select("doc_id", "start", "end").reverse().iter_rows()
    }


def _budget(op: Op, chunks: pl.DataFrame, texts: Mapping[str, str]) -> dict[str, str]:
    size = getattr(op, "size", None)
    if size is None:
        return {}
    large = chunks.filter((pl.col("tokens") > size) & (pl.col("level") == 0))
    if "edits" in large.columns:
        large = large.filter(pl.col("edits").is_null())  # a person may join what they like
    return {
        doc_id: f"the chunk at {start} has {tokens} tokens, over the {size} allowed"
        for doc_id, start, tokens in large.select("doc_id", "start", "tokens").reverse().iter_rows()
    }


CHECKS: Final = (
    Check("offsets_exact", "document.text[chunk.start:chunk.end] is chunk.text", _offsets),
    Check("no_empty_chunk", "no chunk is empty or all white space", _filled),
    Check("token_budget", "no leaf has more tokens than its segmenter's size", _budget),
)


def checks_of(op: Op) -> tuple[Check, ...]:
    """The checks that guard what an op writes."""
    return CHECKS if "chunks" in op.creates else ()


def faults(op: Op, given: Frames, made: Frames) -> dict[str, str]:
    """doc_id → the reason why what the op made of it must not be written."""
    checks = checks_of(op)
    if not checks or "chunks" not in made:
        return {}
    texts = dict(given["documents"].select("doc_id", "text").iter_rows())
    found: dict[str, str] = {}
    for check in checks:
        for doc_id, said in check.find(op, made["chunks"], texts).items():
            found.setdefault(doc_id, f"{PREFIX}{check.name}: {said}")
    return found


def failed_check(reason: str) -> str | None:
    """The name of the check that a recorded reason speaks of, if it is one."""
    if not reason.startswith(PREFIX):
        return None
    return reason.removeprefix(PREFIX).partition(":")[0]
