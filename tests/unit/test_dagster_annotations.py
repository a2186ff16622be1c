"""Dagster reads annotations of decorated functions and of configs as values, not as text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PIPELINES = Path(__file__).parents[2] / "pipelines"


def takes_dagster(path: Path) -> bool:
    """Whether a module imports Dagster at its top."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    imports = [node for node in body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return any(ast.unparse(node).split()[1].split(".")[0] == "dagster" for node in imports)


FACING = sorted(path for path in PIPELINES.rglob("*.py") if takes_dagster(path))


def test_they_are_found() -> None:
    assert {"assets.py", "automation.py", "checks.py"} <= {path.name for path in FACING}


@pytest.mark.parametrize("path", FACING, ids=lambda path: path.name)
def test_no_postponed_annotations(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    imported = [node.module for node in body if isinstance(node, ast.ImportFrom)]
    assert "__future__" not in imported
