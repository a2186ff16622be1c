"""Fixtures for all tests: nothing of the person's own settings reaches them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment without what points Chunkbook or Dagster elsewhere."""
    for name in ("CHUNKBOOK_STORE", "CHUNKBOOK_NOTEBOOKS", "DAGSTER_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")


@pytest.fixture(scope="session")
def model_files() -> None:
    """The default models, fetched if they are not there."""
    from ops.inference.pull import pull

    pull(lambda text: None)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of public benchmark data; skips where it is absent."""
    named = os.environ.get("CHUNKBOOK_DATA")
    if not named or not Path(named).is_dir():
        pytest.skip("CHUNKBOOK_DATA names no folder of benchmark data")
    return Path(named)
