"""Speed of cutting, beside Chonkie and LangChain, over distinct documents.

CPU seconds of this process, the best of a few rounds that alternate. Everyone gets the same texts
in the form that it takes, made before the clock starts: the peers a list of strings, we a frame.
Chonkie gives objects with start, end and count; LangChain plain strings, which have no offsets, or
documents with their start, with which the ratio is. We give the whole frame: offsets, counts, ids
by content, ordinals, and the reason of every boundary.
"""

from __future__ import annotations

__all__ = ["speeds"]

import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeAlias

import polars as pl

from benchmarks.corpus import corpora, descriptions
from benchmarks.result import Figure, Progress
from ops.context import Context
from ops.frames import STRUCTURE, Frames
from ops.inference.resources import LocalResources
from ops.registry import op_class

Work: TypeAlias = dict[str, Callable[[], object]]

SIZES: Final = (512, 2048)
TOKENS: Final = 256
ROUNDS: Final = 5
CURVE: Final = (1_000_000, 5_000_000, 50_000_000)


def speeds(data: Path | None, progress: Progress) -> tuple[dict[str, Any], list[Figure]]:
    """Settings and figures."""
    texts = _documents(data)
    length = sum(map(len, texts.values()))
    settings: dict[str, Any] = {"documents": len(texts), "characters": length}
    figures = []
    chonkie, langchain = [], []
    frame = documents(texts)
    for size in SIZES:
        rivals: Work = {
            "ours": partial(recursive, frame, size, "characters"),
            **_peers(texts, size),
        }
        seconds = _best(rivals, ROUNDS)
        speed = {name: length / found / 1e6 for name, found in seconds.items()}
        progress(f"{size} characters: " + ", ".join(f"{k} {v:.1f} MB/s" for k, v in speed.items()))
        settings[f"speed_{size}"] = {name: round(found, 1) for name, found in speed.items()}
        if "chonkie" in seconds:
            chonkie.append(seconds["chonkie"] / seconds["ours"])
        if "langchain" in seconds:
            langchain.append(seconds["langchain"] / seconds["ours"])
    if chonkie:
        figures.append(_figure("recursive_vs_chonkie", min(chonkie), "Chonkie 1.7 Recursive", 2))
    if langchain:
        figures.append(_figure("recursive_vs_langchain", min(langchain), "LangChain recursive", 5))
    figures.append(_token_share(texts, progress))
    settings["curve"] = _curve(texts, progress)
    return settings, figures


def documents(texts: dict[str, str]) -> pl.DataFrame:
    """The frame of these texts, without structure."""
    frame = pl.DataFrame({"doc_id": list(texts), "text": list(texts.values())})
    return frame.with_columns(format=pl.lit("text"), structure=pl.lit([], dtype=STRUCTURE))


def recursive(frame: pl.DataFrame, size: int, tokenizer: str) -> pl.DataFrame:
    """Chunks of `segment.recursive`."""
    op = op_class("segment.recursive").model_validate({"size": size, "tokenizer": tokenizer})
    made = op.apply(Frames({"documents": frame}), Context(LocalResources(Path())))
    return made["chunks"]


def _documents(data: Path | None) -> dict[str, str]:
    """Distinct texts: the public corpora, essays, descriptions of packages."""
    texts = {**corpora(data)[1], **descriptions()}
    if data is not None:
        essays = sorted((data / "longctx_pg_essays" / "essays").glob("*"))
        texts |= {file.stem: file.read_text(encoding="utf-8") for file in essays if file.is_file()}
    return texts


def _peers(texts: dict[str, str], size: int) -> Work:
    found: Work = {}
    if find_spec("chonkie"):
        from chonkie import RecursiveChunker

        chunker = RecursiveChunker(tokenizer="character", chunk_size=size)
        found["chonkie"] = lambda: [chunker.chunk(text) for text in texts.values()]
    if find_spec("langchain_text_splitters"):
        from langchain_text_splitters import RecursiveCharacterTextSplitter as Splitter

        plain = Splitter(chunk_size=size, chunk_overlap=0)
        placed = Splitter(chunk_size=size, chunk_overlap=0, add_start_index=True)
        found["langchain (strings)"] = lambda: [plain.split_text(text) for text in texts.values()]
        found["langchain"] = lambda: placed.create_documents(list(texts.values()))
    return found


def _token_share(texts: dict[str, str], progress: Progress) -> Figure:
    """Exact tokens: our whole op against the tokenizer's encoding of whole documents alone."""
    from tokenizers import Tokenizer

    from ops.segment import measure

    raw = getattr(LocalResources(Path()).tokenizer("minilm"), "_tokenizer", None)
    assert isinstance(raw, Tokenizer)

    frame = documents(texts)

    def ours() -> None:
        measure._remembered.cache_clear()
        recursive(frame, TOKENS, "minilm")

    many = list(texts.values())
    seconds = _best(
        {"ours": ours, "encode": lambda: raw.encode_batch(many, add_special_tokens=False)}, 3
    )
    share = seconds["encode"] / seconds["ours"]
    progress(f"exact tokens: {share:.2f} of the tokenizer's own speed")
    return _figure("token_exact_share", share, "tokenizers encode_batch", 0.9)


def _curve(texts: dict[str, str], progress: Progress) -> dict[str, float]:
    """Nanoseconds a character of one long document."""
    whole = "\n\n".join(texts.values())
    found = {}
    for length in CURVE:
        text = (whole * (length // len(whole) + 1))[:length]
        frame = documents({"long": text})
        seconds = _best({"ours": partial(recursive, frame, 2048, "characters")}, 1)["ours"]
        found[f"{length // 1_000_000} MB"] = round(seconds / length * 1e9, 1)
        progress(f"{length:,} characters: {found[f'{length // 1_000_000} MB']} ns each")
    return found


def _best(work: Work, rounds: int) -> dict[str, float]:
    """The least CPU seconds of each; they take turns."""
    found = dict.fromkeys(work, float("inf"))
    for _ in range(rounds):
        for name, run in work.items():
            began = time.process_time()
            run()
            found[name] = min(found[name], time.process_time() - began)
    return found


def _figure(name: str, value: float, peer: str, goal: float) -> Figure:
    return Figure(name, value, "times", peer, value, goal, value >= goal)
