"""What is kept and said when the interface ends by a fault of ours."""

from __future__ import annotations

__all__ = ["fallen"]

from pathlib import Path
from typing import TYPE_CHECKING

from tui.terminal import log_file
from tui.widgets.plain import one_line

if TYPE_CHECKING:
    from tui.app import ChunkbookApp


def fallen(app: ChunkbookApp) -> str:
    """Keep changes that were not saved in a file beside the notebook, and say what happened.

    The traceback is in the log: the terminal was the interface's alone (`quiet_terminal`).
    """
    error = app._exception
    name = one_line(f"{type(error).__name__}: {error}") if error is not None else "unknown"
    said = f"the interface ended by a fault of its own: {name}\n  its traceback is in {log_file()}"
    book = app.book
    if book is None or not book.dirty:
        return said
    kept = _kept(book.model.path, book.history.draft.text)
    if kept is None:
        return f"{said}\n  changes to {book.model.path} that were not saved could not be kept"
    return f"{said}\n  changes to {book.model.path} that were not saved are kept in {kept}"


def _kept(path: Path, text: str) -> Path | None:
    beside = path.with_name(f"{path.name}.unsaved")
    try:
        beside.write_bytes(text.encode("utf-8"))
    except OSError:
        return None
    return beside
