"""The cells and notes of a notebook in reading order with their wiring, one of them chosen.

Lines are drawn as they come into view: a notebook of hundreds of cells opens at once.
"""

from __future__ import annotations

__all__ = ["CellList"]

import re
from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size, Spacing
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.visual import Visual

from ops.op import Op
from pipelines.draft import CellEntry, Checked, Entry, FaultEntry, NoteEntry
from pipelines.looking.view import CellStatus, key_parameters
from tui.widgets.blocks import Block, Layout, arrange, lay_out
from tui.widgets.cell import CardView, Progress, card, mark
from tui.widgets.facts import told
from tui.widgets.glance import Glance, glance
from tui.widgets.lanes import Node, connector
from tui.widgets.note import note


class CellList(ScrollView, can_focus=True):
    """Cards with lines between them; up and down choose."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "cells--card",
        "cells--chosen",
        "cells--wire",
        "cells--note",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Cell above", show=False, id="cells.up"),
        Binding("down,j", "step(1)", "Cell below", show=False, id="cells.down"),
        Binding("left,h", "beside(-1)", "Branch at the left", show=False, id="cells.left"),
        Binding("right,l", "beside(1)", "Branch at the right", show=False, id="cells.right"),
        Binding("enter", "screen.edit", "Edit", show=False, id="cells.edit"),
        Binding("home,g", "choose(0)", "First cell", show=False, id="cells.first"),
        Binding("end,G", "choose(-1)", "Last cell", show=False, id="cells.last"),
    ]

    class Chosen(Message):
        """Another cell or note was chosen."""

        def __init__(self, place: int, entry: Entry) -> None:
            super().__init__()
            self.place = place
            self.entry = entry

    class Opened(Message):
        """A cell or note was clicked twice."""

    def __init__(self, checked: Checked) -> None:
        super().__init__()
        self.checked = checked
        self.place = -1
        self.glances: Mapping[str, Glance] = {}
        self._statuses: Mapping[str, CellStatus] = {}
        self._progress: dict[str, Progress] = {}
        self._layout = Layout()
        self._strips: dict[int, list[Strip]] = {}

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.checked.draft.entries

    @property
    def entry(self) -> Entry | None:
        """The chosen cell or note."""
        return self.entries[self.place] if 0 <= self.place < len(self.entries) else None

    @property
    def chosen(self) -> CellEntry | None:
        """The chosen cell, if it is one."""
        entry = self.entry
        return entry if isinstance(entry, CellEntry) else None

    @property
    def columns(self) -> int:
        """How many branches stand side by side."""
        return self._layout.columns

    def view(self, place: int) -> CardView:
        """What the card at a place says."""
        entry = self.entries[place]
        if isinstance(entry, FaultEntry):
            return CardView("a cell", fault=str(entry.problem.message))
        assert isinstance(entry, CellEntry)
        problems = self.checked.problems.get(place, ())
        fault = ""
        if problems:
            fault = problems[0].message.removeprefix(f"cell {entry.id!r}: ")
            fault += f" ({problems[0].hint})" if problems[0].hint else ""
        op = self._op(entry.id) if not problems else None
        parameters = (
            key_parameters(op)
            if op is not None
            else tuple((str(name), told(value)) for name, value in entry.params.items())
        )
        return CardView(
            entry.id,
            entry.op,
            self.checked.draft.inputs[place],
            parameters,
            self._statuses.get(entry.id) if not problems else None,
            self._progress.get(entry.id),
            fault,
            self.checked.blocked.get(place, ""),
            self._is_branch(place),
        )

    def _is_branch(self, place: int) -> bool:
        placed = self._layout.lanes.placed
        return place < len(placed) and placed[place].branch

    def _op(self, cell: str) -> Op | None:
        wired = self.checked.wiring.cells.get(cell)
        return wired.cell.op if wired is not None else None

    def block(self, place: int) -> Block:
        """Where an entry is drawn, from the top of the list."""
        return self._layout.blocks[place]

    def place_of(self, cell: str) -> int | None:
        """The place of a cell, by its id."""
        return self.checked.draft.cells.get(cell)

    # What is shown

    def set_draft(self, checked: Checked, choose: int | None = None) -> None:
        """Show another draft, and choose a place in it, or stay with the chosen one."""
        before = self.entry
        self.checked = checked
        place = self.place if choose is None else choose
        if choose is None and isinstance(before, CellEntry):
            place = self.checked.draft.cells.get(before.id, place)
        self.place = min(max(place, 0), len(self.entries) - 1)
        self._lay_out()
        self._bring_into_view()
        entry = self.entry
        if entry is not None:
            self.post_message(self.Chosen(self.place, entry))

    def show(self, statuses: Mapping[str, CellStatus]) -> None:
        """Set the state of every cell."""
        self._statuses = statuses
        self._redraw()

    def progress(self, cell: str, progress: Progress | None) -> None:
        """Set how far a run is with a cell."""
        if progress is None:
            self._progress.pop(cell, None)
        else:
            self._progress[cell] = progress
        place = self.place_of(cell)
        if place is not None:
            self._strips.pop(place, None)
            self.refresh()

    def progress_of(self, cell: str) -> Progress | None:
        """How far a run is with a cell; None when none goes on."""
        return self._progress.get(cell)

    def status_of(self, cell: str) -> CellStatus | None:
        """The state of a cell, as far as it is known."""
        return self._statuses.get(cell)

    def set_glance(self, cell: str, seen: Glance | None) -> None:
        """Show a preview below one cell, and below no other."""
        wanted = {cell: seen} if seen is not None else {}
        if wanted == self.glances:
            return
        self.glances = wanted
        self._lay_out()
        self._bring_into_view()

    # Choosing

    def choose(self, place: int) -> None:
        """Choose an entry by its place; negative places count from the last."""
        if not self.entries:
            return
        last = len(self.entries) - 1
        place = min(place, last) if place >= 0 else last
        if place == self.place:
            return
        old, self.place = self.place, place
        for each in (old, place):
            self._strips.pop(each, None)
        self._reveal()
        self.refresh()
        self.post_message(self.Chosen(place, self.entries[place]))

    def choose_id(self, cell: str) -> None:
        """Choose a cell by its id."""
        place = self.place_of(cell)
        if place is not None:
            self.choose(place)

    def action_step(self, by: int) -> None:
        self.choose(max(self.place + by, 0))

    def action_beside(self, by: int) -> None:
        if not self._layout.beside or self.entry is None:
            return
        lanes = self._layout.lanes
        row = lanes.at(lanes.placed[self.place].row)
        there = row.index(self.place) + by
        if 0 <= there < len(row):
            self.choose(row[there])

    def action_choose(self, place: int) -> None:
        self.choose(place)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        place = self._layout.place_at(offset.x, offset.y + self.scroll_offset.y)
        if place is not None:
            again = place == self.place and event.chain > 1
            self.choose(place)
            if again:
                self.post_message(self.Opened())

    # Drawing

    def on_resize(self) -> None:
        self._lay_out()
        self._bring_into_view()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._redraw()

    def on_focus(self) -> None:
        self._redraw()

    def on_blur(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        self._strips.clear()
        self.refresh()

    def _lay_out(self) -> None:
        self._strips.clear()
        width = self.scrollable_content_region.width
        if width <= 0:
            return
        nodes = [
            Node(entry.id if isinstance(entry, CellEntry) else None, inputs)
            for entry, inputs in zip(self.entries, self.checked.draft.inputs, strict=True)
        ]
        # A card says whether it is a branch, which the lanes tell.
        self._layout = arrange(nodes, width)
        self._layout = lay_out(
            self._layout, width, lambda place, room: len(self._lines(place, room))
        )
        self.virtual_size = Size(width, self._layout.height)
        self.refresh()

    def _lines(self, place: int, width: int) -> list[Content]:
        entry = self.entries[place]
        if isinstance(entry, NoteEntry):
            return note(entry.text, width)
        lines = card(self.view(place), width)
        if isinstance(entry, CellEntry) and entry.id in self.glances:
            lines += [Content(""), *glance(self.glances[entry.id], width)]
        return lines

    def _bring_into_view(self) -> None:
        """Now, and again once there is a scrollbar, without which nothing scrolls."""
        self._reveal()
        self.call_after_refresh(self._reveal)

    def _reveal(self) -> None:
        block = self._layout.blocks.get(self.place)
        if block is None:
            return
        region = Region(0, max(block.y - 1, 0), 1, block.height + 2)
        self.scroll_to_region(region, spacing=Spacing(0), animate=False, immediate=True)
        if self.place == 0:
            self.scroll_home(animate=False, immediate=True)

    def _strips_of(self, block: Block) -> list[Strip]:
        found = self._strips.get(block.place)
        if found is not None:
            return found
        entry = self.entries[block.place]
        names = ["cells--note" if isinstance(entry, NoteEntry) else "cells--card"]
        if block.place == self.place:
            names.append("cells--chosen")
        style = self.get_visual_style(*names)
        inner = block.width - 2
        lines = Content("\n").join(self._lines(block.place, inner))
        drawn = Visual.to_strips(self, lines, inner, block.height, style, pad=True)
        edge = Strip([Segment(" ", style.rich_style)], 1)
        strips = [Strip.join([edge, strip, edge]) for strip in drawn]
        self._strips[block.place] = strips
        return strips

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        line = y + self.scroll_offset.y
        row = self._layout.row_at(line)
        if row < 0 or width <= 0 or line >= self.virtual_size.height:
            return Strip.blank(self.size.width, base)
        wire = base + self.get_component_rich_style("cells--wire", partial=True)
        inside = line - self._layout.tops[row] - 1
        if inside < 0:
            drawn = connector(self._layout.lanes, row, self._layout.step, 1, width)
            runs = re.findall(r" +|[^ ]+", drawn)
            return Strip([Segment(run, wire) for run in runs], width)
        return self._row_line(row, inside, width, base, wire)

    def _row_line(self, row: int, inside: int, width: int, base: Style, wire: Style) -> Strip:
        layout, step = self._layout, self._layout.step
        marks: dict[int, Segment] = {}
        for lane in layout.lanes.through[row]:
            marks[1 + lane * step] = Segment("│", wire)
        parts: dict[int, Strip] = {}
        for place in layout.lanes.at(row):
            block, placed = layout.blocks[place], layout.lanes.placed[place]
            if inside < block.height:
                parts[block.x] = self._strips_of(block)[inside]
            if isinstance(self.entries[place], NoteEntry):
                continue
            x = 1 + placed.lane * step
            if inside == 0:
                sign, _, colour = mark(self.view(place))
                style = self._style_of(colour)
                marks[x] = Segment(sign, base + style)
            elif placed.goes_on:
                marks[x] = Segment("│", wire)
        for x, segment in marks.items():
            if not any(at <= x < at + part.cell_length for at, part in parts.items()):
                parts[x] = Strip([segment], 1)
        return _assembled(parts, width, base)

    def _style_of(self, colour: str) -> Style:
        return Style(color=VisualStyle.parse(colour).rich_style.color)


def _assembled(parts: Mapping[int, Strip], width: int, base: Style) -> Strip:
    """Strips at their places in a line, and blanks between them."""
    found: list[Strip] = []
    here = 0
    for x, strip in sorted(parts.items()):
        if x > here:
            found.append(Strip([Segment(" " * (x - here), base)], x - here))
        found.append(strip)
        here = x + strip.cell_length
    return Strip.join(found).adjust_cell_length(width, base)
