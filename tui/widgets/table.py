"""A table of any length that holds only the pages of rows that were looked at."""

from __future__ import annotations

__all__ = ["Column", "PageTable", "Row"]

import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.widgets.plain import one_line
from tui.widgets.wrap import wrap

PAGE: Final = 200
"""Rows asked for at once."""
KEPT: Final = 50
"""Pages kept in memory."""
NARROW: Final = 60
"""Cells; below this spare columns are left out."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its width in cells (0: all that is left), and how it is aligned.

    `quiet` columns stand back, `spare` ones give way in a narrow table; in `marked` ones what the
    table looks for is marked. Columns without a width share the room evenly.
    """

    title: str
    width: int = 0
    right: bool = False
    quiet: bool = False
    marked: bool = False
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what names it, and what its cells say. `alarm` marks a row that needs a look."""

    key: str
    cells: tuple[str, ...]
    alarm: bool = False


class PageTable(ScrollView, can_focus=True):
    """Rows by page: whoever fills it answers `Wanted` with `fill`."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--quiet",
        "table--alarm",
        "table--empty",
        "table--found",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="table.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="table.down"),
        Binding("pageup", "leap(-1)", "Page up", show=False, id="table.page-up"),
        Binding("pagedown", "leap(1)", "Page down", show=False, id="table.page-down"),
        Binding("home,g", "go(0)", "First row", show=False, id="table.first"),
        Binding("end,G", "go(-1)", "Last row", show=False, id="table.last"),
        Binding("enter", "choose", "Open", show=False, id="table.open"),
        Binding("y", "copy", "Copy row", show=False, id="table.copy"),
    ]

    class Wanted(Message):
        """Rows from `offset` on are needed."""

        def __init__(self, table: PageTable, offset: int, limit: int) -> None:
            super().__init__()
            self.table = table
            self.offset = offset
            self.limit = limit
            self.edition = table.edition

        @property
        def control(self) -> PageTable:
            return self.table

    class Highlighted(Message):
        """The cursor stands on another row; None when there is no row."""

        def __init__(self, table: PageTable, row: Row | None) -> None:
            super().__init__()
            self.table = table
            self.row = row

        @property
        def control(self) -> PageTable:
            return self.table

    class Chosen(Message):
        """Enter, or a second click, on a row."""

        def __init__(self, table: PageTable, row: Row) -> None:
            super().__init__()
            self.table = table
            self.row = row

        @property
        def control(self) -> PageTable:
            return self.table

    def __init__(self, *columns: Column, empty: str = "", tag: str | None = None) -> None:
        super().__init__(id=tag)
        self.columns = columns
        self.empty = empty
        self.pattern: re.Pattern[str] | None = None
        """What to mark."""
        self.total = 0
        self.cursor = 0
        self.edition = 0
        """Raised with every new content, so that late pages of an older one are told apart."""
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._asked: set[int] = set()
        self._told: tuple[int, str] | None = None

    def reset(
        self,
        total: int,
        first: Sequence[Row] = (),
        *,
        cursor: int = 0,
        empty: str | None = None,
        stay: bool = False,
    ) -> None:
        """Show other rows.

        Args:
            total: how many rows there are.
            first: the rows from 0 on, at least a page of them or all; others are asked for.
            empty: what to say when there are none.
            stay: scroll nowhere; the rows are about the same as before.
        """
        self.edition += 1
        self.total = total
        self.empty = self.empty if empty is None else empty
        self._pages.clear()
        self._asked.clear()
        self._told = None
        for start in range(0, len(first), PAGE):
            self._pages[start // PAGE] = first[start : start + PAGE]
        self.cursor = min(max(cursor, 0), max(total - 1, 0))
        self.virtual_size = Size(self.size.width, total + 1)
        if not stay:
            self.scroll_to(0, max(self.cursor - 3, 0) if cursor else 0, animate=False)
        self.refresh()
        if total == 0:
            self.post_message(self.Highlighted(self, None))
        self._tell()

    def fill(self, edition: int, offset: int, rows: Sequence[Row]) -> None:
        """Rows that were asked for; those of an older content are let go."""
        if edition != self.edition:
            return
        number = offset // PAGE
        self._asked.discard(number)
        self._pages[number] = rows
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        self.refresh()
        self._tell()

    def row(self, place: int) -> Row | None:
        """The row at a place, if its page is here; asks for it if not."""
        if not 0 <= place < self.total:
            return None
        number = place // PAGE
        page = self._pages.get(number)
        if page is None:
            if number not in self._asked:
                self._asked.add(number)
                self.post_message(self.Wanted(self, number * PAGE, PAGE))
            return None
        self._pages.move_to_end(number)
        return page[place % PAGE] if place % PAGE < len(page) else None

    def _tell(self) -> None:
        row = self.row(self.cursor)
        if row is not None and self._told != (self.edition, row.key):
            self._told = (self.edition, row.key)
            self.post_message(self.Highlighted(self, row))

    @property
    def _height(self) -> int:
        return max(self.scrollable_content_region.height - 1, 1)

    def move_to(self, place: int) -> None:
        """Put the cursor on a row and bring it into view."""
        if not self.total:
            return
        self.cursor = min(max(place, 0), self.total - 1)
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(0, self.cursor, animate=False)
        elif self.cursor >= top + self._height:
            self.scroll_to(0, self.cursor - self._height + 1, animate=False)
        self.refresh()
        self._tell()

    def action_move(self, by: int) -> None:
        self.move_to(self.cursor + by)

    def action_leap(self, by: int) -> None:
        self.move_to(self.cursor + by * self._height)

    def action_go(self, place: int) -> None:
        self.move_to(place if place >= 0 else self.total - 1)

    def action_copy(self) -> None:
        row = self.row(self.cursor)
        if row is not None:
            self.app.copy_to_clipboard("\t".join(one_line(cell) for cell in row.cells))
            self.app.notify("Copied", markup=False)

    def action_choose(self) -> None:
        row = self.row(self.cursor)
        if row is not None:
            self.post_message(self.Chosen(self, row))

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is None or place.y == 0:
            return
        row = self.scroll_offset.y + place.y - 1
        if row < self.total:
            again = row == self.cursor and event.chain > 1
            self.move_to(row)
            if again:
                self.action_choose()

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, self.total + 1)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        if y == 0:
            style = base + self.get_component_rich_style("table--header", partial=True)
            return self._strip(tuple(c.title for c in self.columns), width, style, header=True)
        place = self.scroll_offset.y + y - 1
        if place >= self.total:
            if y >= 2 and not self.total and self.empty:
                style = base + self.get_component_rich_style("table--empty", partial=True)
                said = "  " + self._said_empty(y - 2, width - 4)
                return Strip([Segment(set_cell_size(said, width), style)], width)
            return Strip.blank(width, base)
        row = self.row(place)
        style = base
        if row is not None and row.alarm:
            style += self.get_component_rich_style("table--alarm", partial=True)
        chosen = place == self.cursor
        if chosen:
            style += self.get_component_rich_style("table--cursor", partial=True)
        cells = row.cells if row is not None else ("…",) * len(self.columns)
        return self._strip(cells, width, style, plain=chosen)

    def _said_empty(self, row: int, width: int) -> str:
        """A row of what is said in place of rows."""
        rows = wrap(self.empty, max(width, 1))
        return self.empty[slice(*rows.span(row))].rstrip() if row < len(rows) else ""

    def _strip(
        self,
        cells: tuple[str, ...],
        width: int,
        style: Style,
        *,
        header: bool = False,
        plain: bool = False,
    ) -> Strip:
        quiet = self.get_component_rich_style("table--quiet", partial=True)
        segments = [Segment(" ", style)]
        for column, size, said in zip(self.columns, self._widths(width), cells, strict=False):
            if size <= 0:
                continue
            text = _fit(said if header else one_line(said, size * 2), size, column.right)
            if column.marked and not header:
                segments += self._marked(text, style)
            else:
                stands_back = column.quiet and not plain and not header
                segments.append(Segment(text, style + quiet if stands_back else style))
            segments.append(Segment("  ", style))
        return Strip(segments).adjust_cell_length(width, style)

    def _marked(self, text: str, style: Style) -> Iterator[Segment]:
        if self.pattern is None:
            yield Segment(text, style)
            return
        mark = style + self.get_component_rich_style("table--found", partial=True)
        here = 0
        for found in self.pattern.finditer(text):
            yield Segment(text[here : found.start()], style)
            yield Segment(found[0], mark)
            here = found.end()
        yield Segment(text[here:], style)

    def _widths(self, width: int) -> list[int]:
        shown = [column for column in self.columns if width >= NARROW or not column.spare]
        free = [column for column in shown if not column.width]
        fixed = sum(column.width for column in shown) + 2 * len(shown)
        left = max(width - fixed, 0)
        share, rest = divmod(left, len(free)) if free else (0, 0)
        sizes = []
        for column in self.columns:
            if column not in shown:
                sizes.append(0)
            elif column.width:
                sizes.append(column.width)
            else:
                sizes.append(share + (1 if rest > 0 else 0))
                rest -= 1
        return sizes


def _fit(text: str, width: int, right: bool) -> str:
    """The text in exactly this many cells, shortened with … where it must be."""
    fitted = set_cell_size(text, width)
    if fitted.rstrip() != text.rstrip():
        return set_cell_size(text, width - 1) + "…"
    body = fitted.rstrip()
    return " " * (len(fitted) - len(body)) + body if right else fitted
