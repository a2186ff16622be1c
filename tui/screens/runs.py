"""Starting, watching and stopping a run."""

from __future__ import annotations

__all__ = ["RunScreen"]

from collections.abc import Callable, Sequence
from threading import Event as Flag
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message

from ops.errors import Cancelled
from pipelines.events import CellAdvanced, CellFinished, CellStarted
from pipelines.looking.view import Overview, State
from tui.book import Book
from tui.messages import Crashed
from tui.running import RunEnded, RunNews, Throttle
from tui.screens.base import BookScreen
from tui.screens.plan import PlanScreen
from tui.widgets.cell import Phase, Progress
from tui.widgets.cells import CellList
from tui.widgets.figures import counted, seconds
from tui.widgets.plain import one_line


class RunScreen(BookScreen):
    """A screen with a list of cells that can be run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "r",
            "run_cell",
            "Run cell",
            id="run.cell",
            tooltip="See what is to be done, and run the chosen cell",
        ),
        Binding(
            "f",
            "run_below",
            "Run below",
            show=False,
            id="run.below",
            tooltip="See what is to be done, and run the chosen cell and all that depends on it",
        ),
        Binding(
            "R",
            "run_all",
            "Run all",
            id="run.all",
            tooltip="See what is to be done, and run every cell",
        ),
        Binding(
            "escape,ctrl+c",
            "cancel",
            "Cancel",
            key_display="esc",
            id="run.cancel",
            tooltip="Stop the run at the next document, what is done is kept; or a preview",
        ),
    ]

    class Planned(Message):
        """What a run would do; `cell` is where it begins, None for all."""

        def __init__(self, overview: Overview, cell: str | None, *, below: bool) -> None:
            super().__init__()
            self.overview = overview
            self.cell = cell
            self.below = below

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.overview: Overview | None = None
        self._stop: Flag | None = None
        """Set while a run goes on; setting the flag asks it to stop."""

    def on_mount(self) -> None:
        self.chunkbook.leaving.subscribe(self, lambda _: self.stop())

    @property
    def running(self) -> bool:
        return self._stop is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "cancel":
            return self.running
        if action in ("run_cell", "run_below", "run_all"):
            return None if self.running else True
        return True

    def action_run_cell(self) -> None:
        """Run the chosen cell, after those above it that never ran."""
        self._plan_from(below=False)

    def action_run_below(self) -> None:
        """Run the chosen cell and all that depends on it."""
        self._plan_from(below=True)

    def action_run_all(self) -> None:
        """Run every cell."""
        if self._can_run():
            self._plan(None, below=False)

    def _plan_from(self, *, below: bool) -> None:
        cell = self.query_one(CellList).chosen
        if cell is not None and self._can_run():
            self._plan(cell.id, below=below)

    def _can_run(self) -> bool:
        """Whether the notebook is right; says what is wrong with it if it is not."""
        problem = self.book.checked.first_problem
        if problem is None:
            return True
        said = one_line(f"{problem.message}. {problem.hint}".strip(), 300)
        self.notify(said, title="Not yet to be run", severity="error", markup=False)
        return False

    @work(thread=True, exclusive=True, exit_on_error=False, group="plan")
    def _plan(self, cell: str | None, *, below: bool) -> None:
        self.post_message(self.Planned(self.book.overview(), cell, below=below))

    def on_run_screen_planned(self, message: Planned) -> None:
        overview = message.overview
        if overview.problem is not None:
            self.post_message(Crashed(overview.problem))
            return
        cells = self._cells(message.cell, overview, below=message.below)
        title = "Run all"
        if message.cell is not None:
            title = f"Run {message.cell}" + (" and below" if message.below else "")

        def confirmed(run: bool | None) -> None:
            if run:
                self.when_saved(lambda: self.start(cells))

        screen = PlanScreen(self.book.model, overview, cells, title=title, saves=self.book.dirty)
        self.app.push_screen(screen, confirmed)

    def _cells(
        self, cell: str | None, overview: Overview, *, below: bool
    ) -> tuple[str, ...] | None:
        """The cells to run, with those above them that never ran."""
        if cell is None:
            return None
        wiring = self.book.checked.wiring
        wanted = {cell, *(wiring.below(cell) if below else ())}
        above = {name for each in wanted for name in wiring.above(each)}
        wanted |= {name for name in above if overview.cells[name].state is State.NEVER}
        return tuple(name for name in wiring.cells if name in wanted)

    def when_saved(self, then: Callable[[], object]) -> None:
        """Do something once the file is as it is shown here."""
        then()

    def action_cancel(self) -> None:
        if self._stop is not None and not self._stop.is_set():
            self._stop.set()
            self.notify("Stopping at the next document; what is done is kept", markup=False)

    def stop(self) -> None:
        """Ask a run that goes on to stop."""
        if self._stop is not None:
            self._stop.set()

    def start(self, cells: tuple[str, ...] | None) -> None:
        """Run these cells, or all."""
        if self.running:
            return
        self._stop = Flag()
        self.refresh_bindings()
        self.progress_of(cells or [cell.id for cell in self.book.model.cells], Phase.WAITING)
        self._run(cells, self._stop)

    @work(thread=True, exit_on_error=False, group="run")
    def _run(self, cells: tuple[str, ...] | None, stop: Flag) -> None:
        observer = Throttle(lambda event: self.post_message(RunNews(event)))
        try:
            report = self.book.run(cells, observer, stop.is_set)
        except BaseException as error:
            self.post_message(RunEnded(None, error))
        else:
            self.post_message(RunEnded(report))

    def progress_of(self, cells: Sequence[str], phase: Phase) -> None:
        for name in cells:
            self.query_one(CellList).progress(name, Progress(phase))

    def on_run_news(self, message: RunNews) -> None:
        cells = self.query_one(CellList)
        match message.event:
            case CellStarted(cell, _, total):
                cells.progress(cell, Progress(Phase.RUNNING, 0, total))
            case CellAdvanced(cell, done, total):
                cells.progress(cell, Progress(Phase.RUNNING, done, total))
            case CellFinished(report):
                done = report.added + report.changed
                cells.progress(report.id, Progress(Phase.DONE, done, done))
                self.cell_finished(report.id)
            case _:
                pass

    def on_run_ended(self, message: RunEnded) -> None:
        self._stop = None
        self.book.reopen()
        self.refresh_bindings()
        match message.error:
            case None:
                pass
            case Cancelled():
                self.notify("Stopped; run again to go on where it stopped", markup=False)
            case error:
                self.post_message(Crashed(error))
        report = message.report
        if report is not None:
            said = f"{counted(report.computed, 'piece')} of work in {seconds(report.seconds)}"
            if report.failed:
                said += f"; {counted(report.failed, 'document')} put aside"
            self.notify(said, markup=False, severity="warning" if report.failed else "information")
        self.run_over()

    def cell_finished(self, cell: str) -> None:
        """A cell is done; its rows can be looked at."""

    def run_over(self) -> None:
        """The run is over; states have changed."""
