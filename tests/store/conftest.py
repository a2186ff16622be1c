"""A fresh store for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import Store, Tables


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "lance")


@pytest.fixture
def tables(store: Store) -> Tables:
    return store.tables("handbook")
