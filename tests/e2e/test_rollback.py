"""Going back to an earlier state, with the schedule waiting, and on again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines import Notebook
from pipelines.orchestrate.build import build
from pipelines.states import who_holds
from pipelines.workspace import Workspace
from tests.e2e.command import Command

HANDBOOK = """\
name: handbook
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: chunks
    op: segment.fixed
    params: {size: 12, tokenizer: words}
schedule: {cron: "0 2 * * *"}
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """Two runs: the second knows of a document more."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "one.txt").write_text("Ask twice before you cut.", encoding="utf-8")
    path = tmp_path / "handbook.yaml"
    path.write_text(HANDBOOK, encoding="utf-8")
    Notebook.load(path).run()
    (docs / "two.txt").write_text("Write it down.", encoding="utf-8")
    Notebook.load(path).run()
    return path


def shown(path: Path) -> int:
    """Documents that readers see."""
    workspace = Workspace(Notebook.load(path).model, read_only=True)
    reader = workspace.store.reader("handbook")
    assert reader is not None
    return reader.frame("source", "documents").height


def scheduled(path: Path) -> dg.RunRequest | dg.SkipReason:
    definitions = build([path])
    schedule = definitions.resolve_schedule_def("handbook_schedule")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(instance, datetime(2026, 1, 5, 2, tzinfo=UTC))
        result = schedule(context)
    assert isinstance(result, (dg.RunRequest, dg.SkipReason))
    return result


def sensed(path: Path) -> dg.SensorResult | dg.SkipReason:
    definitions = build([path])
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance, definitions=definitions)
        result = definitions.resolve_sensor_def("handbook_sensor")(context)
    assert isinstance(result, (dg.SensorResult, dg.SkipReason))
    return result


def test_back_and_on_again(notebook: Path, chunkbook: Command) -> None:
    listed = chunkbook("runs", notebook, "--json").json["runs"]
    second, first = (run["run_id"] for run in listed)
    assert [(run["kept"], run["shown"], run["held"]) for run in listed] == [
        (True, True, False),
        (True, False, False),
    ]
    assert isinstance(scheduled(notebook), dg.RunRequest)
    assert shown(notebook) == 2

    done = chunkbook("rollback", notebook, "--json")
    assert done.json == {"notebook": "handbook", "run_id": first, "held": True}
    assert shown(notebook) == 1
    listed = chunkbook("runs", notebook, "--json").json["runs"]
    assert [(run["shown"], run["held"]) for run in listed] == [(False, False), (True, True)]
    for waits in (scheduled(notebook), sensed(notebook)):
        assert isinstance(waits, dg.SkipReason)
        assert first in (waits.skip_message or "")
    assert "held" in chunkbook("runs", notebook).out

    assert chunkbook("release", notebook).code == 0
    assert shown(notebook) == 1
    assert isinstance(scheduled(notebook), dg.RunRequest)
    assert isinstance(sensed(notebook), dg.SensorResult)
    assert chunkbook("run", notebook, "--json").json["published"]
    assert shown(notebook) == 2
    assert chunkbook("rollback", notebook, second[:8]).code == 0
    assert shown(notebook) == 2


def test_a_run_by_hand_ends_the_waiting(notebook: Path, chunkbook: Command) -> None:
    assert chunkbook("rollback", notebook).code == 0
    assert chunkbook("run", notebook).code == 0
    assert shown(notebook) == 2
    assert isinstance(scheduled(notebook), dg.RunRequest)


def test_what_cannot_be_gone_back_to_is_said(notebook: Path, chunkbook: Command) -> None:
    wrong = chunkbook("rollback", notebook, "zzz")
    assert wrong.code == 2
    assert "no run 'zzz'" in wrong.err
    assert "states that are kept" in wrong.err
    assert "not held back" in chunkbook("release", notebook).err
    assert chunkbook("rollback", notebook).code == 0
    earliest = chunkbook("rollback", notebook)
    assert earliest.code == 2
    assert "is kept from before run" in earliest.err
    assert "`chunkbook runs` lists what is kept" in earliest.err


def test_looking_at_what_never_ran_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "handbook.yaml"
    path.write_text(HANDBOOK, encoding="utf-8")
    assert who_holds(Workspace(Notebook.load(path).model, read_only=True)) == ""
    assert not (tmp_path / ".chunkbook").exists()
