"""Every screen in three sizes, dark and light, as it was when it was last looked at.

A frame is kept as text: rows and styles. One walk through the program takes many; all are compared
before the test fails, so that one run shows every difference. `--snapshot-update` takes them anew.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from ops.errors import LeaseError
from pipelines.correcting.standing import Standing
from pipelines.events import CellAdvanced, CellFinished, CellReport, CellStarted, Event
from storage.edits import Anchor, Edit
from tests.documents import write_documents
from tests.tui.frames import frame
from tests.tui.pilots import press, search, settle, until
from tui.app import ChunkbookApp
from tui.desk import Marks
from tui.running import RunNews
from tui.screens.chunks import ChunksScreen
from tui.screens.editlist import EditListScreen
from tui.screens.error import ErrorScreen
from tui.screens.first import FirstScreen
from tui.screens.lineage import LineageScreen
from tui.screens.notebook import NotebookScreen
from tui.widgets.cell import Phase
from tui.widgets.source import SourceView

pytestmark = [pytest.mark.usefixtures("still"), pytest.mark.slow]

KEPT = Path(__file__).parent / "frames"
SIZES = {"large": (140, 44), "middle": (100, 30), "small": (80, 24)}
SHADES = ("dark", "light")
RUNNING: tuple[Event, ...] = (
    CellStarted("source", "load.files", 4),
    CellFinished(CellReport("source", "load.files", added=4)),
    CellStarted("chunks", "segment.recursive", 120),
    CellAdvanced("chunks", 47, 120),
)
EDITS = tuple(
    Standing(
        Edit(
            kind,
            "chunks",
            "0a1b2c3d",
            "Ada",
            Anchor(text, start=120),
            value,
            uri="file:docs/policy_000.md",
            number=number,
            at=datetime(2026, 1, 5, 9, 30, tzinfo=UTC),
        ),
        state,
        reason,
        "0a1b2c3d",
        ((120, 120 + len(text)),) if state == "applied" else (),
        "",
    )
    for number, (kind, text, value, state, reason) in enumerate(
        (
            ("retitle", "Every trip is approved.", "Approval", "applied", ""),
            ("annotate", "Receipts are kept for a year.", "ask [b]finance[/b]", "pending", ""),
            ("pin", "A rule that is gone.", "", "conflict", "its text no longer stands there"),
        ),
        1,
    )
)
WALK: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("notebook", "CellList", ("1",)),
    ("form", "CellList", ("down", "down", "e")),
    ("ops", "CellList", ("i", *"enrich.meta")),
    ("rewire", "CellList", ("w",)),
    ("put-aside", "#documents", ("home",)),
    ("help", "CellList", ("question_mark",)),
    ("palette", "CellList", ("ctrl+p",)),
    ("chunks", "#chunks", ("2", "down", "down")),
    ("neighbours", "#chunks", ("b",)),
    ("title", "#chunks", ("T",)),
    ("split", "#chunks", ("S",)),
    ("sort", "#chunks", ("s",)),
    ("source", "#documents", ("3", "down", "w", "e")),
    ("chosen", "SourceView", ("n", "n")),
)
"""Name, what has the focus first, and the keys; escape closes what was opened."""


class Frames:
    """Takes frames of an app, in every size, and compares each with the one that is kept."""

    def __init__(
        self, pilot: Pilot[None], shade: str, sizes: tuple[str, ...], update: bool
    ) -> None:
        self.pilot = pilot
        self.shade = shade
        self.sizes = sizes
        self.update = update
        self.differing: list[str] = []

    async def take(self, name: str, *keys: str) -> None:
        """Press keys, and compare."""
        await press(self.pilot, *keys)
        for size in self.sizes:
            if tuple(self.pilot.app.size) != SIZES[size]:
                await self.pilot.resize_terminal(*SIZES[size])
                await settle(self.pilot)
            await self._lay_out_behind()
            self._compare(KEPT / f"{size}-{self.shade}-{name}.txt")

    async def _lay_out_behind(self) -> None:
        """Textual lays out what is behind a dialog when it likes; widgets tell their new heights
        once, and those around them then find their places."""
        for _ in range(2 if self.pilot.app._background_screens else 0):
            for screen in self.pilot.app._background_screens:
                screen._refresh_layout()
            await settle(self.pilot)

    def _compare(self, path: Path) -> None:
        found = frame(self.pilot.app)
        if self.update:
            path.parent.mkdir(exist_ok=True)
            path.write_text(found, encoding="utf-8")
            return
        wanted = path.read_text(encoding="utf-8") if path.exists() else ""
        if found != wanted:
            was, now = wanted.splitlines(), found.splitlines()
            lines = difflib.unified_diff(was, now, path.name, lineterm="")
            self.differing.append("\n".join(list(lines)[:40]))


Walk = Callable[..., AbstractAsyncContextManager[Frames]]


@pytest.fixture
def walk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """Opens an app and gives what takes its frames."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    update = bool(request.config.getoption("update_snapshots"))

    @asynccontextmanager
    async def begin(app: ChunkbookApp, shade: str, *sizes: str) -> AsyncIterator[Frames]:
        every = sizes or tuple(SIZES)
        async with app.run_test(size=SIZES[every[0]]) as pilot:
            app.theme = f"chunkbook-{shade}"
            await settle(pilot)
            frames = Frames(pilot, shade, every, update)
            yield frames
            assert not frames.differing, "\n\n".join(frames.differing)

    return begin


async def _steps(frames: Frames, app: ChunkbookApp) -> None:
    for name, focus, keys in WALK:
        if keys[0] in "123":
            await press(frames.pilot, keys[0])
            keys = keys[1:]
        await settle(frames.pilot)
        app.screen.query_one(focus).focus()
        await frames.take(name, *keys)
        if app.screen.is_modal or len(app.screen_stack) > 1:
            await press(frames.pilot, "escape")


@pytest.mark.parametrize("shade", SHADES)
async def test_screens(app: ChunkbookApp, walk: Walk, shade: str) -> None:
    async with walk(app, shade) as frames:
        await _steps(frames, app)
        await press(frames.pilot, "3")
        await search(frames.pilot, "team")
        await frames.take("found", "enter")
        await press(frames.pilot, "escape", "f8")
        app.screen.query_one(Input).value = "~/chunks.jsonl"
        await frames.take("export")


@pytest.mark.parametrize("shade", SHADES)
async def test_lineage(app: ChunkbookApp, walk: Walk, shade: str) -> None:
    async with walk(app, shade) as frames:
        await press(frames.pilot, "2")
        chunks = app.screen
        assert isinstance(chunks, ChunksScreen)
        await until(frames.pilot, lambda: chunks.row is not None)
        await press(frames.pilot, "L")
        await until(frames.pilot, lambda: _told(app) > 0)
        await frames.take("lineage")


def _told(app: ChunkbookApp) -> int:
    """How many facts the lineage screen tells of the chosen step."""
    if not isinstance(app.screen, LineageScreen) or not app.screen.lineage:
        return 0
    return app.screen.query_one("#lineage-way Facts").size.height


@pytest.mark.parametrize("shade", SHADES)
async def test_compared(tmp_path: Path, walk: Walk, shade: str) -> None:
    app = ChunkbookApp(two_segmentations(tmp_path))
    async with walk(app, shade) as frames:
        screen = app.screen
        assert isinstance(screen, NotebookScreen)
        await until(frames.pilot, lambda: "chunks" in screen.previews and not screen.previewing)
        await until(frames.pilot, lambda: len(screen.query_one(SourceView).spans) > 1)
        await frames.take("never-ran")
        await press(frames.pilot, "3")
        await settle(frames.pilot)
        await frames.take("compare", "c", "x")
        await frames.take("overlay", "o")


def two_segmentations(folder: Path) -> Path:
    """A notebook with two segmenters beside each other that never ran."""
    write_documents(folder / "docs", 2, sections=2)
    path = folder / "two.yaml"
    path.write_text(TWO, encoding="utf-8")
    return path


TWO = """\
name: two
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: chunks
    op: segment.recursive
    params: {size: 40, tokenizer: words}
  - id: fixed
    op: segment.fixed
    input: source
    params: {size: 60, tokenizer: words}
"""


@pytest.mark.parametrize("shade", SHADES)
async def test_running_and_errors(app: ChunkbookApp, walk: Walk, shade: str) -> None:
    async with walk(app, shade) as frames:
        screen = app.screen
        assert isinstance(screen, NotebookScreen)
        screen.progress_of(["source", "chunks", "metadata"], Phase.WAITING)
        for event in RUNNING:
            screen.post_message(RunNews(event))
        await frames.take("running")
        said = "another run of the notebook 'policies' is going on: host:42 since 09:30"
        app.push_screen(ErrorScreen(LeaseError(said, hint="wait for it, or stop it")))
        await frames.take("refused")
        await press(frames.pilot, "escape")
        app.push_screen(ErrorScreen(ValueError("[b]an unexpected value\x1b[0m")))
        await frames.take("crashed")
        await press(frames.pilot, "escape", "escape")
        app.push_screen(EditListScreen(Marks(EDITS)))
        await frames.take("edits")
        await frames.take("conflicts", "f")


@pytest.mark.parametrize("shade", SHADES)
async def test_chooser(tmp_path: Path, walk: Walk, shade: str) -> None:
    for name in ("handbook", "releases", "tickets"):
        (tmp_path / f"{name}.yaml").write_text("cells: []\n", encoding="utf-8")
    app = ChunkbookApp(folder=tmp_path)
    async with walk(app, shade) as frames:
        await frames.take("chooser", "down")
        write_documents(tmp_path / "docs" / "handbook", 2)
        first = FirstScreen(tmp_path / "docs" / "handbook", can_leave=True)
        await app.push_screen(first)
        await until(frames.pilot, lambda: first.found is not None)
        await settle(frames.pilot)
        # Where the documents lie differs from run to run.
        first.start = first.at = Path("/home/ada/handbook")
        field = first.query_one("#first-folder", Input)
        with field.prevent(Input.Changed):
            field.value = str(first.at)
        first._tell_where()
        await frames.take("first")


async def test_hostile_documents(made_hostile: Path, walk: Walk) -> None:
    async with walk(ChunkbookApp(made_hostile), "dark", "large") as frames:
        await frames.take("hostile-source", "3")
        await frames.take("hostile-collection", "2")


async def test_high_contrast(app: ChunkbookApp, walk: Walk) -> None:
    async with walk(app, "contrast", "large") as frames:
        await frames.take("chosen", "3", "down", "enter", "n")


async def test_without_colours(
    made_policies: Path, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with walk(ChunkbookApp(made_policies), "dark", "middle") as frames:
        await frames.take("no-colour", "3", "down", "enter", "n")


def test_no_frame_is_left_over() -> None:
    every = [name for name, _, _ in WALK]
    every += ["found", "export", "compare", "overlay", "running", "refused", "crashed"]
    every += ["chooser", "first", "lineage", "never-ran", "edits", "conflicts"]
    names = {f"{size}-{shade}-{name}.txt" for size in SIZES for shade in SHADES for name in every}
    names |= {f"large-dark-hostile-{name}.txt" for name in ("source", "collection")}
    names |= {"large-contrast-chosen.txt", "middle-dark-no-colour.txt"}
    assert {path.name for path in KEPT.glob("*.txt")} == names
