"""A notebook as Dagster assets: a cell each, all made by one step that calls `run` once."""

__all__ = ["CellsConfig", "notebook_assets"]

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any, Final, TypeAlias

import dagster as dg
from pydantic import Field

from ops.errors import Cancelled, ChunkbookError
from pipelines.events import (
    CellFinished,
    CellReport,
    CellStarted,
    DocumentFailed,
    Event,
    Measured,
    MeasureReport,
)
from pipelines.file.model import Model
from pipelines.looking.asked import published_measures
from pipelines.orchestrate.background import stream
from pipelines.orchestrate.checks import check_results, check_specs, measure_results, verify
from pipelines.orchestrate.metadata import KINDS, cell_metadata
from pipelines.orchestrate.session import Session, cancelled
from pipelines.orchestrate.specs import asset_key, asset_specs, chosen_cells
from pipelines.running.run import Options, run
from pipelines.workspace import Workspace

Metadata: TypeAlias = Mapping[str, Any]
Told: TypeAlias = tuple[Event, Metadata]
Result: TypeAlias = dg.MaterializeResult[Any] | dg.AssetCheckResult

SPOKEN: Final = 10
"""Failed documents of a cell that are logged one by one; its metadata lists more."""


class CellsConfig(dg.Config):
    """What a run may be told. Parameters of cells are not: rows would not match their notebook."""

    cells: list[str] = Field([], description="only these of the selected cells; none means all")
    retry: bool = Field(False, description="take documents that failed before up again")
    refit: bool = Field(False, description="fit anew what cells fit on all documents")
    documents: list[str] = Field([], description="only these documents, by id; none means all")
    dry_run: bool = Field(False, description="only tell what would be done")
    allow_empty: bool = Field(False, description="believe a source that suddenly lists nothing")


def notebook_assets(model: Model, session: Session | None = None) -> dg.AssetsDefinition:
    """The assets of a notebook.

    Args:
        session: who listens to the next run; only for a run in the caller's own process.
    """

    @dg.multi_asset(
        name=f"{model.name}_cells",
        specs=asset_specs(model),
        check_specs=check_specs(model),
        can_subset=True,
    )
    def cells(context: dg.AssetExecutionContext, config: CellsConfig) -> Iterator[Result]:
        current = session or Session()
        try:
            yield from _Step(model, context, config, current).results()
        except (Cancelled, dg.DagsterExecutionInterruptedError, KeyboardInterrupt) as error:
            current.error = error if isinstance(error, Cancelled) else cancelled()
            stored = context.instance.get_run_by_id(context.run_id)
            if stored and stored.status is not dg.DagsterRunStatus.CANCELING:
                context.instance.report_run_canceling(stored, "The run was asked to stop.")
            raise dg.DagsterExecutionInterruptedError("The run was asked to stop.") from error
        except ChunkbookError as error:
            current.error = error
            raise dg.Failure(str(error), allow_retries=False) from error
        except Exception as error:
            current.error = error
            raise

    return cells


class _Step:
    """One execution of a notebook's step."""

    def __init__(
        self, model: Model, context: dg.AssetExecutionContext, config: CellsConfig, session: Session
    ) -> None:
        self.context = context
        self.config = config
        self.session = session
        self.model = model
        self.workspace = Workspace(model)
        self.spoken: dict[str, int] = {}

    def results(self) -> Iterator[Result]:
        cells = self.selected()
        if self.config.dry_run:
            self.tell_plan(cells)
            return
        if cells:
            yield from self.materialize(cells)
        for cell in self.only_checked():
            reports = verify(self.workspace, self.model.cell(cell))
            yield from check_results(asset_key(self.model, cell), reports, self.checks(cell))
            asked = self.model.questions
            if asked is not None and asked.collection == cell:
                yield from self.measured(cell, published_measures(self.workspace))

    def selected(self) -> list[str]:
        """The selected cells, in the order of the notebook."""
        selected = {key.path[-1] for key in self.context.selected_asset_keys}
        named = chosen_cells(
            self.model, self.config.cells or [cell.id for cell in self.model.cells]
        )
        return [name for name in named or () if name in selected]

    def checks(self, cell: str) -> list[str]:
        """The selected checks of a cell."""
        asset = asset_key(self.model, cell)
        keys = self.context.selected_asset_check_keys
        return sorted(key.name for key in keys if key.asset_key == asset)

    def only_checked(self) -> list[str]:
        """Cells that are not to run, but whose checks are."""
        selected = {key.path[-1] for key in self.context.selected_asset_keys}
        cells = [cell.id for cell in self.model.cells]
        return [name for name in cells if name not in selected and self.checks(name)]

    def tell_plan(self, cells: Sequence[str]) -> None:
        for plan in self.workspace.plan(retry=self.config.retry):
            if plan.cell in cells:
                counts = {kind: len(getattr(plan.work, kind)) for kind in KINDS}
                said = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
                self.context.log.info(f"{plan.cell}: {said or 'no documents'}")
                self.context.log_event(
                    dg.AssetObservation(
                        asset_key(self.model, plan.cell),
                        description="what a run would do",
                        metadata={f"documents_{kind}": n for kind, n in counts.items()},
                    )
                )

    def materialize(self, cells: Sequence[str]) -> Iterator[Result]:
        work = partial(self.work, cells)
        with closing(stream(work, self.session.stop)) as news:
            for event, metadata in news:
                if isinstance(event, CellFinished):
                    yield from self.finished(event.report, metadata)
                elif isinstance(event, Measured):
                    yield from self.measured(event.cell, event.reports)
                else:
                    self.log(event)

    def work(self, cells: Sequence[str], tell: Callable[[Told], None]) -> None:
        """The run itself, in a thread of its own."""
        whole = len(cells) == len(self.model.cells)
        options = Options(
            cells=None if whole else tuple(cells),
            retry=self.config.retry,
            refit=self.config.refit,
            allow_empty=self.config.allow_empty,
            documents=tuple(self.config.documents) or None,
            run_id=self.context.run_id,
        )

        def observer(event: Event) -> None:
            self.session.observer(event)
            if isinstance(event, CellFinished):
                # Read here, between two cells, where nothing else writes the tables.
                wired = self.workspace.wiring.cells[event.report.id]
                tell((event, cell_metadata(self.workspace, wired, event.report)))
            elif isinstance(event, (CellStarted, DocumentFailed, Measured)):
                tell((event, {}))

        self.session.report = run(self.workspace, options, observer, self.session.cancelled)

    def finished(self, report: CellReport, metadata: Metadata) -> Iterator[Result]:
        asset = asset_key(self.model, report.id)
        yield dg.MaterializeResult(
            asset_key=asset, metadata=metadata, data_version=dg.DataVersion(report.content)
        )
        yield from check_results(asset, report.checks, self.checks(report.id))

    def measured(self, cell: str, reports: Sequence[MeasureReport]) -> Iterator[Result]:
        """What the notebook's questions found, as the checks of the collection."""
        for report in reports:
            say = self.context.log.info if report.passed else self.context.log.warning
            say(f"{cell}: {report}")
        yield from measure_results(asset_key(self.model, cell), reports, self.checks(cell))

    def log(self, event: Event) -> None:
        if isinstance(event, CellStarted) and event.total:
            self.context.log.info(f"{event.cell} ({event.op}): {event.total} to compute")
        elif isinstance(event, DocumentFailed):
            count = self.spoken[event.cell] = self.spoken.get(event.cell, 0) + 1
            if count <= SPOKEN:
                said = f"{event.cell}: {event.document} is set aside: {event.reason}"
                self.context.log.warning("\n".join(filter(None, (said, event.detail))))
