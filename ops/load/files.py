"""`load.files`: documents from files."""

from __future__ import annotations

__all__ = ["Files"]

import hashlib
import os
import posixpath
import re
import stat
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar, Final

from pydantic import field_validator

from ops.context import Context
from ops.errors import DocumentError, SourceError
from ops.load.formats.dispatch import is_known, parse
from ops.load.globs import Globs, names_files
from ops.load.listing import files_below
from ops.load.parsed import Blob
from ops.load.table import documents_table
from ops.load.uri import file_uri, path_of
from ops.op import Listing, Source, SourceItem, parameter

if TYPE_CHECKING:
    import polars as pl

STORE = ".chunkbook"
"""Our own folder; never a source, whatever `exclude` says."""
CONFIGURES: Final = frozenset({".yaml", ".yml"})
SUFFIX: Final = re.compile(r"\.[a-z0-9_]{1,12}\Z")
"""What a suffix that names a format looks like."""


class Files(Source):
    """Documents from the files of a folder: text, Markdown, PDF, tables, captions and others.

    Read are text, Markdown, HTML, PDF, DOCX, PPTX, XLSX, EPUB, CSV, TSV, captions (WebVTT,
    SubRip), e-mail (without its attachments) and JSON Lines. Each keeps its headings, pages,
    tables, lists, code, turns and paragraphs as spans of its text. The text of plain text,
    Markdown, CSV, TSV, captions and JSON Lines is exactly what the file holds, line ends included;
    that of the others is what a reader sees. Files are UTF-8, or UTF-16 or UTF-32 with a byte-order
    mark; an HTML file may declare another encoding, and `encoding` names that of files that are
    none of these. A line of a JSON Lines file is a document: `text`, and if it likes `id`, `title`,
    `metadata`; its other fields become metadata too.

    A document is known by its path from the notebook's folder, so both may be moved together.
    """

    name: ClassVar[str] = "load.files"

    path: str = parameter(..., "file or folder, from the notebook's folder", min_length=1)
    include: tuple[str, ...] = parameter(
        ("**/*",),
        "globs of the files to take; one that ends in `*` takes the known formats only",
        min_length=1,
    )
    exclude: tuple[str, ...] = parameter(
        ("**/.*",), "globs of files and folders to leave out; by default the hidden ones"
    )
    encoding: str = parameter(
        "", "of text files that are not UTF-8 and do not say what they are; without it none is read"
    )
    max_megabytes: int = parameter(256, "a larger file is refused", unit="MB", ge=1, le=2000)

    @field_validator("include", "exclude")
    @classmethod
    def _are_globs(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        Globs(patterns)
        return patterns

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, name: str) -> str:
        try:
            "".encode(name or "utf-8")
        except LookupError:
            raise ValueError(f"{name!r} is no encoding of text; windows-1252 is one") from None
        return name

    def scan(self, ctx: Context) -> Listing:
        """Every file, and how many `include` would have besides, were their format known.

        The folder is walked once. YAML is not told of: it configures, as the notebook itself does.

        Raises:
            SourceError: `path` is not there, is neither file nor folder, or cannot be listed.
        """
        place = posixpath.normpath(self.path)
        about = self._about(ctx)
        if stat.S_ISREG(about.st_mode):
            return Listing((_item(place, about),), {})
        items, left = list[SourceItem](), Counter[str]()
        wanted = Globs(self.include)
        for path, found in files_below(ctx.base / place, self._skips, ctx.check):
            if self._takes(path):
                items.append(_item(posixpath.join("" if place == "." else place, path), found))
            elif wanted.match(path) and (kind := _kind(path)) not in CONFIGURES:
                left[kind] += 1
        ordered = sorted(left.items(), key=lambda pair: (-pair[1], pair[0]))
        return Listing(tuple(sorted(items, key=lambda item: item.uri)), dict(ordered))

    def load(self, item: SourceItem, ctx: Context) -> pl.DataFrame:
        """The documents of one file, with all columns of `DOCUMENTS`.

        Raises:
            DocumentError: it cannot be read, is not what its name says, or has no text.
        """
        path = path_of(item.uri)
        name = item.uri.removeprefix("file:")
        limit = self.max_megabytes * 1_000_000
        raw = _read(ctx.base / path, name, limit)
        stem = PurePosixPath(path).stem.encode("utf-8", "replace").decode()
        return documents_table(
            item.uri,
            parse(Blob(name, raw, limit, self.encoding)),
            size=len(raw),
            sha256=hashlib.sha256(raw).hexdigest(),
            untitled=stem,
        )

    def _about(self, ctx: Context) -> os.stat_result:
        root = ctx.base / self.path
        try:
            about = root.stat()
        except OSError as error:
            raise SourceError(
                f"{self.path} cannot be read: {error.strerror or error} ({root.absolute()})",
                hint="`path` starts from the notebook's folder; correct it, or create the folder",
            ) from error
        if not (stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)):
            raise SourceError(f"{self.path} is neither file nor folder", hint="correct `path`")
        return about

    def _skips(self, path: str) -> bool:
        return path.rpartition("/")[2] == STORE or Globs(self.exclude).match(path)

    def _takes(self, path: str) -> bool:
        if Globs(filter(names_files, self.include)).match(path):
            return True
        return is_known(path) and Globs(self.include).match(path)


def _kind(path: str) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    return suffix if SUFFIX.match(suffix) else "without suffix"


def _item(path: str, about: os.stat_result | None) -> SourceItem:
    if about is None:
        return SourceItem(file_uri(path), "missing")
    return SourceItem(file_uri(path), f"{about.st_size}-{about.st_mtime_ns}", about.st_size)


def _read(path: Path, name: str, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except OSError as error:
        raise DocumentError(
            f"{name} cannot be read: {error.strerror or error}",
            hint="put it back, give this user the right to read it, or leave it out with `exclude`",
        ) from error
    if not raw:
        raise DocumentError(
            f"{name} is empty: 0 bytes", hint="fill it, delete it, or leave it out with `exclude`"
        )
    if len(raw) > limit:
        raise DocumentError(
            f"{name} is larger than {limit // 1_000_000} MB",
            hint="raise `max_megabytes`, split the file, or leave it out with `exclude`",
        )
    return raw
