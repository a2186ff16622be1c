"""`load.packages` over distributions made for the test, and over those installed here."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ops.context import Context
from ops.errors import Cancelled, DocumentError
from ops.frames import DOCUMENTS, doc_id
from ops.load.formats.markdown import structure
from ops.load.packages import Packages
from ops.op import SourceItem
from tests.load_samples import NO_RESOURCES, context, headings, spans


class Site:
    """A folder of installed distributions, the only one on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(
        self,
        name: str,
        version: str = "1.0",
        *fields: str,
        description: str = "",
        folder: str = "",
    ) -> Path:
        place = self.folder / folder / f"{re.sub('[-.]+', '_', name)}-{version}.dist-info"
        place.mkdir(parents=True)
        head = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}", *fields]
        text = "\n".join(head) + f"\n\n{description}"
        (place / "METADATA").write_text(text, encoding="utf-8")
        importlib.invalidate_caches()
        return place

    def load(self, **params: Any) -> list[dict[str, Any]]:
        op, ctx = Packages(**params), context(self.folder)
        return [op.load(item, ctx).row(0, named=True) for item in op.scan(ctx).items]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    structure("")  # imports the parser, which is not on that path
    monkeypatch.setattr(sys, "path", [str(tmp_path / "first"), str(tmp_path)])
    (tmp_path / "first").mkdir()
    return Site(tmp_path)


MARKDOWN = "Description-Content-Type: text/markdown; charset=UTF-8"


def metadata(row: dict[str, Any], key: str) -> list[str]:
    return [each["value"] for each in row["metadata"] if each["key"] == key]


def test_a_distribution(site: Site) -> None:
    site.add(
        "Big.Package",
        "2.1",
        MARKDOWN,
        "Summary: Does  big things.",
        "License: UNKNOWN",
        "Classifier: Topic :: Text",
        "Classifier: License :: OSI Approved :: MIT License",
        "Keywords: big, very big,",
        "Requires-Python: >=3.9",
        "Requires-Dist: Foo_Bar (>=1.0) ; python_version < '3.12'",
        "Requires-Dist: plain",
        "Requires-Dist: zope.interface[x]>=5; extra == 'all' and os_name == 'nt'",
        "Requires-Dist: foo-bar; extra=='more'",
        "Requires-Dist: plain>2",
        description="# Big Package\n\nIt is *big*.\n\n## Use\n\n- one\n",
    )
    (row,) = site.load()
    assert set(row) == set(DOCUMENTS)
    assert row["item"] == row["uri"] == "package:big-package"
    assert row["doc_id"] == doc_id("package:big-package")
    assert (row["title"], row["format"]) == ("Big.Package 2.1", "markdown")
    assert row["text"] == "# Big Package\n\nIt is *big*.\n\n## Use\n\n- one\n"
    assert headings(row) == [(1, "Big Package"), (2, "Use")]
    assert [(each["key"], each["value"]) for each in row["metadata"]] == [
        ("source", "package"),
        ("name", "Big.Package"),
        ("version", "2.1"),
        ("summary", "Does big things."),
        ("license", "MIT License"),
        ("requires_python", ">=3.9"),
        ("keywords", "big"),
        ("keywords", "very big"),
        ("requires", "foo-bar"),
        ("requires", "plain"),
        ("requires_optional", "zope-interface"),
    ]


@pytest.mark.parametrize(
    ("fields", "format_", "kinds"),
    [
        (("Description-Content-Type: text/x-rst",), "text", ["heading", "paragraph"]),
        ((), "text", ["heading", "paragraph"]),
        (("Description-Content-Type: text/plain",), "text", ["paragraph", "paragraph"]),
    ],
)
def test_other_descriptions(site: Site, fields: tuple[str, ...], format_: str, kinds: Any) -> None:
    site.add("a", "1", *fields, description="Title\n=====\n\nWords.\n")
    (row,) = site.load()
    assert row["format"] == format_
    assert row["text"] == "Title\n=====\n\nWords.\n"
    assert [kind for kind, _ in spans(row)] == kinds


def test_the_description_may_be_a_field(site: Site) -> None:
    site.add("a", "1", "Description: First line.\n        \n        Second: üñí.")
    (row,) = site.load()
    assert row["text"] == "First line.\n\nSecond: üñí."


def test_licences_and_keywords(site: Site) -> None:
    long = "License: \n        Copyright someone\n        All rights"
    for number, fields in enumerate(
        [("License-Expression: MIT OR Apache-2.0", "License: no"), (long,), ()]
    ):
        site.add(f"p{number}", "1", *fields, "Keywords: a b", description="x")
    rows = site.load()
    assert [metadata(row, "license") for row in rows] == [
        ["MIT OR Apache-2.0"],
        ["Copyright someone"],
        [],
    ]
    assert metadata(rows[0], "keywords") == ["a", "b"]


def test_those_without_a_description_are_passed_over(site: Site) -> None:
    site.add("empty")
    site.add("blank", description=" \n\n")
    site.add("unknown", description="UNKNOWN\n")
    site.add("short", description="Four")
    site.add("longer", description="Longer words")
    (site.folder / "remains-1.dist-info").mkdir()
    ctx = context(site.folder)
    uris = [item.uri for item in Packages().scan(ctx).items]
    assert uris == ["package:longer", "package:short"]
    assert [row["uri"] for row in site.load(min_characters=5)] == ["package:longer"]
    assert "package:longer" not in [row["uri"] for row in site.load(max_characters=4)]


def test_include_and_exclude(site: Site) -> None:
    for name in ("zope.interface", "zope.event", "attrs", "numpy"):
        site.add(name, description="x")
    assert [row["uri"] for row in site.load(include=["zope-*", "attrs"], exclude=["*-event"])] == [
        "package:attrs",
        "package:zope-interface",
    ]
    wrong: list[dict[str, Any]] = [{"include": [""]}, {"include": []}, {"min_characters": 0}]
    for params in wrong:
        with pytest.raises(ValidationError):
            Packages.model_validate(params)


def test_the_first_on_the_path_counts(site: Site) -> None:
    site.add("twice", "2.0", description="second place")
    site.add("Twice", "1.0", description="first place", folder="first")
    (row,) = site.load()
    assert (row["title"], row["text"]) == ("Twice 1.0", "first place")


def test_of_two_in_one_place_always_the_same(site: Site) -> None:
    site.add("twice", "2.0", description="new")
    site.add("twice", "1.0", description="old")
    assert [row["text"] for row in site.load()] == ["old"]


def test_the_signature_is_of_the_metadata(site: Site) -> None:
    op, ctx = Packages(), context(site.folder)
    place = site.add("a", "1", description="x")
    (before,) = op.scan(ctx).items
    (place / "METADATA").touch()
    (place / "RECORD").write_text("", encoding="utf-8")
    assert op.scan(ctx).items == (before,)
    (place / "METADATA").write_text("Name: a\nVersion: 1\n\ny", encoding="utf-8")
    (after,) = op.scan(ctx).items
    assert after.uri == before.uri
    assert after.signature != before.signature


def test_metadata_that_is_not_utf_8_is_listed_and_refused(site: Site) -> None:
    place = site.add("good", description="x")
    bad = site.folder / "bad_one-1.0.dist-info"
    bad.mkdir()
    (bad / "METADATA").write_bytes("Name: bad-one\nVersion: 1\n\nKöln".encode("latin-1"))
    assert place.exists()
    op, ctx = Packages(), context(site.folder)
    first, second = op.scan(ctx).items
    assert (first.uri, second.uri) == ("package:bad-one", "package:good")
    with pytest.raises(DocumentError, match="bad-one has metadata that is not UTF-8") as caught:
        op.load(first, ctx)
    assert "exclude: [bad-one]" in caught.value.hint


def test_one_that_is_gone_is_refused(site: Site) -> None:
    with pytest.raises(DocumentError, match="the distribution gone is not installed"):
        Packages().load(SourceItem("package:gone", "x"), context(site.folder))


def test_a_scan_can_be_cancelled(site: Site) -> None:
    site.add("a", description="x")
    with pytest.raises(Cancelled):
        Packages().scan(Context(NO_RESOURCES, cancelled=lambda: True))


def test_the_packages_installed_here() -> None:
    op, ctx = Packages(), context(Path())
    items = op.scan(ctx).items
    assert items == op.scan(ctx).items
    assert [item.uri for item in items] == sorted(item.uri for item in items)
    assert len(items) >= 80
    pydantic = next(item for item in items if item.uri == "package:pydantic")
    row = op.load(pydantic, ctx).row(0, named=True)
    assert "pydantic-core" in metadata(row, "requires")
    assert op.load(pydantic, ctx).equals(op.load(pydantic, ctx))
    for item in items:
        for span in op.load(item, ctx).row(0, named=True)["structure"]:
            assert span["start"] < span["end"]
