"""What the source of a document declares."""

from __future__ import annotations

from ops.link.declared import LABELS, Declared, Link, code_only, declared_in, find_declared


def rows(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in pairs]


def test_a_package_is_the_subject_of_its_requirements() -> None:
    metadata = rows(
        ("source", "package"),
        ("name", "My.Pkg"),
        ("requires", "numpy>=1.2; python_version > '3'"),
        ("requires_optional", "ruamel.yaml"),
        ("license", "MIT"),
    )
    assert declared_in(metadata, "My.Pkg 1.0", LABELS) == Declared(
        "My.Pkg",
        "PACKAGE",
        (Link("requires", "numpy", "PACKAGE"), Link("requires_optional", "ruamel.yaml", "PACKAGE")),
    )


def test_a_document_goes_by_its_title() -> None:
    metadata = rows(("author", "Ada Lovelace <ada@x.org>; Charles Babbage"), ("tags", "engine, "))
    said = declared_in(metadata, "Notes", ["author", "tags"])
    assert said == Declared(
        "Notes",
        "DOCUMENT",
        (
            Link("author", "Ada Lovelace", "PERSON"),
            Link("author", "Charles Babbage", "PERSON"),
            Link("tags", "engine", "KEYWORD"),
        ),
    )


def test_nothing_is_declared() -> None:
    assert declared_in([], "Title", LABELS) is None
    assert declared_in(rows(("author", "Ada")), "", LABELS) is None
    assert declared_in(rows(("author", "Ada")), "Title", ["tags"]) is None
    assert declared_in(rows(("author", " , ")), "Title", LABELS) is None


def test_common_words_count_as_packages_only_where_they_are_meant() -> None:
    text = "A rich text, see Rich and rich. NumPy and numpy-stubs and ruamel.yaml: import rich"
    code = [(text.index("import"), len(text))]
    prose = text[: code[0][0]] + " " * len("import rich")
    said = Declared(
        "thing",
        "PACKAGE",
        (
            Link("requires", "rich", "PACKAGE"),
            Link("requires", "numpy", "PACKAGE"),
            Link("requires", "ruamel-yaml", "PACKAGE"),
        ),
    )
    found = [(f.text, f.canonical) for f in find_declared(text, prose, code_only(text, code), said)]
    assert found == [
        ("Rich", "rich"),
        ("NumPy", "numpy"),
        ("ruamel.yaml", "ruamel-yaml"),
        ("rich", "rich"),
    ]
    assert all(
        text[f.start : f.end] == f.text
        for f in find_declared(text, prose, code_only(text, code), said)
    )


def test_the_subject_is_found_however_it_is_written() -> None:
    text = "click is Click."
    said = Declared("click", "PACKAGE", ())
    assert [f.text for f in find_declared(text, text, "", said)] == ["click", "Click"]


def test_code_alone_without_addresses() -> None:
    text = "words import rich # see https://rich.org/rich"
    expected = "      import rich # see " + " " * len("https://rich.org/rich")
    assert code_only(text, [(6, len(text))]) == expected
