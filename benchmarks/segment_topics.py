"""Pk on Choi's 700 files, number of segments not given; and the cost of looking at meaning."""

from __future__ import annotations

__all__ = ["topic_figures"]

import time
import zipfile
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.result import Figure, Progress
from ops.context import Context
from ops.evaluate.boundaries import pk, window_diff
from ops.frames import STRUCTURE, Frames
from ops.inference.resources import LocalResources
from ops.registry import op_class
from pipelines.vectors import Remembered, RememberedAnswers

SETS: Final = ("1", "2", "3")
TIMED: Final = 40_000  # characters of the document that is timed
SIZE: Final = 100_000
ROUNDS: Final = 5
READER: Final = "smollm2"
SAID: Final = 100  # files after which its progress is told
PK_GOAL: Final = 0.035  # at most
SHARE_GOAL: Final = 1.1  # at most


def topic_figures(data: Path, progress: Progress) -> tuple[dict[str, Any], list[Figure]]:
    """Settings and figures."""
    resources = LocalResources(Path(), vectors=Remembered(), answers=RememberedAnswers())
    files = dict(_choi(data / "seg_choi" / "choi_ref.zip"))
    progress(f"Choi: {len(files)} files")
    plain, _ = _wrong(files, resources, progress, "")
    mean, windows = _wrong(files, resources, progress, READER)
    against = f"without a reader {plain:.4f}; lexical tiling 0.191"
    figures = [Figure("choi_pk", mean, "Pk", against, mean / plain, PK_GOAL, mean <= PK_GOAL)]
    share = _share(data, progress)
    met = share <= SHARE_GOAL
    against = "embedding the sentences alone"
    figures.append(Figure("semantic_vs_embedding", share, "times", against, share, SHARE_GOAL, met))
    settings = {
        "choi_files": len(files),
        "choi_reader": READER,
        "choi_window_diff": round(windows, 4),
        "choi_pk_without_reader": round(plain, 4),
    }
    return settings, figures


def _wrong(
    files: Mapping[str, list[list[str]]],
    resources: LocalResources,
    progress: Progress,
    reader: str,
) -> tuple[float, float]:
    """Mean Pk and WindowDiff of `segment.topic`."""
    values = {"size": SIZE, "splitter": "lines", "reader": reader}
    op = op_class("segment.topic").model_validate(values)
    texts = {
        name: "\n".join(line for part in parts for line in part) for name, parts in files.items()
    }
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        if reader and done % SAID == 0:
            progress(f"Choi: {reader} has read {done} of {len(files)} files")

    began = time.perf_counter()
    ctx = Context(resources, advance=advance)
    made = op.apply(Frames({"documents": _documents(texts)}), ctx)["chunks"]
    took = time.perf_counter() - began
    wrong, windows = [], []
    for name, parts in files.items():
        gold = [len(part) for part in parts]
        lines = [line for part in parts for line in part]
        starts = [0, *accumulate(len(line) + 1 for line in lines)][:-1]
        begins = made.filter(doc_id=name)["start"].to_list()
        edges = sorted({bisect_left(starts, start) for start in begins} | {0, len(lines)})
        found = np.diff(edges).tolist()
        wrong.append(pk(gold, found))
        windows.append(window_diff(gold, found))
    mean, window = float(np.mean(wrong)), float(np.mean(windows))
    said = f"read by {reader}" if reader else "without a reader"
    progress(f"Choi, {said}: Pk {mean:.4f}, WindowDiff {window:.4f}, {took:,.0f} s")
    return mean, window


def _choi(file: Path) -> Iterator[tuple[str, list[list[str]]]]:
    with zipfile.ZipFile(file) as archive:
        for name in sorted(archive.namelist()):
            parts = name.split("/")
            if not name.endswith(".ref") or parts[1] not in SETS:
                continue
            text = archive.read(name).decode("utf-8", "replace")
            segments = [
                [line.strip() for line in segment.splitlines() if line.strip()]
                for segment in text.split("==========")
            ]
            yield name, [segment for segment in segments if segment]


def _documents(texts: dict[str, str]) -> pl.DataFrame:
    documents = pl.DataFrame({"doc_id": list(texts), "text": list(texts.values())})
    return documents.with_columns(format=pl.lit("text"), structure=pl.lit([], dtype=STRUCTURE))


def _share(data: Path, progress: Progress) -> float:
    """Time of `segment.semantic` and `segment.cluster` over that of embedding their sentences; the
    worse of the two."""
    from ops.segment.sentences import sentences

    text = (data / "chunking_evaluation" / "corpora" / "wikitexts.md").read_text(encoding="utf-8")
    frames = Frames({"documents": _documents({"one": text[:TIMED]})})
    resources = LocalResources(Path())
    embedder = resources.embedder("minilm")
    spans = sentences(text[:TIMED])
    bodies = [text[start:end] for start, end in spans]
    embedder.embed(bodies[:8])
    shares = []
    for name in ("segment.semantic", "segment.cluster"):
        op = op_class(name).model_validate({})
        times = []
        for _ in range(ROUNDS):
            # By the clock: the model runs in a process of its own.
            began = time.perf_counter()
            embedder.embed(bodies)
            alone = time.perf_counter() - began
            began = time.perf_counter()
            op.apply(frames, Context(LocalResources(Path(), vectors=Remembered())))
            times.append((time.perf_counter() - began) / alone)
        shares.append(float(np.median(times)))
        progress(f"{name}: {shares[-1]:.3f} times the embedding")
    return max(shares)
