"""A process that owns a language model, and answers for the process that started it.

llama.cpp ends its process on some errors. Here that is this one: the other sees a closed pipe. Both
ends of the pipe are ours, so what goes through it is pickled.

    python -m ops.inference.worker MODEL
"""

from __future__ import annotations

__all__ = ["main"]

import os
import pickle
import sys
from pathlib import Path
from typing import Any, BinaryIO


def main(name: str) -> None:
    """Answer calls from stdin until it is closed."""
    # Whatever prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    from ops.inference.generator import generator_of
    from ops.inference.models import resolve

    try:
        model = generator_of(resolve(name, Path()))
    except Exception as error:
        _tell(answers, "error", error)
        return
    _tell(answers, "ready", None)
    while True:
        try:
            method, arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            _tell(answers, "result", _call(model, method, arguments, answers))
        except Exception as error:
            _tell(answers, "error", error)


def _call(model: Any, method: str, arguments: tuple[Any, ...], answers: BinaryIO) -> Any:
    match method:
        case "answer":
            asked, aloud = arguments
            return model.answer(
                asked,
                (lambda place, text: _tell(answers, "text", (place, text))) if aloud else None,
                lambda place: _tell(answers, "done", place),
            )
        case "logprobs":
            return model.logprobs(*arguments, lambda done: _tell(answers, "done", done))
        case "count":
            return model.count(*arguments)
        case other:
            raise ValueError(f"there is no call {other!r}")


def _tell(answers: BinaryIO, kind: str, value: object) -> None:
    pickle.dump((kind, value), answers)
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
