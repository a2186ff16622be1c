"""The store: LanceDB tables, manifests, ledger, lease, index, search.

Importing this is light; LanceDB is imported at the first touch of a store. `warm` starts that
import beside other work.
"""

from __future__ import annotations

__all__ = [
    "FitRow",
    "Part",
    "LedgerRow",
    "Manifest",
    "Mode",
    "Policy",
    "Reader",
    "RunRecord",
    "SearchHit",
    "Store",
    "Tables",
    "Where",
    "warm",
]

import contextlib
import importlib
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.filters import Where
    from storage.fits import FitRow, Part
    from storage.ledger import LedgerRow
    from storage.manifests import Manifest
    from storage.reader import Reader
    from storage.runs import RunRecord
    from storage.search import Mode, SearchHit
    from storage.store import Store
    from storage.tables import Tables
    from storage.upkeep import Policy

_HOMES = {
    "FitRow": "storage.fits",
    "Part": "storage.fits",
    "LedgerRow": "storage.ledger",
    "Manifest": "storage.manifests",
    "Mode": "storage.search",
    "Policy": "storage.upkeep",
    "Reader": "storage.reader",
    "RunRecord": "storage.runs",
    "SearchHit": "storage.search",
    "Store": "storage.store",
    "Tables": "storage.tables",
    "Where": "storage.filters",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'storage' has no attribute {name!r}")


def warm() -> None:
    """Start importing LanceDB in a thread; the first touch of a store then waits less.

    The interpreter waits for that thread when it ends: native code that is cut off in the midst of
    its import aborts the process.
    """
    threading.Thread(target=_import, name="warm-lancedb").start()


def _import() -> None:
    # What fails here, as imports do while the interpreter ends, is told at the first touch.
    with contextlib.suppress(Exception):
        importlib.import_module("pyarrow")
        importlib.import_module("lancedb")
