"""Short forms that a text defines."""

from __future__ import annotations

import pytest

from ops.link.abbreviations import definitions


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        (
            "We use Knowledge Augmented Generation (KAG) here.",
            "KAG",
            "Knowledge Augmented Generation",
        ),
        ("KAG (Knowledge Augmented Generation) is new.", "KAG", "Knowledge Augmented Generation"),
        ("a command-line interface (CLI) for", "CLI", "command-line interface"),
        ("Hyper Text Markup Language (HTML, for short)", "HTML", "Hyper Text Markup Language"),
        (
            "Application Programming Interfaces (APIs)",
            "APIs",
            "Application Programming Interfaces",
        ),
        ("It ended. Central Intelligence Agency (CIA)", "CIA", "Central Intelligence Agency"),
    ],
)
def test_a_definition(text: str, short: str, long: str) -> None:
    (found,) = definitions(text)
    assert text[slice(*found.short)] == short
    assert text[slice(*found.long)] == long


@pytest.mark.parametrize(
    "text",
    [
        "see the docs (README)",
        "support for Python (NEW)",
        "in tests (2020)",
        "it works (see there)",
        "the list (KAG)",
        "Knowledge Augmented. Generation ends (KAG)",
        "(KAG)",
        "()",
        "",
    ],
)
def test_no_definition(text: str) -> None:
    assert list(definitions(text)) == []
