"""The word graph, and the eight centralities of its words."""

from __future__ import annotations

__all__ = ["CENTRALITIES", "FloatArray", "Graph", "centralities", "word_graph"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ops.keywords.tokens import IntArray

FloatArray: TypeAlias = NDArray[np.float64]

CENTRALITIES: Final = (
    "betweenness",
    "closeness",
    "eigenvector",
    "degree",
    "pagerank",
    "clustering",
    "eccentricity",
    "constraint",
)


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """An undirected graph without weights. Loops are kept apart from the neighbours."""

    indptr: IntArray
    """(nodes + 1,) Where the neighbours of each node begin in `indices`."""
    indices: IntArray
    """Neighbours, ascending for each node."""
    loops: NDArray[np.bool_]
    """(nodes,) Whether a node is linked with itself."""

    @classmethod
    def of(cls, nodes: int, left: IntArray, right: IntArray) -> Graph:
        """The graph with these edges; repeated and reversed ones count once."""
        apart = left != right
        loops = np.zeros(nodes, dtype=np.bool_)
        loops[left[~apart]] = True
        a, b = left[apart], right[apart]
        arcs = np.unique(np.concatenate([a * nodes + b, b * nodes + a]))
        row, column = np.divmod(arcs, max(nodes, 1))
        return cls(np.searchsorted(row, np.arange(nodes + 1)).astype(np.int64), column, loops)

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.loops)

    @property
    def degrees(self) -> IntArray:
        """(nodes,) Number of neighbours, the node itself not counted."""
        return np.diff(self.indptr)

    def matrix(self, *, loops: bool) -> Any:
        """The adjacency as a sparse matrix of ones, with loops on its diagonal if asked for."""
        from scipy.sparse import csr_array, diags_array

        shape = (self.nodes, self.nodes)
        matrix = csr_array((np.ones(len(self.indices)), self.indices, self.indptr), shape=shape)
        if loops and self.loops.any():
            matrix = csr_array(matrix + diags_array(self.loops.astype(np.float64), format="csr"))
        return matrix


def word_graph(sequence: IntArray, nodes: int) -> Graph:
    """The graph of words numbered 0 … nodes−1, each linked with the next two of the sequence.

    As in FRAKE's code the window stops at the third last token, so the last two are not linked
    with one another (the loop runs to n−2), and fewer than three tokens give no edge at all.
    """
    here = sequence[:-2]
    left = np.concatenate([here, here])
    right = np.concatenate([sequence[1:-1], sequence[2:]])
    return Graph.of(nodes, left, right)


def centralities(
    graph: Graph, check: Callable[[], None] = lambda: None, exact: int = 3000
) -> FloatArray:
    """Each node's `CENTRALITIES`, (nodes, 8), equal to networkx's within 1e-6.

    Defined where networkx gives no answer: a lone node has constraint 0; in a graph of several
    parts eccentricity is taken within the part, and the eigenvector belongs to the part (or
    parts) of largest eigenvalue. Above `exact` nodes see `ops.keywords.paths`.

    Args:
        check: called now and then; may raise to stop.
        exact: nodes up to which every node is a source of shortest paths.
    """
    from ops.keywords.dense import SMALL, adjacency, dense_eigenvector, dense_pagerank
    from ops.keywords.neighbours import clustering_and_constraint
    from ops.keywords.paths import path_centralities
    from ops.keywords.spectrum import eigenvector, pagerank

    if not graph.nodes:
        return np.empty((0, len(CENTRALITIES)))
    betweenness, closeness, eccentricity = path_centralities(graph, check, exact)
    clustering, constraint = clustering_and_constraint(graph, check)
    if graph.nodes <= SMALL:
        small = adjacency(graph, loops=True)
        vector = dense_eigenvector(small)
        rank = dense_pagerank(small)
    else:
        vector, rank = None, pagerank(graph.matrix(loops=True))
    degree = (graph.degrees + 2 * graph.loops) / max(graph.nodes - 1, 1)
    columns = (
        betweenness,
        closeness,
        eigenvector(graph.matrix(loops=True)) if vector is None else vector,
        degree,
        rank,
        clustering,
        eccentricity,
        constraint,
    )
    return np.column_stack(columns)
