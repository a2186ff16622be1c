"""The same centralities for small graphs, by products of dense matrices.

A call into sparse matrices costs more than a whole product of 60 by 60 numbers.
"""

from __future__ import annotations

__all__ = ["SMALL", "adjacency", "dense_eigenvector", "dense_pagerank", "dense_trees", "product"]

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ops.keywords.graph import FloatArray, Graph

SMALL = 256
"""Nodes up to which a graph is small."""

_WORK = 200_000
"""Multiplications that BLAS does without threads; with them the last digits would depend on how
many there are."""
_DOUBLINGS = 9
_TOLERANCE = 1e-11


def product(left: FloatArray, right: FloatArray) -> FloatArray:
    """left · right, in blocks that BLAS does in one thread."""
    step = max(1, _WORK // max(1, right.size))
    if step >= len(left):
        return np.asarray(left @ right)
    blocks = [left[begin : begin + step] @ right for begin in range(0, len(left), step)]
    return np.concatenate(blocks)


def adjacency(graph: Graph, *, loops: bool) -> FloatArray:
    """(nodes, nodes) Ones where two are linked."""
    matrix = np.zeros((graph.nodes, graph.nodes))
    matrix[np.repeat(np.arange(graph.nodes), graph.degrees), graph.indices] = 1.0
    if loops:
        np.fill_diagonal(matrix, graph.loops)
    return matrix


def dense_trees(graph: Graph) -> tuple[NDArray[np.int32], FloatArray]:
    """Distances and dependencies, (nodes, nodes), as `ops.keywords.paths` has them."""
    links, nodes = adjacency(graph, loops=False), graph.nodes
    distance = np.full((nodes, nodes), -1, dtype=np.int32)
    np.fill_diagonal(distance, 0)
    paths = front = np.eye(nodes)
    levels = [front > 0]
    while True:
        front = product(front, links)
        new = front > 0
        new &= distance < 0
        if not new.any():
            break
        front = front * new
        distance[new] = len(levels)
        paths = paths + front
        levels.append(new)
    paths[distance < 0] = 1.0
    dependency = np.zeros((nodes, nodes))
    for now in range(len(levels) - 1, 0, -1):
        owed = (1.0 + dependency) / paths
        owed *= levels[now]
        passed = product(owed, links)
        passed *= levels[now - 1]
        dependency += passed * paths
    np.fill_diagonal(dependency, 0.0)
    return distance, dependency


def dense_eigenvector(matrix: FloatArray) -> FloatArray | None:
    """The unit eigenvector of the largest eigenvalue, by 512 steps of the power method at once.

    Squaring nine times makes the steps. None where they are not enough (two eigenvalues nearly
    alike).
    """
    nodes = len(matrix)
    power = matrix + np.eye(nodes)  # else a graph of two sides would swing
    for _ in range(_DOUBLINGS):
        power = product(power, power)
        power = power / power.max()
    vector = power.sum(axis=1)
    vector = vector / np.sqrt(np.sum(vector * vector))
    image = np.einsum("ij,j->i", matrix, vector)
    value = np.sum(image * vector)
    rest = image - value * vector
    if np.sqrt(np.sum(rest * rest)) > _TOLERANCE * max(float(value), 1.0):
        return None
    return np.asarray(vector)


def dense_pagerank(matrix: FloatArray, damping: float = 0.85) -> FloatArray:
    """PageRank by 512 steps of its iteration, made by squaring nine times."""
    nodes = len(matrix)
    total = matrix.sum(axis=1)
    share = np.where(total > 0, 1.0 / np.where(total > 0, total, 1.0), 0.0)
    step = damping * (matrix * share)
    step += damping * (total == 0) / nodes
    rank = np.full((nodes, 1), (1.0 - damping) / nodes)
    for _ in range(_DOUBLINGS):
        rank = rank + product(step, rank)
        step = product(step, step)
    return np.asarray(rank[:, 0] / rank.sum())
