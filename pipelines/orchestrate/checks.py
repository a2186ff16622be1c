"""The blocking checks of cells, and the check that a notebook file can be read, as Dagster's."""

__all__ = [
    "Broken",
    "broken_file",
    "check_results",
    "check_specs",
    "measure_results",
    "verify",
]

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import dagster as dg

from ops.errors import NotebookError, UsageError
from pipelines.cell.quality import checks_of
from pipelines.events import CheckReport, MeasureReport
from pipelines.file.model import Cell, Model
from pipelines.orchestrate.metadata import plain
from pipelines.workspace import Workspace

READABLE: Final = "readable"
MEANING: Final = {
    "recall": "share of the answers that the notebook's own questions find in the collection",
    "iou": "answers found, over the answers and all that was found with them",
    "stability": "share of the chunks that small edits of their documents leave as they were",
}
SLICE: Final = 200
"""Documents whose chunks are verified at a time."""


def check_specs(model: Model) -> list[dg.AssetCheckSpec]:
    """One for each check of each cell that makes chunks, and one for each measure that the
    notebook's questions take of its collection."""
    return [*_measure_specs(model), *_chunk_specs(model)]


def _measure_specs(model: Model) -> list[dg.AssetCheckSpec]:
    asked = model.questions
    if asked is None:
        return []
    return [
        dg.AssetCheckSpec(
            limit.measure,
            asset=dg.AssetKey([model.name, asked.collection]),
            description=MEANING[limit.measure],
            blocking=limit.block is not None,
            metadata={
                "questions": dg.MetadataValue.path(model.base / asked.file),
                **{
                    name: value
                    for name, value in (("warn", limit.warn), ("block", limit.block))
                    if value is not None
                },
            },
        )
        for limit in asked.limits
    ]


def _chunk_specs(model: Model) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            check.name,
            asset=dg.AssetKey([model.name, cell.id]),
            description=check.description,
            blocking=True,
        )
        for cell in model.cells
        for check in checks_of(cell.op)
    ]


def check_results(
    asset: dg.AssetKey, reports: Iterable[CheckReport], wanted: Iterable[str]
) -> Iterator[dg.AssetCheckResult]:
    """The results of the checks that this run was asked for."""
    names = set(wanted)
    for report in reports:
        if report.name in names:
            yield dg.AssetCheckResult(
                asset_key=asset,
                check_name=report.name,
                passed=report.passed,
                severity=dg.AssetCheckSeverity.ERROR,
                description=report.example or None,
                metadata={"failed_documents": report.failed},
            )


def measure_results(
    asset: dg.AssetKey, reports: Iterable[MeasureReport], wanted: Iterable[str]
) -> Iterator[dg.AssetCheckResult]:
    """The measures that this run was asked for: an error below `block`, a warning below `warn`."""
    names = set(wanted)
    for report in reports:
        if report.measure in names:
            told = report.as_json()
            figures = ("value", "low", "high", "warn", "block")
            yield dg.AssetCheckResult(
                asset_key=asset,
                check_name=report.measure,
                passed=report.passed,
                severity=(
                    dg.AssetCheckSeverity.ERROR if report.blocks else dg.AssetCheckSeverity.WARN
                ),
                description=str(report),
                metadata={name: told[name] for name in figures if told[name] is not None},
            )


def verify(workspace: Workspace, cell: Cell) -> tuple[CheckReport, ...]:
    """Check the chunks that are stored, without running the cell.

    Those of documents that the source no longer has are passed over: the next run removes them.

    Raises:
        UsageError: the cell has not run yet.
    """
    if not checks_of(cell.op):
        return ()
    wired = workspace.wiring.cells[cell.id]
    ledger = workspace.ledger()
    if cell.id not in ledger:
        raise UsageError(f"cell {cell.id!r} has not run yet", hint="run it; its checks run with it")
    table = workspace.table_names(wired)["chunks"]
    documents = sorted(ledger[cell.id])
    faults: dict[str, list[str]] = {check.name: [] for check in checks_of(cell.op)}
    for start in range(0, len(documents), SLICE):
        some = documents[start : start + SLICE]
        read = workspace.gather(wired, some)["documents"]
        texts = dict(read.select("doc_id", "text").iter_rows())
        chunks = workspace.tables.read(table, documents=[name for name in some if name in texts])
        for check in checks_of(cell.op):
            faults[check.name] += check.find(cell.op, chunks, texts).values()
    return tuple(
        CheckReport(check.name, check.description, len(found), found[0] if found else "")
        for check in checks_of(cell.op)
        for found in [faults[check.name]]
    )


@dataclass(frozen=True)
class Broken:
    """A notebook file that cannot be shown, and why."""

    path: Path
    name: str
    error: NotebookError

    @property
    def key(self) -> dg.AssetKey:
        return dg.AssetKey([self.name, "notebook"])

    def evaluation(self) -> dg.AssetCheckEvaluation:
        """The failed check, for the event log."""
        return dg.AssetCheckEvaluation(
            asset_key=self.key,
            check_name=READABLE,
            passed=False,
            severity=dg.AssetCheckSeverity.ERROR,
            description=plain_text(self.error),
            metadata={"problems": problems_table(self.error)},
        )


def plain_text(error: NotebookError) -> str:
    """All problems, a line each."""
    return "\n".join(str(problem) for problem in error.problems)


def problems_table(error: NotebookError) -> dg.TableMetadataValue:
    """The problems with their places."""
    names = ("line", "column", "message", "hint")
    return dg.MetadataValue.table(
        [dg.TableRecord({n: plain(getattr(p, n)) for n in names}) for p in error.problems],
        dg.TableSchema(
            [dg.TableColumn(n, "int" if n in ("line", "column") else "string") for n in names]
        ),
    )


def broken_file(broken: Broken) -> tuple[dg.AssetSpec, dg.AssetChecksDefinition]:
    """A stand-in for the notebook, with a check that reads the file again."""
    fence = plain_text(broken.error).replace("```", "` ` `")
    spec = dg.AssetSpec(
        broken.key,
        description=f"This notebook file cannot be used:\n\n```\n{fence}\n```",
        group_name=broken.name,
        kinds={"chunkbook"},
        metadata={"file": dg.MetadataValue.path(broken.path)},
    )

    @dg.asset_check(
        asset=broken.key,
        name=READABLE,
        blocking=True,
        description="the notebook file can be read and is right",
    )
    def readable() -> dg.AssetCheckResult:
        from pipelines.file.parse import read

        try:
            read(broken.path)
        except NotebookError as error:
            return dg.AssetCheckResult(
                passed=False,
                description=plain_text(error),
                metadata={"problems": problems_table(error)},
            )
        return dg.AssetCheckResult(
            passed=True, description="reload the code location to see its cells"
        )

    return spec, readable
