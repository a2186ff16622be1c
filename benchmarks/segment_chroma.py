"""Chroma's measure on the shared corpora: what five chunks hold of the answers.

All corpora make one pool; MiniLM, exact search. One op cuts with one setting, and all figures
share its vectors, which know of the text around each chunk (`segment.late`, and `neighbours` of
`embed.llama`). The plain figures are of vectors alone; `alone`, beside them, of vectors that know
of nothing but their chunk; `full` adds words to the vectors; `adaptive` reads fewer chunks where
scores fall, by a share that is chosen on one half of the questions and measured on the other, both
ways.
"""

from __future__ import annotations

__all__ = ["chroma_figures"]

import csv
import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.result import Figure, Progress
from ops.context import Context
from ops.evaluate.bootstrap import interval
from ops.evaluate.ranges import Range, score
from ops.evaluate.search import Scores, kept, summed, together, top, vector_scores, word_scores
from ops.frames import STRUCTURE, Frames
from ops.inference.resources import LocalResources
from ops.registry import op_class
from pipelines.vectors import Remembered

K: Final = 5
OP: Final = "segment.recursive"
SIZE: Final = 150
LATE: Final = {"read": 510}
EMBED: Final = {"around": 0.5, "neighbours": 0.2}
SHARES: Final = tuple(round(share, 2) for share in np.arange(0.4, 0.96, 0.05).tolist())
LEAST_RECALL: Final = 0.85
"""What the share must keep on the half that it is chosen on."""

Rows = NDArray[np.float64]


def chroma_figures(data: Path, progress: Progress) -> tuple[dict[str, Any], list[Figure]]:
    """Settings and figures."""
    folder = data / "chunking_evaluation"
    texts = {
        file.stem: file.read_text(encoding="utf-8")
        for file in sorted((folder / "corpora").glob("*.md"))
    }
    questions, answers = _questions(folder / "questions_df.csv")
    resources = LocalResources(Path(), vectors=Remembered())
    asked = resources.embedder("minilm").embed(questions)
    documents = Frames({"documents": _documents(texts)})
    cut = documents.replace("chunks", _made(OP, {"size": SIZE}, documents, resources))
    chunks = cut["chunks"]
    alone = _vectors({}, cut, resources)
    progress(f"{len(chunks)} chunks embedded alone")
    marks = _made("segment.late", LATE, cut, resources).drop("doc_id")
    marked = chunks.join(marks, on="chunk_id", how="left", maintain_order="left")
    plain = vector_scores(asked, _vectors(EMBED, cut.replace("chunks", marked), resources))
    progress("and with the text around them")
    ranges = [Range(*row) for row in chunks.select("doc_id", "start", "end").iter_rows()]
    words = word_scores(questions, chunks["text"].to_list())
    found = {
        "": _rows(answers, ranges, _best(plain)),
        "_alone": _rows(answers, ranges, _best(vector_scores(asked, alone))),
        "_full": _rows(answers, ranges, _best(together(plain, words, K))),
        "_adaptive": _adaptive(answers, ranges, summed(plain, words)),
    }
    goals: dict[str, tuple[float, float] | None]
    goals = {"": (0.87, 0.075), "_alone": None, "_full": (0.91, 0.08), "_adaptive": (0.83, 0.12)}
    figures = []
    settings: dict[str, Any] = {
        "chroma": f"{OP} size {SIZE}; segment.late {_told(LATE)}; embed.llama {_told(EMBED)}",
        "questions": len(questions),
    }
    for name, rows in found.items():
        recall, iou = rows.mean(axis=0)
        least_recall, least_iou = goals[name] or (None, None)
        spread = interval(rows[:, 0].tolist())
        settings[f"recall{name}_95"] = [round(spread.low, 3), round(spread.high, 3)]
        progress(f"chroma{name}: recall {recall:.3f}, IoU {iou:.3f}")
        figures += [
            _figure(f"chroma_recall{name}", recall, least_recall),
            _figure(f"chroma_iou{name}", iou, least_iou),
        ]
    return settings, figures


def _figure(name: str, value: float, goal: float | None) -> Figure:
    met = None if goal is None else bool(value >= goal)
    return Figure(name, float(value), "share", None, None, goal, met)


def _told(params: dict[str, Any]) -> str:
    return " ".join(f"{name} {value}" for name, value in params.items())


def _questions(file: Path) -> tuple[list[str], list[list[Range]]]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    answers = [
        [
            Range(row["corpus_id"], one["start_index"], one["end_index"])
            for one in json.loads(row["references"])
        ]
        for row in rows
    ]
    return [row["question"] for row in rows], answers


def _documents(texts: dict[str, str]) -> pl.DataFrame:
    documents = pl.DataFrame({"doc_id": list(texts), "text": list(texts.values())})
    none = {"format": pl.lit("text"), "title": pl.lit("")}
    return documents.with_columns(**none, structure=pl.lit([], dtype=STRUCTURE))


def _made(
    name: str, params: dict[str, Any], frames: Frames, resources: LocalResources
) -> pl.DataFrame:
    """The chunks that an op makes, or their columns that it writes."""
    op = op_class(name).model_validate(params)
    return op.apply(frames, Context(resources))["chunks"]


def _vectors(
    params: dict[str, Any], frames: Frames, resources: LocalResources
) -> NDArray[np.float32]:
    """Of the chunks, in their order (chunks, dimensions)."""
    made = _made("embed.llama", params, frames, resources).select("chunk_id", "vector")
    told = (
        frames["chunks"]
        .select("chunk_id")
        .join(made, on="chunk_id", how="left", maintain_order="left")
    )
    return np.array(told["vector"].to_list(), dtype=np.float32)


def _best(scores: Scores) -> list[list[int]]:
    return [list(row) for row in top(scores, K)]


def _rows(answers: list[list[Range]], ranges: list[Range], chosen: list[list[int]]) -> Rows:
    """(questions, 2): recall and IoU."""
    found = [
        score(answer, [ranges[place] for place in places], ())
        for answer, places in zip(answers, chosen, strict=True)
    ]
    return np.array([(one.recall, one.iou) for one in found])


def _adaptive(answers: list[list[Range]], ranges: list[Range], scores: Scores) -> Rows:
    best = top(scores, K)
    values = np.take_along_axis(scores, best, axis=1)
    by_share = {}
    for share in SHARES:
        chosen = [
            list(places[: kept(row, share)]) for places, row in zip(best, values, strict=True)
        ]
        by_share[share] = _rows(answers, ranges, chosen)
    halves = np.arange(len(answers)) % 2
    made = np.zeros((len(answers), 2))
    for half in (0, 1):
        learn, test = halves == half, halves != half
        # Of those that keep the recall, the one with the best IoU; else the most careful one.
        fit = [s for s in SHARES if by_share[s][learn][:, 0].mean() >= LEAST_RECALL]
        share = max(fit, key=lambda s: by_share[s][learn][:, 1].mean()) if fit else SHARES[0]
        made[test] = by_share[share][test]
    return made
