"""When a notebook runs by itself: its job, its schedule, the sensor on its sources."""

__all__ = ["broken_files_sensor", "notebook_job", "notebook_schedule", "source_sensor"]

import json
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from ops.errors import ChunkbookError
from ops.frames import digest
from pipelines.file.model import Model
from pipelines.orchestrate.checks import Broken
from pipelines.orchestrate.specs import asset_key
from pipelines.states import who_holds
from pipelines.workspace import Workspace

Job: TypeAlias = UnresolvedAssetJobDefinition

SECONDS: Final = 60
"""Between two looks at the sources."""


def notebook_job(model: Model) -> Job:
    """Brings the whole notebook up to date, in one process: imports take seconds in each."""
    return dg.define_asset_job(
        f"{model.name}_job",
        selection=dg.AssetSelection.assets(*(asset_key(model, cell.id) for cell in model.cells)),
        description=f"Bring notebook {model.name} up to date.",
        tags={"chunkbook/notebook": model.name},
        executor_def=dg.in_process_executor,
    )


def notebook_schedule(model: Model, job: Job) -> dg.ScheduleDefinition | None:
    """The notebook's own schedule, running, if it asks for one."""
    if model.schedule is None:
        return None

    @dg.schedule(
        name=f"{model.name}_schedule",
        job=job,
        cron_schedule=model.schedule.cron,
        execution_timezone=model.schedule.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Brings notebook {model.name} up to date, unless it was rolled back.",
    )
    def due(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        return _waits(model) or dg.RunRequest()

    return due


def _waits(model: Model) -> dg.SkipReason | None:
    try:
        run = who_holds(Workspace(model, read_only=True))
    except ChunkbookError as error:
        return dg.SkipReason(str(error))
    if not run:
        return None
    return dg.SkipReason(
        f"{model.name} was rolled back to run {run}; `chunkbook release` lets it go on"
    )


def source_sensor(model: Model, job: Job) -> dg.SensorDefinition:
    """Asks for a run when a source lists something else than at the last look.

    Its cursor is a digest of the listing and the number of changes seen: the number makes each
    change a new run, also one back to what was there before.
    """

    @dg.sensor(
        name=f"{model.name}_sensor",
        job=job,
        minimum_interval_seconds=SECONDS,
        description=f"Runs notebook {model.name} when its sources change.",
    )
    def changed(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if waits := _waits(model):
            return waits
        try:
            seen = listing_digest(model)
        except ChunkbookError as error:
            return dg.SkipReason(str(error))
        before: dict[str, Any] = json.loads(context.cursor or "{}")
        if before.get("digest") == seen:
            return dg.SkipReason("the sources list what they listed before")
        changes = before.get("changes", 0) + 1
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_key=f"{seen}-{changes}")],
            cursor=json.dumps({"digest": seen, "changes": changes}),
        )

    return changed


def listing_digest(model: Model) -> str:
    """Names everything that the notebook's sources list now.

    Raises:
        SourceError: one cannot be listed.
    """
    workspace = Workspace(model)
    parts = []
    for name, wired in workspace.wiring.cells.items():
        if wired.cell.is_source:
            items = workspace.listing(wired).items
            parts += [name, *(part for item in items for part in (item.uri, item.signature))]
    return digest(*parts)


def broken_files_sensor(broken: Sequence[Broken]) -> dg.SensorDefinition:
    """Reports files that cannot be read as failed checks, once for each set of mistakes."""
    state = digest(*(part for file in broken for part in (file.path, file.error.message)))

    @dg.sensor(
        name="broken_notebooks_sensor",
        asset_selection=dg.AssetSelection.assets(*(file.key for file in broken)),
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Shows notebook files that cannot be used as failed checks.",
    )
    def report(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if context.cursor == state:
            return dg.SkipReason("reported before")
        return dg.SensorResult(asset_events=[file.evaluation() for file in broken], cursor=state)

    return report
