"""One cell of the notebook, drawn as a card of a few lines. Pure."""

from __future__ import annotations

__all__ = ["MARKS", "CardView", "Phase", "Progress", "apart", "card", "mark"]

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from textual.content import Content

from pipelines.looking.view import CellStatus, State
from tui.widgets.figures import counted, seconds
from tui.widgets.plain import one_line
from tui.widgets.spark import bar, merged, spark
from tui.widgets.wrap import wrap

MARKS: Final = {
    State.FRESH: ("●", "$success"),
    State.STALE: ("◐", "$warning"),
    State.FAILED: ("▲", "$error"),
    State.NEVER: ("○", "$quiet"),
    State.UNKNOWN: ("·", "$quiet"),
}
FAULT_LINES: Final = 3


class Phase(StrEnum):
    """Where a cell is in the run that goes on."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


PHASES: Final = {
    Phase.WAITING: ("◌", "waiting", "$quiet"),
    Phase.RUNNING: ("◉", "running", "$accent"),
    Phase.DONE: ("●", "done", "$success"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run has done of a cell so far."""

    phase: Phase
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class CardView:
    """What a card says of a cell."""

    id: str
    op: str = ""
    inputs: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    status: CellStatus | None = None
    progress: Progress | None = None
    fault: str = ""
    blocked: str = ""
    """The cell with a fault that it waits for."""
    branch: bool = False


def mark(view: CardView) -> tuple[str, str, str]:
    """The sign of a cell's state, its word and its colour."""
    if view.fault:
        return "✗", "wrong", "$error"
    if view.blocked:
        return "·", f"waits for {view.blocked}", "$quiet"
    if view.progress is not None:
        return PHASES[view.progress.phase]
    if view.status is None:
        return "·", "", "$quiet"
    sign, style = MARKS[view.status.state]
    return sign, _word(view.status), style


def _word(status: CellStatus) -> str:
    if status.failed and status.state is not State.NEVER:
        return f"{status.failed} failed"
    return "" if status.state is State.UNKNOWN else status.state.value


def card(view: CardView, width: int) -> list[Content]:
    """The lines of a card, none wider than `width`."""
    lines = [_title(view, width), _wiring(view, width), _parameters(view, width)]
    if view.fault:
        lines += _fault(view, width)
    elif view.progress is not None:
        lines.append(_progress(view.progress, width))
    else:
        lines.append(_figures(view.status, width))
    return lines


def _title(view: CardView, width: int) -> Content:
    sign, word, style = mark(view)
    state = Content.assemble((word + " " if word else "", "$quiet"), (sign, style))
    return apart(Content.styled(one_line(view.id, 80), "bold"), state, width)


def _wiring(view: CardView, width: int) -> Content:
    named = one_line(", ".join(view.inputs), 200)
    op = Content.styled(one_line(view.op, 60) or "no op", "$primary")
    ways = [f"branch ← {named}", f"⤷ {named}"] if view.branch else [f"← {named}"]
    room = width - op.cell_length - 1
    inputs = [Content.styled(way, "$quiet") for way in ways] if named else []
    return apart(op, next((c for c in inputs if c.cell_length <= room), Content("")), width)


def _parameters(view: CardView, width: int) -> Content:
    told = [f"{name} {one_line(value, 60)}" for name, value in view.parameters]
    return Content.styled(" · ".join(told), "$quiet").truncate(width, ellipsis=True)


def _fault(view: CardView, width: int) -> list[Content]:
    said = one_line(view.fault, width * FAULT_LINES)
    rows = wrap(said, width, FAULT_LINES)
    spans = [rows.span(row) for row in range(len(rows))]
    return [Content.styled(said[a:b].rstrip(), "$error") for a, b in spans]


def _figures(status: CellStatus | None, width: int) -> Content:
    if status is None or status.state in (State.NEVER, State.UNKNOWN):
        todo = len(status.work.todo) if status is not None else 0
        said = f"{counted(todo, 'document')} to do" if todo else ""
        return Content.styled(said, "$quiet").truncate(width, ellipsis=True)
    told = [counted(status.rows, "row"), seconds(status.seconds)]
    figures = Content(" · ".join(told))
    bars = spark(merged(status.lengths, width - figures.cell_length - 2))
    return apart(figures, Content.styled(bars, "$secondary"), width)


def _progress(progress: Progress, width: int) -> Content:
    if progress.phase is Phase.WAITING:
        return Content("")
    said = f"{progress.done:,} of {progress.total:,}" if progress.total else "nothing to do"
    full, left = bar(progress.done, progress.total, max(width - len(said) - 2, 4))
    style = "$accent" if progress.phase is Phase.RUNNING else "$success"
    return Content.assemble((full, style), (left, "$line"), ("  " + said, "$quiet"))


def apart(left: Content, right: Content, width: int) -> Content:
    """Two texts at the ends of a line; the right one gives way where there is no room."""
    room = width - left.cell_length - right.cell_length
    if room >= 1:
        return Content.assemble(left, " " * room, right)
    return left.truncate(width, ellipsis=True)
