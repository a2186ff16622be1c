"""A notebook that never ran, to build on, and what its tests look at."""

from __future__ import annotations

from textual.pilot import Pilot

from pipelines.draft import CellEntry
from pipelines.looking.sample import Preview
from tests.tui.pilots import settle, until
from tui.screens.notebook import NotebookScreen
from tui.widgets.cells import CellList

SIZE = (120, 40)
NOTEBOOK = """\
name: rules
cells:
  # Where it begins.
  - id: source
    op: load.files
    params: {path: docs}  # the rules
  - note: Cut small.
  - id: chunks
    op: segment.fixed
    params: {size: 20, tokenizer: words}
  - id: about
    op: segment.recursive
    params: {size: 30, tokenizer: words}
    input: source
"""
TEXT = "# Rules\n\n" + " ".join(f"Rule {n} says that one asks first." for n in range(40)) + "\n"


def screen_of(pilot: Pilot[None]) -> NotebookScreen:
    """The notebook screen, whatever stands before it."""
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, NotebookScreen)
    return screen


def cells_of(pilot: Pilot[None]) -> CellList:
    """Its list of cells."""
    return screen_of(pilot).query_one(CellList)


def ids_of(pilot: Pilot[None]) -> list[str]:
    """The ids of the cells; a note is "-"."""
    return [e.id if isinstance(e, CellEntry) else "-" for e in cells_of(pilot).entries]


def inputs_of(pilot: Pilot[None], cell: str) -> tuple[str, ...]:
    """What a cell reads."""
    draft = screen_of(pilot).draft
    return draft.inputs[draft.cells[cell]]


def params_of(pilot: Pilot[None], cell: str) -> dict[str, object]:
    """What the draft says of a cell."""
    draft = screen_of(pilot).draft
    return dict(draft.cell(draft.cells[cell]).params)


async def at_cell(pilot: Pilot[None], cell: str) -> None:
    """Choose a cell, and wait."""
    await settle(pilot)
    cells_of(pilot).choose_id(cell)
    await settle(pilot)


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Type a word, and wait once."""
    await pilot.press(*text)
    await settle(pilot)


async def sampled(pilot: Pilot[None], cell: str) -> Preview:
    """The preview of a cell, once it is made."""
    screen = screen_of(pilot)
    await until(pilot, lambda: cell in screen.previews)
    await settle(pilot)
    return screen.previews[cell]
