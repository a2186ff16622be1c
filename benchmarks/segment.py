"""Segmentation: quality on public gold, and speed beside other libraries."""

from __future__ import annotations

__all__ = ["run"]

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.result import BenchResult, Figure, Progress
from benchmarks.segment_chroma import chroma_figures
from benchmarks.segment_sentences import sentence_figures
from benchmarks.segment_speed import speeds
from benchmarks.segment_topics import topic_figures
from ops.errors import UsageError

NEEDED: Final = {
    "sentences": ("ud_ewt/sentence_spans_dev.jsonl.gz",),
    "chroma": ("chunking_evaluation/corpora", "chunking_evaluation/questions_df.csv"),
    "topics": ("seg_choi/choi_ref.zip", "chunking_evaluation/corpora/wikitexts.md"),
}
"""Files of the public data."""


def run(data: Path | None, progress: Progress, only: Sequence[str] = ()) -> BenchResult:
    """Measure; see the modules. Without public data only speed is measured; without the packages of
    the extra `bench` their figures are left out.

    Args:
        only: of speed, sentences, chroma and topics those to run; none means all.

    Raises:
        UsageError: a file that is needed is not there.
    """
    asked = [name for name in NEEDED if name in only or (data is not None and not only)]
    if asked and data is None:
        raise UsageError(f"{asked[0]} needs public data", hint="give --data or set CHUNKBOOK_DATA")
    files = dict.fromkeys(file for name in asked for file in NEEDED[name])
    missing = [file for file in files if data is not None and not (data / file).exists()]
    if missing:
        hint = "`--only speed` needs none of them"
        raise UsageError(f"not in {data}: {', '.join(missing)}", hint=hint)
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
        parts += [measures[name](data, progress) for name in asked]
    for more, found in parts:
        settings |= more
        figures += found
    return BenchResult("segment", settings, tuple(figures))
