"""The same model by onnxruntime, which `bench embed` sets beside ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ops.inference.embedder import embedder_of
from ops.inference.models import resolve


def test_it_gives_the_same_vectors(model_files: None) -> None:
    pytest.importorskip("onnxruntime", reason="a package of the extra `bench`")
    pytest.importorskip("onnx", reason="a package of the extra `bench`")
    from benchmarks.embed_onnx import Onnx

    file = resolve("minilm", Path())
    peer = Onnx(file, 1)
    texts = ["A man is eating food.", "Snow fell all night. " * 20, "A man is eating bread."]
    found = np.array(peer.embed(texts))
    peer.close()
    assert np.allclose((found * embedder_of(file).embed(texts)).sum(axis=1), 1, atol=1e-3)
