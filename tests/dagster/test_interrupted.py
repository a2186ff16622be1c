"""A recorded run that is interrupted or killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from pipelines.file.parse import read
from pipelines.orchestrate.dagster_home import dagster_instance
from pipelines.orchestrate.job import run_recorded
from pipelines.workspace import Workspace
from tests.dagster.conftest import TINY

pytestmark = pytest.mark.slow


@pytest.fixture
def notebook(folder: Path, tiny_ops: None) -> Path:
    path = folder / "tiny.yaml"
    path.write_text(TINY.replace("WAIT", "0.5").replace("SHIFT", "0"), encoding="utf-8")
    return path


def interrupted(path: Path, number: signal.Signals) -> tuple[str, str]:
    """What a run says that gets a signal while it works."""
    command = [sys.executable, "-m", "tests.dagster.interrupted", str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "go\n"
        time.sleep(0.7)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        return out.strip(), err


def statuses(path: Path) -> list[dg.DagsterRunStatus]:
    """Of all runs, oldest first."""
    with dagster_instance(path) as instance:
        return [run.status for run in instance.get_runs(ascending=True)]


def test_interrupt_stops_at_the_next_document(notebook: Path) -> None:
    assert interrupted(notebook, signal.SIGINT) == ("Cancelled", "")
    assert len(Workspace(read(notebook)).ledger()["chunks"]) < 6
    assert statuses(notebook) == [dg.DagsterRunStatus.CANCELED]


def test_killed_run_is_closed_by_the_next(notebook: Path) -> None:
    assert interrupted(notebook, signal.SIGKILL)[0] == ""
    assert statuses(notebook) == [dg.DagsterRunStatus.STARTED]
    report = run_recorded(notebook)
    assert report.published
    assert statuses(notebook) == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]
