"""Centralities that the spectrum of the adjacency matrix decides: eigenvector and PageRank.

Nothing here calls BLAS on long vectors: its sums depend on the number of threads in their last
digits, and keywords must not.
"""

from __future__ import annotations

__all__ = ["eigenvector", "pagerank"]

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from ops.keywords.graph import FloatArray

_BASIS: Final = 24
"""LAPACK solves up to 25 without threads."""
_KEPT: Final = 8
_RESTARTS: Final = 300
_WORK: Final = 1_000_000
_TOLERANCE: Final = 1e-12


def eigenvector(adjacency: Any) -> FloatArray:
    """The unit eigenvector of the largest eigenvalue, none of its entries below zero.

    Thick-restart Lanczos from the vector of ones, which always has a part of the answer. It stops
    at a relative residual of 1e-12, or after 300 restarts (fewer from 3,334 nodes on, but 10) with
    the best vector so far; ARPACK, which networkx asks, gives up with an error. Without edges
    every entry is 1/√n.
    """
    nodes = adjacency.shape[0]
    size = min(_BASIS, nodes)
    kept = min(_KEPT, size // 2)
    basis = np.zeros((size + 1, nodes))
    basis[0] = 1.0 / np.sqrt(nodes)
    small = np.zeros((size, size))
    begin = 0
    for _ in range(max(10, min(_RESTARTS, _WORK // nodes))):
        found, residual = size, 0.0
        for j in range(begin, size):
            image = adjacency @ basis[j]
            norm = np.sqrt(np.sum(image * image))
            for _ in range(2):  # twice is enough to be orthogonal to the last digit
                parts = np.einsum("ij,j->i", basis[: j + 1], image)
                small[: j + 1, j] += parts
                image = image - np.einsum("i,ij->j", parts, basis[: j + 1])
            residual = float(np.sqrt(np.sum(image * image)))
            if residual <= _TOLERANCE * max(norm, 1.0):
                found, residual = j + 1, 0.0
                break
            basis[j + 1] = image / residual
        square = small[:found, :found]
        values, vectors = np.linalg.eigh(np.triu(square) + np.triu(square, 1).T)
        settled = abs(residual * vectors[-1, -1]) <= _TOLERANCE * max(abs(values[-1]), 1.0)
        if settled or found < size:
            vector = np.einsum("i,ij->j", vectors[:, -1], basis[:found])
            break
        best = vectors[:, -kept:]
        vector = np.einsum("i,ij->j", vectors[:, -1], basis[:size])
        basis[:kept] = np.einsum("ik,ij->kj", best, basis[:size])
        basis[kept] = basis[size]
        small[:] = 0.0
        small[:kept, :kept] = np.diag(values[-kept:])
        begin = kept
    vector = np.maximum(vector * np.sign(np.sum(vector)), 0.0)
    return np.asarray(vector / np.sqrt(np.sum(vector * vector)))


def pagerank(adjacency: Any, damping: float = 0.85) -> FloatArray:
    """PageRank by power iteration to 1e-12 in sum; a node without neighbours leads everywhere."""
    nodes = adjacency.shape[0]
    total = np.asarray(adjacency.sum(axis=1)).ravel()
    dangling = total == 0
    scale = 1.0 / np.where(dangling, 1.0, total)
    rank = np.full(nodes, 1.0 / nodes)
    for _ in range(400):
        before = rank
        rank = damping * (adjacency @ (before * scale) + np.sum(before[dangling]) / nodes)
        rank = rank + (1.0 - damping) / nodes
        if np.sum(np.abs(rank - before)) < _TOLERANCE:
            break
    return np.asarray(rank)
