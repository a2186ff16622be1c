"""A process that owns one model, and answers for the process that started it.

llama.cpp ends its process on some errors. Here that is this one: the other sees a closed pipe. Both
ends of the pipe are ours, so what goes through it is pickled. The first message is the kind of
model and its file; then come calls, one at a time, whose callbacks and result are sent back.

    python -m ops.inference.worker
"""

from __future__ import annotations

__all__ = ["Kind", "main"]

import os
import pickle
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeAlias

from ops.errors import Cancelled

if TYPE_CHECKING:
    from ops.inference.models import ModelFile

Kind = Literal["generator", "embedder", "situator"]
Tell: TypeAlias = Callable[..., None]
Calls: TypeAlias = Mapping[str, Callable[..., object]]


class _Answers:
    """The way back."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self.stopped = False

    def tell(self, name: str, *values: object) -> None:
        """Pass a callback on; this is where a call that is no longer wanted ends."""
        if self.stopped:
            raise Cancelled("stopped")
        self.send(name, values)

    def send(self, kind: str, value: object) -> None:
        pickle.dump((kind, value), self._pipe, pickle.HIGHEST_PROTOCOL)
        self._pipe.flush()


def main() -> None:
    """Answer calls from stdin until it is closed."""
    # Whatever prints must not come between the answers.
    answers = _Answers(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    # A key meant for the program in front goes to all of its processes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGUSR1"):
        signal.signal(signal.SIGUSR1, lambda number, frame: setattr(answers, "stopped", True))
    kind, file = pickle.load(sys.stdin.buffer)
    try:
        facts, calls = _MAKERS[kind](file, answers.tell)
    except Exception as error:
        answers.send("error", error)
        return
    answers.send("result", facts)
    while True:
        try:
            name, arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answers.stopped = False
        try:
            answers.send("result", calls[name](*arguments))
        except Exception as error:
            answers.send("error", error)


def _generator(file: ModelFile, tell: Tell) -> tuple[dict[str, Any], Calls]:
    from ops.inference.generator import generator_of

    model = generator_of(file)

    def answer(asked: Any, aloud: bool) -> object:
        heard = partial(tell, "text") if aloud else None
        return model.answer(asked, heard, partial(tell, "done"))

    return {}, {
        "count": model.count,
        "answer": answer,
        "choose": lambda prompts, options: model.choose(
            prompts, options, lambda done: tell("done", done)
        ),
        "follow": lambda pairs: model.follow(pairs, partial(tell, "done")),
        "logprobs": lambda text: model.logprobs(text, partial(tell, "done")),
    }


def _embedder(file: ModelFile, tell: Tell) -> tuple[dict[str, Any], Calls]:
    from ops.inference.embedder import embedder_of

    model = embedder_of(file)
    return {}, {
        "embed": lambda texts: model.embed(texts, partial(tell, "done")),
        "embed_tokens": lambda texts, too_long: model.embed_tokens(texts, too_long=too_long),
    }


def _situator(file: ModelFile, tell: Tell) -> tuple[dict[str, Any], Calls]:
    from ops.inference.kv.situate import situator_of

    model = situator_of(file)

    def situate(text: str, chunks: list[str], fewer: float, answer: int, kept: Any) -> object:
        told = partial(tell, "done")
        return model.situate(text, chunks, fewer=fewer, answer=answer, progress=told, **kept)

    return {"window": model.window}, {"count": model.count, "situate": situate}


_MAKERS: Mapping[str, Callable[[ModelFile, Tell], tuple[dict[str, Any], Calls]]] = {
    "generator": _generator,
    "embedder": _embedder,
    "situator": _situator,
}

if __name__ == "__main__":
    main()
