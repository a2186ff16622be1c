"""The peers as ops: SingleRank, TF-IDF, MMR, and YAKE where it is installed."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ops.context import Context
from ops.errors import ModelError
from ops.frames import Frames
from ops.inference.resources import LocalResources
from ops.keywords.mmr import Mmr
from ops.keywords.peer import Peer
from ops.keywords.singlerank import SingleRank
from ops.keywords.tfidf import TfIdf
from ops.keywords.yake import Yake
from ops.registry import op_class

TEXT = (
    "Solar panels turn sunlight into power. A solar panel on a roof needs sunlight. "
    "Wind turbines turn wind into power, and solar panels do not need wind."
)
OTHER = "The river carries boats. Boats on the river need power."


def context(**settings: Any) -> Context:
    return Context(resources=LocalResources(Path()), **settings)


def frames() -> Frames:
    cut = TEXT.index("Wind")
    spans = [("c0", "d0", 0, cut), ("c1", "d0", cut, len(TEXT))]
    return Frames(
        {
            "documents": pl.DataFrame(
                {"doc_id": ["d0", "d1", "d2"], "text": [TEXT, "", OTHER], "language": ["en"] * 3}
            ),
            "chunks": pl.DataFrame(
                spans, schema=["chunk_id", "doc_id", "start", "end"], orient="row"
            ),
        }
    )


def check(op: Peer, ctx: Context) -> list[list[str]]:
    given = frames()
    out = op.apply(given, ctx)
    for frame, low, high in (("documents", 0, len(TEXT)), ("chunks", None, None)):
        for row in out[frame].iter_rows(named=True):
            text = OTHER if row["doc_id"] == "d2" else TEXT
            if frame == "chunks":
                _, _, low, high = given["chunks"].row(
                    by_predicate=pl.col("chunk_id") == row["chunk_id"]
                )
            for keyword in row["keywords"]:
                assert keyword["spans"]
                for span in keyword["spans"]:
                    assert low <= span["start"] < span["end"] <= high
                    found = " ".join(text[span["start"] : span["end"]].split())
                    assert found.lower() == keyword["phrase"].lower()
            scores = [keyword["score"] for keyword in row["keywords"]]
            assert scores == sorted(scores, reverse=True) or isinstance(op, Mmr)
    assert op.apply(given, ctx)["documents"].equals(out["documents"])
    empty = op.apply(Frames({"documents": given["documents"].clear()}), ctx)
    assert empty["documents"].height == 0
    return [[k["phrase"].lower() for k in row] for row in out["documents"]["keywords"].to_list()]


def weight_of(phrase: str, op: Peer, ctx: Context) -> float:
    """The score of a phrase in the first document."""
    return {p.lower(): score for p, score in op.ranked(TEXT, "en", 50, ctx)}[phrase]


@pytest.mark.parametrize("name", ["yake", "singlerank", "tfidf", "mmr"])
def test_they_are_registered(name: str) -> None:
    found = op_class(f"keywords.{name}")
    assert issubclass(found, Peer)
    assert found.summary().startswith("Rank")


def test_singlerank() -> None:
    found = check(SingleRank(count=5), context())
    assert found[0][0] == "solar panels"
    assert found[1] == []


def test_tfidf_knows_the_other_documents() -> None:
    op = TfIdf(count=30)
    ctx = context()
    alone = check(op, ctx)
    parts = op.summarise(frames(), ctx)
    assert sorted(parts) == ["d0", "d1", "d2"]
    state = op.fit(parts[name] for name in sorted(parts))
    assert state == op.fit(iter([parts["d0"], parts["d1"], parts["d2"]]))
    assert json.loads(state)[0] == 3
    fitted = check(op, context(state=state))
    assert "solar panels" in alone[0]
    assert "solar panels" in fitted[0]
    assert weight_of("power", op, context()) == weight_of("sunlight", op, context())
    known = context(state=state)
    assert weight_of("power", op, known) < weight_of("sunlight", op, known)
    assert fitted[2][0] in {"boats", "river"}


def test_mmr_spreads() -> None:
    found = check(Mmr(count=4), context())
    assert any("solar" in phrase for phrase in found[0])
    same = check(Mmr(count=4, diversity=0.9), context())
    assert same[0] != found[0] or len(same[0]) < 4


def test_yake(monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("yake") is None:
        with pytest.raises(ModelError, match="not installed"):
            check(Yake(), context())
    else:
        found = check(Yake(count=5), context())
        assert any("solar" in phrase for phrase in found[0])
