"""Reduced caches, chunk caches and the engine: what they keep, and what they save."""

from __future__ import annotations

__all__ = ["run"]

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.inference_speed import (
    batch_speedup,
    busy_slowdown,
    drift,
    embed_share,
    prefix_speedup,
)
from benchmarks.kv_contexts import CONTEXTS, LONGEST, Context, contexts
from benchmarks.kv_kept import CURVE, measure
from benchmarks.kv_losses import (
    MAIN,
    POLICIES,
    Losses,
    best_unknown,
    fewest_of_a_decile,
    kept,
    losses_of,
    plain_losses,
    worst_decile,
)
from benchmarks.kv_reuse import reuse
from benchmarks.kv_speed import (
    cluster_milliseconds,
    decode_seconds,
    end_to_end_seconds,
    perplexity_ratios,
)
from benchmarks.pieces import Pieces, pieces
from benchmarks.result import BenchResult, Figure, Progress
from ops.inference.cores import physical_cores
from ops.inference.kv.layout import Layout, layout_of
from ops.inference.kv.passages import RECOMPUTED
from ops.inference.kv.reader import Reader
from ops.inference.llama import Model
from ops.inference.models import header_of, resolve

ENGINE: Final = (batch_speedup, prefix_speedup, busy_slowdown, drift, embed_share)
CURVES: Final = 2
"""Contexts at which every share of entries is tried, not only 80 % fewer."""
CONTINUED: Final = 2
"""Contexts of which the perplexity of what follows is measured; none was used for choosing."""
ROOM: Final = 2_048
"""Entries for questions beside a text."""


def run(data: Path | None, progress: Progress, only: Sequence[str] = ()) -> BenchResult:
    """Measure; see the modules that do.

    Args:
        only: of kept, perplexity, decode, end_to_end, clustering, reuse and engine those to run;
            none means all.
    """
    file = resolve("smollm2", Path())
    layout = layout_of(header_of(file), file.name)
    settings: dict[str, Any] = {"model": f"{file.name}, cache F16", "threads": physical_cores()}
    figures: list[Figure] = []
    with Model(file.path) as model:
        source, every = contexts(data, model)
        longest = max(every, key=lambda one: len(one.tokens))
        settings |= {
            "texts": source,
            "contexts": f"{CONTEXTS} of {len(every[0].tokens):,} to {len(longest.tokens):,} tokens",
            "facts": sum(len(one.planted) for one in every),
            "entries": f"{MAIN:.0%} fewer, sinks and recent ones counted",
        }
        stamp = {
            "model": file.sha256,
            "build": model.build,
            "texts": source,
            "policies": " ".join(POLICIES),
        }
        known = pieces("kv", stamp, progress)
        if not only or "kept" in only:
            losses = _losses(model, layout, every, known, progress)
            settings["facts of a decile"] = fewest_of_a_decile(losses)
            settings["curves"] = {policy: _curve(losses, policy) for policy in POLICIES}
            figures += _kept(losses)
        plain = Reader(model, layout, LONGEST + ROOM, sequences=24)
        figures += _speed(plain, every, longest, known, progress, only)
        if not only or "reuse" in only:
            figures += known.figures("reuse", lambda: _reuse(plain, longest, progress))
        plain.close()
    # The engine has models of its own.
    for measured in ENGINE if not only or "engine" in only else ():
        figures += known.figures(measured.__name__, lambda m=measured: m(data, progress))  # type: ignore[misc]
    return BenchResult("kv", settings, tuple(figures))


def _losses(
    model: Model, layout: Layout, every: Sequence[Context], known: Pieces, progress: Progress
) -> list[Losses]:
    """Losses of every context after every policy."""
    reader = Reader(model, layout, LONGEST + ROOM, sequences=24, listens=True)
    found = []
    for number, context in enumerate(every):
        progress(f"context {number + 1} of {len(every)}")
        shares = CURVE if number < CURVES else (MAIN,)
        raw = known.value(
            f"context-{number + 1}",
            lambda c=context, s=shares: plain_losses(  # type: ignore[misc]
                measure(reader, c, s, progress)
            ),
        )
        found.append(losses_of(raw))
    reader.close()
    return found


def _kept(losses: Sequence[Losses]) -> list[Figure]:
    found = []
    window = kept(losses, "window")
    for policy in POLICIES:
        value = kept(losses, policy)
        goal = 0.95 if policy == "squeezed" else None
        found.append(_at_least(f"kept.{policy}", value, "share", goal))
        found.append(Figure(f"kept_worst_decile.{policy}", worst_decile(losses, policy), "share"))
    name, best = best_unknown(losses)
    found.append(
        Figure(
            "kept.best_unknown",
            best,
            f"share ({name})",
            peer="window",
            ratio=best / window,
            goal=max(0.8, window + 0.2),
            met=best >= max(0.8, window + 0.2),
        )
    )
    found.append(_at_least("kept95.squeezed", kept(losses, "squeezed", 0.95), "share", 0.9))
    return found


def _speed(
    reader: Reader,
    every: Sequence[Context],
    longest: Context,
    known: Pieces,
    progress: Progress,
    only: Sequence[str],
) -> list[Figure]:
    def perplexity() -> list[Figure]:
        listener = Reader(reader.model, reader.layout, LONGEST + ROOM, sequences=4, listens=True)
        ratios = perplexity_ratios(listener, every[:CONTINUED], progress)
        listener.close()
        return [
            _at_most(f"ppl_ratio.{name}", ratio, "ratio", 1.02) for name, ratio in ratios.items()
        ]

    def decode() -> list[Figure]:
        whole, small = decode_seconds(reader, LONGEST)
        progress(f"a token after {LONGEST}: {whole * 1e3:.1f} ms, {small * 1e3:.1f} ms reduced")
        return [_at_least("decode_speedup", whole / small, "times", 3.2)]

    def end_to_end() -> list[Figure]:
        as_it_is, after, on_the_way = end_to_end_seconds(reader, longest.tokens, progress)
        return [
            _at_least("e2e_speedup", as_it_is / on_the_way, "times", 1.4),
            Figure("e2e_speedup_clustered_after_reading", as_it_is / after, "times"),
        ]

    def clustering() -> list[Figure]:
        plain, weighed = cluster_milliseconds(reader.layout)
        return [
            _at_most("cluster_ms", plain, "ms", 150),
            Figure("cluster_ms.with_queries", weighed, "ms"),
        ]

    found: list[Figure] = []
    for measured in (perplexity, decode, end_to_end, clustering):
        if not only or measured.__name__ in only:
            found += known.figures(measured.__name__, measured)
    return found


def _reuse(reader: Reader, context: Context, progress: Progress) -> list[Figure]:
    found = reuse(reader, context, progress)
    speedup = found.read_seconds / found.first_token_seconds
    return [
        _at_least("cache_ttft_speedup", speedup, "times", 8),
        _at_least("cache_kept", found.kept(RECOMPUTED), "share", 0.97),
        Figure("cache_kept_following", found.kept_following(RECOMPUTED), "share"),
        _at_most("cache_bytes_factor", found.bytes_factor, "times", 1.1),
    ]


def _curve(losses: Sequence[Losses], policy: str) -> list[tuple[float, float]]:
    """(share of entries that went, share kept)."""
    rows = losses[:CURVES]
    shares = sorted({share for name, share in rows[0].reduced if name == policy})
    return [(share, round(kept(rows, policy, share), 3)) for share in shares]


def _at_least(name: str, value: float, unit: str, goal: float | None) -> Figure:
    return Figure(name, value, unit, goal=goal, met=None if goal is None else value >= goal)


def _at_most(name: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(name, value, f"{unit}, at most {goal:g}", goal=None, met=value <= goal)
