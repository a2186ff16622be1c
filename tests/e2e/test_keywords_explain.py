"""`chunkbook explain keywords`: the table, the JSON, the drawing, GraphML, and what goes wrong."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
import pytest

from tests.documents import write_notebook
from tests.e2e.command import Command

NOTEBOOK = """\
name: {name}
cells:
  - id: source
    op: load.files
    params: {{path: docs}}
  - id: chunks
    op: segment.recursive
    params: {{size: {size}, tokenizer: {tokenizer}}}
  - id: keywords
    op: keywords.frake
  - id: paper
    op: keywords.frake
    input: chunks
    params: {{variant: published}}
  - id: index
    op: index.lancedb
    input: keywords
"""
TEXT = """\
# Word graphs

A word graph links words that stand near each other. Graph centrality ranks the words <b>&</b> the
word graph of a long report has many nodes. Reports about graph centrality are rare.
"""


@pytest.fixture
def notebook(tmp_path: Path, chunkbook: Command) -> Path:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "graphs.md").write_text(TEXT, encoding="utf-8")
    (docs / "empty.md").write_text("The.\n", encoding="utf-8")
    path = write_notebook(tmp_path, NOTEBOOK)
    assert chunkbook("run", path).code == 0
    return path


def test_explain_keywords(notebook: Path, chunkbook: Command, tmp_path: Path) -> None:
    svg, graphml = tmp_path / "graph.svg", tmp_path / "graph.graphml"
    ran = chunkbook(
        "explain", "keywords", notebook, "graphs.md", "--cell", "keywords", "--svg", svg,
        "--graphml", graphml,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "graph centrality" in ran.out.lower()
    assert "wholeness" in ran.out
    assert "betweenness" in ran.out
    found = chunkbook("explain", "keywords", notebook, "graphs.md", "--cell", "keywords", "--json")
    told = found.json
    phrases = [keyword["phrase"].lower() for keyword in told["keywords"]]
    assert "word graph" in phrases
    for keyword in told["keywords"]:
        for span in keyword["spans"]:
            assert TEXT[span["start"] : span["end"]] == span["text"]
    assert {"frequency", "centrality", "eccentricity"} <= set(told["keywords"][0]["parts"])
    root = ET.fromstring(svg.read_text(encoding="utf-8"))
    drawn = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "graph" in drawn
    graph = nx.read_graphml(graphml)
    assert len(graph) == told["graph"]["words"]
    assert graph.number_of_edges() == told["graph"]["links"]
    assert {"word", "count", "central", "betweenness"} <= set(graph.nodes["n0"])

    published = chunkbook(
        "explain", "keywords", notebook, "graphs", "--cell", "paper", "-n", "3", "--json"
    ).json
    assert published["variant"] == "published"
    assert len(published["keywords"]) == 3
    none = chunkbook("explain", "keywords", notebook, "empty", "--cell", "keywords", "--svg", svg)
    assert none.code == 0
    assert "no keywords" in none.out
    ET.fromstring(svg.read_text(encoding="utf-8"))

    for wrong, why in (
        (("graphs",), "several cells"),
        (("graphs", "--cell", "chunks"), "no cell of keywords.frake"),
        (("nowhere", "--cell", "keywords"), "no published document"),
        ((".md", "--cell", "keywords"), "is part of 2 documents"),
    ):
        failed = chunkbook("explain", "keywords", notebook, *wrong)
        assert failed.code != 0
        assert why in failed.err
