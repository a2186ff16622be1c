"""Two segmentations of one text, side by side or one over the other."""

from __future__ import annotations

__all__ = ["CompareScreen"]

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from tui.book import Book
from tui.reading import Contrast, Cut, contrast
from tui.screens.base import BookScreen
from tui.widgets.contrasted import figures
from tui.widgets.keybar import KeyBar
from tui.widgets.plain import one_line, plain
from tui.widgets.source import SourceView

if TYPE_CHECKING:
    import polars as pl

    from tui.judging import Verdict


Verdicts: TypeAlias = "tuple[Verdict | None, Verdict | None]"


class CompareScreen(BookScreen):
    """Lies over the source screen; escape goes back to it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,full_stop", "difference(1)", "Next difference", id="compare.next"),
        Binding("X,comma", "difference(-1)", "Difference before", show=False, id="compare.before"),
        Binding(
            "o",
            "overlay",
            "Overlay",
            id="compare.overlay",
            tooltip="One text with the cuts of both, or two beside each other",
        ),
        Binding("s", "other", "Other", id="compare.other", tooltip="Compare with the next cell"),
        Binding("escape,c", "close", "Back", key_display="esc", id="compare.close"),
    ]

    class Compared(Message):
        """Both segmentations were read and compared."""

        def __init__(self, contrast: Contrast) -> None:
            super().__init__()
            self.contrast = contrast

    class Judged(Message):
        """What takes longer to be known of both was worked out."""

        def __init__(self, contrast: Contrast, verdicts: Verdicts) -> None:
            super().__init__()
            self.contrast = contrast
            self.verdicts = verdicts

    def __init__(
        self, book: Book, every: Sequence[Cut], first: Cut, second: Cut, doc_id: str
    ) -> None:
        super().__init__(book)
        self.every = every
        self.first = first
        self.second = second
        self.doc_id = doc_id
        self.contrast: Contrast | None = None
        self.verdicts: Verdicts | None = None
        self.overlaid = False
        self._here = -1

    def compose(self) -> ComposeResult:
        yield Static(id="compare-title")
        with Horizontal(id="sides"):
            for name in ("first", "second"):
                with Vertical(id=f"{name}-panel", classes="panel"):
                    yield SourceView()
        yield Static(id="compare-figures")
        yield KeyBar()

    def on_mount(self) -> None:
        one, two = self._views
        one.focus()
        # Each follows the other to the same text, whatever rows it takes there.
        self.watch(one, "scroll_y", lambda: self._follow(one, two), init=False)
        self.watch(two, "scroll_y", lambda: self._follow(two, one), init=False)
        self._compare()

    @property
    def _views(self) -> tuple[SourceView, SourceView]:
        one, two = self.query(SourceView)
        return one, two

    def _follow(self, moved: SourceView, other: SourceView) -> None:
        if self.overlaid or not self._same_text or not moved.has_focus:
            return
        row = other.rows.of(moved.top)
        if row != other.scroll_offset.y:
            other.scroll_to(0, row, animate=False)

    @property
    def _same_text(self) -> bool:
        return self.contrast is not None and self.contrast.same_text

    @work(thread=True, exclusive=True, exit_on_error=False, group="compare")
    def _compare(self) -> None:
        self.post_message(self.Compared(contrast(self.book, self.first, self.second, self.doc_id)))

    @work(thread=True, exclusive=True, exit_on_error=False, group="judge")
    def _judge(self, found: Contrast) -> None:
        from ops.errors import Cancelled
        from tui.judging import judge

        worker = get_current_worker()
        workspace = self.book.workspace
        try:
            one, two = (
                judge(workspace, side, lambda: worker.is_cancelled)
                for side in (found.first, found.second)
            )
        except Cancelled:
            return
        self.post_message(self.Judged(found, (one, two)))

    def on_compare_screen_judged(self, message: Judged) -> None:
        if message.contrast is self.contrast:
            self.verdicts = message.verdicts
            self._tell()

    def on_resize(self, event: Resize) -> None:
        self._tell()

    def _tell(self) -> None:
        """The figures below, in as many lines as they need."""
        if self.contrast is None:
            return
        asks = self.book.model.questions is not None
        width = self.app.size.width - 2
        shown = figures(self.contrast, self.verdicts, width, asks)
        self.query_one("#compare-figures", Static).update(shown)

    def on_compare_screen_compared(self, message: Compared) -> None:
        self.contrast = message.contrast
        self.verdicts = None
        document = message.contrast.first.shown.document
        title = one_line(document.title or document.uri, 100)
        self.query_one("#compare-title", Static).update(
            Content.assemble(("▚ ", "$primary"), (title, "bold"))
        )
        self._tell()
        self._show()
        self._judge(message.contrast)

    def _show(self) -> None:
        found = self.contrast
        if found is None:
            return
        self.query_one("#second-panel").display = not self.overlaid
        readings = (found.first, found.second)
        for view, reading, name in zip(self._views, readings, ("first", "second"), strict=True):
            kept = view.top
            canvas = reading.shown.canvas
            if self.overlaid:
                both = [(place, place + 1) for place in found.comparison.differences]
                canvas = canvas.with_layer("differences", both)
            view.show(canvas)
            view.reveal(kept)
            said = f"{reading.cut.maker} · {reading.cut.op}"
            if self.overlaid:
                said += f" with the cuts of {found.second.cut.maker}"
            self.query_one(f"#{name}-panel").border_title = plain(
                said if reading.stored else said + " · not kept"
            )

    def action_overlay(self) -> None:
        self.overlaid = not self.overlaid
        self._show()
        self._views[0].focus()

    def action_other(self) -> None:
        """Compare the first with the next of the others."""
        others = [cut for cut in self.every if cut != self.first]
        self.second = others[(others.index(self.second) + 1) % len(others)]
        self._here = -1
        self._compare()

    def action_difference(self, by: int) -> None:
        places = self.contrast.comparison.differences if self.contrast is not None else ()
        if not places:
            self.notify("Both cut the text at the same places", markup=False)
            return
        if self._here < 0:
            find = bisect_right if by > 0 else bisect_left
            place = find(places, self._views[0].top) + (0 if by > 0 else -1)
        else:
            place = bisect_left(places, self._here) + by
        self._here = places[place % len(places)]
        for view in self._views:
            view.reveal(self._here)
        self._say(self._here)

    def _say(self, offset: int) -> None:
        found = self.contrast
        assert found is not None
        first = offset in set(found.comparison.only_first)
        name = (found.first if first else found.second).cut.maker
        number = bisect_left(found.comparison.differences, offset) + 1
        total = len(found.comparison.differences)
        self.query_one("#first-panel").border_subtitle = plain(
            f"difference {number:,} of {total:,}: only {name} cuts here"
        )

    def exported(self) -> tuple[str, Callable[[], pl.DataFrame] | None]:
        """Every cut that only one of the two makes."""
        found = self.contrast
        if found is None:
            return "comparison", None
        text, first = found.first.shown.canvas.text, set(found.comparison.only_first)
        names = (found.first.cut.maker, found.second.cut.maker)

        def rows() -> pl.DataFrame:
            import polars as pl

            places = found.comparison.differences
            return pl.DataFrame(
                {
                    "offset": places,
                    "only": [names[0] if place in first else names[1] for place in places],
                    "before": [text[max(place - 60, 0) : place] for place in places],
                    "after": [text[place : place + 60] for place in places],
                },
                schema={"offset": pl.Int64, "only": pl.String}
                | dict.fromkeys(("before", "after"), pl.String),
            )

        return "-".join(names), rows

    def action_close(self) -> None:
        self.dismiss()
