"""How many threads a model should take."""

from __future__ import annotations

__all__ = ["physical_cores"]

import os
import platform
import subprocess
from functools import cache
from pathlib import Path


@cache
def physical_cores() -> int:
    """Cores that this process may use; two hyper-threads of a core count once.

    The units that multiply matrices are shared by the hyper-threads of a core, so more threads
    than cores only wait for each other.
    """
    allowed = _allowed()
    return max(1, min(len(allowed), _distinct(allowed)))


def _allowed() -> set[int]:
    if hasattr(os, "sched_getaffinity"):
        return set(os.sched_getaffinity(0))
    return set(range(os.cpu_count() or 1))


def _distinct(cpus: set[int]) -> int:
    if platform.system() == "Darwin":
        answer = subprocess.run(
            ["sysctl", "-n", "hw.physicalcpu"], capture_output=True, text=True, check=False
        ).stdout.strip()
        return int(answer) if answer.isdigit() else len(cpus)
    siblings = set()
    for cpu in cpus:
        listing = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            siblings.add(listing.read_text(encoding="ascii"))
        except OSError:
            return len(cpus)
    return len(siblings)
