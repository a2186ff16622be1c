"""Segmentation: quality on public gold, and speed beside other libraries."""

from __future__ import annotations

__all__ = ["run"]

from pathlib import Path
from typing import Any

from benchmarks.result import BenchResult, Figure, Progress
from benchmarks.segment_chroma import chroma_figures
from benchmarks.segment_sentences import sentence_figures
from benchmarks.segment_speed import speeds
from benchmarks.segment_topics import topic_figures


def run(data: Path | None, progress: Progress) -> BenchResult:
    """Measure; see the modules. Without public data only speed is measured; without the packages of
    the extra `bench` their figures are left out."""
    settings: dict[str, Any] = {}
    figures: list[Figure] = []
    parts = [speeds(data, progress)]
    if data is not None:
        parts.append(sentence_figures(data, progress))
        parts.append(chroma_figures(data, progress))
        parts.append(topic_figures(data, progress))
    for more, found in parts:
        settings |= more
        figures += found
    return BenchResult("segment", settings, tuple(figures))
