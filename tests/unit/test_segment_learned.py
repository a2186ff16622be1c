"""Learning from paragraph breaks, with letters for a model."""

from __future__ import annotations

import random
from itertools import accumulate
from pathlib import Path

import pytest

from ops.context import Context
from ops.errors import ModelError, UsageError
from ops.frames import Frames
from ops.registry import op_class
from ops.segment.piece import Document, Structure
from ops.segment.training import train
from tests.letters import LettersOnly
from tests.segments import documents


def texts(count: int) -> list[str]:
    """Paragraphs of vowels or of consonants: a break is where the letters change."""
    chance = random.Random(1)

    def sentence(letters: str) -> str:
        return "".join(chance.choice(letters) for _ in range(12)).capitalize() + "."

    def paragraph(number: int) -> str:
        letters = "aeiou" if number % 2 else "bcdfg"
        return " ".join(sentence(letters) for _ in range(3))

    return ["\n\n".join(paragraph(n) for n in range(40)) for _ in range(count)]


def test_breaks_are_learnt_and_found_where_no_blank_line_tells(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    ctx = Context(LettersOnly())
    made = train([Document(str(n), text) for n, text in enumerate(texts(10))], "minilm", ctx)
    assert made.accuracy > 0.95
    path = tmp_path / "segment.npz"
    made.network.save(path)
    op = op_class("segment.learned").model_validate(
        {"weights": str(path), "tokenizer": "words", "size": 100}
    )
    [text] = texts(1)
    flat = documents([text.replace("\n\n", " ")])
    chunks = op.apply(Frames({"documents": flat}), ctx)["chunks"]
    assert chunks["text"].to_list()[:3] == text.split("\n\n")[:3]
    assert chunks["boundary"][0] == "topic"
    assert chunks["boundary_score"][0] > chunks["boundary_threshold"][0] == 0.5


def test_what_the_loader_marked_is_a_break_too() -> None:
    pytest.importorskip("sklearn")
    marked, plain = [], []
    for number, text in enumerate(texts(6)):
        lines = text.split("\n\n")
        starts = [0, *accumulate(len(line) + 1 for line in lines)][:-1]
        spans = [
            Structure("paragraph", start, start + len(line))
            for start, line in zip(starts, lines, strict=True)
        ]
        body = "\n".join(lines)
        marked.append(Document(str(number), body, structure=tuple(spans)))
        plain.append(Document(str(number), body))
    ctx = Context(LettersOnly())
    assert train(marked, "minilm", ctx).breaks == 6 * 39
    with pytest.raises(UsageError, match="there are 0 breaks"):
        train(plain, "minilm", ctx)


def test_too_few_breaks() -> None:
    pytest.importorskip("sklearn")
    with pytest.raises(UsageError, match="200 of each"):
        train([Document("a", "One. Two.\n\nThree.")], "minilm", Context(LettersOnly()))


def test_weights_that_are_missing_or_damaged(tmp_path: Path) -> None:
    broken = tmp_path / "x.npz"
    broken.write_bytes(b"nothing")
    frames = Frames({"documents": documents(["One. Two."])})
    for path in ("", str(tmp_path / "no.npz"), str(broken)):
        op = op_class("segment.learned").model_validate({"weights": path, "tokenizer": "words"})
        with pytest.raises(ModelError, match="weights"):
            op.apply(frames, Context(LettersOnly()))
