"""Which files `load.files` lists, in which order, under which URIs, and what it refuses."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from ops.context import Context
from ops.errors import Cancelled, DocumentError, SourceError
from ops.frames import DOCUMENTS, doc_id
from ops.load.files import Files
from ops.load.listing import files_below
from ops.load.uri import file_uri, path_of
from ops.registry import op_class
from tests.load_samples import NO_RESOURCES, context, loaded


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Text of {name}.", encoding="utf-8")


def uris(folder: Path, **params: object) -> list[str]:
    op = Files.model_validate({"path": "docs", **params})
    return [item.uri for item in op.scan(context(folder)).items]


def test_every_known_format_in_the_order_of_uris(tmp_path: Path) -> None:
    write(tmp_path / "docs", "b/x.md", "b.txt", "a.html", "B.PDF", "c.jsonl", "d.docx", "e.rst")
    write(tmp_path / "docs", "picture.png", "code.py", "Makefile")
    assert uris(tmp_path) == [
        "file:docs/B.PDF",
        "file:docs/a.html",
        "file:docs/b.txt",
        "file:docs/b/x.md",
        "file:docs/c.jsonl",
        "file:docs/d.docx",
        "file:docs/e.rst",
    ]


def test_a_pattern_that_names_files_takes_other_formats(tmp_path: Path) -> None:
    write(tmp_path / "docs", "a.md", "b/code.py", "b/data.bin", "README")
    assert uris(tmp_path, include=["**/*.py", "README", "**/*"]) == [
        "file:docs/README",
        "file:docs/a.md",
        "file:docs/b/code.py",
    ]


@pytest.mark.parametrize(
    ("include", "found"),
    [
        (["*.md"], {"a.md"}),
        (["**/*.md"], {"a.md", "s/b.md", "s/t/c.md"}),
        (["s/**"], {"s/b.md", "s/b.txt", "s/t/c.md"}),
        (["s/*"], {"s/b.md", "s/b.txt"}),
        (["**/[ac].md"], {"a.md", "s/t/c.md"}),
        (["**/[!ac].md"], {"s/b.md"}),
        (["**/?.{txt,pdf}"], {"s/b.txt"}),
        (["./a.md"], {"a.md"}),
    ],
)
def test_globs(tmp_path: Path, include: list[str], found: set[str]) -> None:
    write(tmp_path / "docs", "a.md", "s/b.md", "s/b.txt", "s/t/c.md")
    assert set(uris(tmp_path, include=include)) == {f"file:docs/{name}" for name in found}


def test_hidden_files_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "docs", "a.md", ".b.md", ".git/c.md", "s/.d/e.md", ".chunkbook/f.md")
    assert uris(tmp_path) == ["file:docs/a.md"]
    everything = uris(tmp_path, exclude=[])
    assert everything == [
        "file:docs/.b.md",
        "file:docs/.git/c.md",
        "file:docs/a.md",
        "file:docs/s/.d/e.md",
    ]


def test_an_excluded_folder_takes_all_below_with_it(tmp_path: Path) -> None:
    write(tmp_path / "docs", "a.md", "drafts/b.md", "drafts/deep/c.md")
    assert uris(tmp_path, exclude=["drafts"]) == ["file:docs/a.md"]
    assert uris(tmp_path, exclude=["drafts/**"]) == ["file:docs/a.md"]


@pytest.mark.parametrize("pattern", ["", "/docs/*.md", "**/[z-a].md"])
def test_wrong_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        Files(path="docs", include=(pattern,))
    with pytest.raises(ValidationError):
        Files(path="docs", exclude=(pattern,))


def test_wrong_parameters_are_refused() -> None:
    for params in ({}, {"path": ""}, {"path": "a", "include": []}, {"path": "a", "x": 1}):
        with pytest.raises(ValidationError):
            Files.model_validate(params)
    for encoding in ("windows", "rot13"):
        with pytest.raises(ValidationError, match="is no encoding of text"):
            Files(path="docs", encoding=encoding)
    for megabytes in (0, 5000):
        with pytest.raises(ValidationError):
            Files(path="docs", max_megabytes=megabytes)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (".", "file:docs/a.md"),
        ("docs", "file:docs/a.md"),
        ("./docs/", "file:docs/a.md"),
        ("docs/../docs", "file:docs/a.md"),
        ("docs/a.md", "file:docs/a.md"),
    ],
)
def test_uris_start_from_the_notebooks_folder(tmp_path: Path, path: str, uri: str) -> None:
    write(tmp_path, "docs/a.md")
    assert uris(tmp_path, path=path) == [uri]
    assert uris(tmp_path / "docs", path="../docs") == ["file:../docs/a.md"]
    assert uris(tmp_path, path=str(tmp_path / "docs")) == [f"file:{tmp_path}/docs/a.md"]


def test_ids_survive_the_move_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "one/docs/a.md")
    before = loaded(tmp_path / "one", "docs/a.md", "Text.")
    (tmp_path / "one").rename(tmp_path / "two")
    assert loaded(tmp_path / "two", "docs/a.md", "Text.") == before


def test_a_named_file_is_text_whatever_its_suffix(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "notes.unknown", "Some words.")
    assert (row["format"], row["text"], row["title"]) == ("text", "Some words.", "notes")


def test_names_with_signs_and_bytes_that_are_not_text(tmp_path: Path) -> None:
    name = b"a#1 100%\n\xff.txt"
    (tmp_path / os.fsdecode(name)).write_text("Text.", encoding="utf-8")
    ctx = context(tmp_path)
    op = Files(path=".")
    (item,) = op.scan(ctx).items
    assert item.uri == "file:a%231 100%25%0A%FF.txt"
    assert os.fsencode(path_of(item.uri)) == name
    row = op.load(item, ctx).row(0, named=True)
    assert row["title"] == "a#1 100%\n?"
    assert path_of(file_uri("Büro/日本.md")) == "Büro/日本.md"


def test_all_columns_are_there(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    op, ctx = Files(path="."), context(tmp_path)
    (item,) = op.scan(ctx).items
    table = op.load(item, ctx)
    assert dict(table.schema) == dict(DOCUMENTS)
    row = table.row(0, named=True)
    assert row["doc_id"] == doc_id("file:a.txt")
    assert row["item"] == row["uri"] == item.uri
    assert row["bytes"] == item.size == 14
    assert row["sha256"] == hashlib.sha256(b"Text of a.txt.").hexdigest()


def test_what_is_passed_over_is_counted_by_kind(tmp_path: Path) -> None:
    for name in (
        "a.md",
        "b.xls",
        "deep/c.XLS",
        "d.msg",
        "README",
        "report. final",
        "notebook.yaml",
        ".e.msg",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text", encoding="utf-8")
    ctx = context(tmp_path)
    assert list(Files(path=".").scan(ctx).passed_over.items()) == [
        (".xls", 2),
        ("without suffix", 2),
        (".msg", 1),
    ]
    assert Files(path=".", exclude=("deep",)).scan(ctx).passed_over[".xls"] == 1
    assert Files(path=".", include=("**/*.msg",)).scan(ctx).passed_over == {}
    assert Files(path="b.xls").scan(ctx).passed_over == {}
    with pytest.raises(SourceError):
        Files(path="gone").scan(ctx)


def test_the_signature_changes_with_the_file(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    op, ctx = Files(path="."), context(tmp_path)
    before = op.scan(ctx).items
    assert op.scan(ctx).items == before
    os.utime(tmp_path / "a.txt", ns=(1, 1))
    touched = op.scan(ctx).items
    (tmp_path / "a.txt").write_text("Other.", encoding="utf-8")
    assert len({item.signature for item in (*before, *touched, *op.scan(ctx).items)}) == 3


def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    write(tmp_path / "docs", "a/x.md", "b/y.md")
    write(tmp_path, "outside/z.md")
    (tmp_path / "docs" / "a" / "up").symlink_to(tmp_path / "docs")
    (tmp_path / "docs" / "a" / "b").symlink_to(tmp_path / "docs" / "b")
    (tmp_path / "docs" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "docs" / "self").symlink_to("self")
    (tmp_path / "docs" / "one.md").symlink_to(tmp_path / "outside" / "z.md")
    assert uris(tmp_path) == [
        "file:docs/a/x.md",
        "file:docs/b/y.md",
        "file:docs/link/z.md",
        "file:docs/one.md",
    ]


def test_a_link_to_nowhere_is_listed_and_refused(tmp_path: Path) -> None:
    (tmp_path / "gone.md").symlink_to(tmp_path / "nothing")
    op, ctx = Files(path="."), context(tmp_path)
    (item,) = op.scan(ctx).items
    with pytest.raises(DocumentError, match=r"gone\.md cannot be read: No such file"):
        op.load(item, ctx)


def test_pipes_are_no_documents(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert uris(tmp_path, path=".") == []
    with pytest.raises(SourceError, match="neither file nor folder"):
        uris(tmp_path, path="pipe.txt")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        uris(tmp_path, path="nowhere")
    assert "nowhere cannot be read: No such file or directory" in caught.value.message
    assert str(tmp_path / "nowhere") in caught.value.message
    assert "notebook's folder" in caught.value.hint


def test_a_folder_that_cannot_be_listed_stops_the_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "docs", "a.md", "locked/b.md")
    listing = os.scandir

    def refuse(path: os.PathLike[str]) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr("ops.load.listing.os.scandir", refuse)
    with pytest.raises(SourceError, match="locked cannot be listed: Permission denied"):
        uris(tmp_path)
    assert uris(tmp_path, exclude=["locked"]) == ["file:docs/a.md"]


def test_a_scan_can_be_cancelled(tmp_path: Path) -> None:
    write(tmp_path / "docs", "a.md")
    ctx = Context(NO_RESOURCES, base=tmp_path, cancelled=lambda: True)
    with pytest.raises(Cancelled):
        Files(path="docs").scan(ctx)


def test_an_empty_folder_has_no_items(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    assert uris(tmp_path) == []
    assert list(files_below(tmp_path, lambda path: False, lambda: None)) == []


def test_a_file_that_has_gone_since_the_scan(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    op, ctx = Files(path="."), context(tmp_path)
    (item,) = op.scan(ctx).items
    (tmp_path / "a.md").unlink()
    with pytest.raises(DocumentError, match=r"^a\.md cannot be read") as caught:
        op.load(item, ctx)
    assert caught.value.hint


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"a\.txt is larger than 1 MB") as caught:
        loaded(tmp_path, "a.txt", "x" * 1_000_001, max_megabytes=1)
    assert "max_megabytes" in caught.value.hint
    assert len(loaded(tmp_path, "a.txt", "x" * 1_000_000, max_megabytes=1)) == 1


def test_importing_the_ops_is_light() -> None:
    libraries = ("markdown_it", "selectolax", "pypdfium2", "docx", "lxml", "ruamel")
    probe = (
        "import sys, ops.load.files, ops.load.packages\n"
        f"print(*(name for name in {libraries!r} if name in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_the_registry_finds_it() -> None:
    assert op_class("load.files") is Files
