"""BERT's WordPiece tokenizer: from a `tokenizer.json`, or rebuilt from a GGUF vocabulary."""

from __future__ import annotations

__all__ = ["WordPiece"]

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import ModelError
from ops.inference.gguf_header import Header

WORD: Final = "\u2581"
CONTROL: Final = 3
"""The type of control tokens in a GGUF vocabulary."""


class WordPiece:
    """Counts, places and numbers tokens as BERT does.

    What looks like a special token in a text ("[SEP]") is text. Counts add up at white space
    (`additive`), which lets segmenters measure each word once.
    """

    additive = True

    def __init__(self, tokenizer: Any, sha256: str) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer
        self._hash = sha256

    @classmethod
    def from_json(cls, path: Path, sha256: str) -> WordPiece:
        """From a file of the `tokenizers` package.

        Raises:
            ModelError: it is none.
        """
        from tokenizers import Tokenizer

        try:
            return cls(Tokenizer.from_file(str(path)), sha256)
        except Exception as error:  # the package raises Exception itself
            raise ModelError(f"{path} is not a tokenizer: {error}") from error

    @classmethod
    def from_gguf(cls, header: Header, sha256: str) -> WordPiece:
        """From the vocabulary of a GGUF file whose tokenizer model is "bert"."""
        from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
        from tokenizers.models import WordPiece as Pieces

        meta = header.metadata
        kinds = meta.get("tokenizer.ggml.token_type") or ()
        tokens = [
            _word(str(token), index < len(kinds) and kinds[index] == CONTROL)
            for index, token in enumerate(meta["tokenizer.ggml.tokens"])
        ]
        unknown = tokens[meta.get("tokenizer.ggml.unknown_token_id", 100)]
        first = meta.get("tokenizer.ggml.cls_token_id", meta.get("tokenizer.ggml.bos_token_id"))
        last = meta.get(
            "tokenizer.ggml.seperator_token_id",  # spelt so in the format
            meta.get("tokenizer.ggml.eos_token_id"),
        )
        if first is None or last is None:
            raise ModelError("the vocabulary names no first and last token")
        lowercase = meta.get("tokenizer.ggml.normalizer.lowercase", True)
        built = Tokenizer(Pieces({token: i for i, token in enumerate(tokens)}, unk_token=unknown))
        built.normalizer = normalizers.BertNormalizer(
            lowercase=lowercase,
            strip_accents=meta.get("tokenizer.ggml.normalizer.strip_accents", lowercase),
        )
        built.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        built.decoder = decoders.WordPiece()
        built.post_processor = processors.BertProcessing(
            (tokens[last], last), (tokens[first], first)
        )
        return cls(built, sha256)

    @property
    def hash(self) -> str:
        """Names the vocabulary and its rules."""
        return self._hash

    @property
    def frame(self) -> int:
        """Special tokens that frame a text."""
        return int(self._tokenizer.num_special_tokens_to_add(is_pair=False))

    def offsets(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """For each text the half-open character spans (tokens, 2)."""
        encode = self._tokenizer.encode_batch
        encoded = _robustly(encode, texts, add_special_tokens=False)
        return [np.array(e.offsets, dtype=np.int64).reshape(-1, 2) for e in encoded]

    def count(self, texts: Sequence[str]) -> list[int]:
        """For each text its number of tokens, special tokens not counted."""
        encode = self._tokenizer.encode_batch_fast
        encoded = _robustly(encode, texts, add_special_tokens=False)
        return [len(e) for e in encoded]

    def encode(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """For each text its token ids, framed as the model wants them."""
        encode = self._tokenizer.encode_batch_fast
        encoded = _robustly(encode, texts, add_special_tokens=True)
        return [np.array(e.ids, dtype=np.int32) for e in encoded]


def _robustly(
    encode: Callable[..., list[Any]], texts: Sequence[str], *, add_special_tokens: bool
) -> list[Any]:
    """Encodings of texts, of which some may have lone surrogates, which count as "?"."""
    try:
        return encode(list(texts), add_special_tokens=add_special_tokens)
    except TypeError:  # what the package raises for them
        plain = [text.encode("utf-8", "replace").decode() for text in texts]
        return encode(plain, add_special_tokens=add_special_tokens)


def _word(token: str, control: bool) -> str:
    if control:
        return token
    return token[1:] if token.startswith(WORD) else f"##{token}"
