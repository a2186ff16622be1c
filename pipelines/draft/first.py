"""A sensible first notebook for a folder of documents."""

from __future__ import annotations

__all__ = ["Survey", "first_notebook", "name_for", "survey"]

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from ops.context import Context
from ops.errors import ModelError
from ops.op import SourceItem

FORMATS: Final[Mapping[str, str]] = {
    ".md": "Markdown",
    ".markdown": "Markdown",
    ".html": "HTML",
    ".htm": "HTML",
    ".xhtml": "HTML",
    ".pdf": "PDF",
    ".docx": "DOCX",
    ".rst": "reStructuredText",
    ".rest": "reStructuredText",
    ".jsonl": "JSON Lines",
    ".ndjson": "JSON Lines",
    ".csv": "CSV",
    ".tsv": "TSV",
    ".tab": "TSV",
    ".vtt": "WebVTT",
    ".srt": "SubRip",
    ".eml": "e-mail",
    ".epub": "EPUB",
    ".pptx": "PowerPoint",
    ".ppsx": "PowerPoint",
    ".pptm": "PowerPoint",
    ".xlsx": "Excel",
    ".xlsm": "Excel",
}
"""Suffix → how a format is called; all others are text."""
SECTIONED: Final = frozenset({"Markdown", "HTML", "DOCX", "EPUB", "reStructuredText"})
SPECIAL: Final[Mapping[str, frozenset[str]]] = {
    "records": frozenset({"JSON Lines"}),
    "tables": frozenset({"CSV", "TSV", "Excel"}),
    "captions": frozenset({"WebVTT", "SubRip"}),
    "slides": frozenset({"PowerPoint"}),
}
"""Kinds of folder, each with the formats of which most of its files are."""
MOST: Final = 50_000
"""Files that are counted; in a larger folder the rest is left uncounted."""

SEGMENTERS: Final = {
    "sections": (
        "most have headings, so no chunk goes on past one",
        "segment.recursive",
        "size: 256, split_at_headings: true",
    ),
    "records": (
        "most are short records, so chunks are whole sentences",
        "segment.sentence",
        "size: 256",
    ),
    "tables": (
        "most are tables, so chunks are whole rows under their header",
        "segment.table",
        "size: 256",
    ),
    "captions": (
        "most are captions, so chunks are whole turns",
        "segment.transcript",
        "size: 256",
    ),
    "slides": (
        "most are slides, so each is a chunk",
        "segment.page",
        "size: 256",
    ),
    "prose": (
        "most are running text, so neighbouring chunks share a little",
        "segment.recursive",
        "size: 256, overlap: 32",
    ),
}


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is in a folder: format → files, all their bytes."""

    formats: Mapping[str, int] = field(default_factory=dict)
    size: int = 0
    more: bool = False
    """There are files beyond those that were counted."""
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """Files whose format is not read: kind → how many."""

    @property
    def files(self) -> int:
        return sum(self.formats.values())

    @property
    def kind(self) -> str:
        """Which of the segmenters suits most files."""
        sectioned = sum(n for name, n in self.formats.items() if name in SECTIONED)
        if 2 * sectioned >= max(self.files, 1):
            return "sections"
        for kind, names in SPECIAL.items():
            if 2 * sum(self.formats.get(name, 0) for name in names) > self.files:
                return kind
        return "prose"


def survey(folder: Path, cancelled: Callable[[], bool] = lambda: False) -> Survey:
    """Count the documents that `load.files` would find in a folder.

    Raises:
        SourceError: it cannot be listed.
        Cancelled: it was asked to stop.
    """
    from ops.inference.resources import LocalResources
    from ops.load.files import Files

    ctx = Context(LocalResources(folder), folder, cancelled=cancelled)
    formats: Counter[str] = Counter()
    size = 0
    listing = Files(path=".").scan(ctx)
    for item in listing.items[:MOST]:
        formats[_format(item)] += 1
        size += item.size
    return Survey(_ordered(formats), size, len(listing.items) > MOST, listing.passed_over)


def _format(item: SourceItem) -> str:
    suffix = PurePosixPath(item.uri.partition(":")[2]).suffix.lower()
    return FORMATS.get(suffix, "text")


def _ordered(formats: Counter[str]) -> dict[str, int]:
    return dict(sorted(formats.items(), key=lambda pair: (-pair[1], pair[0])))


def name_for(folder: Path) -> str:
    """A notebook's name after a folder's."""
    plain = re.sub(r"[^a-z0-9]+", "_", folder.resolve().name.lower()).strip("_")[:60]
    return plain if plain[:1].isalpha() else f"notebook_{plain}".rstrip("_")


def first_notebook(name: str, source: str, found: Survey, *, embeds: bool | None = None) -> str:
    """The text of a notebook over what was found.

    Args:
        source: the documents' folder, from that of the notebook.
        embeds: whether the embedding model is at hand; looked up when it is left out. Without it
            tokens are words, and there are no vectors.
    """
    if embeds is None:
        embeds = _can_embed()
    why, op, params = SEGMENTERS[found.kind]
    if not embeds:
        params += ", tokenizer: words"
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in found.formats.items())
    lines = [
        f"name: {name}",
        "cells:",
        "  - note: |",
        f"      # {name.replace('_', ' ').capitalize()}",
        f"      {kinds or 'No documents yet'}; {why}." if kinds else "      No documents yet.",
        "  - id: source",
        "    op: load.files",
        f"    params: {{path: {_quoted(source)}}}",
        "  - id: chunks",
        f"    op: {op}",
        "    input: source",
        f"    params: {{{params}}}",
        "  - id: metadata",
        "    op: enrich.metadata",
        "    input: chunks",
        "  - id: keywords",
        "    op: keywords.frake",
        "    input: metadata",
        "  - id: graph",
        "    op: link.graph",
        "    input: keywords",
    ]
    if embeds:
        lines += ["  - id: vectors", "    op: embed.llama", "    input: keywords"]
    else:
        lines.append("  # For vectors: `chunkbook models pull`, then a cell with embed.llama here.")
    last = "[vectors, graph]" if embeds else "graph"
    lines += ["  - id: index", "    op: index.lancedb", f"    input: {last}"]
    return "\n".join(lines) + "\n"


def _quoted(path: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_./-]+", path) and not path.startswith("-"):
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _can_embed() -> bool:
    from ops.inference.models import resolve

    try:
        resolve("minilm", Path())
    except ModelError:
        return False
    return True
