"""One cell of the notebook as a card of four lines."""

from __future__ import annotations

__all__ = ["CellCard", "Progress"]

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from pipelines.model import Cell
from pipelines.view import CellStatus, State, key_parameters
from tui.widgets.figures import counted, seconds
from tui.widgets.plain import one_line
from tui.widgets.spark import bar, merged, spark

MARKS: Final = {
    State.FRESH: ("●", "$success"),
    State.STALE: ("◐", "$warning"),
    State.FAILED: ("▲", "$error"),
    State.NEVER: ("○", "$quiet"),
    State.UNKNOWN: ("·", "$quiet"),
}


class Phase(StrEnum):
    """Where a cell is in the run that goes on."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run has done of a cell so far."""

    phase: Phase
    done: int = 0
    total: int = 0


class CellCard(Widget):
    """Id, state, op, wiring, key parameters, figures and the spread of chunk lengths."""

    class Picked(Message):
        """The card was clicked."""

        def __init__(self, cell: str) -> None:
            super().__init__()
            self.cell = cell

    status: reactive[CellStatus | None] = reactive(None)
    progress: reactive[Progress | None] = reactive(None)
    chosen: reactive[bool] = reactive(False, toggle_class="-chosen")

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell
        self.tooltip = Content(type(cell.op).summary())

    def watch_status(self, status: CellStatus | None) -> None:
        for state in State:
            self.set_class(status is not None and status.state is state, f"-{state.name.lower()}")

    def watch_progress(self, progress: Progress | None) -> None:
        running = progress is not None and progress.phase is Phase.RUNNING
        self.set_class(running, "-running")

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Picked(self.cell.id))

    def render(self) -> Content:
        width = self.content_size.width
        lines = [self._title(width), self._wiring(width), self._parameters(width)]
        lines.append(self._progress(width) if self.progress else self._figures(width))
        return Content("\n").join(lines)

    def _title(self, width: int) -> Content:
        if self.progress is not None:
            mark, word, style = {
                Phase.WAITING: ("◌", "waiting", "$quiet"),
                Phase.RUNNING: ("◉", "running", "$accent"),
                Phase.DONE: ("●", "done", "$success"),
            }[self.progress.phase]
        elif self.status is not None:
            mark, style = MARKS[self.status.state]
            word = self._word(self.status)
        else:
            mark, word, style = "·", "", "$quiet"
        return _apart(
            Content.styled(self.cell.id, "bold"),
            Content.assemble((word + " " if word else "", "$quiet"), (mark, style)),
            width,
        )

    @staticmethod
    def _word(status: CellStatus) -> str:
        if status.failed and status.state is not State.NEVER:
            return f"{status.failed} failed"
        return "" if status.state is State.UNKNOWN else status.state.value

    def _wiring(self, width: int) -> Content:
        inputs = "← " + ", ".join(self.cell.inputs) if self.cell.inputs else ""
        return _apart(
            Content.styled(self.cell.op.name, "$primary"), Content.styled(inputs, "$quiet"), width
        )

    def _parameters(self, width: int) -> Content:
        told = [f"{name} {one_line(value, 60)}" for name, value in key_parameters(self.cell.op)]
        return Content.styled(_cut(" · ".join(told), width), "$quiet")

    def _figures(self, width: int) -> Content:
        status = self.status
        if status is None or status.state in (State.NEVER, State.UNKNOWN):
            todo = len(status.work.todo) if status is not None else 0
            said = f"{counted(todo, 'document')} to do" if todo else ""
            return Content.styled(said, "$faint")
        told = [counted(status.rows, "row"), seconds(status.seconds)]
        figures = Content(" · ".join(told))
        bars = spark(merged(status.lengths, width - figures.cell_length - 2))
        return _apart(figures, Content.styled(bars, "$secondary"), width)

    def _progress(self, width: int) -> Content:
        progress = self.progress
        assert progress is not None
        if progress.phase is Phase.WAITING:
            return Content("")
        said = f"{progress.done:,} of {progress.total:,}" if progress.total else "nothing to do"
        full, left = bar(progress.done, progress.total, max(width - len(said) - 2, 4))
        style = "$accent" if progress.phase is Phase.RUNNING else "$success"
        return Content.assemble((full, style), (left, "$line"), ("  " + said, "$quiet"))


def _apart(left: Content, right: Content, width: int) -> Content:
    """Two texts at the ends of a line; the right one gives way where there is no room."""
    room = width - left.cell_length - right.cell_length
    if room >= 1:
        return Content.assemble(left, " " * room, right)
    return left.truncate(width, ellipsis=True)


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, max(width - 1, 0)) + "…"
