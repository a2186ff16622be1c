"""The pictures of docs/tour.md are taken from the program as it is."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from pytest_textual_snapshot import normalize_svg  # type: ignore[import-untyped]
from textual.pilot import Pilot

from tests.tui.pilots import press, search, settle
from tests.tui.test_snapshots import two_segmentations
from tui.app import ChunkbookApp

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = DOCS / "pictures"
SIZE = (120, 34)
SHADES = {"chunkbook-light": "-light", "chunkbook-dark": ""}
"""Theme → what the names of its pictures end with."""
PATIENCE = 8.0

pytestmark = [pytest.mark.usefixtures("still"), pytest.mark.slow]


class Album:
    """Compares what stands on the screen with the pictures of the tour."""

    def __init__(self, pilot: Pilot[None], update: bool) -> None:
        self.pilot = pilot
        self.update = update
        self.stale: list[str] = []

    def _drawn(self) -> str:
        drawn = normalize_svg(self.pilot.app.export_screenshot())
        # Without the font's address: whoever shows it has a font, and nothing is fetched.
        return re.sub(r"\s*@font-face\s*\{.*?\}", "", drawn, flags=re.DOTALL)

    async def take(self, name: str) -> None:
        """The screen as it is, in both shades."""
        for shade, place in SHADES.items():
            self.pilot.app.theme = shade
            await self._take(f"{name}{place}")

    async def _take(self, name: str) -> None:
        await settle(self.pilot)
        path = PICTURES / f"tour-{name}.svg"
        if self.update:
            await settle(self.pilot)
            path.write_text(self._drawn(), encoding="utf-8")
            return
        wanted = path.read_text(encoding="utf-8")
        end = time.monotonic() + PATIENCE
        while self._drawn() != wanted:
            if time.monotonic() > end:
                self.stale.append(name)
                return
            await self.pilot.pause(0.1)


async def test_the_tour_is_of_today(
    made_policies: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """`--snapshot-update` takes the pictures anew."""
    update = bool(request.config.getoption("update_snapshots"))
    app = ChunkbookApp(made_policies)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        album = Album(pilot, update)
        app.screen.query_one("CellList").focus()
        await album.take("notebook")
        await press(pilot, "i", *"enrich.meta")
        await album.take("insert")
        await press(pilot, "escape", "3", "down")
        app.screen.query_one("SourceView").focus()
        await press(pilot, "n", "n")
        await album.take("source")
        await press(pilot, "2")
        await search(pilot, "finance")
        await press(pilot, "enter")
        await album.take("chunks")
        stale = album.stale
    app = ChunkbookApp(two_segmentations(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        album = Album(pilot, update)
        await press(pilot, "3")
        await settle(pilot)
        await press(pilot, "c", "x")
        await album.take("compare")
        assert stale + album.stale == []


def test_every_picture_is_in_the_tour_and_every_key_in_the_program() -> None:
    text = (DOCS / "tour.md").read_text(encoding="utf-8")
    shown = set(re.findall(r'"pictures/(tour-[a-z-]+\.svg)"', text))
    assert shown == {path.name for path in PICTURES.glob("tour-*.svg")}
