"""What Dagster shows of a notebook before it ran: a rename is a visible difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from ops.context import Resources
from ops.errors import ModelError
from ops.inference.resources import LocalResources
from pipelines.file.parse import read
from pipelines.orchestrate.build import build
from pipelines.workspace import Workspace
from tests.dagster.conftest import TINY

EXAMPLE = """\
name: example
cells:
  - note: Small chunks, since people ask about single rules.
  - id: source
    op: load.files
    params: {path: docs, include: ["**/*.md"]}
  - id: chunks
    op: segment.recursive
    params: {size: 128, tokenizer: words}
  - id: wide
    op: segment.fixed
    input: source
    params: {size: 512, tokenizer: characters}
  - id: metadata
    op: enrich.metadata
    input: chunks
  - id: vectors
    op: embed.llama
    input: metadata
  - id: index
    op: index.lancedb
    input: vectors
schedule: {cron: "30 1 * * 1-5", timezone: Europe/Berlin}
"""


def shape(definitions: dg.Definitions) -> dict[str, Any]:
    """Everything that names things, as plain values."""
    repository = definitions.get_repository_def()
    graph = repository.asset_graph
    assets = {}
    for key in sorted(graph.get_all_asset_keys()):
        spec = graph.get(key).to_asset_spec()
        assets[key.to_user_string()] = {
            "deps": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
            "group": spec.group_name,
            "kinds": sorted(spec.kinds),
            "metadata": sorted(spec.metadata),
        }
    checks = {
        key.to_user_string(): repository.asset_graph.get_check_spec(key).blocking
        for key in sorted(graph.asset_check_keys, key=lambda key: key.to_user_string())
    }
    return {
        "assets": assets,
        "checks (blocking)": checks,
        "jobs": sorted(job.name for job in repository.get_all_jobs()),
        "schedules": {
            schedule.name: [
                schedule.cron_schedule,
                schedule.execution_timezone,
                schedule.default_status.value,
            ]
            for schedule in repository.schedule_defs
        },
        "sensors": {
            sensor.name: [sensor.minimum_interval_seconds, sensor.default_status.value]
            for sensor in repository.sensor_defs
        },
    }


@pytest.fixture
def example(tmp_path: Path) -> Path:
    path = tmp_path / "example.yaml"
    path.write_text(EXAMPLE, encoding="utf-8")
    return path


def test_shape(example: Path, snapshot: SnapshotAssertion) -> None:
    assert shape(build([example])) == snapshot(extension_class=JSONSnapshotExtension)


def test_description_has_parameters_and_note(folder: Path, tiny_ops: None) -> None:
    path = folder / "tiny.yaml"
    text = TINY.replace("WAIT", "0.5").replace("SHIFT", "0")
    note = "  - note: Whole documents, *for now*.\n  - id: chunks"
    path.write_text(text.replace("  - id: chunks", note), encoding="utf-8")
    graph = build([path]).get_repository_def().asset_graph
    spec = graph.get(dg.AssetKey(["tiny", "chunks"])).to_asset_spec()
    lines = (spec.description or "").splitlines()
    assert lines[0] == "Make each document one chunk."
    assert "| wait | `0.5` seconds | pause before each document |" in lines
    assert lines[-1] == "> Whole documents, *for now*."
    assert str(spec.metadata["file"].value).endswith("tiny.yaml:7")


def test_code_version_is_the_fingerprint(handbook: Path) -> None:
    graph = build([handbook]).get_repository_def().asset_graph
    fingerprints = Workspace(read(handbook)).fingerprints
    for cell, fingerprint in fingerprints.items():
        assert graph.get(dg.AssetKey(["handbook", cell])).code_version == fingerprint


def test_missing_model_does_not_hide_the_notebook(
    example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(self: Resources, kind: str, name: str) -> str:
        raise ModelError("the model is not here", hint="fetch it")

    monkeypatch.setattr(LocalResources, "model_hash", missing)
    graph = build([example]).get_repository_def().asset_graph
    vectors = graph.get(dg.AssetKey(["example", "vectors"])).to_asset_spec()
    assert vectors.code_version is not None
    assert vectors.code_version.startswith("without-model-")
    assert "the model is not here" in (vectors.description or "")
    source = graph.get(dg.AssetKey(["example", "source"])).to_asset_spec()
    assert not (source.code_version or "").startswith("without-model-")
