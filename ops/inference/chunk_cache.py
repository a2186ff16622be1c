"""Keys and values of chunks, computed once and kept as files (`.chunkbook/kv/`).

A file holds what one model makes of one text, rotated as from position 0: all entries, or those
that a policy leaves. It is named by the hash of model, build of llama.cpp, text, kind and policy,
so a file of anything else is never looked at; what it says of itself and its checksum are compared
before it is used, and one that fails is made anew.
"""

from __future__ import annotations

__all__ = ["ChunkCache", "Chunks"]

import hashlib
import json
import os
import struct
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import StoreError
from ops.inference.kv.entries import Entries, Kind
from ops.inference.kv.layout import Layout
from ops.inference.kv.mixing import mixes
from ops.inference.kv.quants import BLOCK, BLOCK_BYTES
from ops.inference.kv.state import CODEC

MAGIC: Final = b"CBKV"
FORMAT: Final = 2
"""Raised when what a file holds changes."""
HEAD: Final = struct.Struct("<4sIII")
"""Magic, bytes of the description, checksum of the description, checksum of the rest."""
ALIGNED: Final = 64
SUFFIX: Final = ".kv"
LIMIT: Final = 4 * 1024**3
ABANDONED: Final = 3_600
"""Seconds after which nobody is writing a draft any more."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """Whose chunks a cache holds."""

    model: str
    """Hash of the model's file."""
    build: str
    """Version of the library that computed them."""
    kind: Kind
    prefix: str
    """Hash of what the chunks were read after."""
    policy: str = ""
    """Names how entries were left out; empty where all are kept."""


class ChunkCache:
    """Files of chunks in a folder, the least recently used of which go first.

    Args:
        limit: bytes that all files together may take.

    Several processes may share a folder: files appear whole, and one that another process removed
    is made anew.
    """

    def __init__(self, folder: Path, chunks: Chunks, layout: Layout, limit: int = LIMIT) -> None:
        self._folder = folder
        self._chunks = chunks
        self._layout = layout
        self._limit = limit

    def path(self, tokens: NDArray[np.int32]) -> Path:
        """The file of a chunk, whether it is there or not."""
        said = json.dumps(self._description(len(tokens)), sort_keys=True)
        digest = hashlib.blake2b(said.encode(), digest_size=16)
        digest.update(np.ascontiguousarray(tokens, dtype="<i4").tobytes())
        return self._folder / f"{digest.hexdigest()}{SUFFIX}"

    def get(
        self, tokens: NDArray[np.int32], make: Callable[[NDArray[np.int32]], Entries]
    ) -> Entries:
        """The entries of a chunk from position 0, memory-mapped; made and kept if need be.

        Raises:
            StoreError: the file cannot be written.
        """
        path = self.path(tokens)
        found = self._read(path, len(tokens))
        if found is None:
            made = make(tokens)
            self._write(path, made, len(tokens))
            found = self._read(path, len(tokens)) or made
        return found

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for _, size, _ in self._files())

    def trim(self, spared: Path | None = None) -> None:
        """Remove the least recently used files until the rest keeps within the limit.

        Drafts that a process left behind when it was killed go, too.
        """
        for draft in self._folder.glob(f"*{SUFFIX}.*"):
            with suppress(OSError):
                if time.time() - draft.stat().st_mtime > ABANDONED:
                    draft.unlink()
        files = sorted(self._files())
        total = sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= self._limit:
                break
            if path != spared:
                path.unlink(missing_ok=True)
                total -= size

    def _files(self) -> list[tuple[int, int, Path]]:
        """(last use, size, path) of each."""
        found = []
        for path in self._folder.glob(f"*{SUFFIX}"):
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue
            found.append((stat.st_mtime_ns, stat.st_size, path))
        return found

    def _description(self, count: int) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "codec": CODEC,
            "tokens": count,
            "mixed": mixes(self._chunks.kind, self._layout),
            **asdict(self._chunks),
            "layout": asdict(self._layout),
        }

    def _read(self, path: Path, count: int) -> Entries | None:
        """None where there is no such file, or it is not what it should be."""
        try:
            raw = np.memmap(path, dtype=np.uint8, mode="r")
            os.utime(path)
        except (OSError, ValueError):  # an empty file cannot be mapped
            return None
        try:
            magic, length, about, rest = HEAD.unpack_from(raw.data, 0)
        except struct.error:
            return None
        start = _padded(HEAD.size + length)
        said = bytes(raw[HEAD.size : HEAD.size + length])
        if magic != MAGIC or zlib.crc32(said) != about or zlib.crc32(raw[start:].data) != rest:
            return None
        about_it = json.loads(said)
        entries = about_it.pop("entries", None)
        if about_it != self._description(count) or not isinstance(entries, int):
            return None
        return self._entries(raw[start:], entries)

    def _entries(self, raw: NDArray[np.uint8], count: int) -> Entries | None:
        layout, kind = self._layout, self._chunks.kind
        dtype: np.dtype[Any] = np.dtype("<f2") if kind == "f16" else np.dtype(np.uint8)
        width = layout.width if kind == "f16" else layout.width // BLOCK * BLOCK_BYTES
        shape = (2, layout.layers, count, layout.kv_heads, width)
        start = _padded(4 * count)
        if raw.nbytes != start + int(np.prod(shape)) * dtype.itemsize:
            return None
        positions = raw[: 4 * count].view("<i4").copy()
        keys, values = raw[start:].view(dtype).reshape(shape)
        return Entries(positions, keys, values, kind)

    def _write(self, path: Path, entries: Entries, count: int) -> None:
        about = {**self._description(count), "entries": len(entries)}
        said = json.dumps(about, sort_keys=True).encode()
        positions = entries.positions.astype("<i4").tobytes()
        parts = [
            memoryview(positions.ljust(_padded(len(positions)), b"\0")),
            *(np.ascontiguousarray(stored).data for stored in (entries.keys, entries.values)),
        ]
        rest = 0
        for part in parts:
            rest = zlib.crc32(part, rest)
        head = HEAD.pack(MAGIC, len(said), zlib.crc32(said), rest) + said
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(head.ljust(_padded(len(head)), b"\0"))
                for part in parts:
                    file.write(part)
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            raise StoreError(f"the cache of a chunk cannot be written to {path}: {error}") from None
        self.trim(spared=path)


def _padded(length: int) -> int:
    return -(-length // ALIGNED) * ALIGNED
