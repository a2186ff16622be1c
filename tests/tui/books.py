"""Notebooks with a store, made once, that the tests of the interface look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipelines.notebook import Notebook
from tests.documents import write_documents

NOTEBOOK = """\
name: policies
cells:
  - note: |
      # Office policies
      Small chunks, since people ask about single rules.
  - id: source
    op: load.files
    params: {path: docs}
  - id: chunks
    op: segment.recursive
    params: {size: 60, overlap: 12, tokenizer: words}
  - id: metadata
    op: enrich.metadata
  - id: keywords
    op: keywords.frake
    params: {count: 5}
  - note: What is named in the policies, and what stands together.
  - id: graph
    op: link.graph
    input: keywords
  - id: index
    op: index.lancedb
    input: [keywords, graph]
"""

VECTORS = """\
name: vectors
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: chunks
    op: segment.fixed
    params: {size: 40, tokenizer: words}
  - id: vectors
    op: embed.llama
  - id: index
    op: index.lancedb
"""

HOSTILE = (
    (
        "# [red]Not[/red] [/] markup [@click=app.quit]here[/]\n\n"
        "Escapes \x1b[31mred\x1b[0m "
        "\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\ \x1b[2J\x07.\n"
        "Directions \u202egnirts desrever\u202c and \u2066isolated\u2069.\n"
        "Wide 漢字かな交じり文 and emoji 👩\u200d👩\u200d👧 ❤\ufe0f, marks e\u0301a\u0308o\u0302"
        " and nothing\u200bat\ufeffall.\n"
        "Tabs\tand a bell\x07, a null-free line.\n\n"
    )
    + "no space here "
    + "x" * 5_000
    + "\n"
)


def make_policies(folder: Path) -> Path:
    """Four policies, an empty file that cannot be read, and their store."""
    write_documents(folder / "docs", 4, sections=3)
    (folder / "docs" / "empty.md").write_text("", encoding="utf-8")
    return _made(folder, "policies", NOTEBOOK)


def make_hostile(folder: Path) -> Path:
    """One harmless document between two hostile ones."""
    write_documents(folder / "docs", 1)
    (folder / "docs" / "a[red]b[.md").write_text(HOSTILE, encoding="utf-8")
    (folder / "docs" / "zz.txt").write_text(HOSTILE * 2, encoding="utf-8")
    return _made(folder, "hostile", NOTEBOOK.replace("policies", "hostile", 1))


def make_vectors(folder: Path) -> Path:
    """Two policies with vectors; needs the embedding model."""
    write_documents(folder / "docs", 2, sections=2)
    return _made(folder, "vectors", VECTORS)


def _made(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    Notebook.load(path).run()
    return path


Maker = Callable[[Path], Path]
