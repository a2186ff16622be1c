"""Centralities that shortest paths decide: betweenness, closeness and eccentricity."""

from __future__ import annotations

__all__ = ["EXACT", "path_centralities"]

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ops.keywords.dense import SMALL, dense_trees
from ops.keywords.tokens import IntArray

if TYPE_CHECKING:
    from ops.keywords.graph import FloatArray, Graph

EXACT: Final = 3000
"""Up to so many nodes every node is a source."""
_PIVOTS: Final = 512
_PIVOTS_DEEP: Final = 48
_DEEP: Final = 24
_NEAR: Final = 12
_CELLS: Final = 2_000_000
_CELLS_FAR: Final = 8_000_000

_Trees: TypeAlias = tuple[NDArray[np.int32], "FloatArray"]
"""Of some sources: distances (sources, nodes), −1 where there is no way; and dependencies
(sources, nodes): the share of the source's shortest paths that lead through a node."""


@np.errstate(over="ignore", invalid="ignore")  # see nan_to_num below
def path_centralities(
    graph: Graph, check: Callable[[], None] = lambda: None, most: int = EXACT
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Betweenness, closeness and eccentricity of each node, normalised as networkx does.

    Up to `most` nodes they are exact (Brandes 2001). Above, in a graph of one part as word graphs
    are, pivots drawn with a fixed seed stand for all sources (Brandes and Pich 2007): 512 of them,
    or 48 where nodes are more than 24 steps from the hub on average. Betweenness and closeness are
    then unbiased estimates; eccentricity is the best lower bound from the pivots and an eighth as
    many nodes furthest from the hub. In essays of 112,000 words (7,600 nodes) betweenness was off
    by at most 14 % of its range, closeness by 3 %, and 99.99 % of the eccentricities were exact.
    """
    nodes = graph.nodes
    exact = nodes <= most
    depth = np.zeros(nodes, dtype=np.int32)
    if nodes > SMALL:
        hub = int(graph.degrees.argmax())
        depth = _by_frontier(graph, np.array([hub], dtype=np.int64))[0][0]
    sources = drawn = np.arange(nodes)
    if not exact:
        count = _PIVOTS if depth.mean() <= _DEEP else _PIVOTS_DEEP
        drawn = np.sort(np.random.default_rng(0).choice(nodes, count, replace=False))
        rim = np.argsort(-depth, kind="stable")[: count // 8]
        sources = np.union1d(drawn, rim)
    through, total = np.zeros(nodes), np.zeros(nodes)
    reached = np.zeros(nodes, dtype=np.int64)
    furthest = np.zeros(nodes)
    for block, distance, dependency in _trees(graph, sources, depth[sources]):
        check()
        ends = distance.max(axis=1)
        bound = distance if exact else np.maximum(distance, ends[:, None] - distance)
        furthest = np.maximum(furthest, bound.max(axis=0))
        pivots = np.isin(block, drawn)
        # More than 10^308 paths between two nodes are more than a float can count.
        through += np.nan_to_num(dependency[pivots]).sum(axis=0)
        # Distances are symmetric: a source's row says how far each node is from it.
        reached += (distance[pivots] > 0).sum(axis=0)
        total += np.maximum(distance[pivots], 0).sum(axis=0, dtype=np.float64)
    pairs = (nodes - 1) * (nodes - 2)
    betweenness = through * (nodes / len(drawn)) / max(pairs, 1)
    mean = np.divide(total, reached, out=np.zeros(nodes), where=reached > 0)
    share = reached / max(nodes - 1, 1) if exact else np.ones(nodes)
    closeness = np.divide(share, mean, out=np.zeros(nodes), where=mean > 0)
    return betweenness, closeness, furthest


def _trees(
    graph: Graph, sources: IntArray, depth: NDArray[np.int32]
) -> Iterator[tuple[IntArray, NDArray[np.int32], FloatArray]]:
    """The sources and their trees, in blocks: those near the hub by level, others by frontier."""
    if graph.nodes <= SMALL and len(sources) == graph.nodes:
        yield sources, *dense_trees(graph)
        return
    near = (depth >= 0) & (depth <= _NEAR)
    adjacency = graph.matrix(loops=False)
    width = max(1, min(256, _CELLS // graph.nodes))
    # Sources of one depth meet the dense middle of the graph at the same level.
    close = sources[near][np.argsort(depth[near], kind="stable")]
    for begin in range(0, len(close), width):
        block = close[begin : begin + width]
        yield block, *_by_level(adjacency, block)
    width = max(1, _CELLS_FAR // (graph.nodes + len(graph.indices)))
    for begin in range(0, len(far := sources[~near]), width):
        block = far[begin : begin + width]
        yield block, *_by_frontier(graph, block)


def _by_level(adjacency: Any, sources: IntArray) -> _Trees:
    """Trees of all sources together, level by level, by products of the adjacency.

    Fast where most nodes are near: only the rows that a level touches are multiplied, but for
    every source.
    """
    nodes, own = adjacency.shape[0], np.arange(len(sources))
    distance = np.full((nodes, len(sources)), -1, dtype=np.int32)
    paths = np.zeros(distance.shape)
    distance[sources, own], paths[sources, own] = 0, 1.0
    front, rows = paths.copy(), _rows(sources, nodes)
    levels = [rows]
    while True:
        touched = np.zeros(nodes, dtype=np.bool_)
        touched[adjacency[rows].indices] = True
        targets = _rows(np.flatnonzero(touched), nodes)
        counts = adjacency[targets] @ front
        far = distance[targets]
        new = counts > 0
        new &= far < 0
        if not new.any():
            break
        counts *= new
        far[new] = len(levels)
        distance[targets] = far
        paths[targets] += counts
        front[rows] = 0.0
        front[targets] = counts
        rows = _rows(np.arange(nodes)[targets][new.any(axis=1)], nodes)
        levels.append(rows)
    paths[distance < 0] = 1.0
    dependency = np.zeros(distance.shape)
    owed = front
    owed[:] = 0.0
    for now in range(len(levels) - 1, 0, -1):
        rows, before = levels[now], levels[now - 1]
        debt = 1.0 + dependency[rows]
        debt /= paths[rows]
        debt *= distance[rows] == now
        owed[rows] = debt
        passed = adjacency[before] @ owed
        passed *= distance[before] == now - 1
        passed *= paths[before]
        dependency[before] += passed
        owed[rows] = 0.0
    dependency[sources, own] = 0.0
    return distance.T, dependency.T


def _rows(chosen: IntArray, nodes: int) -> IntArray | slice:
    """The chosen rows, or all of them where a copy of the chosen would cost more."""
    return slice(None) if 2 * len(chosen) > nodes else chosen


def _by_frontier(graph: Graph, sources: IntArray) -> _Trees:
    """Trees by following only the links that leave the frontier: its cost knows no depth."""
    nodes, count = graph.nodes, len(sources)
    degrees = graph.degrees
    distance = np.full(count * nodes, -1, dtype=np.int32)
    paths = np.zeros(count * nodes)
    place = np.empty(count * nodes, dtype=np.int64)
    base, node = np.arange(count) * nodes, sources
    front = base + node
    distance[front], paths[front] = 0, 1.0
    steps: list[tuple[IntArray, IntArray, IntArray]] = []
    while len(front):
        links = degrees[node]
        ends = np.cumsum(links)
        parent = np.repeat(np.arange(len(front)), links)
        arc = np.arange(len(parent)) + np.repeat(graph.indptr[node] - (ends - links), links)
        child = graph.indices[arc]
        to = base[parent] + child
        new = distance[to] < 0
        to, parent, child = to[new], parent[new], child[new]
        np.add.at(paths, to, paths[front][parent])
        distance[to] = len(steps) + 1
        steps.append((front, to, parent))
        turn = np.arange(len(to))
        place[to] = turn
        first = place[to] == turn  # one of the links that reach a node
        front, base, node = to[first], base[parent[first]], child[first]
    dependency = np.zeros(count * nodes)
    for front, to, parent in reversed(steps):
        owed = np.bincount(parent, (1.0 + dependency[to]) / paths[to], minlength=len(front))
        dependency[front] = owed * paths[front]
    table = dependency.reshape(count, nodes)
    table[np.arange(count), sources] = 0.0
    return distance.reshape(count, nodes), table
