"""llama-cpp-python's own interface, used plainly, to answer prompts one after another."""

from __future__ import annotations

__all__ = ["OneByOne"]

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ops.inference.cores import physical_cores
from ops.inference.llama import library


class OneByOne:
    """`Llama.create_completion`, held to a schema by `LlamaGrammar`, the likeliest token first.

    It, too, does not read again what a prompt has in common with the one before.
    """

    def __init__(self, path: Path, length: int, schema: Mapping[str, Any]) -> None:
        api = library()
        threads = physical_cores()
        self._model = api.Llama(
            str(path), n_ctx=length, n_threads=threads, n_threads_batch=threads, verbose=False
        )
        self._grammar = api.LlamaGrammar.from_json_schema(json.dumps(schema), verbose=False)

    def answer(self, tokens: NDArray[Any], limit: int) -> int:
        """Tokens written."""
        found = self._model.create_completion(
            tokens.tolist(), max_tokens=limit, temperature=0, grammar=self._grammar
        )
        return int(found["usage"]["completion_tokens"])

    def close(self) -> None:
        self._model.close()
