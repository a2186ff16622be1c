"""Why a document's keywords are its keywords: the table of parts, and the word graph."""

from __future__ import annotations

__all__ = ["Explained", "WordMap", "explain"]

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from ops.context import Context
from ops.keywords.features import word_centralities, word_links
from ops.keywords.frake import Frake
from ops.keywords.graph import CENTRALITIES, Graph, centralities, word_graph
from ops.keywords.placed import Keyword, Placed
from ops.keywords.ranked import Ranked
from ops.keywords.score import multi_centrality
from ops.language import choose


@dataclass(frozen=True, slots=True)
class WordMap:
    """The word graph of a document; nodes in the order of their centrality, highest first."""

    words: tuple[str, ...]
    """How each node is mostly written."""
    counts: tuple[int, ...]
    central: tuple[float, ...]
    """The fused centrality, 0 … 1."""
    parts: tuple[tuple[float, ...], ...]
    """The eight centralities, as they are."""
    links: tuple[tuple[int, int], ...]
    """Pairs of nodes (first < second), sorted."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A document's keywords and the graph they were ranked in."""

    language: str
    variant: str
    keywords: tuple[Keyword, ...]
    graph: WordMap

    def as_json(self, text: str) -> dict[str, Any]:
        """Keywords with parts and spans, the spans with their text, and the graph's size."""
        rows = [
            {
                "phrase": phrase,
                "score": score,
                "parts": dict(parts),
                "spans": [{"start": a, "end": b, "text": text[a:b]} for a, b in spans.tolist()],
            }
            for phrase, score, spans, parts in self.keywords
        ]
        size = {"words": len(self.graph.words), "links": len(self.graph.links)}
        return {
            "language": self.language,
            "variant": self.variant,
            "keywords": rows,
            "graph": size,
        }


def explain(op: Frake, text: str, known: str | None, ctx: Context) -> Explained:
    """The keywords of a text as the op ranks them, and the graph it ranks them in.

    Args:
        known: the language an earlier cell found.
    """
    language = choose(op.language, known, text)
    found = op.rank(text, language, ctx)
    keywords = tuple(found.best(op.count))
    graph = _of_stems(found) if isinstance(found, Ranked) else _of_forms(found)
    return Explained(language, op.variant, keywords, graph)


def _of_stems(found: Ranked) -> WordMap:
    words = found.words
    nodes, graph = word_links(words, found.tags)
    written: dict[int, Counter[str]] = {int(node): Counter() for node in nodes}
    for stem, lower in zip(words.stem, words.lower, strict=True):
        if stem in written:
            written[stem][lower] += 1
    names = [written[int(node)].most_common(1)[0][0] for node in nodes]
    counts = [written[int(node)].total() for node in nodes]
    return _map(names, counts, graph, *word_centralities(graph))


def _of_forms(found: Placed) -> WordMap:
    tokens = found.tokens
    graph = word_graph(tokens.form, len(tokens.forms))
    counts = np.bincount(tokens.form, minlength=len(tokens.forms)).tolist()
    columns = centralities(graph)
    fused = multi_centrality(columns)
    fused = np.zeros(graph.nodes) if fused is None else fused / max(fused.max(), 1e-12)
    return _map(list(tokens.forms), counts, graph, fused, columns)


def _map(names: list[str], counts: list[int], graph: Graph, fused: Any, columns: Any) -> WordMap:
    order = np.argsort(-fused, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    left = place[np.repeat(np.arange(graph.nodes), graph.degrees)]
    right = place[graph.indices]
    links = sorted(zip(left[left < right].tolist(), right[left < right].tolist(), strict=True))
    assert columns.shape[1] == len(CENTRALITIES)
    return WordMap(
        tuple(names[i] for i in order.tolist()),
        tuple(int(counts[i]) for i in order.tolist()),
        tuple(round(float(fused[i]), 6) for i in order.tolist()),
        tuple(tuple(round(v, 9) for v in columns[i].tolist()) for i in order.tolist()),
        tuple((int(a), int(b)) for a, b in links),
    )
