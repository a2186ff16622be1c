"""Previews: what the chosen cell makes of a few documents, as soon as its parameters settle."""

from __future__ import annotations

__all__ = ["PreviewScreen"]

import time
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.worker import get_current_worker

from ops.errors import Cancelled, ChunkbookError, UsageError
from ops.registry import op_class
from pipelines.looking.view import State
from tui.book import Book
from tui.screens.saving import SavingScreen
from tui.widgets.glance import Glance, Stage, glance_of
from tui.widgets.plain import one_line

if TYPE_CHECKING:
    from pipelines.draft import CellEntry, Draft
    from pipelines.file.wiring import CellWiring
    from pipelines.looking.sample import Preview

SETTLED: Final = 0.2
"""Seconds that parameters must stand before a preview is begun."""
TOLD: Final = 0.05
"""Seconds between two reports of progress."""
QUIET: Final = 0.25
"""Seconds before there is anything to tell: most previews are over by then."""
SAMPLES: Final = (1, 5, 20, 50)


class PreviewScreen(SavingScreen):
    """Makes one preview at a time, in a worker; a newer one takes the older one's place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "p",
            "preview",
            "Preview",
            id="preview.show",
            tooltip="What the chosen cell makes of a sample; again: what is stored",
        ),
        Binding(
            "s",
            "sample",
            "Sample size",
            show=False,
            id="preview.size",
            tooltip="1, 5, 20 or 50 documents",
        ),
    ]

    class Sampling(Message):
        """A preview goes on."""

        def __init__(self, edition: int, seen: Glance) -> None:
            super().__init__()
            self.edition = edition
            self.seen = seen

    class Sampled(Message):
        """A preview is made, or could not be; `seen` says it in short."""

        def __init__(self, edition: int, preview: Preview | None, seen: Glance) -> None:
            super().__init__()
            self.edition = edition
            self.preview = preview
            self.seen = seen

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.previews: dict[str, Preview] = {}
        """Cell → its preview, of the draft as it is."""
        self._glances: dict[str, Glance] = {}
        self._wanted: set[str] = set()
        """Cells whose preview was asked for, or whose parameters were changed."""
        self.sample_size = 5
        self._edition = 0
        self._of = ""
        """The cell that is being previewed."""
        self._settling: Timer | None = None
        self._patience: Timer | None = None
        """Rings when a preview takes its time."""
        self._offered = False

    @property
    def previewing(self) -> bool:
        return bool(self._of)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "cancel":
            return self.running or self.previewing
        return super().check_action(action, parameters)

    def do(self, draft: Draft, said: str, choose: int | None = None, key: str = "") -> None:
        if key.startswith("form "):
            self._wanted.add(key.removeprefix("form "))
        super().do(draft, said, choose, key)

    def draft_changed(self) -> None:
        super().draft_changed()
        self.previews.clear()
        # What was seen stays until there is something newer: nothing flickers as one types.
        cell = self.list.chosen
        self._glances = {n: g for n, g in self._glances.items() if cell and n == cell.id}
        self.stop_preview()
        self.preview_soon()

    def preview_soon(self) -> None:
        """Preview the chosen cell once it stands."""
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(SETTLED, self._settled)

    def show_glance(self) -> None:
        """Show what is known of the chosen cell, and of no other."""
        cell = self.list.chosen
        if cell is None:
            self.list.set_glance("", None)
            return
        seen = self._glances.get(cell.id)
        if seen is None and self._is_open(cell) and not self._is_wanted(cell):
            seen = Glance(Stage.OFFERED) if _needs_model(cell.op) else None
        self.list.set_glance(cell.id, seen)

    def _settled(self) -> None:
        cell = self.list.chosen
        if cell is not None and cell.id not in self.previews and self._is_wanted(cell):
            if self._of != cell.id:
                self._begin(cell.id)
            self.show_glance()
        else:
            self.show_glance()

    def _is_open(self, cell: CellEntry) -> bool:
        """Whether what is stored of a cell is not what it would make now."""
        status = self.list.status_of(cell.id)
        known = cell.id in self.book.checked.wiring.cells and status is not None
        return known and status is not None and status.state not in (State.FRESH, State.FAILED)

    def _is_wanted(self, cell: CellEntry) -> bool:
        if cell.id not in self.book.checked.wiring.cells:
            return False
        return cell.id in self._wanted or (self._is_open(cell) and not _needs_model(cell.op))

    def _begin(self, cell: str) -> None:
        self._edition += 1
        self._of = cell
        self._glances.setdefault(cell, Glance(Stage.WAITING))
        self.show_glance()
        edition = self._edition
        self._patience = self.set_timer(QUIET, lambda: self._still(edition))
        self._preview(cell, self.book.checked.wiring.cells[cell], edition, self.sample_size)

    def _still(self, edition: int) -> None:
        """A preview takes its time: say that it goes on, and can be stopped."""
        if edition == self._edition and self._of:
            seen = self._glances.get(self._of)
            if seen is None or seen.stage is not Stage.RUNNING:
                self._glances[self._of] = Glance(Stage.RUNNING)
            self._offer_cancel(True)
            self.show_glance()

    def stop_preview(self) -> None:
        """Let a preview that goes on go."""
        if not self._of:
            return
        seen = self._glances.get(self._of)  # none, if its cell is not the chosen one any more
        if seen is not None and seen.stage is not Stage.DONE:
            del self._glances[self._of]
        self._edition += 1
        self._of = ""
        self.workers.cancel_group(self, "preview")
        self._offer_cancel(False)
        self.show_glance()

    @work(thread=True, exclusive=True, exit_on_error=False, group="preview")
    def _preview(self, cell: str, wired: CellWiring, edition: int, size: int) -> None:
        worker = get_current_worker()
        began = time.monotonic()
        now, done, total, told = "", 0, 0, 0.0

        def started(name: str, documents: int) -> None:
            nonlocal now, done, total
            now, done, total = name, 0, documents

        def advance(more: int) -> None:
            nonlocal done
            done += more
            if time.monotonic() - max(told, began + QUIET) > TOLD:
                tell()

        def tell() -> None:
            nonlocal told
            told = time.monotonic()
            seen = Glance(Stage.RUNNING, now, min(done, total), total)
            self.post_message(self.Sampling(edition, seen))

        try:
            made = self.book.preview(cell, size, advance, lambda: worker.is_cancelled, started)
            seen = glance_of(made, wired, time.monotonic() - began)
            self.post_message(self.Sampled(edition, made, seen))
        except Cancelled:
            return
        except ChunkbookError as error:
            fault = f"{error.message}. {error.hint}" if error.hint else error.message
            self.post_message(self.Sampled(edition, None, Glance(Stage.FAULT, fault=fault)))
        except Exception as error:
            self.post_message(self.Sampled(edition, None, crashed(error)))

    def on_preview_screen_sampling(self, message: Sampling) -> None:
        if message.edition == self._edition and self._of:
            self._glances[self._of] = message.seen
            self._offer_cancel(True)
            self.show_glance()

    def _offer_cancel(self, offered: bool) -> None:
        """Have the footer say that a preview can be stopped, once it takes its time."""
        if not offered and self._patience is not None:
            self._patience.stop()
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    def on_preview_screen_sampled(self, message: Sampled) -> None:
        if message.edition != self._edition or not self._of:
            return
        cell, self._of = self._of, ""
        self._glances[cell] = message.seen
        if message.preview is not None:
            self.previews[cell] = message.preview
        self._offer_cancel(False)
        self.show_glance()
        self.preview_made(cell)

    def preview_made(self, cell: str) -> None:
        """There is a preview of a cell, or none any more."""

    def drop_preview(self, cell: str) -> None:
        """Show what is stored of a cell again."""
        self._wanted.discard(cell)
        self._glances.pop(cell, None)
        if self.previews.pop(cell, None) is not None:
            self.preview_made(cell)
        self.show_glance()

    def action_preview(self) -> None:
        cell = self.list.chosen
        if cell is None:
            return
        if cell.id not in self.book.checked.wiring.cells:
            self.notify("This cell has a fault, or one above it has", markup=False)
        elif cell.id in self.previews and not self._is_open(cell):
            self.drop_preview(cell.id)
        else:
            self._wanted.add(cell.id)
            self.previews.pop(cell.id, None)
            self._begin(cell.id)

    def action_sample(self) -> None:
        place = SAMPLES.index(self.sample_size) + 1 if self.sample_size in SAMPLES else 0
        self.sample_size = SAMPLES[place % len(SAMPLES)]
        self.notify(f"Samples have {self.sample_size} documents now", timeout=2, markup=False)
        self.previews.clear()
        self._glances.clear()
        self.stop_preview()
        self.preview_soon()

    def action_cancel(self) -> None:
        if self.previewing:
            cell = self._of
            self.stop_preview()
            self._wanted.discard(cell)
            self._glances[cell] = Glance(Stage.FAULT, fault="cancelled; p begins again")
            self.show_glance()
        else:
            super().action_cancel()


def crashed(error: BaseException) -> Glance:
    """What is shown of an error that nobody foresaw: its last lines."""
    import traceback

    lines = "".join(traceback.format_exception(error)).strip().splitlines()
    said = one_line(f"{type(error).__name__}: {error}", 400)
    return Glance(Stage.FAULT, fault=said, trace=tuple(lines[-6:]))


def _needs_model(name: str) -> bool:
    """Whether an op runs a model, beyond counting tokens."""
    try:
        fields = op_class(name).model_fields.values()
    except UsageError:
        return False
    kinds = [
        i.json_schema_extra.get("model") for i in fields if isinstance(i.json_schema_extra, dict)
    ]
    return any(kind and kind != "tokenizer" for kind in kinds)
