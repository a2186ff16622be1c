"""What a run tells while it goes on, and what it reports at its end."""

from __future__ import annotations

__all__ = [
    "CellAdvanced",
    "CellFinished",
    "CellReport",
    "CellStarted",
    "CheckReport",
    "DocumentFailed",
    "Event",
    "MeasureReport",
    "Measured",
    "Observer",
    "Published",
    "RunReport",
]

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class CellStarted:
    """A cell begins; `total` documents (for a source: items) are to be computed."""

    cell: str
    op: str
    total: int


@dataclass(frozen=True, slots=True)
class CellAdvanced:
    """`done` of the cell's `total` documents are computed."""

    cell: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class DocumentFailed:
    """One document was put aside. `detail` has the traceback of an unexpected failure."""

    cell: str
    document: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """How a blocking check went: `failed` documents broke it, `example` says how one did."""

    name: str
    description: str
    failed: int
    example: str = ""

    @property
    def passed(self) -> bool:
        return self.failed == 0


@dataclass(frozen=True, slots=True)
class CellReport:
    """What a cell did. Counts are documents; `rows` are all rows of its table now."""

    id: str
    op: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    failed: int = 0
    """Failed in this run."""
    rows: int = 0
    seconds: float = 0.0
    fingerprint: str = ""
    content: str = ""
    """Hash of its whole output."""
    failures: Mapping[str, str] = field(default_factory=dict)
    """Document URI → reason, for all that are set aside now."""
    checks: tuple[CheckReport, ...] = ()
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """Of a source, what it cannot read and so did not list: kind → how many."""

    def as_json(self) -> dict[str, Any]:
        names = ("added", "changed", "unchanged", "deleted", "failed")
        return {
            "id": self.id,
            "op": self.op,
            "documents": {name: getattr(self, name) for name in names},
            "rows": self.rows,
            "seconds": round(self.seconds, 3),
            "failures": dict(self.failures),
            "passed_over": dict(self.passed_over),
        }


@dataclass(frozen=True, slots=True)
class CellFinished:
    """A cell is done."""

    report: CellReport


@dataclass(frozen=True, slots=True)
class MeasureReport:
    """What a measure of the collection came to, on the person's own questions, and its limits."""

    measure: str
    value: float | None
    """None where it could not be measured; `said` tells why."""
    low: float | None = None
    high: float | None = None
    """The 95 % interval of the mean over questions."""
    warn: float | None = None
    block: float | None = None
    said: str = ""

    @property
    def blocks(self) -> bool:
        """Whether it forbids publishing."""
        return self.block is not None and (self.value is None or self.value < self.block)

    @property
    def passed(self) -> bool:
        """Whether it keeps both limits."""
        limits = [limit for limit in (self.warn, self.block) if limit is not None]
        return not limits or (self.value is not None and self.value >= max(limits))

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.measure} could not be measured: {self.said or 'there is nothing to ask'}"
        spread = "" if self.low is None else f" ({self.low:.3f} to {self.high:.3f})"
        limits = [
            f"{name} below {limit:g}"
            for name, limit in (("warns", self.warn), ("blocks", self.block))
            if limit is not None
        ]
        told = ", ".join(filter(None, (self.said, *limits)))
        return f"{self.measure} {self.value:.3f}{spread}" + (f": {told}" if told else "")

    def as_json(self) -> dict[str, Any]:
        names = ("measure", "value", "low", "high", "warn", "block", "said", "passed", "blocks")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Measured:
    """The questions were put to what this index cell is about to publish."""

    cell: str
    reports: tuple[MeasureReport, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """Readers now see this run."""

    run_id: str


Event: TypeAlias = CellStarted | CellAdvanced | DocumentFailed | CellFinished | Measured | Published


class Observer(Protocol):
    """Is told every event, in the thread that runs."""

    def __call__(self, event: Event, /) -> None: ...


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run (or a plan) comes to."""

    notebook: str
    run_id: str
    seconds: float
    cells: tuple[CellReport, ...]
    published: bool = False
    measured: tuple[MeasureReport, ...] = ()
    """What the notebook's own questions found, if it has some and all of it was up to date."""

    @property
    def failed(self) -> int:
        """Documents that failed in this run."""
        return sum(cell.failed for cell in self.cells)

    @property
    def computed(self) -> int:
        """(cell, document) pairs that were computed."""
        return sum(cell.added + cell.changed for cell in self.cells)

    def as_json(self) -> dict[str, Any]:
        return {
            "notebook": self.notebook,
            "run_id": self.run_id,
            "seconds": round(self.seconds, 3),
            "published": self.published,
            "cells": [cell.as_json() for cell in self.cells],
            "measured": [one.as_json() for one in self.measured],
        }
