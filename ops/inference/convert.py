"""all-MiniLM-L6-v2 from safetensors to GGUF: weights of matrices as F16, the rest as F32.

The bytes are the same on every machine. Cosine of "A man is eating food." and "A man is eating a
piece of bread." is 0.755, as on the model's card.
"""

from __future__ import annotations

__all__ = ["convert_minilm"]

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

WORD: Final = "\u2581"
"""Marks the start of a word in a GGUF vocabulary, where BERT marks its continuation with ##."""

LAYER: Final = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
EMBEDDINGS: Final = {
    "embeddings.word_embeddings.weight": "token_embd.weight",
    "embeddings.position_embeddings.weight": "position_embd.weight",
    "embeddings.token_type_embeddings.weight": "token_types.weight",
    "embeddings.LayerNorm.weight": "token_embd_norm.weight",
    "embeddings.LayerNorm.bias": "token_embd_norm.bias",
}
FULL_PRECISION: Final = ("position_embd.weight", "token_types.weight")
"""Matrices that llama.cpp adds to F32 and so wants as F32."""


def convert_minilm(source: Path, target: Path) -> None:
    """Write the GGUF file.

    Args:
        source: folder with `config.json`, `model.safetensors`, `vocab.txt`.
        target: the file to write.
    """
    import gguf
    import numpy as np
    from safetensors.numpy import load_file

    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    tensors = load_file(source / "model.safetensors")
    writer = gguf.GGUFWriter(target, "bert")
    _describe(writer, config, gguf)
    _add_vocabulary(writer, (source / "vocab.txt").read_text(encoding="utf-8"), gguf)
    for theirs, ours in _names(config["num_hidden_layers"]):
        tensor = tensors[theirs].astype(np.float32)
        half = tensor.ndim == 2 and ours not in FULL_PRECISION
        writer.add_tensor(ours, tensor.astype(np.float16) if half else tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: Any, config: Mapping[str, Any], gguf: Any) -> None:
    writer.add_name("all-MiniLM-L6-v2")
    writer.add_license("apache-2.0")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_token_type_count(config["type_vocab_size"])


def _add_vocabulary(writer: Any, vocabulary: str, gguf: Any) -> None:
    words = vocabulary.rstrip("\n").split("\n")
    control = [word.startswith("[") and word.endswith("]") and len(word) > 2 for word in words]
    writer.add_tokenizer_model("bert")
    writer.add_token_list(
        [word if special else _mark(word) for word, special in zip(words, control, strict=True)]
    )
    kinds = gguf.TokenType
    writer.add_token_types([kinds.CONTROL if special else kinds.NORMAL for special in control])
    place = {word: index for index, word in enumerate(words)}
    writer.add_bos_token_id(place["[CLS]"])
    writer.add_eos_token_id(place["[SEP]"])
    writer.add_unk_token_id(place["[UNK]"])
    writer.add_sep_token_id(place["[SEP]"])
    writer.add_pad_token_id(place["[PAD]"])
    writer.add_mask_token_id(place["[MASK]"])


def _mark(word: str) -> str:
    return word[2:] if word.startswith("##") else WORD + word


def _names(layers: int) -> Iterator[tuple[str, str]]:
    yield from EMBEDDINGS.items()
    for layer in range(layers):
        for theirs, ours in LAYER.items():
            for part in ("weight", "bias"):
                yield f"encoder.layer.{layer}.{theirs}.{part}", f"blk.{layer}.{ours}.{part}"
