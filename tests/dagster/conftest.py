"""Fixtures of the tests of the Dagster side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ops import registry
from tests.dagster import tiny

HANDBOOK = """\
name: handbook
cells:
  - note: |
      Rules of the *desk*.
  - id: source
    op: load.files
    params: {path: docs}
  - id: chunks
    op: segment.fixed
    params: {size: 12, tokenizer: words}
  - id: metadata
    op: enrich.metadata
schedule: {cron: "0 2 * * *", timezone: Europe/Berlin}
"""

TINY = """\
name: tiny
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: chunks
    op: segment.tiny
    params: {wait: WAIT, shift: SHIFT}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A notebook `handbook.yaml` over six small documents."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(1, 7):
        lines = [f"Rule {number}.{n}: ask *twice* <b>before</b> you cut." for n in range(number)]
        (docs / f"rule{number}.txt").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "handbook.yaml").write_text(HANDBOOK, encoding="utf-8")
    return tmp_path


@pytest.fixture
def handbook(folder: Path) -> Path:
    """The notebook's path."""
    return folder / "handbook.yaml"


@pytest.fixture
def tiny_ops(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The ops of `tests.dagster.tiny`, known by name."""
    monkeypatch.setattr(registry, "BUILT_IN", {**registry.BUILT_IN, **tiny.OPS})
    registry._places.cache_clear()
    yield
    registry._places.cache_clear()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance in memory."""
    with dg.DagsterInstance.ephemeral() as found:
        yield found
