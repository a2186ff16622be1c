"""Where words and phrases are found in their text."""

from __future__ import annotations

from ops.keywords.patterns import Pattern
from ops.keywords.spans import Occurrences
from ops.keywords.tokens import IntArray, Tokens, tokenize
from ops.language import stop_words


def of(text: str) -> tuple[Tokens, Occurrences]:
    tokens = tokenize(text, stop_words("en"))
    return tokens, Occurrences.of(tokens)


def pattern(tokens: Tokens, *words: str) -> Pattern:
    return tuple(tokens.words.index(word) for word in words)


def texts(tokens: Tokens, spans: IntArray) -> list[str]:
    return [tokens.text[start:end] for start, end in spans]


def test_a_word_is_found_in_any_case_and_in_hyphenated_words() -> None:
    tokens, found = of("Data is data: DATA-driven, not metadata, data_x or data2. Big-data!")
    spans = found.of_form(tokens.forms.index("data"))
    assert texts(tokens, spans) == ["Data", "data", "DATA", "data"]
    assert spans.tolist() == sorted(spans.tolist())


def test_a_word_cut_off_a_contraction_is_found() -> None:
    tokens = tokenize("It doesn't matter. It does.", frozenset({"it"}))
    spans = Occurrences.of(tokens).of_form(tokens.forms.index("does"))
    assert texts(tokens, spans) == ["does", "does"]


def test_a_phrase_is_found_where_its_words_follow_one_another() -> None:
    text = "Bread and butter. BREAD, butter? Butter, bread. Bread with cheap butter, bread butter."
    tokens, found = of(text)
    assert texts(tokens, found.of_pattern(pattern(tokens, "Bread", "butter"))) == [
        "Bread and butter",
        "BREAD, butter",
        "bread butter",
    ]


def test_a_phrase_does_not_cross_a_sentence() -> None:
    tokens, found = of("We like bread. Butter melts. Give bread! Take cold butter with bread.")
    # Only the last sentence has both as written, in the other order.
    assert texts(tokens, found.of_pattern(pattern(tokens, "bread", "butter"))) == [
        "butter with bread"
    ]


def test_words_that_never_meet_are_held_by_the_shortest_stretch() -> None:
    text = (
        "Cats chase grey mice, cats eat grey mice. "
        "Mice fear cats. "
        "Grey mice hate mean old cats and small mice love very old cats."
    )
    tokens, found = of(text)
    cats, mice = tokens.words.index("cats"), tokens.words.index("mice")
    assert texts(tokens, found.of_pattern((cats, mice))) == ["mice, cats", "cats and small mice"]


def test_stretches_want_every_word() -> None:
    tokens, found = of("red one two blue green. red blue. green one red six blue.")
    spans = found.of_pattern(pattern(tokens, "blue", "green", "red"))
    assert texts(tokens, spans) == ["red one two blue green", "green one red six blue"]


def test_what_lies_inside_a_stretch() -> None:
    tokens, found = of("alpha beta alpha gamma")
    forms, spans = found.within(6, 16)
    assert [tokens.forms[form] for form in forms] == ["beta", "alpha"]
    assert spans.tolist() == [[6, 10], [11, 16]]
    assert found.within(7, 22)[1].tolist() == [[11, 16], [17, 22]]
    for start, end in ((1, 5), (0, 0), (22, 30)):
        assert not len(found.within(start, end)[0])
