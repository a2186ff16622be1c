"""The command line from a new folder to a chunk's lineage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ops.segment.recursive import Recursive
from tests.documents import WHOLE, write_documents, write_notebook
from tests.e2e.command import Command

NAMES = {"added", "changed", "unchanged", "deleted", "failed"}


@pytest.fixture
def notebook(tmp_path: Path, model_files: None) -> Path:
    write_documents(tmp_path / "docs", 4, sections=2)
    return write_notebook(tmp_path, WHOLE, size=48, tokenizer="minilm")


def test_from_run_to_lineage(notebook: Path, chunkbook: Command) -> None:
    planned = chunkbook("plan", notebook, "--json").json
    assert [cell["documents"]["added"] for cell in planned["cells"]] == [4] * 7
    ran = chunkbook("run", notebook, "--json")
    assert ran.code == 0, ran.err
    report = ran.json
    assert set(report) >= {"notebook", "run_id", "seconds", "cells"}
    assert report["notebook"] == "policies"
    for cell in report["cells"]:
        assert set(cell) >= {"id", "op", "documents", "rows", "seconds"}
        assert set(cell["documents"]) == NAMES
        assert cell["documents"]["added"] == 4
        assert cell["rows"] > 0
    again = chunkbook("run", notebook, "--json").json
    assert all(cell["documents"]["unchanged"] == 4 for cell in again["cells"])
    assert all(cell["documents"]["added"] == 0 for cell in again["cells"])

    for mode in ("text", "vector", "hybrid"):
        found = chunkbook("search", notebook, "who approves travel?", "--mode", mode, "--json")
        hits = found.json["hits"]
        assert 0 < len(hits) <= 5
        assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
        assert all("vector" not in hit for hit in hits)
    chunk = hits[0]
    lines = chunkbook("search", notebook, "who approves travel?", "-k", 2).out.splitlines()
    assert len(lines) == 4
    assert lines[0].split()[0] == "1"
    assert chunk["chunk_id"] in lines[0]
    assert max(map(len, lines)) <= 140
    nothing = chunkbook("search", notebook, "  ")
    assert nothing.code == 2
    assert "the question is empty" in nothing.err
    traced = chunkbook("lineage", notebook, chunk["chunk_id"], "--json").json
    assert traced["document"]["uri"] == chunk["uri"]
    assert [step["cell"] for step in traced["steps"]] == [
        "source", "chunks", "metadata", "keywords", "graph", "vectors", "index",
    ]  # fmt: skip
    start, end = traced["byte_range"]
    file = notebook.parent / traced["document"]["uri"].removeprefix("file:")
    assert file.read_bytes()[start:end].decode() == chunk["text"]
    for step in traced["steps"]:
        assert step["run_id"] == report["run_id"]
        assert step["fingerprint"]
    text = chunkbook("lineage", notebook, chunk["chunk_id"]).out
    assert chunk["chunk_id"] in text
    assert f"segment.recursive v{Recursive.version}" in text


def test_sample_stores_nothing(notebook: Path, chunkbook: Command) -> None:
    ran = chunkbook("run", notebook, "--sample", "2", "--cell", "chunks", "--json")
    assert ran.code == 0, ran.err
    (cell,) = ran.json["cells"]
    assert cell["documents"]["added"] == 2
    assert cell["rows"] == len(ran.json["frames"]["chunks"])
    assert not (notebook.parent / ".chunkbook" / "lance").exists()


def test_show_writes_a_page_of_its_own(notebook: Path, chunkbook: Command) -> None:
    chunkbook("run", notebook)
    page = notebook.parent / "page.html"
    ran = chunkbook("show", notebook, "policy_001.md", "-o", page)
    assert ran.code == 0, ran.err
    html = page.read_text(encoding="utf-8")
    assert "policy 1" in html
    assert "<script src" not in html
    assert "://" not in html.replace("http://www.w3.org", "")


def test_ops_as_filters(tmp_path: Path, chunkbook: Command) -> None:
    write_documents(tmp_path / "docs", 3, sections=2)
    docs, chunks = tmp_path / "docs.jsonl", tmp_path / "chunks.jsonl"
    assert chunkbook("apply", "load.files", tmp_path / "docs", "-o", docs).code == 0
    settings = ("--set", "size=30", "--set", "tokenizer=words")
    ran = chunkbook("apply", "segment.recursive", docs, *settings, "-o", chunks)
    assert ran.code == 0, ran.err
    texts = {r["id"]: r["text"] for r in map(json.loads, docs.read_text().splitlines())}
    rows = [json.loads(line) for line in chunks.read_text().splitlines()]
    assert {row["doc_id"] for row in rows} == set(texts)
    for row in rows:
        assert texts[row["doc_id"]][row["start"] : row["end"]] == row["text"]
        assert row["tokens"] <= 30
    keyed = chunkbook("apply", "keywords.frake", docs)
    assert keyed.code == 0, keyed.err
    for line in keyed.out.splitlines():
        row = json.loads(line)
        assert row["keywords"]
        for keyword in row["keywords"]:
            assert all(0 <= s["start"] < s["end"] <= len(row["text"]) for s in keyword["spans"])
    both = chunkbook("apply", "enrich.metadata", chunks, "--documents", docs, "--frame", "chunks")
    assert both.code == 0, both.err
    assert len(both.out.splitlines()) == len(rows)
    assert json.loads(both.out.splitlines()[0])["heading_path"]
    without = chunkbook("apply", "enrich.metadata", chunks)
    assert without.code != 0
    assert "--documents" in without.err


def test_apply_reads_plain_records(tmp_path: Path, chunkbook: Command) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "a", "text": "One. Two. Three."}\nnot json\n{"id": "b", "text": ""}\n')
    ran = chunkbook("apply", "segment.sentence", path, "--set", "tokenizer=words")
    assert ran.code == 3
    assert f"{path}:2: not JSON" in ran.err
    assert [json.loads(line)["doc_id"] for line in ran.out.splitlines()] == ["a"]
    out = tmp_path / "out.parquet"
    good = tmp_path / "good.jsonl"
    good.write_text('{"id": "a", "text": "One. Two. Three.", "note": 7}\n')
    ran = chunkbook("apply", "enrich.metadata", good, "-o", out)
    assert ran.code == 0, ran.err
    again = chunkbook("apply", "segment.sentence", out, "--set", "tokenizer=words")
    assert again.code == 0, again.err


def test_new_makes_a_notebook_that_plans(tmp_path: Path, chunkbook: Command) -> None:
    ran = chunkbook("new", tmp_path / "My Docs")
    assert ran.code == 0
    path = tmp_path / "My Docs" / "my_docs.yaml"
    assert path.exists()
    assert chunkbook("new", tmp_path / "My Docs").code == 2
    write_documents(tmp_path / "full", 2)
    assert chunkbook("new", tmp_path / "full").code == 0
    assert "path: ." in (tmp_path / "full" / "full.yaml").read_text()


def test_ops_describes_and_completion_completes(chunkbook: Command) -> None:
    ops = chunkbook("ops", "--json").json
    assert {op["name"] for op in ops} >= {"load.files", "segment.recursive", "index.lancedb"}
    for op in ops:
        assert op["summary"]
        for parameter in op["parameters"]:
            assert parameter["description"]
    said = chunkbook("ops", "segment.recursive").out
    assert "size" in said
    assert "tokens" in said
    assert "_CHUNKBOOK_COMPLETE" in chunkbook("completion", "bash").out
