"""Centralities that a node's neighbourhood decides: clustering and Burt's constraint."""

from __future__ import annotations

__all__ = ["clustering_and_constraint"]

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from ops.keywords.graph import FloatArray, Graph
    from ops.keywords.tokens import IntArray

_BLOCK: Final = 1_000_000
"""Most pairs of links that are looked at together."""


def clustering_and_constraint(
    graph: Graph, check: Callable[[], None] = lambda: None
) -> tuple[FloatArray, FloatArray]:
    """The clustering coefficient and Burt's constraint of each node, as networkx has them.

    Clustering takes no notice of loops; for constraint a node with a loop is its own neighbour.
    A node without other neighbours has 0 of both.
    """
    nodes, degrees = graph.nodes, graph.degrees
    share = 1.0 / np.maximum(degrees + graph.loops, 1)
    triangles, left, right, through = _triangles(graph, share, check)
    pairs = degrees * (degrees - 1)
    clustering = np.divide(2.0 * triangles, pairs, out=np.zeros(nodes), where=pairs > 0)

    own = graph.loops * share
    detour = 1.0 + through + own[left] + own[right]
    constraint = np.zeros(nodes)
    constraint += np.bincount(left, (share[left] * detour) ** 2, minlength=nodes)
    constraint += np.bincount(right, (share[right] * detour) ** 2, minlength=nodes)
    around = np.zeros(nodes)
    around += np.bincount(left, share[right], minlength=nodes)
    around += np.bincount(right, share[left], minlength=nodes)
    constraint += graph.loops * (share * (1.0 + around + share)) ** 2
    constraint[degrees == 0] = 0.0
    return clustering, constraint


def _triangles(
    graph: Graph, weight: FloatArray, check: Callable[[], None]
) -> tuple[FloatArray, IntArray, IntArray, FloatArray]:
    """Triangles at each node; the links (left, right); and for each link the weight of the nodes
    that close a triangle over it.

    Links point from the node of fewer neighbours to the one of more, so that even a hub has few
    links going out, and every triangle is met once, at its corner of fewest neighbours.
    """
    nodes, degrees = graph.nodes, graph.degrees
    order = np.lexsort((np.arange(nodes), degrees))
    rank = np.empty(nodes, dtype=np.int64)
    rank[order] = np.arange(nodes)
    left, right = rank[np.repeat(np.arange(nodes), degrees)], rank[graph.indices]
    links = np.sort((left * nodes + right)[left < right])
    left, right = np.divmod(links, max(nodes, 1))
    later = np.searchsorted(left, left, side="right") - np.arange(len(links)) - 1
    ends = np.cumsum(later)

    count, through = np.zeros(nodes), np.zeros(len(links))
    weight = weight[order]
    first = 0
    while first < len(links):
        check()
        done = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, done + _BLOCK, side="right")))
        one = np.repeat(np.arange(first, last), later[first:last])
        other = np.arange(len(one)) + done - (ends - later)[one] + one + 1
        wanted = right[one] * nodes + right[other]
        third = np.minimum(np.searchsorted(links, wanted), len(links) - 1)
        closed = links[third] == wanted
        one, other, third = one[closed], other[closed], third[closed]
        for link, corner in (
            (one, right[other]),
            (other, right[one]),
            (third, left[one]),
        ):
            count += np.bincount(corner, minlength=nodes)
            through += np.bincount(link, weight[corner], minlength=len(links))
        first = last
    return count[rank], order[left], order[right], through
