"""A notebook as values: cells and notes in reading order."""

from __future__ import annotations

__all__ = ["MEASURES", "Cell", "Limit", "Model", "Note", "Questions", "Schedule"]

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from ops.op import Op, Source


@dataclass(frozen=True, slots=True)
class Cell:
    """One op with its parameters and where its input comes from.

    `inputs` is written out: a cell that left it to mean the cell above has that cell's id here.
    `line` and `column` are where it starts in the file, counted from 1.
    """

    id: str
    op: Op
    inputs: tuple[str, ...]
    line: int = 0
    column: int = 1

    @property
    def is_source(self) -> bool:
        return isinstance(self.op, Source)


@dataclass(frozen=True, slots=True)
class Note:
    """Markdown between cells."""

    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the notebook runs by itself: five cron fields, in a time zone by its IANA name."""

    cron: str
    timezone: str = "UTC"


MEASURES: Final = ("recall", "iou", "stability")
"""What a published collection can be held to."""


@dataclass(frozen=True, slots=True)
class Limit:
    """From where on a measure is bad enough to warn, and to keep a run from being published."""

    measure: str
    warn: float | None = None
    block: float | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """A person's own questions, which every run puts to what it is about to publish."""

    file: str
    """A CSV file, relative to the notebook's folder."""
    collection: str = ""
    """The index cell that is asked; in a checked notebook never empty."""
    k: int = 5
    mode: Literal["", "text", "vector", "hybrid"] = ""
    """How it is searched; "" as `chunkbook search` does without a mode."""
    limits: tuple[Limit, ...] = tuple(Limit(name) for name in MEASURES)
    """One for each of MEASURES, in their order."""
    line: int = 0
    column: int = 1


@dataclass(frozen=True, slots=True)
class Model:
    """A notebook file, read and found right."""

    name: str
    path: Path
    entries: tuple[Cell | Note, ...]
    schedule: Schedule | None = None
    questions: Questions | None = None

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells in reading order."""
        return tuple(entry for entry in self.entries if isinstance(entry, Cell))

    @property
    def base(self) -> Path:
        """The folder that relative paths start from."""
        return self.path.parent

    def cell(self, cell_id: str) -> Cell:
        """The cell with this id; KeyError when there is none."""
        for cell in self.cells:
            if cell.id == cell_id:
                return cell
        raise KeyError(cell_id)
