"""networkx is the oracle: every centrality equals its own, whichever way it is reached."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.keywords.graph import Graph, centralities, word_graph
from ops.keywords.paths import path_centralities
from ops.keywords.tokens import IntArray


@st.composite
def sequences(draw: st.DrawFn) -> IntArray:
    """Texts as numbers: few or many words, some of them often, with at least three of them."""
    size = draw(st.integers(3, 60))
    words = draw(st.lists(st.integers(0, size), min_size=3, max_size=150))
    return np.unique(np.array([*words, 0, 1, 2]), return_inverse=True)[1].astype(np.int64)


def network(sequence: IntArray) -> Any:
    graph = nx.Graph()
    graph.add_nodes_from(range(int(sequence.max()) + 1))
    for i in range(len(sequence) - 2):
        graph.add_edge(int(sequence[i]), int(sequence[i + 1]))
        graph.add_edge(int(sequence[i]), int(sequence[i + 2]))
    return graph


def asked_of_networkx(graph: Any) -> np.ndarray:
    columns = (
        nx.betweenness_centrality(graph),
        nx.closeness_centrality(graph),
        nx.eigenvector_centrality_numpy(graph, max_iter=5000, tol=0),
        nx.degree_centrality(graph),
        nx.pagerank(graph, tol=1e-12, max_iter=1000),
        nx.clustering(graph),
        nx.eccentricity(graph),
        nx.constraint(graph),
    )
    return np.array([[column[node] for column in columns] for node in range(len(graph))])


@given(sequences())
@settings(max_examples=150, deadline=None)
def test_word_graphs(sequence: IntArray) -> None:
    graph = word_graph(sequence, int(sequence.max()) + 1)
    expected = asked_of_networkx(network(sequence))
    assert np.abs(centralities(graph) - expected).max() < 1e-6


@pytest.fixture(params=[-1, 0, 1, 10**6], ids=["frontier", "hub", "mixed", "level"])
def near(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to what distance from the hub sources are searched by level; the others by frontier."""
    monkeypatch.setattr("ops.keywords.paths._NEAR", request.param)
    monkeypatch.setattr("ops.keywords.paths._CELLS", 500)  # several blocks
    monkeypatch.setattr("ops.keywords.paths._CELLS_FAR", 2000)


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize("seed", range(8))
def test_both_searches_on_any_graph(seed: int) -> None:
    """Random graphs of several parts, with tails, with and without edges."""
    chance = np.random.default_rng(seed)
    nodes = int(chance.integers(2, 90))
    ends = chance.integers(0, nodes, (2, int(nodes * chance.choice([0.3, 0.8, 2.0]))))
    tail = np.arange(nodes, nodes + 25)
    left = np.concatenate([ends[0], [0], tail[:-1]])
    right = np.concatenate([ends[1], [nodes], tail[1:]])
    graph = Graph.of(nodes + 25, left, right)
    oracle = nx.Graph()
    oracle.add_nodes_from(range(nodes + 25))
    oracle.add_edges_from(zip(left.tolist(), right.tolist(), strict=True))
    betweenness, closeness, eccentricity = path_centralities(graph)
    furthest = {
        node: distance
        for part in nx.connected_components(oracle)
        for node, distance in nx.eccentricity(oracle.subgraph(part)).items()
    }
    for found, expected in (
        (betweenness, nx.betweenness_centrality(oracle)),
        (closeness, nx.closeness_centrality(oracle)),
        (eccentricity, furthest),
    ):
        assert found == pytest.approx([expected[node] for node in range(nodes + 25)], abs=1e-9)


@pytest.mark.slow
def test_a_text_of_some_thousand_words() -> None:
    chance = np.random.default_rng(3)
    weights = 1 / np.arange(1, 1501)
    drawn = chance.choice(1500, 4000, p=weights / weights.sum())
    sequence = np.unique(drawn, return_inverse=True)[1].astype(np.int64)
    graph = word_graph(sequence, int(sequence.max()) + 1)
    expected = asked_of_networkx(network(sequence))
    assert np.abs(centralities(graph) - expected).max() < 1e-6


def test_a_text_that_never_repeats_a_word() -> None:
    """The smallest spectral gap that a text can have."""
    sequence = np.arange(300)
    expected = asked_of_networkx(network(sequence))
    assert np.abs(centralities(word_graph(sequence, 300)) - expected).max() < 1e-6
