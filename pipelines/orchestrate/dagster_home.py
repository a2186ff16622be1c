"""Where the notebooks are, and where Dagster keeps their runs."""

from __future__ import annotations

__all__ = ["dagster_instance", "home_for", "notebook_paths"]

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ops.errors import StoreError

if TYPE_CHECKING:
    from dagster import DagsterInstance

NOTEBOOKS: Final = "CHUNKBOOK_NOTEBOOKS"
DEFAULT: Final = "notebooks/*.yaml"
HOME: Final = "DAGSTER_HOME"

LOCATION: Final = "chunkbook"
MODULE: Final = "pipelines.definitions"
WORKSPACE: Final = f"""\
# What `dagster dev` loads: every notebook that CHUNKBOOK_NOTEBOOKS names (notebooks/*.yaml).
load_from:
  - python_module:
      module_name: {MODULE}
      location_name: {LOCATION}
"""

SETTINGS: Final = """\
# Chunkbook's runs, as Dagster records them; kept in this folder, in SQLite.
telemetry:
  enabled: false
nux:
  enabled: false
retention:
  schedule: {purge_after_days: {skipped: 7, success: 90, failure: 90}}
  sensor: {purge_after_days: {skipped: 7, success: 90, failure: 90}}
"""

NO_CAPTURE: Final[dict[str, Any]] = {
    "module": "dagster._core.storage.noop_compute_log_manager",
    "class": "NoOpComputeLogManager",
}


def notebook_paths() -> list[Path]:
    """The notebook files, sorted, each once.

    `CHUNKBOOK_NOTEBOOKS` holds paths and patterns, separated like those of PATH (default
    `notebooks/*.yaml`), relative to the working directory. A path without a wildcard counts even
    if nothing is there, so that it is missed.
    """
    found: set[Path] = set()
    here = Path.cwd()
    for pattern in (os.environ.get(NOTEBOOKS) or DEFAULT).split(os.pathsep):
        if not pattern.strip():
            continue
        place = here / Path(pattern.strip()).expanduser()
        if any(mark in pattern for mark in "*?["):
            root = Path(place.anchor)
            found.update(p for p in root.glob(str(place.relative_to(root))) if p.is_file())
        else:
            found.add(place)
    return sorted(found)


def home_for(paths: Sequence[Path]) -> Path:
    """Dagster's home for these notebooks, made ready: `DAGSTER_HOME`, or `.chunkbook/dagster`
    beside the first of them.

    Raises:
        StoreError: it cannot be written.
    """
    beside = paths[0].parent if paths else Path.cwd()
    home = Path(os.environ.get(HOME) or beside / ".chunkbook" / "dagster").expanduser().absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
        for name, text in (("dagster.yaml", SETTINGS), ("workspace.yaml", WORKSPACE)):
            if not (home / name).exists():
                (home / name).write_text(text, encoding="utf-8")
        writable = os.access(home, os.W_OK)
    except OSError as error:
        raise _unusable(home, error.strerror or str(error)) from error
    if not writable:
        raise _unusable(home, "permission denied")
    return home


@contextmanager
def dagster_instance(path: Path) -> Iterator[DagsterInstance]:
    """The Dagster instance that records this notebook's runs in this process.

    Output of steps is not captured into files: that would take the terminal from the caller.

    Raises:
        StoreError: its home cannot be written or read.
    """
    import dagster as dg
    from dagster._core.instance import InstanceRef

    home = home_for([path])
    overrides = {"compute_logs": NO_CAPTURE, "telemetry": {"enabled": False}}
    try:
        opened = dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=overrides))
    except Exception as error:  # SQLAlchemy's, alembic's and Dagster's own
        raise _unusable(home, " ".join(str(error).split())) from error
    with opened as instance:
        yield instance


def _unusable(home: Path, reason: str) -> StoreError:
    return StoreError(
        f"Dagster's home {home} cannot be used: {reason}",
        hint=f"make it writable, or set {HOME} to another folder",
    )
