"""Small GGUF files that tests make for themselves."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁red", "▁blue", "▁green", "dish", "▁.", "ed", "s")


def tiny_bert(path: Path, *, seed: int = 0, context: int = 16, pooling: int | None = 1) -> Path:
    """An encoder of one layer, 32 wide, that knows a few colours."""
    wide, deep = 32, 64
    draw = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, "bert")
    writer.add_name("tiny")
    writer.add_context_length(context)
    writer.add_embedding_length(wide)
    writer.add_feed_forward_length(deep)
    writer.add_block_count(1)
    writer.add_head_count(2)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    if pooling is not None:
        writer.add_pooling_type(gguf.PoolingType(pooling))
    writer.add_vocab_size(len(WORDS))
    writer.add_token_type_count(2)
    writer.add_tokenizer_model("bert")
    writer.add_token_list(list(WORDS))
    kinds = [3 if word.startswith("[") else 1 for word in WORDS]
    writer.add_token_types(kinds)
    writer.add_pad_token_id(0)
    writer.add_unk_token_id(1)
    writer.add_bos_token_id(2)
    writer.add_eos_token_id(3)
    writer.add_sep_token_id(3)
    shapes = {
        "token_embd.weight": (len(WORDS), wide),
        "position_embd.weight": (context, wide),
        "token_types.weight": (2, wide),
        "token_embd_norm.weight": (wide,),
        "token_embd_norm.bias": (wide,),
        "blk.0.ffn_up.weight": (deep, wide),
        "blk.0.ffn_up.bias": (deep,),
        "blk.0.ffn_down.weight": (wide, deep),
        "blk.0.ffn_down.bias": (wide,),
    }
    for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
        shapes[f"blk.0.{part}.weight"] = (wide, wide)
        shapes[f"blk.0.{part}.bias"] = (wide,)
    for part in ("attn_output_norm", "layer_output_norm"):
        shapes[f"blk.0.{part}.weight"] = (wide,)
        shapes[f"blk.0.{part}.bias"] = (wide,)
    for name, shape in shapes.items():
        writer.add_tensor(name, draw.normal(size=shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
