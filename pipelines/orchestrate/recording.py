"""The records of runs that are made outside Dagster's own processes."""

from __future__ import annotations

__all__ = ["bury", "new_run"]

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from pipelines.orchestrate.dagster_home import LOCATION, MODULE
from storage.process import Process

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun, JobDefinition

PROCESS: Final = "chunkbook/process"
"""Tag of a run: its id and the process that it is in. A run that is started again from the web
interface inherits the tag, but has another id."""


def new_run(
    instance: DagsterInstance, job: JobDefinition, config: dict[str, object], run_id: str
) -> DagsterRun:
    """Record that a run begins.

    It says where its job can be found, so that the web interface can start it again.
    """
    from dagster._core.remote_origin import (
        ManagedGrpcPythonEnvCodeLocationOrigin,
        RemoteJobOrigin,
        RemoteRepositoryOrigin,
    )
    from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

    run_id = run_id or str(uuid4())
    target = LoadableTargetOrigin(module_name=MODULE)
    place = ManagedGrpcPythonEnvCodeLocationOrigin(target, LOCATION)
    process = {"run": run_id, **asdict(Process.this())}
    return instance.create_run_for_job(
        job,
        run_id=run_id,
        run_config=config,
        tags={**job.run_tags, PROCESS: json.dumps(process)},
        asset_selection=job.asset_selection,
        remote_job_origin=RemoteJobOrigin(
            RemoteRepositoryOrigin(place, "__repository__"), job.name
        ),
    )


def bury(instance: DagsterInstance, job: str) -> None:
    """Close the records of a job's runs whose process was killed."""
    import dagster as dg

    going = [
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ]
    for run in instance.get_runs(dg.RunsFilter(job_name=job, statuses=going)):
        told = json.loads(run.tags.get(PROCESS, "{}"))
        if told.pop("run", None) != run.run_id or not Process(**told).is_gone():
            continue
        if run.status is dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, "Its process ended while it was stopping.")
        else:
            said = "Its process was killed. The next run goes on where it stopped."
            instance.report_run_failed(run, said)
