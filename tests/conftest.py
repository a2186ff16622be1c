"""Fixtures for all tests: nothing of the person's own settings reaches them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# `make test` tries the same examples each time, so that its answer tells of the code alone;
# `make test-full` tries new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_configure() -> None:
    """Give each of several workers its own share of the cores.

    Models take a thread a core, and threads that wait for one another suffer badly from others on
    their cores.
    """
    worker, of = os.environ.get("PYTEST_XDIST_WORKER"), os.environ.get("PYTEST_XDIST_WORKER_COUNT")
    if worker and of and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        own = cores[int(worker.removeprefix("gw")) % len(cores) :: int(of)]
        os.sched_setaffinity(0, own)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes are no names: archives hold the time they were made, and workers must agree."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment without what points Chunkbook or Dagster elsewhere."""
    monkeypatch.setenv("CHUNKBOOK_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("CHUNKBOOK_SETTINGS", str(tmp_path / "settings.toml"))
    monkeypatch.delenv("NO_COLOR", raising=False)
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
