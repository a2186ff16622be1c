"""Chroma's measure on the shared corpora: what five chunks hold of the answers.

All corpora make one pool; MiniLM, exact search. The plain figures are of one op with one setting;
`full` adds words to the vectors, and to each vector a share of its neighbours' (the `neighbours` of
`embed.llama`); `adaptive` reads fewer chunks where scores fall, by a share that is chosen on one
half of the questions and measured on the other, both ways.
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
from ops.embed.neighbours import with_neighbours
from ops.evaluate.bootstrap import interval
from ops.evaluate.ranges import Range, score
from ops.evaluate.search import Scores, fused, kept, top, vector_scores, word_scores
from ops.frames import STRUCTURE, Frames
from ops.inference.resources import LocalResources
from ops.registry import op_class
from pipelines.vectors import Remembered

K: Final = 5
OP: Final = "segment.recursive"
SIZE: Final = 150
NEIGHBOURS: Final = 0.2
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
    embedder = resources.embedder("minilm")
    asked = embedder.embed(questions)
    chunks = _chunks(texts, resources)
    ranges = [Range(*row) for row in chunks.select("doc_id", "start", "end").iter_rows()]
    bodies = chunks["text"].to_list()
    vectors = embedder.embed(bodies)
    plain = vector_scores(asked, vectors)
    progress(f"{len(bodies)} chunks embedded")
    owners = [(one.doc_id, 0) for one in ranges]
    situated = with_neighbours(vectors, owners, NEIGHBOURS)
    both = fused(vector_scores(asked, situated), word_scores(questions, bodies))
    found = {
        "": _rows(answers, ranges, [list(row) for row in top(plain, K)]),
        "_full": _rows(answers, ranges, [list(row) for row in top(both, K)]),
        "_adaptive": _adaptive(answers, ranges, both),
    }
    goals = {"": (0.87, 0.075), "_full": (0.91, 0.08), "_adaptive": (0.83, 0.12)}
    figures = []
    settings: dict[str, Any] = {"chroma": f"{OP} size {SIZE}", "questions": len(questions)}
    for name, rows in found.items():
        recall, iou = rows.mean(axis=0)
        least_recall, least_iou = goals[name]
        spread = interval(rows[:, 0].tolist())
        settings[f"recall{name}_95"] = [round(spread.low, 3), round(spread.high, 3)]
        progress(f"chroma{name}: recall {recall:.3f}, IoU {iou:.3f}")
        figures += [
            _figure(f"chroma_recall{name}", recall, least_recall),
            _figure(f"chroma_iou{name}", iou, least_iou),
        ]
    return settings, figures


def _figure(name: str, value: float, goal: float) -> Figure:
    return Figure(name, float(value), "share", None, None, goal, bool(value >= goal))


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


def _chunks(texts: dict[str, str], resources: LocalResources) -> pl.DataFrame:
    documents = pl.DataFrame({"doc_id": list(texts), "text": list(texts.values())})
    documents = documents.with_columns(format=pl.lit("text"), structure=pl.lit([], dtype=STRUCTURE))
    op = op_class(OP).model_validate({"size": SIZE})
    return op.apply(Frames({"documents": documents}), Context(resources))["chunks"]


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
