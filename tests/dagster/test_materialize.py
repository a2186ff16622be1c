"""A notebook materialized by Dagster is what a run of it leaves, and says what it did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.file.parse import read
from pipelines.orchestrate.build import notebook_definitions
from pipelines.planning.hashes import table_hash
from pipelines.workspace import Workspace
from tests.dagster.conftest import TINY


def materialize(
    path: Path,
    instance: dg.DagsterInstance,
    cells: list[str] | None = None,
    config: dict[str, Any] | None = None,
) -> dg.ExecuteInProcessResult:
    model = read(path)
    job = notebook_definitions(model).resolve_job_def(f"{model.name}_job")
    return job.execute_in_process(
        instance=instance,
        raise_on_error=False,
        asset_selection=[dg.AssetKey([model.name, cell]) for cell in cells or ()] or None,
        run_config={"ops": {f"{model.name}_cells": {"config": config or {}}}},
    )


def materialized(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetMaterialization]:
    events = result.get_asset_materialization_events()
    found = [event.step_materialization_data.materialization for event in events]
    return {one.asset_key.path[-1]: one for one in found}


def values(one: dg.AssetMaterialization) -> dict[str, Any]:
    return {name: value.value for name, value in one.metadata.items()}


def test_metadata_and_checks(handbook: Path, instance: dg.DagsterInstance) -> None:
    result = materialize(handbook, instance)
    assert result.success
    told = materialized(result)
    assert list(told) == ["source", "chunks", "metadata"]
    source, chunks = values(told["source"]), values(told["chunks"])
    assert source["dagster/row_count"] == source["documents_added"] == 6
    workspace = Workspace(read(handbook))
    name = workspace.table_names(workspace.wiring.cells["chunks"])["chunks"]
    assert chunks["dagster/row_count"] == workspace.tables.count(name)
    assert chunks["dagster/uri"].endswith(f"lance/{name}")
    columns = chunks["dagster/column_schema"].columns
    assert {column.name for column in columns} >= {"chunk_id", "doc_id", "start", "end", "text"}
    rows = [record.data for record in told["chunks"].metadata["ten_chunks"].records]  # type: ignore[attr-defined]
    assert len(rows) == 10
    assert any("*twice*" in row["text"] for row in rows)
    assert any("<b>" in row["text"] for row in rows)
    assert all(row["document"].startswith("rule") for row in rows)
    assert "chunks of" in chunks["chunk_lengths"]
    assert "data:image/svg+xml;base64," in chunks["chunk_lengths_picture"]
    checks = result.get_asset_check_evaluations()
    assert {check.check_name for check in checks} == {
        "offsets_exact",
        "no_empty_chunk",
        "token_budget",
    }
    assert all(check.passed and check.blocking for check in checks)


def test_data_version_is_the_hash_of_the_content(
    handbook: Path, instance: dg.DagsterInstance
) -> None:
    told = materialized(materialize(handbook, instance))
    ledger = Workspace(read(handbook)).ledger()
    for cell, one in told.items():
        content = table_hash((name, row.outputs) for name, row in ledger[cell].items())
        assert (one.tags or {})["dagster/data_version"] == content


def test_unchanged_run_has_the_same_versions(handbook: Path, instance: dg.DagsterInstance) -> None:
    first = materialized(materialize(handbook, instance))
    second = materialized(materialize(handbook, instance))
    for cell, one in second.items():
        kinds = values(one)
        assert (kinds["documents_added"], kinds["documents_changed"]) == (0, 0)
        assert kinds["documents_unchanged"] == 6
        version = "dagster/data_version"
        assert (one.tags or {})[version] == (first[cell].tags or {})[version]


def test_changed_document_changes_versions(
    handbook: Path, folder: Path, instance: dg.DagsterInstance
) -> None:
    first = materialized(materialize(handbook, instance))
    (folder / "docs" / "rule1.txt").write_text("Rule 1.0: ask once.", encoding="utf-8")
    (folder / "docs" / "rule2.txt").unlink()
    second = materialized(materialize(handbook, instance))
    source = values(second["source"])
    assert [source[f"documents_{kind}"] for kind in ("changed", "unchanged", "deleted")] == [
        1,
        4,
        1,
    ]
    version = "dagster/data_version"
    assert (first["chunks"].tags or {})[version] != (second["chunks"].tags or {})[version]


def test_failed_document_is_told(
    handbook: Path, folder: Path, instance: dg.DagsterInstance
) -> None:
    (folder / "docs" / "bad.txt").write_bytes(b"\x93not utf-8\x81\xff\x00\xfe")
    result = materialize(handbook, instance)
    assert result.success
    told = materialized(result)["source"]
    assert values(told)["documents_failed"] == 1
    failures = told.metadata["failures"].records  # type: ignore[attr-defined]
    assert [record.data["document"].endswith("bad.txt") for record in failures] == [True]
    logged = [entry.user_message for entry in instance.all_logs(result.run_id)]
    assert any("bad.txt is set aside" in line for line in logged)


def test_single_cells(handbook: Path, instance: dg.DagsterInstance) -> None:
    refused = materialize(handbook, instance, ["chunks"])
    assert not refused.success
    [failure] = refused.get_step_failure_events()
    data = failure.step_failure_data
    assert data.user_failure_data is not None
    assert "'source', which has not run yet" in (data.user_failure_data.description or "")
    assert list(materialized(materialize(handbook, instance, ["source", "chunks"]))) == [
        "source",
        "chunks",
    ]
    assert list(materialized(materialize(handbook, instance, ["metadata"]))) == ["metadata"]


def test_configuration_selects_cells(handbook: Path, instance: dg.DagsterInstance) -> None:
    result = materialize(handbook, instance, config={"cells": ["source"]})
    assert result.success
    assert list(materialized(result)) == ["source"]
    wrong = materialize(handbook, instance, config={"cells": ["chunk"]})
    [failure] = wrong.get_step_failure_events()
    told = failure.step_failure_data.user_failure_data
    assert told is not None
    assert "did you mean 'chunks'?" in (told.description or "")


def test_dry_run_only_tells(handbook: Path, folder: Path, instance: dg.DagsterInstance) -> None:
    result = materialize(handbook, instance, config={"dry_run": True})
    assert result.success
    assert not materialized(result)
    seen = result.get_asset_observation_events()
    counts = [event.asset_observation_data.asset_observation.metadata for event in seen]
    assert [count["documents_added"].value for count in counts] == [6, 6, 6]
    assert Workspace(read(handbook)).tables.latest_manifest() is None


def test_failed_check_blocks(folder: Path, tiny_ops: None, instance: dg.DagsterInstance) -> None:
    path = folder / "tiny.yaml"
    path.write_text(TINY.replace("WAIT", "0").replace("SHIFT", "3"), encoding="utf-8")
    result = materialize(path, instance)
    assert not result.success
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert not checks["offsets_exact"].passed
    assert checks["offsets_exact"].severity is dg.AssetCheckSeverity.ERROR
    assert checks["offsets_exact"].metadata["failed_documents"].value == 6
    assert checks["no_empty_chunk"].passed
    [failure] = result.get_step_failure_events()
    told = failure.step_failure_data.user_failure_data
    assert told is not None
    assert "nothing was published" in (told.description or "")
    assert Workspace(read(path)).tables.latest_manifest() is None


def check_alone(path: Path, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    key = dg.AssetKey(["handbook", "chunks"])
    assets = notebook_definitions(read(path)).get_repository_def().assets_defs_by_key
    check = dg.AssetSelection.checks(dg.AssetCheckKey(key, "offsets_exact"))
    return dg.materialize([assets[key]], selection=check, instance=instance, raise_on_error=False)


def test_checks_alone_of_a_cell_that_never_ran(
    handbook: Path, instance: dg.DagsterInstance
) -> None:
    [failure] = check_alone(handbook, instance).get_step_failure_events()
    told = failure.step_failure_data.user_failure_data
    assert told is not None
    assert "'chunks' has not run yet" in (told.description or "")


def test_checks_alone_pass_over_documents_that_are_gone(
    handbook: Path, folder: Path, instance: dg.DagsterInstance
) -> None:
    materialize(handbook, instance)
    (folder / "docs" / "rule1.txt").unlink()
    materialize(handbook, instance, ["source"])
    [evaluation] = check_alone(handbook, instance).get_asset_check_evaluations()
    assert evaluation.passed


@pytest.mark.parametrize("shift", [0, 1])
def test_checks_alone_read_what_is_stored(
    handbook: Path, instance: dg.DagsterInstance, shift: int
) -> None:
    materialize(handbook, instance)
    workspace = Workspace(read(handbook))
    name = workspace.table_names(workspace.wiring.cells["chunks"])["chunks"]
    if shift:
        rows = workspace.tables.read(name)
        moved = rows.with_columns(start=rows["start"] + shift)
        workspace.tables.replace(name, "chunks", moved, rows["doc_id"].unique().to_list())
    result = check_alone(handbook, instance)
    [evaluation] = result.get_asset_check_evaluations()
    assert evaluation.check_name == "offsets_exact"
    assert evaluation.passed is (shift == 0)
    assert not result.get_asset_materialization_events()
