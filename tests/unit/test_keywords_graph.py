"""Centralities against values worked out by hand, and graphs that have little to say."""

from __future__ import annotations

import subprocess
import sys
from math import sqrt

import numpy as np
import pytest

from ops.errors import Cancelled
from ops.keywords.graph import CENTRALITIES, Graph, centralities, word_graph
from ops.keywords.paths import path_centralities


def graph_of(*sequence: int) -> Graph:
    return word_graph(np.array(sequence, dtype=np.int64), max(sequence, default=-1) + 1)


def links(graph: Graph) -> set[tuple[int, int]]:
    left = np.repeat(np.arange(graph.nodes), graph.degrees)
    return {(a, b) for a, b in zip(left.tolist(), graph.indices.tolist(), strict=True) if a < b}


def test_each_word_is_linked_with_the_next_two() -> None:
    graph = graph_of(0, 1, 2, 3, 4)
    # i = 0, 1, 2 only: 3 and 4 are linked through 2, not with each other.
    assert links(graph) == {(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 4)}


def test_a_word_near_itself_makes_a_loop() -> None:
    graph = graph_of(0, 1, 0, 2)
    assert links(graph) == {(0, 1), (1, 2)}
    assert graph.loops.tolist() == [True, False, False]


@pytest.mark.parametrize("sequence", [(), (0,), (0, 1), (0, 0)])
def test_fewer_than_three_words_have_no_links(sequence: tuple[int, ...]) -> None:
    graph = graph_of(*sequence)
    assert not len(graph.indices)
    assert not graph.loops.any()
    values = centralities(graph)
    assert values.shape == (graph.nodes, 8)
    assert np.isfinite(values).all()


def test_all_eight_by_hand() -> None:
    """The graph of "cats chase mice mice fear cats": c–h, c–m, h–m, m–f and a loop at m.

    Distances: m is 1 from all; c and h are 1 apart; f is 2 from c and h.
    Constraint takes p = A / row sum with the loop: rows c, h (½, ½), m (¼ each of c, h, f, m),
    f (1), and sums (p_uv + Σ_q p_uq·p_qv)² over the neighbours v, m's loop among them:
      c: v=h ½+½·¼ = 5/8;  v=m ½+½·½+½·¼ = 7/8
      m: v=c, h ¼+¼·½+¼·¼ = 7/16;  v=f ¼+¼·¼ = 5/16;  v=m ¼+¼·½+¼·½+¼·1+¼·¼ = 13/16
      f: v=m 1+1·¼ = 5/4
    Eigenvector (x, x, 1, z): λx = x+1, λz = 1, λ = 2x+1+z, so (λ+1)(λ²−3λ+1) = 0, λ = φ²,
    x = 1/φ, z = 1/φ².
    PageRank, d = 0.85, b = 0.15/4: z = b+d·y/4, x = b+d(x/2+y/4), 2x+y+z = 1.
    """
    values = centralities(graph_of(0, 1, 2, 2, 3, 0))
    found = dict(zip(CENTRALITIES, values.T, strict=True))
    golden = (1 + sqrt(5)) / 2
    vector = np.array([1 / golden, 1 / golden, 1, golden**-2])
    base, damping = 0.15 / 4, 0.85
    share = 1 - damping / 2  # x = z / share
    y = (1 - base * (1 + 2 / share)) / (1 + damping / 4 * (1 + 2 / share))
    z = base + damping * y / 4
    expected = {
        "betweenness": [0, 0, 2 / 3, 0],
        "closeness": [3 / 4, 3 / 4, 1, 3 / 5],
        "eigenvector": vector / sqrt(float(vector @ vector)),
        "degree": [2 / 3, 2 / 3, 5 / 3, 1 / 3],
        "pagerank": [z / share, z / share, y, z],
        "clustering": [1, 1, 1 / 3, 0],
        "eccentricity": [2, 2, 1, 2],
        "constraint": [
            (25 + 49) / 64,
            (25 + 49) / 64,
            (2 * 49 + 25 + 169) / 256,
            25 / 16,
        ],
    }
    for name, column in expected.items():
        assert found[name] == pytest.approx(column, abs=1e-10), name


def test_a_star() -> None:
    leaves = 400
    graph = Graph.of(leaves + 1, np.zeros(leaves, dtype=np.int64), np.arange(1, leaves + 1))
    values = dict(zip(CENTRALITIES, centralities(graph).T, strict=True))
    assert values["betweenness"] == pytest.approx([1.0] + [0.0] * leaves)
    assert values["eigenvector"][0] == pytest.approx(sqrt(0.5))
    assert values["eigenvector"][1:] == pytest.approx(sqrt(0.5 / leaves))
    assert values["eccentricity"].tolist() == [1.0] + [2.0] * leaves
    assert values["constraint"][0] == pytest.approx(1 / leaves)
    assert values["constraint"][1:] == pytest.approx(1.0)


def test_all_words_equal() -> None:
    values = dict(zip(CENTRALITIES, centralities(graph_of(0, 0, 0, 0))[0], strict=True))
    assert values == {
        "betweenness": 0.0,
        "closeness": 0.0,
        "eigenvector": 1.0,
        "degree": 2.0,
        "pagerank": 1.0,
        "clustering": 0.0,
        "eccentricity": 0.0,
        "constraint": 0.0,
    }


def test_several_parts() -> None:
    """A triangle, an edge and a lone node: distances within the part, the triangle leads."""
    graph = Graph.of(6, np.array([0, 1, 2, 3]), np.array([1, 2, 0, 4]))
    values = dict(zip(CENTRALITIES, centralities(graph).T, strict=True))
    assert values["eccentricity"].tolist() == [1, 1, 1, 1, 1, 0]
    assert values["closeness"] == pytest.approx([2 / 5, 2 / 5, 2 / 5, 1 / 5, 1 / 5, 0])
    assert values["eigenvector"] == pytest.approx([1 / sqrt(3)] * 3 + [0] * 3, abs=1e-9)
    assert values["pagerank"].sum() == pytest.approx(1.0)
    assert values["constraint"].tolist()[3:] == [1.0, 1.0, 0.0]


def test_more_paths_than_a_float_counts() -> None:
    """1,100 pairs of nodes in a row, each pair linked with all of the next: 2^1099 paths."""
    here = np.arange(2 * 1099)
    after = (here // 2 + 1) * 2
    graph = Graph.of(2200, np.concatenate([here, here]), np.concatenate([after, after + 1]))
    assert np.isfinite(centralities(graph)).all()


def test_it_stops_when_asked() -> None:
    def check() -> None:
        raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        centralities(graph_of(0, 1, 2, 3), check)


def zipf(words: int, size: int) -> Graph:
    chance = np.random.default_rng(7)
    weights = 1 / np.arange(1, size + 1) ** 0.9
    drawn = chance.choice(size, words, p=weights / weights.sum())
    sequence = np.unique(drawn, return_inverse=True)[1].astype(np.int64)
    return word_graph(sequence, int(sequence.max()) + 1)


def test_pivots_come_near() -> None:
    graph = zipf(9000, 2400)
    exact = path_centralities(graph)
    near = path_centralities(graph, most=1000)
    for which, most in ((0, 0.2), (1, 0.05)):
        error = np.abs(near[which] - exact[which]).max()
        assert 0 < error < most * np.ptp(exact[which])
    assert (near[2] <= exact[2]).all()
    assert (near[2] == exact[2]).mean() > 0.9


def test_the_number_of_threads_changes_nothing() -> None:
    code = """
import hashlib
from ops.keywords.graph import centralities
from ops.keywords.score import multi_centrality
from tests.unit.test_keywords_graph import zipf
columns = centralities(zipf(6000, 1800))
print(hashlib.sha256(columns.tobytes() + multi_centrality(columns).tobytes()).hexdigest())
"""
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"OPENBLAS_NUM_THREADS": threads, "PYTHONHASHSEED": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "4")
    }
    assert len(digests) == 1
