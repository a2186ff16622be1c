"""Keyword extraction: F1@10 against peers on public sets, speed, and cost over length."""

from __future__ import annotations

__all__ = ["run"]

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.keywords_data import Article, are_long, articles, is_even, length, macro, set_names
from benchmarks.keywords_peers import System, chunkbook, for_seconds, frake_code, op, tfidf, yake
from benchmarks.result import BenchResult, Figure, Progress
from ops.context import Context
from ops.errors import UsageError
from ops.inference.resources import LocalResources
from ops.keywords.mmr import Mmr
from ops.keywords.singlerank import SingleRank

MMR_ARTICLES: Final = 60
MMR_SECONDS: Final = 100.0
"""MMR is measured on the first articles of a set, for no longer than this; embeddings take long."""
CODE_ARTICLES: Final = 100
CODE_SECONDS: Final = 25.0
"""FRAKE's own code is measured on the first articles of a set, for no longer than this."""
SPEED_ARTICLES: Final = 100
ROUNDS: Final = 3
LENGTHS: Final = (1_000, 3_000, 10_000, 30_000, 100_000)
GAIN: Final = 0.169
LONG_ARTICLES: Final = {"frake_published": 3, "frake_code": 0, "mmr": 3}
"""The same where articles are long: FRAKE's own code needs minutes for one."""


def run(data: Path | None, progress: Progress) -> BenchResult:
    """Measure on the public sets; without them there is nothing to measure on."""
    names = set_names(data) if data else []
    if not (data and names):
        raise UsageError(
            "the bench needs the public keyword sets", hint="give --data or set CHUNKBOOK_DATA"
        )
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    ctx = Context(resources=LocalResources(Path()))
    sets = {name: articles(data, name) for name in names}
    english = [found for found in sets.values() if found[0].language == "en"]
    short = [found for found in english if not are_long(found)]
    figures = _quality(sets, ctx, progress)
    if short:
        figures += _speed(max(short, key=len), ctx, progress)
    if english:
        figures += _long(max(english, key=length), ctx, progress)
    settings = {
        "articles": sum(map(len, sets.values())),
        "mmr": f"first {MMR_ARTICLES} of each set, at most {MMR_SECONDS:.0f} s",
        "frake_code": f"first {CODE_ARTICLES} of each set, at most {CODE_SECONDS:.0f} s",
        "frake_published": "first 300 of each set",
        "long articles": ", ".join(f"{name} first {n}" for name, n in LONG_ARTICLES.items()),
        "yake": "phrases of up to 3 words",
    }
    return BenchResult("keywords", settings, tuple(figures))


def _systems(ctx: Context) -> Mapping[str, tuple[System, int]]:
    """Name → system, and how many articles of a set it is measured on."""
    everything = 1_000_000
    return {
        "chunkbook": (chunkbook(ctx), everything),
        "chunkbook_without_pos": (chunkbook(ctx, tags="none"), everything),
        "frake_published": (chunkbook(ctx, variant="published"), 300),
        "yake": (yake(), everything),
        "singlerank": (op(ctx, SingleRank()), everything),
        "tfidf": (tfidf(ctx), everything),
        "mmr": (for_seconds(op(ctx, Mmr()), MMR_SECONDS), MMR_ARTICLES),
        "frake_code": (frake_code(CODE_SECONDS), CODE_ARTICLES),
    }


def _quality(sets: Mapping[str, list[Article]], ctx: Context, progress: Progress) -> list[Figure]:
    figures, gains, ahead = [], [], 0
    for name, found in sets.items():
        ours: list[list[str]] = []
        gains_of: list[tuple[float, str]] = []
        for system, (rank, most) in _systems(ctx).items():
            if are_long(found):
                most = LONG_ARTICLES.get(system, most)
            if not most:
                progress(f"{name} {system}: not measured")
                continue
            begin = time.perf_counter()
            ranked = rank(found[:most])
            done = found[: len(ranked)]
            score = macro(ranked, done)
            seconds = time.perf_counter() - begin
            progress(f"{name} {system}: {score:.3f} on {len(done)} ({seconds:.0f} s)")
            figures.append(Figure(f"f1_10.{name}.{system}", score, "F1"))
            if not system.startswith("chunkbook"):
                # Where a peer is measured on some articles only, so are we; it is told, and stays
                # out of the gain, which is over whole sets.
                same = macro(ours[: len(done)], done)
                gain = same / score - 1 if score else float("inf")
                if len(done) == len(found):
                    gains_of.append((gain, system))
                else:
                    label = f"{len(done)} articles"
                    figures.append(Figure(f"gain_part.{name}.{system}", gain, "share", peer=label))
            if system == "chunkbook":
                ours = ranked
                odd = [place for place, article in enumerate(found) if not is_even(article.name)]
                value = macro([ranked[i] for i in odd], [found[i] for i in odd])
                figures.append(Figure(f"f1_10.{name}.chunkbook_odd_half", value, "F1"))
                for count in (5, 15):
                    at = macro(ranked, found, count)
                    figures.append(Figure(f"f1_{count}.{name}.chunkbook", at, "F1"))
        gain, best = min(gains_of)
        gains.append(gain)
        ahead += gain > 0
        figures.append(Figure(f"gain.{name}", gain, "share", peer=best))
    mean = sum(gains) / len(gains)
    figures.append(
        Figure(
            "gain_over_best_peer", mean, "share", "best of each set", 1 + mean, GAIN, mean >= GAIN
        )
    )
    return [*figures, Figure("sets_ahead", ahead, "sets", goal=len(sets), met=ahead == len(sets))]


def _speed(found: Sequence[Article], ctx: Context, progress: Progress) -> list[Figure]:
    """Documents/s on short English articles; systems take turns, and the best round counts."""
    some = found[:SPEED_ARTICLES]
    systems: dict[str, tuple[System, Sequence[Article]]] = {
        "yake": (yake(), some),
        "chunkbook": (chunkbook(ctx, count=10), some),
        "chunkbook_without_pos": (chunkbook(ctx, count=10, tags="none"), some),
        "singlerank": (op(ctx, SingleRank()), some),
        "published": (chunkbook(ctx, count=10, variant="published"), some),
        "frake_code": (frake_code(60.0), some[:8]),
    }
    best = dict.fromkeys(systems, 0.0)
    for turn in range(ROUNDS + 1):
        for name, (rank, given) in systems.items():
            begin = time.process_time()
            rank(given)
            rate = len(given) / (time.process_time() - begin)
            if turn:  # the first turn loads and warms
                best[name] = max(best[name], rate)
    progress(", ".join(f"{name} {rate:.1f}/s" for name, rate in best.items()))
    figures = [Figure(f"documents_per_second.{n}", v, "documents/s") for n, v in best.items()]
    for name, ours, peer, goal in (
        ("speed_vs_published", "chunkbook", "frake_code", 20.0),
        ("speed_vs_yake", "chunkbook", "yake", 0.5),
        ("speed_vs_yake_without_pos", "chunkbook_without_pos", "yake", 2.0),
    ):
        ratio = best[ours] / best[peer]
        figures.append(Figure(name, ratio, "times", peer, ratio, goal, ratio >= goal))
    return figures


def _long(found: Sequence[Article], ctx: Context, progress: Progress) -> list[Figure]:
    """Seconds for one document over its words, made of the long reports joined."""
    words = [word for article in found for word in article.text.split(" ")]
    figures = []
    for count in LENGTHS:
        text = " ".join(words[:count])
        article = Article(str(count), "en", text, frozenset())
        for name, system in (
            ("chunkbook", chunkbook(ctx, count=10)),
            ("without_pos", chunkbook(ctx, count=10, tags="none")),
        ):
            begin, processor = time.perf_counter(), time.process_time()
            system([article])
            seconds, processor = time.perf_counter() - begin, time.process_time() - processor
            progress(f"{count} words, {name}: {seconds:.2f} s")
            if count == LENGTHS[-1] and name == "chunkbook":
                met = seconds < 10
                figures.append(Figure("long_document_seconds", seconds, "s", met=met))
                figures.append(Figure("long_document_processor_seconds", processor, "s"))
            figures.append(Figure(f"seconds.{name}.{count}_words", seconds, "s"))
    return figures
