"""One form for what is written in many ways."""

from __future__ import annotations

import pytest

from ops.link.canonical import canonical, singular, trim


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("NumPy", "numpy"),
        ("NumPy's", "numpy"),
        ("the  NumPy\nproject", "numpy-project"),
        ("ＮｕｍＰｙ", "numpy"),
        ("Knowledge-Augmented Generation", "knowledge-augmented-generation"),
        ("knowledge_augmented generation", "knowledge-augmented-generation"),
        ("ruamel.yaml", "ruamel-yaml"),
        ("typing_extensions", "typing-extensions"),
        ("zope.-_interface", "zope-interface"),
        ("U.S.A.", "usa"),
        ("U.S.", "us"),
        ("C++", "c++"),
        ("C#", "c#"),
        ("AT&T", "at&t"),
        ("Straße", "strasse"),
        ("Greenwich Mean Time", "greenwich-mean-time"),
        ("A-B test", "a-b-test"),
        ("O'Reilly", "oreilly"),
        ("The", "the"),
        ("…", ""),
        ("", ""),
    ],
)
def test_canonical(form: str, expected: str) -> None:
    assert canonical(form) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("vector-stores", "vector-store"),
        ("libraries", "library"),
        ("indexes", "index"),
        ("searches", "search"),
        ("classes", "class"),
        ("apis", "api"),
        ("https", None),
        ("status", None),
        ("analysis", None),
        ("bus", None),
        ("chunk", None),
    ],
)
def test_singular(plural: str, expected: str | None) -> None:
    assert singular(plural) == expected


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('"the NumPy"', "NumPy"),
        ("(C++)", "C++"),
        ("Python 3.13", "Python"),
        ("Apollo 11", "Apollo 11"),
        ("Lovelace's", "Lovelace"),
        ("Moore's Law", "Moore's Law"),
        ("Kitware Inc.", "Kitware Inc."),
        (".NET,", ".NET"),
        ("***", ""),
    ],
)
def test_trim(text: str, kept: str) -> None:
    start, end = trim(text, 0, len(text))
    assert text[start:end] == kept
