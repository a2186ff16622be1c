"""Every screen in three sizes, dark and light, as it was when it was last looked at.

A frame is kept as text: rows and styles. One walk through the program takes many; all are compared
before the test fails, so that one run shows every difference. `--snapshot-update` takes them anew.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from ops.errors import LeaseError
from pipelines.events import CellAdvanced, CellFinished, CellReport, CellStarted, Event
from tests.documents import write_documents
from tests.tui.frames import frame
from tests.tui.pilots import press, search, settle
from tui.app import ChunkbookApp
from tui.running import RunNews
from tui.screens.error import ErrorScreen
from tui.screens.notebook import NotebookScreen
from tui.widgets.cell import Phase

pytestmark = [pytest.mark.usefixtures("still"), pytest.mark.slow]

KEPT = Path(__file__).parent / "frames"
PATIENCE = 8.0
"""Seconds that a frame has to become the one that is kept: what is shown comes from workers."""

SIZES = {"large": (140, 44), "middle": (100, 30), "small": (80, 24)}
SHADES = ("dark", "light")
RUNNING: tuple[Event, ...] = (
    CellStarted("source", "load.files", 4),
    CellFinished(CellReport("source", "load.files", added=4)),
    CellStarted("chunks", "segment.recursive", 120),
    CellAdvanced("chunks", 47, 120),
)
WALK: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("notebook", "CellList", ("1",)),
    ("form", "CellList", ("down", "down", "e")),
    ("ops", "CellList", ("i", *"metadata")),
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
            await settle(self.pilot, 3)
            await self._compare(KEPT / f"{size}-{self.shade}-{name}.txt")

    async def _compare(self, path: Path) -> None:
        if self.update:
            await self.pilot.pause(0.2)
            await settle(self.pilot, 3)
            path.parent.mkdir(exist_ok=True)
            path.write_text(frame(self.pilot.app), encoding="utf-8")
            return
        wanted = path.read_text(encoding="utf-8") if path.exists() else ""
        end = time.monotonic() + PATIENCE
        while (found := frame(self.pilot.app)) != wanted:
            if time.monotonic() > end:
                was, now = wanted.splitlines(), found.splitlines()
                lines = difflib.unified_diff(was, now, path.name, lineterm="")
                self.differing.append("\n".join(list(lines)[:40]))
                return
            await self.pilot.pause(0.1)


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
        await press(frames.pilot, "escape", "2")
        await search(frames.pilot, "finance")
        await frames.take("search", "enter")


@pytest.mark.parametrize("shade", SHADES)
async def test_compared(tmp_path: Path, walk: Walk, shade: str) -> None:
    app = ChunkbookApp(two_segmentations(tmp_path))
    async with walk(app, shade) as frames:
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
        app.push_screen(ErrorScreen(ValueError("[b]an unexpected value\x1b[0m")))
        await frames.take("crashed")


@pytest.mark.parametrize("shade", SHADES)
async def test_chooser(tmp_path: Path, walk: Walk, shade: str) -> None:
    for name in ("handbook", "releases", "tickets"):
        (tmp_path / f"{name}.yaml").write_text("cells: []\n", encoding="utf-8")
    async with walk(ChunkbookApp(folder=tmp_path), shade) as frames:
        await frames.take("chooser", "down")


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
    every += ["found", "export", "search", "compare", "overlay", "running", "refused", "crashed"]
    every.append("chooser")
    names = {f"{size}-{shade}-{name}.txt" for size in SIZES for shade in SHADES for name in every}
    names |= {f"large-dark-hostile-{name}.txt" for name in ("source", "collection")}
    names |= {"large-contrast-chosen.txt", "middle-dark-no-colour.txt"}
    assert {path.name for path in KEPT.glob("*.txt")} == names
