"""The engine's own figures; `kv` has them too, beside those of reduced caches."""

from __future__ import annotations

__all__ = ["run"]

from pathlib import Path

from benchmarks.inference_speed import (
    batch_speedup,
    busy_slowdown,
    drift,
    embed_share,
    prefix_speedup,
)
from benchmarks.result import BenchResult, Progress
from ops.inference.cores import physical_cores
from ops.inference.models import resolve


def run(data: Path | None, progress: Progress) -> BenchResult:
    """Measure; see `benchmarks.inference_speed`."""
    figures = (
        *batch_speedup(data, progress),
        *prefix_speedup(data, progress),
        *busy_slowdown(data, progress),
        *drift(data, progress),
        *embed_share(data, progress),
    )
    settings = {"model": resolve("smollm2", Path()).name, "threads": physical_cores()}
    return BenchResult("inference", settings, figures)
