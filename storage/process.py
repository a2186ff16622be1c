"""Which process holds a lease, and whether it is still alive."""

from __future__ import annotations

__all__ = ["Process"]

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A process, told apart from a later one with the same number by when it started."""

    host: str
    boot: str
    """Names this start of the machine and the container's process numbers; "" when unknown."""
    pid: int
    started: str
    """"" when the system does not say."""

    @classmethod
    def this(cls) -> Process:
        """The process that runs this code."""
        pid = os.getpid()
        return cls(socket.gethostname(), _boot(), pid, _started(pid))

    def is_gone(self) -> bool:
        """Whether it surely ended. One that cannot be looked at from here counts as alive."""
        if (self.host, self.boot) != (socket.gethostname(), _boot()) or sys.platform == "win32":
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            pass  # it is there, and another user's
        return bool(self.started) and _started(self.pid) != self.started


def _boot() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """When a process started, in the system's own words; "" if unknown, "ended" for a zombie."""
    try:
        # After the name, which may hold spaces and brackets: state, …, start in ticks since boot.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "ended" if fields[0] in "ZX" else fields[19]
    except OSError:
        pass
    if not Path("/proc/self/stat").exists() and sys.platform != "win32":
        command = ["ps", "-o", "lstart=", "-p", str(pid)]
        try:
            return subprocess.run(command, capture_output=True, text=True, timeout=5).stdout.strip()
        except (OSError, subprocess.SubprocessError):
            pass
    return ""
