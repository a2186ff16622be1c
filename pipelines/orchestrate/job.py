"""A run in this process that Dagster records, as `chunkbook run` makes it."""

from __future__ import annotations

__all__ = ["run_recorded"]

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipelines.events import Observer, RunReport
from pipelines.running.run import Options

if TYPE_CHECKING:
    from dagster import DagsterInstance, JobDefinition

    from pipelines.orchestrate.session import Session

SILENT: Final = {"console": {"config": {"name": "chunkbook", "log_level": "CRITICAL"}}}
"""Dagster's log goes to its home only; the terminal belongs to the caller."""
EVERYTHING: Final = Options()


def run_recorded(
    path: Path,
    options: Options = EVERYTHING,
    observer: Observer = lambda event: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> RunReport:
    """Run a notebook through its Dagster job, in this process, and record it in its Dagster home.

    The observer is told in another thread. An interrupt stops the run at the next document.

    Raises:
        NotebookError: the file is wrong.
        StoreError: the store or Dagster's home cannot be used.
        ChunkbookError: whatever `pipelines.running.run.run` raises.
    """
    import storage
    from pipelines.file.parse import read

    model = read(path)
    storage.warm()
    from pipelines.orchestrate.build import notebook_definitions
    from pipelines.orchestrate.dagster_home import dagster_instance
    from pipelines.orchestrate.session import Session
    from pipelines.orchestrate.specs import asset_key, chosen_cells

    chosen = chosen_cells(model, options.cells)
    keys = [] if chosen is None else [asset_key(model, cell) for cell in chosen]
    session = Session(observer, cancelled)
    job = notebook_definitions(model, session).resolve_job_def(f"{model.name}_job")
    if keys:
        job = job.get_subset(asset_selection=frozenset(keys))
    told: dict[str, object] = {
        name: getattr(options, name) for name in ("retry", "refit", "allow_empty")
    }
    if options.documents is not None:
        told["documents"] = list(options.documents)
    cells = {"config": told}
    config: dict[str, object] = {"ops": {f"{model.name}_cells": cells}, "loggers": SILENT}
    with dagster_instance(path) as instance:
        _execute(instance, job, config, options.run_id, session)
    if session.error is not None:
        raise session.error
    assert session.report is not None
    return session.report


def _execute(
    instance: DagsterInstance,
    job: JobDefinition,
    config: dict[str, object],
    run_id: str,
    session: Session,
) -> None:
    from dagster._core.definitions.job_base import InMemoryJob
    from dagster._core.execution.api import execute_run_iterator

    from pipelines.orchestrate.recording import bury, new_run
    from pipelines.orchestrate.session import cancelled

    bury(instance, job.name)
    run = new_run(instance, job, config, run_id)
    errors = []
    try:
        events = execute_run_iterator(InMemoryJob(job), run, instance)
        errors = [event.step_failure_data.error for event in events if event.is_step_failure]
    finally:
        session.stop()  # a run that Dagster gave up on may still be at work
    if session.error is None and session.report is None:
        if any(error and error.cls_name == "DagsterExecutionInterruptedError" for error in errors):
            instance.report_run_canceled(run, "The run was asked to stop.")
            session.error = cancelled()
        else:
            said = next((error.to_string() for error in errors if error), "no reason was given")
            session.error = RuntimeError(f"Dagster did not finish run {run.run_id}: {said}")
