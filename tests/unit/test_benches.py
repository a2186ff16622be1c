"""Benches: listed without importing them, and with results that have one form."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.corpus import corpora, descriptions
from benchmarks.registry import benches
from benchmarks.result import BenchResult, Figure
from ops.errors import UsageError
from tui.cli import cli


def test_listing_benches_imports_none() -> None:
    code = """
import sys
from benchmarks.registry import benches
print(len(benches()))
print(*(m for m in ("polars", "llama_cpp", "numpy", "benchmarks.embed") if m in sys.modules))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [str(len(benches())), ""]


@pytest.mark.parametrize("name", benches())
def test_every_bench_can_run_and_says_how_long_it_takes(name: str) -> None:
    bench = benches()[name]
    assert bench.name == name
    assert bench.summary
    assert "minute" in bench.time
    assert callable(import_module(bench.module).run)


def test_parts_of_a_bench_run_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from benchmarks import segment

    ran = []
    for part, name in (
        ("speed", "speeds"),
        ("sentences", "sentence_figures"),
        ("chroma", "chroma_figures"),
        ("topics", "topic_figures"),
    ):
        assert part in benches()["segment"].parts

        def measured(
            data: Path, progress: object, part: str = part
        ) -> tuple[dict[str, str], list[Figure]]:
            ran.append(part)
            return {part: "ran"}, []

        monkeypatch.setattr(segment, name, measured)
    for file in (file for part in segment.NEEDED.values() for file in part):
        (tmp_path / file).mkdir(parents=True, exist_ok=True)
    told = ["bench", "segment", "--data", str(tmp_path), "--json"]
    done = CliRunner().invoke(cli, [*told, "--only", "topics", "--only", "speed"])
    assert done.exit_code == 0, done.output
    assert set(json.loads(done.stdout)["settings"]) == {"speed", "topics"} == set(ran)
    assert CliRunner().invoke(cli, told).exit_code == 0
    assert sorted(ran[2:]) == sorted(benches()["segment"].parts)
    assert isinstance(CliRunner().invoke(cli, [*told, "--only", "speeds"]).exception, UsageError)


@pytest.mark.parametrize(
    ("name", "only", "missing"),
    [
        ("segment", (), "seg_choi/choi_ref.zip"),
        ("segment", ("sentences",), "ud_ewt/sentence_spans_dev.jsonl.gz"),
        ("keywords", (), "keyword sets"),
    ],
)
def test_data_that_is_not_there_is_said_before_anything_is_measured(
    name: str, only: tuple[str, ...], missing: str, tmp_path: Path
) -> None:
    told = [part for one in only for part in ("--only", one)]
    ran = CliRunner().invoke(cli, ["bench", name, "--data", str(tmp_path), *told])
    assert isinstance(ran.exception, UsageError)
    assert missing in ran.exception.message
    assert "\n" not in ran.exception.message


def test_a_part_that_needs_data_says_so_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHUNKBOOK_DATA", raising=False)
    ran = CliRunner().invoke(cli, ["bench", "segment", "--only", "topics"])
    assert isinstance(ran.exception, UsageError)
    assert "topics needs public data" in ran.exception.message


def test_a_result_is_one_json_object_or_a_table() -> None:
    result = BenchResult(
        "embed",
        {"cores": 2},
        (
            Figure("embed_share", 0.93, "share", "llama.cpp", 0.93, 0.8, True),
            Figure("embed_speed", 3_100.0, "tokens/s"),
        ),
    )
    assert json.loads(json.dumps(result.as_json())) == {
        "bench": "embed",
        "settings": {"cores": 2},
        "figures": [
            {
                "name": "embed_share",
                "value": 0.93,
                "unit": "share",
                "peer": "llama.cpp",
                "ratio": 0.93,
                "goal": 0.8,
                "met": True,
            },
            {
                "name": "embed_speed",
                "value": 3100.0,
                "unit": "tokens/s",
                "peer": None,
                "ratio": None,
                "goal": None,
                "met": None,
            },
        ],
    }
    lines = result.as_table().splitlines()
    assert lines[0] == "embed: cores 2"
    assert lines[1].split() == ["figure", "value", "unit", "against", "ratio", "goal", "met"]
    assert lines[2].split() == [
        *["embed_share", "0.930", "share", "llama.cpp", "0.93", "≥", "0.8", "yes"]
    ]
    assert lines[3].split() == ["embed_speed", "3,100", "tokens/s"]


def test_there_are_texts_on_every_machine() -> None:
    name, texts = corpora(None)
    assert name == "descriptions of installed packages"
    assert texts == descriptions()
    assert len(texts) > 50
    assert list(texts) == sorted(texts)
