"""Segmentation: quality on public gold, and speed beside other libraries."""

from __future__ import annotations

__all__ = ["run"]

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.result import BenchResult, Figure, Progress
from benchmarks.segment_chroma import chroma_figures
from benchmarks.segment_sentences import sentence_figures
from benchmarks.segment_speed import speeds
from benchmarks.segment_topics import topic_figures


def run(data: Path | None, progress: Progress, only: Sequence[str] = ()) -> BenchResult:
    """Measure; see the modules. Without public data only speed is measured; without the packages of
    the extra `bench` their figures are left out.

    Args:
        only: of speed, sentences, chroma and topics those to run; none means all.
    """
    settings: dict[str, Any] = {}
    figures: list[Figure] = []
    parts = []
    if not only or "speed" in only:
        parts.append(speeds(data, progress))
    if data is not None:
        measures = {
            "sentences": sentence_figures,
            "chroma": chroma_figures,
            "topics": topic_figures,
        }
        parts += [
            measure(data, progress)
            for name, measure in measures.items()
            if not only or name in only
        ]
    for more, found in parts:
        settings |= more
        figures += found
    return BenchResult("segment", settings, tuple(figures))
