"""A document's text with its chunks coloured over it, drawn row by row."""

from __future__ import annotations

__all__ = ["SourceView"]

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events, work
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.worker import get_current_worker

from ops.export.spans import Segment as Piece
from tui.widgets.canvas import Canvas
from tui.widgets.plain import TAB, one_line, visible, widths
from tui.widgets.wrap import Rows, wrap

AT_ONCE: Final = 2_000
"""Rows wrapped before the first paint; the rest follow in a thread."""


class SourceView(ScrollView, can_focus=True):
    """Text with spans. Only the rows on the screen are ever drawn."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "source--gap",
        "source--odd",
        "source--even",
        "source--overlap",
        "source--selected",
        "source--headings",
        "source--keywords",
        "source--entities",
        "source--differences",
        "source--found",
        "source--gutter",
        "source--mark",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "n,right_square_bracket",
            "step(1)",
            "Next chunk",
            id="source.next",
            tooltip="Select the chunk after this one",
        ),
        Binding(
            "p,left_square_bracket",
            "step(-1)",
            "Chunk before",
            id="source.previous",
            tooltip="Select the chunk before this one",
        ),
        Binding("y", "copy", "Copy chunk", id="source.copy", show=False),
    ]

    class Selected(Message):
        """A chunk was chosen, by its place in the list of spans."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    class Wrapped(Message):
        """The whole of a text is wrapped."""

        def __init__(self, text: str, rows: Rows) -> None:
            super().__init__()
            self.text = text
            self.rows = rows

    def __init__(self) -> None:
        super().__init__()
        self.canvas = Canvas()
        self.drawn = frozenset(("headings", "differences", "found"))
        """The layers that are drawn."""
        self.selected: int | None = None
        self.rows = wrap("", 80)

    @property
    def text(self) -> str:
        return self.canvas.text

    @property
    def spans(self) -> Sequence[tuple[int, int]]:
        """The half-open characters of each chunk."""
        return self.canvas.spans

    def show(self, canvas: Canvas) -> None:
        """Show another text."""
        if bool(canvas.spans) != bool(self.spans):
            self.refresh_bindings()
        self.canvas = canvas
        self.selected = None
        self.scroll_to(0, 0, animate=False)
        self._rewrap()

    def draw_layers(self, names: Iterable[str]) -> None:
        """Draw these layers, and no others."""
        width = self.gutter_width
        self.drawn = frozenset(names)
        if width != self.gutter_width:
            self._keep_place()
        self.refresh()

    def mark(self, name: str, spans: Sequence[tuple[int, int]]) -> None:
        """Put other spans, in order and apart, on one layer of the text that is shown."""
        self.canvas = self.canvas.with_layer(name, spans)
        self.refresh()

    @property
    def gutter_width(self) -> int:
        pages = 5 if "pages" in self.drawn and self.canvas.pages else 0
        return (len(str(len(self.spans))) + 2 if self.spans else 1) + pages

    @property
    def top(self) -> int:
        """The first character on the screen."""
        row = self.scroll_offset.y
        return self.rows.span(row)[0] if row < len(self.rows) else 0

    def reveal(self, offset: int) -> None:
        """Bring a character into view."""
        row, height = self.rows.of(offset), self.scrollable_content_region.height
        top = self.scroll_offset.y
        if not top <= row < top + height:
            self.scroll_to(0, max(row - height // 3, 0), animate=False)
        self.refresh()

    def _rewrap(self, keep: int = 0) -> None:
        """Wrap to the present width with the character `keep` on the top row."""
        width = self.scrollable_content_region.width - self.gutter_width - 1
        if width <= 0:
            return
        rows = wrap(self.text, width, AT_ONCE)
        if not rows.whole:
            self._wrap_whole(self.text, width)
        self._settle(rows, keep)

    def _settle(self, rows: Rows, keep: int) -> None:
        self.rows = rows
        self.virtual_size = Size(self.scrollable_content_region.width, len(rows))
        if keep:
            self.scroll_to(0, rows.of(keep), animate=False)
        self.refresh()

    @work(thread=True, exclusive=True, exit_on_error=False, group="wrap")
    def _wrap_whole(self, text: str, width: int) -> None:
        worker = get_current_worker()
        rows = wrap(text, width, cancelled=lambda: worker.is_cancelled)
        if rows.whole:
            self.post_message(self.Wrapped(text, rows))

    def on_source_view_wrapped(self, message: Wrapped) -> None:
        message.stop()
        if message.text is self.text:
            self._settle(message.rows, 0)
            if self.selected is not None:
                self._reveal(self.selected)

    def on_resize(self, event: events.Resize) -> None:
        width = self.scrollable_content_region.width - self.gutter_width - 1
        if width != self.rows.width:
            self._keep_place()

    def _keep_place(self) -> None:
        """Wrap anew with the same text on the top row."""
        self._rewrap(self.top)

    def select(self, place: int, *, reveal: bool = True) -> None:
        """Mark a chunk and bring its beginning into view."""
        if not 0 <= place < len(self.spans):
            return
        self.selected = place
        if reveal:
            self._reveal(place)
        self.refresh()
        self.post_message(self.Selected(place))

    def _reveal(self, place: int) -> None:
        start, end = self.spans[place]
        first, last = self.rows.of(start), self.rows.of(max(end - 1, start))
        height = self.scrollable_content_region.height
        top = self.scroll_offset.y
        if first < top or (last >= top + height and first > top):
            self.scroll_to(0, max(first - height // 4, 0), animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.spans) if action in ("step", "copy") else True

    def action_step(self, by: int) -> None:
        if self.spans:
            here = -1 if self.selected is None and by > 0 else self.selected or 0
            self.select(min(max(here + by, 0), len(self.spans) - 1))

    def action_copy(self) -> None:
        if self.selected is not None:
            start, end = self.spans[self.selected]
            self.app.copy_to_clipboard(self.text[start:end])

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is None:
            return
        row = self.scroll_offset.y + place.y
        if row >= len(self.rows):
            return
        start, end = self.rows.span(row)
        reached = widths(self.text[start:end]).cumsum()
        offset = start + int((reached <= place.x - self.gutter_width).sum())
        found = self.canvas.piece_at(min(offset, max(end - 1, start)))
        if found and found.chunks:
            # Where chunks overlap, a further click chooses the next of them.
            after = [c for c in found.chunks if self.selected is not None and c > self.selected]
            self.select((after or list(found.chunks))[0], reveal=False)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        row = self.scroll_offset.y + y
        base = self.rich_style
        if row >= len(self.rows) or not self.text:
            return Strip.blank(width, base)
        start, end = self.rows.span(row)
        segments = list(self._gutter(start, end))
        shown = end - self.text[start:end].endswith("\n")
        for begin, stop in self.canvas.parts(start, shown):
            said = visible(self.text[begin:stop]).replace("\t", TAB)
            segments.append(Segment(said, base + self._style(begin)))
        # A chunk that goes on in the next row is filled to the edge, so that it reads as one block.
        last, following = self.canvas.piece_at(end - 1), self.canvas.piece_at(end)
        goes_on = last and following and not set(last.chunks).isdisjoint(following.chunks)
        fill = base + self._piece_style(last) if goes_on else base
        return Strip(segments).adjust_cell_length(width - 1, fill).extend_cell_length(width, base)

    def _gutter(self, start: int, end: int) -> list[Segment]:
        width = self.gutter_width
        if not self.spans and not self.canvas.pages:
            return [Segment(" " * width, self.rich_style)]
        first = self.canvas.beginning(start, max(end, start + 1))
        number = "" if first is None else str(first + 1)
        chosen = self.spans[self.selected] if self.selected is not None else (0, 0)
        marked = chosen[0] < max(end, start + 1) and start < chosen[1]
        gutter = self.get_component_rich_style("source--gutter")
        mark = self.get_component_rich_style("source--mark")
        pages = []
        if "pages" in self.drawn and self.canvas.pages:
            page = self.canvas.page_in(start, max(end, start + 1))
            width -= 5
            said = "" if page is None else f"p{one_line(page, 4)}"
            pages = [Segment(set_cell_size(said, 5), mark)]
        if not self.spans:
            return [*pages, Segment(" ", gutter)]
        return [
            *pages,
            Segment(number.rjust(width - 2) + " ", mark if marked and number else gutter),
            Segment("▎" if marked else " ", mark),
        ]

    def _style(self, offset: int) -> Style:
        style = self._piece_style(self.canvas.piece_at(offset))
        for name in self.canvas.layers_at(offset):
            if name in self.drawn:
                style += self.get_component_rich_style(f"source--{name}", partial=True)
        return style

    def _piece_style(self, piece: Piece | None) -> Style:
        if not self.spans:
            return Style.null()
        if piece is None or not piece.chunks:
            return self.get_component_rich_style("source--gap")
        if self.selected in piece.chunks:
            style = self.get_component_rich_style("source--selected")
        elif len(piece.chunks) > 1:
            return self.get_component_rich_style("source--overlap")
        else:
            name = "source--odd" if piece.chunks[0] % 2 else "source--even"
            return self.get_component_rich_style(name)
        if len(piece.chunks) > 1:
            style += Style(underline=True)
        return style
