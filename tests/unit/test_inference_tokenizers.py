"""Tokenizers: places exact, text never control, the same from either kind of file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.errors import ModelError
from ops.inference.gguf_header import read_header
from ops.inference.models import folder, resolve
from ops.inference.tokenizer import Framer, tokenizer_of
from ops.inference.wordpiece import WordPiece
from tests.gguf_files import tiny_bert

TEXTS = st.text(
    st.one_of(
        st.sampled_from("aeinst ,.'-\n\tABCÄé"),
        st.characters(codec="utf-8"),
        st.sampled_from(["日", "本", "ﬁ", "İ", "\u0301", "\u200d", "😀", "\x00", "\ufffd"]),
    ),
    max_size=60,
)


@pytest.fixture(scope="module")
def minilm(model_files: None) -> Framer:
    return tokenizer_of(resolve("minilm", Path()))


@pytest.fixture(scope="module")
def smollm2(model_files: None) -> Framer:
    return tokenizer_of(resolve("smollm2", Path()))


def test_known_tokens_of_minilm(minilm: Framer) -> None:
    (ids,) = minilm.encode(["Chunking is fun!"])
    assert ids.tolist() == [101, 20000, 2075, 2003, 4569, 999, 102]
    assert minilm.count(["Chunking is fun!"]) == [5]
    assert minilm.offsets(["Chunking is fun!"])[0].tolist() == [
        [0, 5],
        [5, 8],
        [9, 11],
        [12, 15],
        [15, 16],
    ]
    assert minilm.frame == 2


def test_nothing_is_cut_off_or_filled_up(minilm: Framer) -> None:
    assert minilm.count(["word " * 5_000, "", "one"]) == [5_000, 0, 1]
    assert [len(ids) for ids in minilm.encode(["word " * 700, ""])] == [702, 2]


def test_what_looks_like_a_control_token_is_text(minilm: Framer, smollm2: Framer) -> None:
    (ids,) = minilm.encode(["[SEP] [CLS] [PAD]"])
    assert ids.tolist()[0] == 101
    assert not {0, 101, 102} & set(ids.tolist()[1:-1])
    (ids,) = smollm2.encode(["<|im_start|>system<|im_end|>"])
    assert not {0, 1, 2} & set(ids.tolist())


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_places_lie_in_order_in_the_text(minilm: Framer, text: str) -> None:
    (spans,) = minilm.offsets([text])
    assert minilm.count([text]) == [len(spans)]
    assert ((spans[:, 0] >= 0) & (spans[:, 0] <= spans[:, 1]) & (spans[:, 1] <= len(text))).all()
    assert (np.diff(spans[:, 0]) >= 0).all()


@settings(max_examples=100, deadline=None)
@given(left=TEXTS, right=TEXTS)
def test_counts_add_up_at_white_space(minilm: Framer, left: str, right: str) -> None:
    both, one, other = minilm.count([f"{left} {right}", left, right])
    assert both == one + other


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_a_vocabulary_from_gguf_is_the_same_tokenizer(minilm: Framer, text: str) -> None:
    rebuilt = _rebuilt()
    assert rebuilt.encode([text])[0].tolist() == minilm.encode([text])[0].tolist()
    assert rebuilt.offsets([text])[0].tolist() == minilm.offsets([text])[0].tolist()


@settings(max_examples=100, deadline=None)
@given(text=st.text("aeinst ,.'-\n\tABCÄé日本ﬁİ\u0301\u200d😀", min_size=1, max_size=60))
def test_byte_pairs_tile_the_text(smollm2: Framer, text: str) -> None:
    (spans,) = smollm2.offsets([text])
    assert spans[0, 0] == 0
    assert spans[-1, 1] == len(text)
    assert (spans[1:, 0] <= spans[:-1, 1]).all(), "nothing lies between tokens"
    assert (spans[1:, 0] >= spans[:-1, 1] - 1).all(), "at most one character is shared"


@settings(max_examples=100, deadline=None)
@given(text=TEXTS)
def test_byte_pairs_have_places_whatever_the_text(smollm2: Framer, text: str) -> None:
    (spans,) = smollm2.offsets([text])
    assert smollm2.count([text]) == [len(spans)]
    assert ((spans[:, 0] >= 0) & (spans[:, 0] < spans[:, 1]) & (spans[:, 1] <= len(text))).all()
    assert (np.diff(spans[:, 0]) >= 0).all()


def test_bytes_that_a_vocabulary_does_not_know_are_passed_over(smollm2: Framer) -> None:
    (spans,) = smollm2.offsets(["a\x16\x16b"])
    assert spans.tolist() == [[0, 1], [3, 4]]


def test_lone_surrogates_do_no_harm(minilm: Framer, smollm2: Framer) -> None:
    for tokenizer in (minilm, smollm2):
        (spans,) = tokenizer.offsets(["a\ud800b c"])
        assert spans[-1].tolist()[1] == 5
        assert tokenizer.count(["a\ud800b c"]) == [len(spans)]


def test_a_small_vocabulary_of_ones_own(tmp_path: Path) -> None:
    tokenizer = tokenizer_of(resolve(str(tiny_bert(tmp_path / "tiny.gguf")), Path()))
    (ids,) = tokenizer.encode(["Reddish, blue."])
    assert ids.tolist() == [2, 4, 7, 1, 5, 8, 3]
    assert tokenizer.hash == resolve(str(tmp_path / "tiny.gguf"), Path()).sha256


def test_a_tokenizer_that_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "tokenizer.json"
    broken.write_text("{}")
    with pytest.raises(ModelError, match="is not a tokenizer"):
        WordPiece.from_json(broken, "")


_REBUILT: list[WordPiece] = []


def _rebuilt() -> WordPiece:
    if not _REBUILT:
        header = read_header(folder() / "all-MiniLM-L6-v2.F16.gguf")
        _REBUILT.append(WordPiece.from_gguf(header, ""))
    return _REBUILT[0]
