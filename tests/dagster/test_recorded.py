"""Runs of the command line, recorded by Dagster."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

import dagster as dg
import pytest

from ops.errors import (
    Cancelled,
    ChecksFailed,
    LeaseError,
    NotebookError,
    SourceError,
    StoreError,
    UsageError,
)
from pipelines.events import CellFinished, Event
from pipelines.file.parse import read
from pipelines.orchestrate.dagster_home import dagster_instance
from pipelines.orchestrate.job import run_recorded
from pipelines.orchestrate.recording import PROCESS
from pipelines.running.run import Options
from pipelines.workspace import Workspace
from storage.process import Process
from tests.dagster.conftest import TINY


@pytest.fixture
def records(handbook: Path) -> AbstractContextManager[dg.DagsterInstance]:
    """The instance that the runs are recorded in."""
    return dagster_instance(handbook)


def tiny(folder: Path, *, wait: float = 0, shift: int = 0) -> Path:
    path = folder / "tiny.yaml"
    text = TINY.replace("WAIT", str(wait)).replace("SHIFT", str(shift))
    path.write_text(text, encoding="utf-8")
    return path


def test_run_is_recorded(
    handbook: Path,
    records: AbstractContextManager[dg.DagsterInstance],
    capfd: pytest.CaptureFixture[str],
) -> None:
    seen: list[Event] = []
    report = run_recorded(handbook, observer=seen.append)
    assert [event.report for event in seen if isinstance(event, CellFinished)] == [*report.cells]
    assert report.published
    assert [cell.added for cell in report.cells] == [6, 6, 6]
    assert capfd.readouterr() == ("", "")
    with records as instance:
        run = instance.get_run_by_id(report.run_id)
        assert run is not None
        assert (run.job_name, run.status) == ("handbook_job", dg.DagsterRunStatus.SUCCESS)
        event = instance.get_latest_materialization_event(dg.AssetKey(["handbook", "chunks"]))
        assert event is not None
        assert event.asset_materialization is not None
        tags = event.asset_materialization.tags or {}
        assert tags["dagster/data_version"] == report.cells[1].content
        assert tags["dagster/code_version"] == report.cells[1].fingerprint


def test_it_can_be_started_again_from_the_web_interface(
    handbook: Path, records: AbstractContextManager[dg.DagsterInstance]
) -> None:
    report = run_recorded(handbook)
    with records as instance:
        run = instance.get_run_by_id(report.run_id)
    assert run is not None
    assert run.remote_job_origin is not None
    assert run.remote_job_origin.location_name == "chunkbook"
    assert run.remote_job_origin.repository_origin.repository_name == "__repository__"


def test_single_cells(handbook: Path, records: AbstractContextManager[dg.DagsterInstance]) -> None:
    report = run_recorded(handbook, Options(cells=("chunks", "source")))
    assert [cell.id for cell in report.cells] == ["source", "chunks"]
    with records as instance:
        run = instance.get_run_by_id(report.run_id)
    assert run is not None
    assert run.asset_selection == {dg.AssetKey(["handbook", c]) for c in ("source", "chunks")}


def test_second_run_computes_nothing(handbook: Path) -> None:
    run_recorded(handbook)
    second = run_recorded(handbook)
    assert (second.computed, second.published) == (0, False)


def test_errors_come_out_as_themselves(folder: Path, handbook: Path, tiny_ops: None) -> None:
    with pytest.raises(UsageError, match="there is no cell 'chunk'"):
        run_recorded(handbook, Options(cells=("chunk",)))
    with pytest.raises(NotebookError, match="no such file"):
        run_recorded(folder / "gone.yaml")
    with pytest.raises(ChecksFailed, match="offsets_exact"):
        run_recorded(tiny(folder, shift=1))
    with (
        Workspace(read(handbook)).tables.lease("another"),
        pytest.raises(LeaseError, match="in use by another"),
    ):
        run_recorded(handbook)
    (folder / "docs").rename(folder / "moved")
    with pytest.raises(SourceError, match="docs"):
        run_recorded(handbook)


def test_in_another_thread(handbook: Path) -> None:
    """As the terminal interface runs it."""
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(run_recorded, handbook).result().published


def test_failed_run_is_recorded(
    folder: Path, handbook: Path, records: AbstractContextManager[dg.DagsterInstance]
) -> None:
    (folder / "docs").rename(folder / "moved")
    with pytest.raises(SourceError):
        run_recorded(handbook)
    with records as instance:
        [run] = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.FAILURE


def test_cancelled_run_is_recorded(folder: Path, tiny_ops: None) -> None:
    path = tiny(folder, wait=0.2)
    told: list[Event] = []
    with pytest.raises(Cancelled):
        run_recorded(path, observer=told.append, cancelled=lambda: bool(told))
    with dagster_instance(path) as instance:
        [run] = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.CANCELED


def test_observer_that_fails_is_heard(handbook: Path) -> None:
    def observer(event: Event) -> None:
        raise ZeroDivisionError("in the observer")

    with pytest.raises(ZeroDivisionError, match="in the observer"):
        run_recorded(handbook, observer=observer)


@pytest.mark.parametrize("own", [True, False])
def test_run_of_a_killed_process_is_closed(handbook: Path, own: bool) -> None:
    dead = Process(**{**asdict(Process.this()), "pid": 2**22 - 1, "started": "1"})
    job = dg.JobDefinition(name="handbook_job", graph_def=dg.GraphDefinition(name="handbook_job"))
    with dagster_instance(handbook) as instance:
        left = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
        told = {"run": left.run_id if own else "its parent", **asdict(dead)}
        instance.add_run_tags(left.run_id, {PROCESS: json.dumps(told)})
    run_recorded(handbook)
    with dagster_instance(handbook) as instance:
        found = instance.get_run_by_id(left.run_id)
    assert found is not None
    expected = dg.DagsterRunStatus.FAILURE if own else dg.DagsterRunStatus.STARTED
    assert found.status is expected


def test_home_that_cannot_be_used(handbook: Path) -> None:
    (handbook.parent / ".chunkbook").write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        run_recorded(handbook)
    assert "DAGSTER_HOME" in caught.value.hint


def test_home_that_is_ruined(handbook: Path) -> None:
    history = handbook.parent / ".chunkbook" / "dagster" / "history"
    history.mkdir(parents=True)
    (history / "runs.db").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match=r"Dagster's home .* cannot be used"):
        run_recorded(handbook)
