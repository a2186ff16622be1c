"""What a bench found: one JSON object, or a table."""

from __future__ import annotations

__all__ = ["BenchResult", "Figure", "Progress"]

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

Progress: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. `name` is part of the interface.

    `peer` says what it is measured against, `ratio` how it compares with that.
    """

    name: str
    value: float
    unit: str
    peer: str | None = None
    ratio: float | None = None
    goal: float | None = None
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class BenchResult:
    """The figures of one run of a bench, with the settings that they hold for."""

    bench: str
    settings: Mapping[str, Any]
    figures: tuple[Figure, ...]

    def as_json(self) -> dict[str, Any]:
        """As `chunkbook bench NAME --json` prints it."""
        return {
            "bench": self.bench,
            "settings": dict(self.settings),
            "figures": [asdict(figure) for figure in self.figures],
        }

    def as_table(self) -> str:
        """Settings, then one line a figure."""
        head = ("figure", "value", "unit", "against", "ratio", "goal", "met")
        rows = [head, *(_row(figure) for figure in self.figures)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = [f"{self.bench}: " + ", ".join(f"{k} {v}" for k, v in self.settings.items())]
        for row in rows:
            padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            lines.append("  ".join(padded).rstrip())
        return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, str, str, str, str, str, str]:
    return (
        figure.name,
        f"{figure.value:,.3f}" if abs(figure.value) < 100 else f"{figure.value:,.0f}",
        figure.unit,
        figure.peer or "",
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        "" if figure.goal is None else f"≥ {figure.goal:g}",
        "" if figure.met is None else ("yes" if figure.met else "no"),
    )
