"""`load.packages`: documents from the installed Python distributions."""

from __future__ import annotations

__all__ = ["Packages"]

import hashlib
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageMetadata, distributions
from typing import TYPE_CHECKING, ClassVar

from pydantic import field_validator

from ops.context import Context
from ops.errors import DocumentError
from ops.load.formats.markdown import structure
from ops.load.formats.text import paragraphs, sections
from ops.load.globs import Globs
from ops.load.parsed import Parsed, one_line
from ops.load.table import documents_table
from ops.op import Listing, Source, SourceItem, parameter

if TYPE_CHECKING:
    import polars as pl

SCHEME = "package:"
REQUIREMENT = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)[^;]*(?:;(.*))?", re.S)
EXTRA = re.compile(r"\bextra\s*==")
LONGEST = 200
"""Characters of a licence shown; some put its whole text into the field."""


class Packages(Source):
    """The long descriptions of the installed Python distributions, with what they declare.

    Each is known by its normalised name (PEP 503), so a new version changes its document and adds
    none. Metadata: `source` (always "package"), `name`, `version`, `summary`, `license`,
    `requires_python`, a `keywords` for each keyword, a `requires` for each distribution it always
    needs, a `requires_optional` for each that only an extra needs. Markdown and reStructuredText
    keep their headings. Of a name found twice on the path the first counts, as for `import`.
    """

    name: ClassVar[str] = "load.packages"

    include: tuple[str, ...] = parameter(
        ("*",), "globs of normalised distribution names to take", min_length=1
    )
    exclude: tuple[str, ...] = parameter((), "globs of names to leave out")
    min_characters: int = parameter(
        1, "a shorter description is passed over", unit="characters", ge=1
    )
    max_characters: int = parameter(
        1_000_000,
        "a longer description is passed over; the longest hold whole change logs",
        unit="characters",
        ge=1,
    )

    @field_validator("include", "exclude")
    @classmethod
    def _are_globs(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        Globs(patterns)
        return patterns

    def scan(self, ctx: Context) -> Listing:
        """Every distribution with a description, in the order of their URIs."""
        return Listing(tuple(self._items(ctx)), {})

    def _items(self, ctx: Context) -> Iterator[SourceItem]:
        take, leave = Globs(self.include), Globs(self.exclude)
        for name in sorted({_name(each) for each in distributions()} - {""}):
            ctx.check()
            if not take.match(name) or leave.match(name):
                continue
            distribution = _find(name)
            raw = None if distribution is None else _raw(distribution)
            if distribution is None or raw is None:  # `load` says why
                yield SourceItem(SCHEME + name, "unreadable")
            elif self._wants(_description(distribution.metadata)):
                yield SourceItem(SCHEME + name, hashlib.sha256(raw).hexdigest()[:32], len(raw))

    def _wants(self, description: str) -> bool:
        return self.min_characters <= len(description.strip()) <= self.max_characters

    def load(self, item: SourceItem, ctx: Context) -> pl.DataFrame:
        """The document of one distribution, with all columns of `DOCUMENTS`.

        Raises:
            DocumentError: it is not installed any more, or its metadata cannot be read.
        """
        name = item.uri.removeprefix(SCHEME)
        distribution = _find(name)
        raw = None if distribution is None else _raw(distribution)
        if distribution is None or raw is None:
            what = "is not installed" if distribution is None else "has metadata that is not UTF-8"
            raise DocumentError(
                f"the distribution {name} {what}",
                hint=f"install it again, or leave it out with `exclude: [{name}]`",
            )
        return documents_table(
            item.uri,
            [_parsed(distribution.metadata)],
            size=len(raw),
            sha256=hashlib.sha256(raw).hexdigest(),
            untitled=name,
        )


def _find(name: str) -> Distribution | None:
    """The distribution that counts: in the first place that has one, by the first version."""
    found = list(distributions(name=name))
    here = [each for each in found if each.locate_file("") == found[0].locate_file("")]
    return min(here, key=lambda each: each.version) if len(here) > 1 else next(iter(here), None)


def _name(distribution: Distribution) -> str:
    """The normalised name; empty for remains of one that has none."""
    try:
        name = _field(distribution.metadata, "Name")
    except UnicodeDecodeError:
        folder = getattr(distribution, "_path", None)
        name = folder.name.partition("-")[0] if folder is not None else ""
    return _normalised(name)


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _raw(distribution: Distribution) -> bytes | None:
    """The metadata as it stands; none when that cannot be read."""
    try:
        text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO")
    except UnicodeDecodeError:
        return None
    return (text or "").encode()


def _field(metadata: PackageMetadata, name: str) -> str:
    return str(metadata[name] or "") if name in metadata else ""


def _description(metadata: PackageMetadata) -> str:
    text = _field(metadata, "Description")
    return "" if text.strip() == "UNKNOWN" else text


def _parsed(metadata: PackageMetadata) -> Parsed:
    text = _description(metadata)
    kind = _field(metadata, "Description-Content-Type").partition(";")[0].strip().lower()
    if kind == "text/markdown":
        format_, spans = "markdown", structure(text)
    else:  # without a type it is reStructuredText, when it can be (core metadata specification)
        format_, spans = "text", list(paragraphs(text) if kind == "text/plain" else sections(text))
    title = one_line(f"{_field(metadata, 'Name')} {_field(metadata, 'Version')}")
    return Parsed(text, format_, title=title, spans=spans, metadata=list(_declared(metadata)))


def _declared(metadata: PackageMetadata) -> Iterator[tuple[str, str]]:
    yield "source", "package"
    for key in ("Name", "Version", "Summary"):
        if value := one_line(_field(metadata, key)):
            yield key.lower(), value
    if licence := _licence(metadata):
        yield "license", licence
    if value := one_line(_field(metadata, "Requires-Python")):
        yield "requires_python", value
    keywords = _field(metadata, "Keywords")
    for keyword in keywords.split(",") if "," in keywords else keywords.split():
        if keyword.strip():
            yield "keywords", keyword.strip()
    yield from _requirements(metadata.get_all("Requires-Dist") or [])


def _requirements(declared: list[str]) -> Iterator[tuple[str, str]]:
    """Each distribution once; one that is needed in any case is not optional too."""
    always: dict[str, None] = {}
    optional: dict[str, None] = {}
    for requirement in declared:
        if match := REQUIREMENT.match(str(requirement)):
            only_extra = EXTRA.search(match[2] or "") is not None
            (optional if only_extra else always)[_normalised(match[1])] = None
    for name in always:
        yield "requires", name
    for name in optional:
        if name not in always:
            yield "requires_optional", name


def _licence(metadata: PackageMetadata) -> str:
    """The expression, else the field's first line, else the classifier's last part."""
    fields = [_field(metadata, key) for key in ("License-Expression", "License")]
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in metadata.get_all("Classifier") or []
        if each.startswith("License :: ")
    ]
    for value in (*fields, *classifiers[:1]):
        if value.strip() not in ("", "UNKNOWN"):
            return one_line(value.strip().splitlines()[0])[:LONGEST]
    return ""
