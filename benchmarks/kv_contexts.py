"""Essays with facts planted at every depth."""

from __future__ import annotations

__all__ = ["CONTEXTS", "DECILES", "LONGEST", "Context", "Planted", "contexts"]

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import descriptions
from benchmarks.kv_facts import FACTS, Fact, facts, spare_words
from ops.inference.llama import Model
from ops.inference.models import folder

CONTEXTS: Final = 10
DECILES: Final = 10
SHORTEST: Final = 4_096
LONGEST: Final = 7_680
TOKENIZER: Final = "all-MiniLM-L6-v2.tokenizer.json"


@dataclass(frozen=True, slots=True)
class Planted:
    """A fact in a context, and how it is asked for."""

    fact: Fact
    decile: int
    question: NDArray[np.int32]
    answer: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Context:
    """A text of essays with a fact in each twentieth of it."""

    tokens: NDArray[np.int32]
    bare: NDArray[np.int32]
    """The same essays without the facts."""
    planted: tuple[Planted, ...]


def contexts(data: Path | None, model: Model) -> tuple[str, list[Context]]:
    """Where the texts come from, and CONTEXTS of them, of lengths spread evenly."""
    source, text = _haystack(data)
    vocabulary = [model.piece(token) for token in range(model.vocabulary_size)]
    pieces = [piece.decode("utf-8", "replace") for piece in vocabulary]
    common = json.loads((folder() / TOKENIZER).read_text(encoding="utf-8"))["model"]["vocab"]
    words = spare_words(pieces, frozenset(common), text)
    stops = np.array([piece.endswith((".", "\n\n")) for piece in pieces])
    tokens = model.tokenise(text, special=False)
    lengths = np.linspace(SHORTEST, LONGEST, CONTEXTS).astype(int)
    if int(lengths.sum()) > len(tokens):
        tokens = np.tile(tokens, -(-int(lengths.sum()) // len(tokens)))
    found, at = [], 0
    for turn in range(CONTEXTS):
        length = int(lengths[turn * 3 % CONTEXTS])
        own = facts(words, turn)
        found.append(_planted(model, tokens[at : at + length], own, stops))
        at += length
    return source, found


def _haystack(data: Path | None) -> tuple[str, str]:
    if data is not None:
        files = sorted((data / "longctx_pg_essays" / "essays").glob("*.txt"))
        if files:
            return "longctx_pg_essays", "\n\n".join(f.read_text(encoding="utf-8") for f in files)
    texts = sorted(descriptions().values(), key=len)[::-1]
    return "descriptions of installed packages", "\n\n".join(texts)


def _planted(
    model: Model, bare: NDArray[np.int32], own: list[Fact], stops: NDArray[np.bool_]
) -> Context:
    """As many tokens as `bare` has, facts included, each behind the end of a sentence."""
    sentences = [model.tokenise(f" {fact.statement} {fact.answer}.", special=False) for fact in own]
    room = len(bare) - sum(map(len, sentences))
    ends = np.flatnonzero(stops[bare[:room]]) + 1
    parts: list[NDArray[np.int32]] = []
    planted = []
    cut = length = 0
    for place, (fact, sentence) in enumerate(zip(own, sentences, strict=True)):
        wanted = (place + 0.5) / len(own) * room
        end = int(ends[np.abs(ends - wanted).argmin()]) if len(ends) else int(wanted)
        end = max(cut, end)
        parts += [bare[cut:end], sentence]
        length += end - cut
        planted.append(
            Planted(
                fact,
                min(DECILES - 1, length * DECILES // len(bare)),
                model.tokenise(f"\n\nTo repeat: {fact.statement}", special=False),
                model.tokenise(f" {fact.answer}", special=False),
            )
        )
        length += len(sentence)
        cut = end
    tokens = np.concatenate([*parts, bare[cut:room]])
    assert len(tokens) == len(bare)
    assert len(planted) == len(FACTS)
    return Context(tokens, bare, tuple(planted))
