"""Fixtures of the end-to-end tests."""

from __future__ import annotations

import pytest

from tests.e2e.command import Command


@pytest.fixture
def chunkbook(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Calls the command line in this process."""
    return Command(capfd, monkeypatch)
