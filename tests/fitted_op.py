"""A small op that must see all documents: for each, the word that the fewest others have."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

import polars as pl
import pytest

from ops import registry
from ops.context import Context
from ops.errors import DocumentError
from ops.frames import Frames, Schema, conform
from ops.op import Columns, Fitted

OPS = {"keywords.rarest": "tests.fitted_op:Rarest"}


class Rarest(Fitted):
    """Name the word of each document that the fewest documents have."""

    name: ClassVar[str] = "keywords.rarest"
    reads: ClassVar[Columns] = {"documents": ("text",)}
    writes: ClassVar[Mapping[str, Schema]] = {"documents": {"rarest": pl.String()}}

    summarised: ClassVar[list[str]] = []
    """Every document that was summarised, in order, for tests to look at."""

    def summarise(self, frames: Frames, ctx: Context) -> Mapping[str, bytes]:
        parts = {}
        for name, text in frames["documents"].select("doc_id", "text").iter_rows():
            ctx.check()
            if "unreadable" in text:
                raise DocumentError("it says it is unreadable")
            self.summarised.append(name)
            parts[name] = json.dumps(sorted(set(text.split()))).encode()
        return parts

    def fit(self, parts: Iterable[bytes]) -> bytes:
        counts = Counter(word for part in parts for word in json.loads(part))
        return json.dumps(dict(sorted(counts.items()))).encode()

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        counts = json.loads(ctx.state)
        rows = []
        for name, text in frames["documents"].select("doc_id", "text").iter_rows():
            ctx.check()
            words = sorted(set(text.split()), key=lambda word: (counts.get(word, 0), word))
            rows.append({"doc_id": name, "rarest": words[0] if words else ""})
            ctx.advance(1)
        schema = {"doc_id": pl.String(), "rarest": pl.String()}
        table = pl.DataFrame(rows, schema=schema)
        return Frames({"documents": conform("documents", table, schema)})


@contextmanager
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The op is found by its name."""
    monkeypatch.setattr(registry, "BUILT_IN", {**registry.BUILT_IN, **OPS})
    registry._places.cache_clear()
    Rarest.summarised.clear()
    yield
    registry._places.cache_clear()
