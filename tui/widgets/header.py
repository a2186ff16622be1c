"""The top line: which notebook, which screen, what is published."""

from __future__ import annotations

__all__ = ["TopLine"]

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from pipelines.looking.view import Overview, State
from tui.widgets.figures import moment
from tui.widgets.plain import one_line


class ModeTab(Static):
    """The name of a screen; a click goes there."""

    def __init__(self, mode: str, key: str, title: str, *, active: bool) -> None:
        content = Content.assemble((key, "$primary bold"), " ", title)
        super().__init__(content, id=f"to-{mode}", classes="-active" if active else "")
        self.mode = mode
        self.tooltip = f"Go to {title} ({key})"

    async def on_click(self) -> None:
        await self.run_action(f"app.go('{self.mode}')")


class TopLine(Horizontal):
    """Name of the notebook, tabs, state of the store."""

    TABS: ClassVar = (
        ("notebook", "1", "Notebook"),
        ("chunks", "2", "Chunks"),
        ("source", "3", "Source"),
        ("lineage", "4", "Lineage"),
    )

    def __init__(self, name: str, active: str) -> None:
        super().__init__()
        self.notebook = name
        self.active = active

    def compose(self) -> ComposeResult:
        name = one_line(self.notebook, 60)
        yield Static(Content.assemble(("▚ ", "$primary"), (name, "bold")), id="name")
        for mode, key, title in self.TABS:
            yield ModeTab(mode, key, title, active=mode == self.active)
        yield Static(id="state")

    def show(self, overview: Overview) -> None:
        """Say what is published, and whether it is up to date."""
        self.query_one("#state", Static).update(_state(overview))


def _state(overview: Overview) -> Content:
    if overview.problem is not None:
        return Content.assemble(("cannot be planned ", "$quiet"), ("▲", "$error"))
    if overview.published is None:
        return Content.assemble(("nothing published ", "$quiet"), ("○", "$quiet"))
    told = f"published {moment(overview.published)} "
    states = {status.state for status in overview.cells.values()}
    if states & {State.STALE, State.NEVER}:
        return Content.assemble((told + "· newer work to do ", "$quiet"), ("◐", "$warning"))
    return Content.assemble((told, "$quiet"), ("●", "$success"))
