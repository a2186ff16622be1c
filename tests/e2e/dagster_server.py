"""`dagster dev` in a process group of its own, asked through its GraphQL."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 240
"""Seconds; starting takes about 15 on a quiet machine."""

LOADED = "{ assetNodes { id } }"
RUN = "query ($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"


class Server:
    """A running `dagster dev`."""

    def __init__(self, port: int, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.log = log
        self.process = process

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data that a query gives."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.address}/graphql", body, {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def wait(self) -> None:
        """Wait until the notebooks are loaded."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self.process.poll() is None, self.said()
            with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                if self.ask(LOADED)["assetNodes"]:
                    return
            time.sleep(0.5)
        pytest.fail(f"no assets after {PATIENCE} s:\n{self.said()}")

    def ends(self, run: str) -> str:
        """How a run ends, once it does."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            status = str(self.ask(RUN, run=run)["runOrError"]["status"])
            if status in ("SUCCESS", "FAILURE", "CANCELED"):
                return status
            time.sleep(0.5)
        pytest.fail(f"run {run} is still {status} after {PATIENCE} s:\n{self.said()}")

    def said(self) -> str:
        """Its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def dagster_dev(folder: Path, environment: dict[str, str]) -> Iterator[Server]:
    """Start it in a folder, and end it with all that it started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "dev.log"
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(ROOT / "workspace.yaml")]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "-h", "127.0.0.1", "-p", str(port)],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        server = Server(port, log, process)
        server.wait()
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
