"""One prompt on its way through the engine."""

from __future__ import annotations

__all__ = ["Completion", "Job", "Request"]

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ops.generation import Sampling
from ops.inference.sampling import Sampler

Ended = Literal["end", "stop", "length", "refused"]


@dataclass(frozen=True, slots=True)
class Request:
    """What the engine is asked, in tokens."""

    tokens: NDArray[np.int32]
    max_tokens: int
    grammar: str | None = None
    stop: tuple[str, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    seed: int = 0
    options: tuple[int, ...] = ()
    """Tokens whose scores are wanted instead of an answer."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What came of a request."""

    text: str
    tokens: int
    ended: Ended
    error: str = ""
    scores: tuple[float, ...] = ()
    """ln p of each of the request's options as the first token."""


@dataclass(slots=True)
class Job:
    """A request that has a sequence of its own."""

    index: int
    request: Request
    slot: int
    sampler: Sampler
    tell: Callable[[str], None]
    done: int = 0
    """Tokens of the prompt that are in the memory."""
    source: int | None = None
    """The sequence whose beginning it will share, once that has been read."""
    shares: int = 0
    pending: int | None = None
    """The token chosen last, not yet read back."""
    said: int = 0
    """Tokens of the answer."""
    text: str = ""
    told: int = 0
    ended: Ended | None = None
    error: str = ""
    scores: tuple[float, ...] = ()
    decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )

    @property
    def position(self) -> int:
        """Where its next token goes."""
        return self.done + max(0, self.said - 1)

    @property
    def unread(self) -> int:
        """Tokens of the prompt that are not yet in the memory."""
        return len(self.request.tokens) - self.done

    @property
    def left(self) -> int:
        """Entries of the memory that it may still need, itself alone."""
        shared = self.shares if self.source is not None else 0
        return len(self.request.tokens) + self.request.max_tokens - self.position - shared

    def say(self, token: int, piece: bytes, *, end: bool) -> None:
        """Take in a chosen token; `ended` says whether it was the last."""
        self.said += 1
        self.pending = token
        if end:
            self.ended = "end"
        else:
            self.text += self.decoder.decode(piece)
            self._stop()
        if self.ended is None and self.said >= self.request.max_tokens:
            self.ended = "length"
        if self.ended == "end":  # a limit may fall into a character, which is then left out
            self.text += self.decoder.decode(b"", final=True)
        self._tell()

    def weigh(self, logits: NDArray[np.float32]) -> None:
        """Take in the scores that are wanted instead of an answer."""
        own = logits.astype(np.float64)
        total = own.max() + np.log(np.exp(own - own.max()).sum())
        self.scores = tuple((own[list(self.request.options)] - total).tolist())
        self.ended = "end"

    def fail(self, reason: str) -> None:
        """No token goes on from here."""
        self.ended, self.error = "stop", reason

    def _stop(self) -> None:
        places = [place for word in self.request.stop if (place := self.text.find(word)) >= 0]
        if places:
            self.text = self.text[: min(places)]
            self.ended = "stop"

    def _tell(self) -> None:
        """Pass on what cannot be the beginning of a stop word."""
        sure = len(self.text)
        if self.ended is None:
            sure -= max((_overlap(self.text, word) for word in self.request.stop), default=0)
        if sure > self.told:
            self.tell(self.text[self.told : sure])
            self.told = sure

    def completion(self) -> Completion:
        """What came of it."""
        ended = self.ended or "length"
        return Completion(self.text, self.said, ended, self.error, self.scores)


def _overlap(text: str, word: str) -> int:
    """Length of the longest end of a text that begins a word."""
    for length in range(min(len(text), len(word) - 1), 0, -1):
        if word.startswith(text[-length:]):
            return length
    return 0
