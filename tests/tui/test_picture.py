"""The picture of the README is taken from the program as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytest_textual_snapshot import normalize_svg  # type: ignore[import-untyped]

from tests.tui.pilots import press, settle
from tui.app import ChunkbookApp

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "tui.svg"


@pytest.mark.usefixtures("still")
async def test_the_picture_is_of_today(app: ChunkbookApp, request: pytest.FixtureRequest) -> None:
    """`--snapshot-update` takes it anew."""
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await press(pilot, "tab", "tab", "n", "n")
        drawn = normalize_svg(app.export_screenshot())
    # Without the font's address: whoever shows it has a font, and nothing is fetched.
    drawn = re.sub(r"\s*@font-face\s*\{.*?\}", "", drawn, flags=re.DOTALL)
    if request.config.getoption("update_snapshots"):
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_text(drawn, encoding="utf-8")
    assert PICTURE.read_text(encoding="utf-8") == drawn
