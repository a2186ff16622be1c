"""A generator whose model lives in a process of its own."""

from __future__ import annotations

__all__ = ["OwnedGenerator", "owned_generator"]

import atexit
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from ops.generation import Answer, ModelDied, Prompt, Surprisal
from ops.inference.checked import Asked, Checked
from ops.inference.generator import LENGTH
from ops.inference.models import KNOWN, ModelFile, demand

SECONDS: Final = 10.0
"""Given to a process to end by itself."""


class OwnedGenerator(Checked):
    """`ops.generation.Generator` in a worker process (`ops.inference.worker`).

    The process starts with the first call and ends with this one. An error of llama.cpp that ends
    it is a `ModelDied` here. A callback that raises ends it too: so a call is stopped at once.
    """

    def __init__(self, file: ModelFile) -> None:
        demand(file, "text")
        self._file = file
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def hash(self) -> str:
        """Names the model file."""
        return self._file.sha256

    @property
    def window(self) -> int:
        """Most tokens of a prompt and its answer together."""
        return min(LENGTH, self._file.context)

    def count(self, prompts: Sequence[Prompt]) -> list[int]:
        """For each prompt its tokens, marks of the chat included."""
        found: list[int] = self._call("count", (list(prompts),))
        return found

    def answer(
        self,
        asked: Sequence[Asked],
        on_text: Callable[[int, str], None] | None,
        on_done: Callable[[int], None] | None,
    ) -> list[Answer]:
        """An answer to each, unchecked, in their order; both callbacks are told the place."""
        found: list[Answer] = self._call("answer", (list(asked), bool(on_text)), on_text, on_done)
        return found

    def logprobs(self, text: str, progress: Callable[[int], None] | None = None) -> Surprisal:
        """The surprisal of each token of a text."""
        found: Surprisal = self._call("logprobs", (text,), None, progress)
        return found

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _call(
        self,
        method: str,
        arguments: tuple[Any, ...],
        on_text: Callable[[int, str], None] | None = None,
        on_done: Callable[[int], None] | None = None,
    ) -> Any:
        with self._lock:
            try:
                self._started()
                self._send((method, arguments))
                while True:
                    kind, value = self._receive()
                    if kind == "result":
                        return value
                    if kind == "error":
                        break
                    if kind == "text" and on_text:
                        on_text(*value)
                    if kind == "done" and on_done:
                        on_done(value)
            except BaseException:
                self._kill()
                raise
        raise value

    def _started(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._kill()
        name = self._file.name if self._file.name in KNOWN else str(self._file.path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ops.inference.worker", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        kind, value = self._receive()
        if kind == "error":
            raise value

    def _send(self, message: object) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        try:
            pickle.dump(message, process.stdin)
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
            f"the process of {self._file.name} ended with {how}",
            hint="what it was asked may be too much for this build of llama.cpp; try another model",
        )

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
        self.close()


@lru_cache(maxsize=2)
def owned_generator(file: ModelFile) -> OwnedGenerator:
    """The generator of a model in a process of its own, one for this process."""
    made = OwnedGenerator(file)
    atexit.register(made.close)
    return made
