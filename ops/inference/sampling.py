"""Chooses tokens: the likeliest, or by chance; inside a grammar where there is one."""

from __future__ import annotations

__all__ = ["Sampler"]

import ctypes
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import ModelError, UsageError
from ops.generation import Sampling
from ops.inference.library import last_words, library, listen
from ops.inference.loaded import Model

FEW: Final = (64, 1_024, 8_192)
"""Likeliest tokens that are tried against a grammar, before the whole vocabulary is."""

SCANNED: Final = 256
"""States of grammars in which the whole vocabulary had to be tried, and what was allowed there."""

RECENT: Final = 64
"""Tokens back that the penalty for repeating looks at."""


_scanned: OrderedDict[tuple[str, str, tuple[int, ...]], NDArray[np.int64]] = OrderedDict()
"""By model, grammar and the tokens taken so far. Prompts of one form begin their answers
alike, and where few tokens are allowed, what is allowed does not depend on the prompt."""


class Sampler:
    """Chooses the tokens of one answer.

    A grammar is asked about the likeliest token alone, then about more and more, and only at last
    about the whole vocabulary, which takes longer than a small model's own step.

    Raises:
        UsageError: llama.cpp cannot read the grammar.
    """

    def __init__(
        self, model: Model, sampling: Sampling, *, seed: int = 0, grammar: str | None = None
    ) -> None:
        api = self._api = library()
        self._sampling = sampling
        self._vocabulary_size = model.vocabulary_size
        self._rules = (str(model.path), grammar or "")
        self._taken: tuple[int, ...] = ()
        self._one = api.llama_token_data()
        self._alone = api.llama_token_data_array(ctypes.pointer(self._one), 1, -1, False)
        self._grammar: Any = None
        self._chain: Any = None
        if grammar is not None:
            listen()
            self._grammar = api.llama_sampler_init_grammar(
                model.vocabulary, grammar.encode(), b"root"
            )
            if not self._grammar:
                raise UsageError(f"llama.cpp cannot read the grammar: {last_words()}")
        self._chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        for part in self._parts(seed):
            api.llama_sampler_chain_add(self._chain, part)

    def choose(self, logits: NDArray[np.float32]) -> int:
        """The next token, given the scores of the vocabulary.

        Raises:
            ModelError: no token goes on from here.
        """
        best = int(logits.argmax())
        sampling = self._sampling
        greedy = sampling.temperature == 0 and sampling.repeat_penalty == 1
        if greedy and self._allows(best):
            return self._take(best)
        for candidates in self._candidates(logits):
            if len(candidates):
                return self._take(self._draw(candidates, logits))
        raise ModelError("the grammar allows no token here")

    def close(self) -> None:
        """Give the memory back."""
        for part in (self._grammar, self._chain):
            if part:
                self._api.llama_sampler_free(part)
        self._grammar = self._chain = None

    def _parts(self, seed: int) -> list[Any]:
        api, one = self._api, self._sampling
        parts = []
        if one.repeat_penalty != 1:
            penalty = (RECENT, one.repeat_penalty, 0.0, 0.0)
            parts.append(api.llama_sampler_init_penalties(self._vocabulary_size, *penalty))
        if one.temperature == 0:
            return [*parts, api.llama_sampler_init_greedy()]
        return [
            *parts,
            api.llama_sampler_init_top_k(one.top_k),
            api.llama_sampler_init_top_p(one.top_p, 1),
            api.llama_sampler_init_min_p(one.min_p, 1),
            api.llama_sampler_init_temp(one.temperature),
            api.llama_sampler_init_dist(seed & 0xFFFF_FFFF),
        ]

    def _candidates(self, logits: NDArray[np.float32]) -> Iterator[NDArray[np.int64]]:
        """Tokens that the grammar allows: of the likeliest few, then of more."""
        whole = np.arange(len(logits))
        if self._grammar is None:
            few = max(FEW[0], self._sampling.top_k) if self._sampling.top_k > 0 else len(logits)
            yield np.argpartition(logits, -few)[-few:] if len(logits) > few else whole
            return
        here = (*self._rules, self._taken)
        if (known := _scanned.get(here)) is not None:
            yield known
            return
        for few in FEW:
            if few < len(logits):
                likely = np.argpartition(logits, -few)[-few:]
                yield likely[self._allowed(likely, logits)]
        found = whole[self._allowed(whole, logits)]
        if len(found) <= FEW[1]:
            _scanned[here] = found
        if len(_scanned) > SCANNED:
            _scanned.popitem(last=False)
        yield found

    def _take(self, token: int) -> int:
        if self._grammar is not None:
            self._api.llama_sampler_accept(self._grammar, token)
            self._taken = (*self._taken, token)
        self._api.llama_sampler_accept(self._chain, token)
        return token

    def _allows(self, token: int) -> bool:
        if self._grammar is None:
            return True
        self._one.id, self._one.logit, self._one.p = token, 0.0, 0.0
        self._alone.size, self._alone.selected = 1, -1
        self._api.llama_sampler_apply(self._grammar, ctypes.byref(self._alone))
        return bool(self._one.logit == 0.0)

    def _allowed(
        self, candidates: NDArray[np.int64], logits: NDArray[np.float32]
    ) -> NDArray[np.bool_]:
        array, data = self._array(candidates, logits)
        self._api.llama_sampler_apply(self._grammar, ctypes.byref(array))
        found: NDArray[np.bool_] = data["logit"] != -np.inf
        return found

    def _draw(self, candidates: NDArray[np.int64], logits: NDArray[np.float32]) -> int:
        order = candidates[np.lexsort((candidates, -logits[candidates]))]
        array, data = self._array(order, logits)
        array.sorted = True
        self._api.llama_sampler_apply(self._chain, ctypes.byref(array))
        if not 0 <= array.selected < array.size:
            raise ModelError("llama.cpp chose no token")
        return int(data["id"][array.selected])

    def _array(
        self, candidates: NDArray[np.int64], logits: NDArray[np.float32]
    ) -> tuple[Any, NDArray[Any]]:
        kind = [("id", np.int32), ("logit", np.float32), ("p", np.float32)]
        data = np.zeros(len(candidates), dtype=kind)
        data["id"] = candidates
        data["logit"] = logits[candidates]
        api = self._api
        pointer = ctypes.cast(data.ctypes.data, ctypes.POINTER(api.llama_token_data))
        return api.llama_token_data_array(pointer, len(data), -1, False), data
