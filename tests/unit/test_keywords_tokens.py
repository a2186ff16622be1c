"""What FRAKE counts as a word."""

from __future__ import annotations

import numpy as np
import pytest

from ops.keywords.tokens import Tokens, tokenize
from ops.language import LANGUAGES, choose, stop_words


def written(tokens: Tokens) -> list[str]:
    return [tokens.words[word] for word in tokens.word]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The end.", ["The", "end"]),
        ("state-of-the-art and/or 3D x2 foo_bar v1.2 a.b", []),
        ("the company's dogs' don't we'll", ["the", "company", "dogs", "do", "we"]),
        ("can’t “stop” «ici»", ["can", "t", "stop", "ici"]),
        ("one,two;three:four 1,five 6:7", ["one", "two", "three", "four", "five"]),
        ("https://host/path std::sync", ["https", "std"]),
        ("`code` **bold** _kept_ <b>tag</b> 'name' (x)", ["code", "bold", "b", "tag", "name", "x"]),
        ("wait...what--then end) said.", ["wait", "what", "then", "end", "said"]),
        ("Ärger über Łódź", ["Ärger", "über", "Łódź"]),
        ("x" * 100 + " " + "y" * 101, ["x" * 100]),
        ("", []),
        ("   \n\n ", []),
    ],
)
def test_words_are_those_of_the_treebank_rules(text: str, words: list[str]) -> None:
    tokens = tokenize(text, frozenset({"and", "or"}))
    assert written(tokens) == [word for word in words if word not in ("and", "or")]
    for word, start, end in zip(written(tokens), tokens.start, tokens.end, strict=True):
        assert text[start:end] == word


def test_case_is_kept_and_numbered_by_first_occurrence() -> None:
    tokens = tokenize("Data about data. DATA and Python", frozenset({"about", "and"}))
    assert tokens.words == ("Data", "data", "DATA", "Python")
    assert tokens.forms == ("data", "python")
    assert tokens.form_of.tolist() == [0, 0, 0, 1]
    assert tokens.form.tolist() == [0, 0, 0, 1]
    assert tokens.sentence.tolist() == [0, 0, 1, 1]
    assert [sentence.tolist() for sentence in tokens.by_sentence()] == [[0, 1], [2, 3]]


def test_stop_words_go_whatever_their_case() -> None:
    assert written(tokenize("THE cat and The hat", frozenset({"the", "and"}))) == ["cat", "hat"]


def test_a_sentence_without_words_stays() -> None:
    tokens = tokenize("It is. Cats sleep.", stop_words("en"))
    assert len(tokens.sentences) == 2
    assert tokens.sentence.tolist() == [1, 1]
    assert [len(sentence) for sentence in tokens.by_sentence()] == [0, 2]


def test_long_runs_of_spaces_after_a_stop_cost_little() -> None:
    text = ("word." + " " * 200_000) * 3 + "x"
    assert np.array_equal(tokenize(text, frozenset()).start, [0, 200_005, 400_010, 600_015])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_stop_words(language: str) -> None:
    words = stop_words(language)
    assert len(words) > 100
    assert all(word == word.lower() for word in words)


def test_the_language_is_the_wanted_the_known_or_the_found() -> None:
    french = "Les chats dorment toute la journée sur le canapé de la maison."
    assert choose("auto", None, french) == "fr"
    assert choose("auto", "de", french) == "de"
    assert choose("pl", "de", french) == "pl"
    assert choose("auto", "ja", french) == "en"
    assert choose("auto", None, "12 34") == "en"
