"""The sensor on sources, the schedule, and where notebooks are looked for."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import dagster as dg
import pytest

from pipelines.orchestrate.build import build
from pipelines.orchestrate.dagster_home import SETTINGS, WORKSPACE, home_for, notebook_paths

ROOT = Path(__file__).parents[2]


def tick(path: Path, cursor: str | None) -> dg.SensorResult | dg.SkipReason:
    definitions = build([path])
    sensor = definitions.resolve_sensor_def("handbook_sensor")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance, cursor=cursor, definitions=definitions)
        result = sensor(context)
    assert isinstance(result, (dg.SensorResult, dg.SkipReason))
    return result


def asked(result: dg.SensorResult | dg.SkipReason) -> str:
    assert isinstance(result, dg.SensorResult)
    [request] = result.run_requests or ()
    assert request.run_key is not None
    return request.run_key


def cursor_of(result: dg.SensorResult | dg.SkipReason) -> str | None:
    assert isinstance(result, dg.SensorResult)
    return result.cursor


def test_sensor_asks_when_the_source_changes(handbook: Path, folder: Path) -> None:
    first = tick(handbook, None)
    assert asked(first)
    assert isinstance(tick(handbook, cursor_of(first)), dg.SkipReason)
    (folder / "docs" / "new.txt").write_text("Rule 7: write it down.", encoding="utf-8")
    second = tick(handbook, cursor_of(first))
    assert asked(second) != asked(first)
    assert isinstance(tick(handbook, cursor_of(second)), dg.SkipReason)


def test_sensor_asks_again_when_a_change_is_taken_back(handbook: Path, folder: Path) -> None:
    first = tick(handbook, None)
    (folder / "docs" / "new.txt").write_text("Rule 7: write it down.", encoding="utf-8")
    second = tick(handbook, cursor_of(first))
    (folder / "docs" / "new.txt").unlink()
    third = tick(handbook, cursor_of(second))
    assert len({asked(first), asked(second), asked(third)}) == 3


def test_sensor_skips_a_source_that_is_away(handbook: Path, folder: Path) -> None:
    shutil.rmtree(folder / "docs")
    result = tick(handbook, None)
    assert isinstance(result, dg.SkipReason)
    assert "docs" in (result.skip_message or "")


def test_a_notebook_without_schedule_has_none(handbook: Path) -> None:
    assert [one.name for one in build([handbook]).schedules or ()] == ["handbook_schedule"]
    text = handbook.read_text(encoding="utf-8")
    handbook.write_text(text[: text.index("schedule:")], encoding="utf-8")
    assert not build([handbook]).schedules


def test_notebook_paths(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "notebooks").mkdir()
    inner = folder / "notebooks" / "inner.yaml"
    inner.touch()
    monkeypatch.chdir(folder)
    assert notebook_paths() == [inner]
    named = os.pathsep.join(["*.yaml", "handbook.yaml", "gone.yaml", str(inner), ""])
    monkeypatch.setenv("CHUNKBOOK_NOTEBOOKS", named)
    assert notebook_paths() == [folder / "gone.yaml", folder / "handbook.yaml", inner]


def test_home_is_beside_the_notebook(handbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_for([handbook])
    assert home == handbook.parent / ".chunkbook" / "dagster"
    assert (home / "dagster.yaml").read_text(encoding="utf-8") == SETTINGS
    monkeypatch.setenv("DAGSTER_HOME", str(handbook.parent / "other"))
    assert home_for([handbook]) == handbook.parent / "other"


def test_files_at_the_top_agree() -> None:
    assert (ROOT / "workspace.yaml").read_text(encoding="utf-8") == WORKSPACE
    settings = SETTINGS.partition("\n")[2]
    assert (ROOT / "dagster.yaml").read_text(encoding="utf-8").endswith(settings)
