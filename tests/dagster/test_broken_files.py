"""A broken notebook file shows as a failed check and takes nothing else down."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from pipelines.file.parse import read as real_read
from pipelines.orchestrate import build as building
from pipelines.orchestrate.build import build

BROKEN = """\
name: broken
cells:
  - id: source
    op: load.flies
    params: {path: docs}
"""


@pytest.fixture
def broken(folder: Path) -> Path:
    path = folder / "broken.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    return path


def keys(definitions: dg.Definitions) -> list[str]:
    graph = definitions.get_repository_def().asset_graph
    return sorted(key.to_user_string() for key in graph.get_all_asset_keys())


def test_others_stay(handbook: Path, broken: Path) -> None:
    found = keys(build([broken, handbook]))
    assert found == ["broken/notebook", "handbook/chunks", "handbook/metadata", "handbook/source"]


def test_the_mistake_is_in_the_description(broken: Path) -> None:
    [spec] = build([broken]).resolve_all_asset_specs()
    assert "4:9: cell 'source': there is no op 'load.flies'" in (spec.description or "")
    assert "did you mean 'load.files'?" in (spec.description or "")


def test_check_fails_until_the_file_is_right(broken: Path, instance: dg.DagsterInstance) -> None:
    [check] = build([broken]).asset_checks or ()
    assert isinstance(check, dg.AssetChecksDefinition)
    job = dg.Definitions(
        asset_checks=[check],
        jobs=[dg.define_asset_job("look", dg.AssetSelection.all_asset_checks())],
    ).resolve_job_def("look")
    failed = job.execute_in_process(instance=instance, raise_on_error=False)
    [evaluation] = failed.get_asset_check_evaluations()
    assert not evaluation.passed
    problems = evaluation.metadata["problems"].records  # type: ignore[attr-defined]
    assert [(record.data["line"], record.data["column"]) for record in problems] == [(4, 9)]
    broken.write_text(BROKEN.replace("flies", "files"), encoding="utf-8")
    [evaluation] = job.execute_in_process(instance=instance).get_asset_check_evaluations()
    assert evaluation.passed


def test_sensor_reports_it_once(broken: Path, instance: dg.DagsterInstance) -> None:
    definitions = build([broken])
    sensor = definitions.resolve_sensor_def("broken_notebooks_sensor")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    first = sensor(dg.build_sensor_context(instance, definitions=definitions))
    assert isinstance(first, dg.SensorResult)
    [event] = first.asset_events
    assert isinstance(event, dg.AssetCheckEvaluation)
    assert (event.asset_key.path, event.passed) == (["broken", "notebook"], False)
    again = sensor(dg.build_sensor_context(instance, cursor=first.cursor, definitions=definitions))
    assert isinstance(again, dg.SkipReason)


def test_no_sensor_without_broken_files(handbook: Path) -> None:
    assert [sensor.name for sensor in build([handbook]).sensors or ()] == ["handbook_sensor"]


def test_same_name_twice(handbook: Path, folder: Path) -> None:
    other = folder / "other.yaml"
    other.write_text(handbook.read_text(encoding="utf-8"), encoding="utf-8")
    definitions = build([handbook, other])
    assert "other/notebook" in keys(definitions)
    [spec] = [s for s in definitions.resolve_all_asset_specs() if s.key.path[0] == "other"]
    assert "handbook.yaml is called 'handbook' too" in (spec.description or "")


def test_stem_of_another_notebook(handbook: Path, folder: Path) -> None:
    (folder / "sub").mkdir()
    clash = folder / "sub" / "handbook.yaml"
    clash.write_text("name: [", encoding="utf-8")
    assert "handbook_2/notebook" in keys(build([clash, handbook]))


def test_missing_file(folder: Path) -> None:
    [spec] = build([folder / "gone.yaml"]).resolve_all_asset_specs()
    assert "there is no such file" in (spec.description or "")


def test_an_op_that_cannot_be_imported(
    handbook: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: Path) -> object:
        if path.name == "other.yaml":
            raise ImportError("no module named torch")
        return real_read(path)

    monkeypatch.setattr(building, "read", read)
    found = keys(build([folder / "other.yaml", handbook]))
    assert found[-1] == "other/notebook"
    assert "handbook/source" in found


def test_nothing_at_all() -> None:
    assert keys(build([])) == []
