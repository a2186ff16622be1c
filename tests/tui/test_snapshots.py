"""Pictures of every screen, in two sizes, light and dark.

One walk through the program takes many pictures; all are compared before the test fails, so that
one run shows every difference.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from pytest_textual_snapshot import SVGImageExtension  # type: ignore[import-untyped]
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from ops.errors import LeaseError
from pipelines.events import CellAdvanced, CellFinished, CellReport, CellStarted, Event
from tests.tui.pilots import press, search, settle
from tui.app import ChunkbookApp
from tui.running import RunNews
from tui.screens.error import ErrorScreen
from tui.screens.notebook import NotebookScreen
from tui.widgets.cell import Phase

pytestmark = pytest.mark.usefixtures("still")

Walk = Callable[[ChunkbookApp, tuple[int, int], str], AbstractAsyncContextManager["Pictures"]]

LARGE, SMALL = (120, 40), (80, 24)
RUNNING: tuple[Event, ...] = (
    CellStarted("source", "load.files", 4),
    CellFinished(CellReport("source", "load.files", added=4)),
    CellStarted("chunks", "segment.recursive", 120),
    CellAdvanced("chunks", 47, 120),
)


class Pictures:
    """Takes pictures of an app and compares each with the one that is kept."""

    def __init__(self, pilot: Pilot[None], kept: SnapshotAssertion) -> None:
        self.pilot = pilot
        self.kept = kept
        self.differing: list[str] = []

    async def take(self, name: str, *keys: str) -> None:
        """Press keys, and compare."""
        await press(self.pilot, *keys)
        await settle(self.pilot, 2)
        if self.pilot.app.export_screenshot() != self.kept(name=name):
            self.differing.append(name)

    async def click(self, selector: str) -> None:
        await self.pilot.click(selector)
        await settle(self.pilot, 3)


@pytest.fixture
def walk(snapshot: SnapshotAssertion) -> Walk:
    """Opens an app and gives what takes its pictures."""
    kept = snapshot.use_extension(SVGImageExtension)

    @asynccontextmanager
    async def begin(
        app: ChunkbookApp, size: tuple[int, int], shade: str
    ) -> AsyncIterator[Pictures]:
        async with app.run_test(size=size) as pilot:
            app.theme = f"chunkbook-{shade}"
            await settle(pilot)
            pictures = Pictures(pilot, kept)
            yield pictures
            assert pictures.differing == []

    return begin


@pytest.mark.parametrize("shade", ["dark", "light"])
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
async def test_screens(app: ChunkbookApp, walk: Walk, size: tuple[int, int], shade: str) -> None:
    async with walk(app, size, shade) as pictures:
        await pictures.take("opened")
        await pictures.take("chunks", "tab", "tab", "n", "n")
        await pictures.take("put-aside", "shift+tab", "shift+tab", "up", "tab", "home")
        await pictures.take("graph", "shift+tab", "end", "up")
        await pictures.click("#--content-tab-result-entities")
        await pictures.take("entities")
        await pictures.take("plan", "R")
        await pictures.take("help", "escape", "question_mark")
        await pictures.take("collection", "escape", "2", "down", "down")
        await pictures.take("neighbours", "b")
        await pictures.take("lineage", "l")
        await search(pictures.pilot, "finance")
        await pictures.take("search", "enter", "d")


@pytest.mark.parametrize(
    ("size", "shade"), [(LARGE, "dark"), (SMALL, "light")], ids=["large-dark", "small-light"]
)
async def test_running_and_errors(
    app: ChunkbookApp, walk: Walk, size: tuple[int, int], shade: str
) -> None:
    async with walk(app, size, shade) as pictures:
        screen = app.screen
        assert isinstance(screen, NotebookScreen)
        screen.progress_of(["source", "chunks", "metadata"], Phase.WAITING)
        for event in RUNNING:
            screen.post_message(RunNews(event))
        await pictures.take("running")
        said = "another run of the notebook 'policies' is going on: host:42 since 09:30"
        app.push_screen(ErrorScreen(LeaseError(said, hint="wait for it, or stop it")))
        await pictures.take("refused")
        app.push_screen(ErrorScreen(ValueError("[b]an unexpected value\x1b[0m")))
        await pictures.take("crashed")


async def test_hostile_documents(made_hostile: Path, walk: Walk) -> None:
    async with walk(ChunkbookApp(made_hostile), LARGE, "dark") as pictures:
        await pictures.take("source")
        await pictures.take("collection", "2")


async def test_high_contrast(app: ChunkbookApp, walk: Walk) -> None:
    async with walk(app, LARGE, "contrast") as pictures:
        await pictures.take("chunks", "tab", "tab", "n")


async def test_chooser(tmp_path: Path, walk: Walk) -> None:
    for name in ("handbook", "releases", "tickets"):
        (tmp_path / f"{name}.yaml").write_text("cells: []\n", encoding="utf-8")
    async with walk(ChunkbookApp(folder=tmp_path), SMALL, "dark") as pictures:
        await pictures.take("chooser", "down")


async def test_before_the_first_run(tmp_path: Path, made_policies: Path, walk: Walk) -> None:
    path = tmp_path / "policies.yaml"
    (tmp_path / "docs").mkdir()
    for number in range(3):
        (tmp_path / "docs" / f"{number}.md").write_text("# A\n\nOne rule.\n", encoding="utf-8")
    path.write_text(made_policies.read_text(encoding="utf-8"), encoding="utf-8")
    async with walk(ChunkbookApp(path), LARGE, "light") as pictures:
        await pictures.take("new")
