"""The benches by name; each is imported when it is run."""

from __future__ import annotations

__all__ = ["Bench", "benches"]

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from benchmarks.result import BenchResult, Progress


@dataclass(frozen=True, slots=True)
class Bench:
    """A bench, before it is imported."""

    name: str
    summary: str
    time: str
    """How long it takes on 2 cores."""
    module: str
    parts: tuple[str, ...] = ()
    """What of it can be run alone."""

    def run(self, data: Path | None, progress: Progress, only: Sequence[str] = ()) -> BenchResult:
        """Measure.

        Args:
            data: folder of public benchmark data, if there is one.
            progress: told now and then what is going on.
            only: some of `parts`; none means all.
        """
        chosen = (only,) if self.parts else ()
        return cast(BenchResult, import_module(self.module).run(data, progress, *chosen))


def benches() -> dict[str, Bench]:
    """Every bench, by name."""
    found = (
        Bench(
            "keywords",
            "F1@10 of keywords.frake and its peers on four public sets; speed; cost over length",
            "about 15 minutes",
            "benchmarks.keywords",
        ),
        Bench(
            "embed",
            "tokens/s of embed.llama against the best that llama.cpp's own API reaches",
            "about 5 minutes",
            "benchmarks.embed",
        ),
        Bench(
            "inference",
            "prompts together against one by one, on a calm and on a busy machine",
            "about 12 minutes",
            "benchmarks.inference",
        ),
        Bench(
            "kv",
            "what reduced caches and chunk caches keep of planted facts, and what they save",
            "about 30 minutes",
            "benchmarks.kv",
            parts=(
                "kept",
                "perplexity",
                "decode",
                "end_to_end",
                "clustering",
                "reuse",
                "engine",
            ),
        ),
        Bench(
            "quantise",
            "speed and perplexity of SmolLM2 as Q4_1, Q4_0 and Q8_0",
            "about 3 minutes",
            "benchmarks.quantise",
        ),
        Bench(
            "tui",
            "the interface in a real terminal, over a million chunks",
            "about 3 minutes",
            "benchmarks.tui",
        ),
        Bench(
            "segment",
            "speed of cutting, sentences, topics and Chroma's measure, beside other libraries",
            "about 20 minutes",
            "benchmarks.segment",
            parts=("speed", "sentences", "chroma", "topics"),
        ),
    )
    return {bench.name: bench for bench in found}
