"""The figures of two segmentations, as wide as there is room for them."""

from __future__ import annotations

__all__ = ["figures"]

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from textual.content import Content

from ops.export.compare import Comparison, Side
from tui.widgets.figures import count, counted
from tui.widgets.plain import one_line

if TYPE_CHECKING:
    from ops.evaluate.bootstrap import Interval
    from tui.judging import Verdict
    from tui.reading import Contrast

Verdicts: TypeAlias = "tuple[Verdict | None, Verdict | None]"
Table: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Head, first row, second row."""

WAITING: Final = "…"
COUNTED: Final = (
    "chunks", "min", "median", "mean", "max", "sentences cut", "budget used",
)  # fmt: skip
JUDGED: Final = ("coverage", "redundancy", "stability")
ASKED: Final = ("recall", "IoU")


def figures(found: Contrast, verdicts: Verdicts | None, width: int, asks: bool) -> Content:
    """What is said below two segmentations.

    Args:
        verdicts: None while they are being worked out.
        width: cells of a line; the table goes on below where it is too narrow.
        asks: whether the notebook names questions.
    """
    names = (found.first.cut.maker, found.second.cut.maker)
    column = max(len(one_line(name, 24)) for name in names)
    first = COUNTED, _counted(found.comparison.first), _counted(found.comparison.second)
    judged = JUDGED + (ASKED if asks else ())
    one, two = verdicts or (None, None)
    waiting = verdicts is None
    second = judged, _judged(one, waiting, asks), _judged(two, waiting, asks)
    both: Table = (first[0] + second[0], first[1] + second[1], first[2] + second[2])
    tables = [both] if column + _width(both) <= width else [first, second]
    lines = [line for table in tables for line in _lines(table, names, column)]
    lines.append(Content.styled(_common(found.comparison, names), "$quiet"))
    if not found.same_text:
        lines.append(Content.styled("▲ they cut different texts", "$warning"))
    if asks and verdicts is not None:
        lines.append(Content.styled(_questions(one or two), "$quiet"))
    return Content("\n").join(lines)


def _lines(table: Table, names: Sequence[str], column: int) -> list[Content]:
    widths = [max(map(len, cells)) for cells in zip(*table, strict=True)]

    def row(cells: Sequence[str]) -> str:
        return "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=True))

    head = Content.styled(" " * column + row(table[0]), "$quiet")
    rows = [
        Content.assemble((one_line(name, 24).ljust(column), "bold"), row(cells))
        for name, cells in zip(names, table[1:], strict=True)
    ]
    return [head, *rows]


def _width(table: Table) -> int:
    return sum(2 + max(map(len, cells)) for cells in zip(*table, strict=True))


def _counted(side: Side) -> tuple[str, ...]:
    used = "" if side.budget_use is None else f"{side.budget_use:.0%}"
    return (
        count(side.chunks),
        count(side.shortest),
        f"{side.median:g}",
        f"{side.mean:.1f}",
        count(side.longest),
        f"{count(side.sentences_cut)} of {count(side.sentences)}",
        used,
    )


def _judged(verdict: Verdict | None, waiting: bool, asks: bool) -> tuple[str, ...]:
    columns = len(JUDGED) + (len(ASKED) if asks else 0)
    if verdict is None:
        return (WAITING if waiting else "",) * columns
    stable = "" if verdict.stability is None else f"{verdict.stability:.0%}"
    found = (f"{verdict.coverage:.1%}", f"{verdict.redundancy:.1%}", stable)
    return found + ((_interval(verdict.recall), _interval(verdict.iou)) if asks else ())


def _interval(found: Interval | None) -> str:
    if found is None:
        return "–"
    return f"{found.mean:.2f} ({found.low:.2f} to {found.high:.2f})"


def _questions(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    if verdict.problem:
        return f"no recall: {one_line(verdict.problem, 120)}"
    if not verdict.questions:
        return "none of the notebook's questions is answered here"
    return (
        f"{counted(verdict.questions, 'question')} of the notebook "
        f"{'is' if verdict.questions == 1 else 'are'} answered here; means with 95 % intervals, "
        "asked of this text's chunks alone"
    )


def _common(found: Comparison, names: tuple[str, str]) -> str:
    return (
        f"{count(found.common)} boundaries in common ({found.agreement:.0%} of all) · "
        f"{count(len(found.only_first))} only in {names[0]} · "
        f"{count(len(found.only_second))} only in {names[1]}"
    )
