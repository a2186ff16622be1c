"""Names in prose, by the real English model."""

from __future__ import annotations

import pytest

from ops.enrich.code import code_spans
from ops.enrich.prose import read_prose
from ops.errors import Cancelled
from ops.language import load_pipeline
from ops.link.found import Found
from ops.link.recognise import LABELS, WINDOW, recognise

TEXT = (
    "Angela Merkel met Emmanuel Macron in **Berlin** on Monday.\n\n"
    "The [Python Software\nFoundation](https://www.python.org/psf) is based in the United States.\n"
)


def names(text: str) -> list[Found]:
    prose = read_prose(text, code_spans(text, []))
    found = recognise(text, prose.passages, load_pipeline("en"), LABELS)
    assert all(text[each.start : each.end] == each.text for each in found)
    return found


def test_names_with_their_kinds_and_exact_spans() -> None:
    found = {(each.text, each.label) for each in names(TEXT)}
    assert ("Angela Merkel", "PERSON") in found
    assert ("Berlin", "GPE") in found
    assert ("United States", "GPE") in found
    assert "Python Software\nFoundation" in {text for text, _ in found}
    assert not any(label in ("DATE", "CARDINAL") for _, label in found)


def test_the_canonical_form_is_that_of_the_name() -> None:
    assert "python-software-foundation" in {each.canonical for each in names(TEXT)}


def test_code_addresses_and_headings_are_not_read() -> None:
    text = (
        "# Angela Merkel went to Berlin\n\n"
        "```\nAngela Merkel = Berlin\n```\n\n"
        "He looked at https://example.com/Angela/Merkel/Berlin for a while.\n"
    )
    assert names(text) == []


def test_numbers_and_marks_are_no_names() -> None:
    for found in names(
        "It cost $5 million or 20% in 1999. See <Foo|Bar> and {X} at 3.14 in Paris."
    ):
        assert any(character.isalpha() for character in found.text)
        assert not set(found.text) & set("<>|{}$%")


def test_a_common_word_with_a_capital_is_no_name() -> None:
    text = "We use polish here, and more polish, and polish. Polish it is, said Anna Smith."
    assert "Polish" not in {each.text for each in names(text)}


def test_one_very_long_line_is_read_in_windows() -> None:
    line = "Angela Merkel met Emmanuel Macron in Berlin. " * (2 * WINDOW // 45 + 1)
    merkels = [each.start for each in names(line) if each.text == "Angela Merkel"]
    assert merkels == [at for at in range(len(line)) if line.startswith("Angela Merkel", at)]
    assert names("x" * (3 * WINDOW)) == []
    assert all(each.end <= WINDOW * 3 for each in names("Angela Merkel " * 1_000))


def test_it_can_be_stopped_between_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.link.recognise.GROUP", 100)
    text = "Angela Merkel met Emmanuel Macron in Berlin.\n\n" * 10
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        recognise(text, read_prose(text, []).passages, load_pipeline("en"), LABELS, check)
    assert calls == 2
