"""Text of documents on the screen: whatever it holds, it changes nothing but its own place."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.tui.books import HOSTILE
from tui.widgets.figures import count, counted, seconds, size
from tui.widgets.found import around, pattern_of
from tui.widgets.plain import PREPENDED, TAB, one_line, plain, visible, widths
from tui.widgets.spark import bar, merged, spark
from tui.widgets.wrap import wrap

CHARACTERS = st.one_of(
    st.characters(),
    st.characters(codec="ascii"),
    st.sampled_from("\x1b\x07\x9b\u202e\u2066\u200b\u200d\ufe0f\ufeff\u0301漢👩❤[]\\\n\t \ud800"),
)
TEXTS = st.text(CHARACTERS, max_size=300)


@given(TEXTS)
@example(HOSTILE)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = visible(text)
    for character in set(shown) - set("\n\t"):
        kind = unicodedata.category(character)
        assert kind not in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
        assert kind != "Cf" or ord(character) in PREPENDED
    shown.encode()
    assert visible(shown) == shown


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs", "Mn")), max_size=100))
def test_ordinary_text_is_left_alone(text: str) -> None:
    kept = "".join(c for c in text if visible(c))
    assert visible(text) == kept


@given(TEXTS)
@example(HOSTILE)
def test_widths_are_those_of_the_screen(text: str) -> None:
    line = text.replace("\n", " ")
    assert int(widths(line).sum()) == cell_len(visible(line).replace("\t", TAB))


@given(TEXTS)
def test_no_text_is_markup(text: str) -> None:
    assert plain(text).plain == visible(text).expandtabs(len(TAB))
    assert not plain(text).spans


@given(TEXTS, st.integers(2, 60))
def test_one_line_is_one_line(text: str, limit: int) -> None:
    said = one_line(text, limit)
    assert "\n" not in said
    assert len(said) <= limit
    assert said.endswith("…") or said == visible(" ".join(text.split()))


@given(TEXTS, st.integers(8, 40))
@example(HOSTILE, 20)
@example("a" + "\u0301" * 5_000, 10)
def test_rows_cover_the_text_and_fit(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert rows.whole
    spans = [rows.span(row) for row in range(len(rows))]
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
    for row, (start, end) in enumerate(spans):
        assert row == 0 or spans[row - 1][1] == start < end
        shown = text[start:end].removesuffix("\n").removesuffix(" ")
        assert "\n" not in shown
        assert int(widths(shown).sum()) <= width
        assert len(shown) <= width * 4
        for offset in (start, max(end - 1, start)):
            assert rows.of(offset) == row


def test_words_are_kept_whole_where_they_fit() -> None:
    text = "one two three four\nfive"
    rows = wrap(text, 9)
    assert [text[slice(*rows.span(r))] for r in range(len(rows))] == [
        "one two ",
        "three ",
        "four\n",
        "five",
    ]


def test_wrapping_stops_where_it_is_told() -> None:
    text = "word\n" * 1_000
    assert len(wrap(text, 20, 10)) == 10
    assert not wrap(text, 20, 10).whole
    assert not wrap(text * 10, 20, cancelled=lambda: True).whole


def test_a_spark_line_shows_every_bin() -> None:
    assert spark([]) == ""
    assert spark([0, 0]) == ""
    assert spark([0, 1, 4, 8]) == " ▂▅█"
    assert merged([1, 2, 3, 4, 5], 4) == [3, 7, 5]
    assert merged([1, 2, 3], 3) == []


@pytest.mark.parametrize(("done", "total"), [(0, 10), (3, 10), (10, 10), (12, 10), (0, 0)])
def test_a_bar_is_as_wide_as_asked(done: int, total: int) -> None:
    full, left = bar(done, total, 20)
    assert len(full + left) == 20
    assert (len(left) == 0) == (done >= total)


def test_figures_are_easy_to_read() -> None:
    assert count(1234567) == "1,234,567"
    assert counted(1, "row") == "1 row"
    assert [seconds(s) for s in (0.0421, 1.26, 61, 3700)] == [
        "42 ms",
        "1.3 s",
        "1 min 01 s",
        "1 h 01 min",
    ]
    assert [size(n) for n in (0, 999, 1_000, 12_345, 142_000, 2_500_000)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "12.3 kB",
        "142 kB",
        "2.5 MB",
    ]


def test_words_of_a_question_are_found_in_other_forms() -> None:
    pattern = pattern_of("economic growth (of?")
    assert pattern is not None
    assert pattern.findall("Economics and economical growths outgrow; of course") == [
        "Economics",
        "economical",
        "growths",
    ]
    assert pattern_of("? [") is None
    text = "x " * 100 + "the growth of it"
    assert around(text, pattern).startswith("…")
    assert "growth of it" in around(text, pattern)[:40]
    assert around("growth first", pattern) == "growth first"


@given(TEXTS, TEXTS)
def test_any_question_can_be_looked_for(question: str, text: str) -> None:
    pattern = pattern_of(question)
    assert around(text, pattern).removeprefix("…") in text
