"""A worker process and the pipe to it."""

from __future__ import annotations

__all__ = ["ModelProcess"]

import atexit
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from ops.generation import ModelDied

if TYPE_CHECKING:
    from ops.inference.models import ModelFile
    from ops.inference.worker import Kind

SECONDS: Final = 10.0
"""Given to a process to end by itself."""

PATIENCE: Final = 2.0
"""Seconds given to a call to end after it is no longer wanted; then its process ends."""

SILENT: Final[Mapping[str, Callable[..., None]]] = MappingProxyType({})


class ModelProcess:
    """Makes calls in a worker (`ops.inference.worker`), one at a time; any thread may.

    The process starts with the first call and ends with this one. What ends it during a call is a
    `ModelDied` here, and the next call starts another. A callback that raises stops the call.
    """

    def __init__(self, kind: Kind, file: ModelFile) -> None:
        self._kind = kind
        self._file = file
        self._process: subprocess.Popen[bytes] | None = None
        self._said: BinaryIO | None = None
        self._facts: Mapping[str, Any] = {}
        self._lock = threading.Lock()
        atexit.register(self.close)

    @property
    def pid(self) -> int | None:
        """Of the process, if it runs."""
        return None if self._process is None else self._process.pid

    def fact(self, name: str) -> Any:
        """What the worker tells of its model when it starts."""
        if name not in self._facts:
            with self._lock:
                self._whole(self._started)
        return self._facts[name]

    def call(
        self, name: str, *arguments: object, hear: Mapping[str, Callable[..., None]] = SILENT
    ) -> Any:
        """The result of a call.

        Args:
            hear: is told what the call's callbacks are told, by their names. It may raise to stop.

        Raises:
            ModelDied: the process ended.
        """
        with self._lock:
            kind, value = self._whole(lambda: self._asked(name, arguments))
            while kind not in ("result", "error"):
                try:
                    if kind in hear:
                        hear[kind](*value)
                except BaseException:
                    self._stop()
                    raise
                kind, value = self._whole(self._receive)
        if kind == "error":
            raise value
        return value

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout, self._said):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was left to send finds nobody
                    continue
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _whole(self, step: Callable[[], Any]) -> Any:
        """Do one step at the pipe; half a message would spoil what follows, so then it ends."""
        try:
            return step()
        except BaseException:
            self._kill()
            raise

    def _asked(self, name: str, arguments: tuple[object, ...]) -> tuple[str, Any]:
        self._started()
        self._send((name, arguments))
        return self._receive()

    def _started(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._kill()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(
            # -P: nothing that lies in the folder where the program was started is imported.
            [sys.executable, "-P", "-m", "ops.inference.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env={**os.environ, "GGML_NO_BACKTRACE": "1"},
        )
        self._send((self._kind, self._file))
        kind, value = self._receive()
        if kind == "error":
            raise value
        self._facts = value

    def _stop(self) -> None:
        """End the call, or else the process."""
        process = self._process
        assert process is not None
        timer = threading.Timer(PATIENCE, process.kill)
        timer.start()
        try:
            process.send_signal(signal.SIGUSR1)
            while self._receive()[0] not in ("result", "error"):
                continue
        except BaseException:
            self._kill()
        finally:
            timer.cancel()

    def _send(self, message: object) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        try:
            pickle.dump(message, process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
        except OSError:
            raise self._died() from None

    def _receive(self) -> tuple[str, Any]:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        try:
            kind, value = pickle.load(process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise self._died() from None
        return kind, value

    def _died(self) -> ModelDied:
        process = self._process
        assert process is not None
        try:
            code = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        how = signal.Signals(-code).name if code < 0 else f"code {code}"
        return ModelDied(
            f"the process of {self._file.name} ended with {how}{self._last_words()}",
            hint="what it was asked may be too much for this build of llama.cpp; try another model",
        )

    def _last_words(self) -> str:
        """The line in which the process said why it ended."""
        if self._said is None:
            return ""
        size = self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, size - 4_096))
        lines = [line.strip() for line in self._said.read().decode("utf-8", "replace").splitlines()]
        telling = [line for line in lines if "ASSERT" in line or "rror" in line]
        return f": {telling[-1][:300]}" if telling else ""

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
        self.close()
