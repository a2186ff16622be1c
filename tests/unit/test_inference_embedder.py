"""Embedding through llama.cpp: right, in order, whole, and never an abort of the process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.context import Embedder
from ops.errors import DocumentError, ModelError
from ops.inference.embedder import LlamaEmbedder, embedder_of
from ops.inference.llama import Context, Model
from ops.inference.models import resolve
from ops.inference.token_windows import token_windows
from ops.inference.tokenizer import tokenizer_of
from tests.gguf_files import tiny_bert


@pytest.fixture(scope="module")
def minilm(model_files: None) -> LlamaEmbedder:
    return embedder_of(resolve("minilm", Path()))


def _tiny(path: Path, **settings: int | None) -> LlamaEmbedder:
    file = resolve(str(tiny_bert(path, **settings)), Path())  # type: ignore[arg-type]
    return LlamaEmbedder(file, tokenizer_of(file), threads=1)


def test_it_is_an_embedder(minilm: LlamaEmbedder) -> None:
    embedder: Embedder = minilm
    assert (embedder.dimensions, embedder.window) == (384, 510)
    assert embedder.hash == resolve("minilm", Path()).sha256


def test_it_gives_the_similarities_of_the_models_card(minilm: LlamaEmbedder) -> None:
    a, b, c, d = minilm.embed(
        [
            "A man is eating food.",
            "A man is eating a piece of bread.",
            "The girl is carrying a baby.",
            "A cheetah is running behind its prey.",
        ]
    )
    assert float(a @ b) == pytest.approx(0.755, abs=0.002)
    assert float(a @ c) < 0.2
    assert float(b @ d) < 0.2


def test_vectors_have_length_one_and_keep_the_order_of_texts(minilm: LlamaEmbedder) -> None:
    texts = [" ".join(["word", "of", "number", str(n)] * (1 + n % 37)) for n in range(90)]
    together = minilm.embed(texts)
    alone = np.concatenate([minilm.embed([text]) for text in texts[::9]])
    assert together.shape == (90, 384)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert float((together[::9] * alone).sum(axis=1).min()) > 1 - 1e-5


def test_nothing_gives_nothing_and_the_empty_text_a_vector(minilm: LlamaEmbedder) -> None:
    assert minilm.embed([]).shape == (0, 384)
    assert np.isfinite(minilm.embed([""])).all()


def test_the_longest_text_fits_and_one_token_more_is_refused(minilm: LlamaEmbedder) -> None:
    assert minilm.embed(["word " * 510]).shape == (1, 384)
    with pytest.raises(DocumentError, match=r"511 tokens .* 510"):
        minilm.embed(["short", "word " * 511])


def test_progress_counts_every_text_and_may_stop(minilm: LlamaEmbedder) -> None:
    done: list[int] = []
    minilm.embed(["some words here"] * 200, done.append)
    assert sum(done) == 200
    assert len(done) > 1

    class Stop(Exception):
        pass

    def stop(texts: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        minilm.embed(["some words here"] * 200, stop)
    assert minilm.embed(["it still works"]).shape == (1, 384)


def test_a_longer_window_gets_a_larger_batch(tmp_path: Path) -> None:
    embedder = _tiny(tmp_path / "long.gguf", context=2048)
    vectors = embedder.embed(["red " * 1_500, "blue", "green " * 600])
    assert vectors.shape == (3, 32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    embedder.close()


def test_vectors_of_tokens_have_the_texts_vector_as_their_mean(minilm: LlamaEmbedder) -> None:
    text = "A man is eating a piece of bread, unhurriedly."
    (vectors, spans), (nothing, _) = minilm.embed_tokens([text, ""])
    assert vectors.shape == (len(spans), 384)
    assert [text[start:end] for start, end in spans][:3] == ["A", "man", "is"]
    mean = vectors.mean(axis=0)
    # The model's own mean also has the two special tokens in it.
    assert float(mean @ minilm.embed([text])[0] / np.linalg.norm(mean)) > 0.9
    assert nothing.shape == (0, 384)


def test_tokens_of_a_long_text_are_read_in_windows_or_refused(minilm: LlamaEmbedder) -> None:
    text = " ".join(f"word {number}" for number in range(400))
    with pytest.raises(DocumentError, match=r"tokens is longer than the 510"):
        minilm.embed_tokens([text])
    ((vectors, spans),) = minilm.embed_tokens([text], too_long="window")
    assert len(vectors) == len(spans) >= 800
    assert np.isfinite(vectors).all()
    ((head, _),) = minilm.embed_tokens([text[: spans[509][1]]])
    assert np.allclose(vectors[:300], head[:300], atol=1e-2)


@given(st.integers(0, 400), st.integers(1, 60))
def test_every_token_counts_in_one_window(count: int, most: int) -> None:
    windows = token_windows(count, most)
    counted = [token for window in windows for token in range(window.first, window.last)]
    assert counted == list(range(count))
    for window in windows:
        assert window.end - window.start <= most
        assert window.start <= window.first <= window.last <= window.end


def test_pooling_is_the_models_own(tmp_path: Path) -> None:
    mean = _tiny(tmp_path / "mean.gguf", pooling=1).embed(["red blue green"])
    first = _tiny(tmp_path / "cls.gguf", pooling=2).embed(["red blue green"])
    last = _tiny(tmp_path / "last.gguf", pooling=3).embed(["red blue green"])
    for one, other in ((mean, first), (mean, last), (first, last)):
        assert float((one * other).sum()) < 0.995


def test_a_model_that_does_not_pool_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="pools by none"):
        _tiny(tmp_path / "none.gguf", pooling=0).embed(["red"])


def test_a_model_that_writes_text_is_refused(model_files: None) -> None:
    with pytest.raises(ModelError, match="does not embed"):
        embedder_of(resolve("smollm2", Path()))


def test_weights_that_llama_cpp_refuses_are_an_error_with_its_reason(tmp_path: Path) -> None:
    path = tiny_bert(tmp_path / "odd.gguf")
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"blk.0.attn_q.weight", b"blk.0.attn_x.weight"))
    with pytest.raises(ModelError, match=r"cannot load .*odd\.gguf: .*attn_q"):
        Model(path)


def test_wrong_batches_are_errors_not_aborts(tmp_path: Path) -> None:
    def numbers(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        return np.array(values, dtype=np.int32)

    with (
        Model(tiny_bert(tmp_path / "tiny.gguf")) as model,
        Context(model, embeddings=True, batch=4, sequences=2, threads=1) as context,
    ):
        for tokens, positions, owners in (
            (numbers(), numbers(), numbers()),
            (numbers(*[4] * 5), numbers(*range(5)), numbers(*[0] * 5)),
            (numbers(4, 5), numbers(0), numbers(0, 0)),
            (numbers(4, 5), numbers(0, 0), numbers(0, 2)),
            (numbers(4, 99), numbers(0, 1), numbers(0, 0)),
            (numbers(4, -1), numbers(0, 1), numbers(0, 0)),
        ):
            with pytest.raises(ModelError):
                context.run(tokens, positions, owners)
        context.run(numbers(4, 5), numbers(0, 1), numbers(0, 0))
        assert context.pooled(0).shape == (32,)
        with pytest.raises(ModelError, match="gave no vector"):
            context.pooled(1)
    with pytest.raises(ModelError, match="closed"):
        context.run(numbers(4), numbers(0), numbers(0))
    with pytest.raises(ModelError, match="closed"):
        model.tokenise("red", special=False)
