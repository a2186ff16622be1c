"""Names of one document that are the same thing."""

from __future__ import annotations

from ops.link.aliases import label_of, merged
from ops.link.entities import gather
from ops.link.found import Found, longest, one_per_span


def found(text: str, name: str, label: str = "ORG", source: str = "ner") -> Found:
    start = text.index(name)
    return Found(start, start + len(name), name, name.lower().replace(" ", "-"), label, source)


def test_a_plural_becomes_the_singular_of_the_same_kind() -> None:
    labels = {"chunk": "KEYWORD", "chunks": "KEYWORD", "window": "KEYWORD", "windows": "PRODUCT"}
    assert merged(labels, []) == {"chunks": "chunk"}


def test_names_of_places_have_no_plural() -> None:
    assert merged({"wale": "GPE", "wales": "GPE"}, []) == {}


def test_a_last_name_becomes_the_only_full_name() -> None:
    people = ["ada-lovelace", "lovelace", "grace-hopper", "ken-hopper", "hopper"]
    labels = dict.fromkeys(people, "PERSON")
    assert merged(labels, [], people) == {"lovelace": "ada-lovelace"}


def test_a_short_form_becomes_its_commonest_long_form() -> None:
    labels = {"kag": "ORG"}
    pairs = [("kag", "b"), ("kag", "a"), ("kag", "b")]
    assert merged(labels, pairs) == {"kag": "b"}
    assert merged(labels, pairs[::-1]) == {"kag": "b"}


def test_a_package_keeps_its_name() -> None:
    assert merged({"idna": "PACKAGE"}, [("idna", "domain-names")]) == {"domain-names": "idna"}


def test_chains_are_followed_and_circles_end() -> None:
    labels = {"apis": "ORG", "api": "ORG"}
    pairs = [("api", "application-interface")]
    assert merged(labels, pairs) == dict.fromkeys(["api", "apis"], "application-interface")
    assert merged({"a": "ORG"}, [("a", "b"), ("b", "c"), ("c", "a")]) == {"b": "a", "c": "a"}


def test_labels_by_strength() -> None:
    assert label_of(["KEYWORD", "PACKAGE"], {"ORG": 9}) == "PACKAGE"
    assert label_of(["KEYWORD"], {"ORG": 1, "PERSON": 2, "": 5}) == "PERSON"
    assert label_of([], {"ORG": 2, "GPE": 2}) == "GPE"
    assert label_of(["DOCUMENT"], {}) == "DOCUMENT"
    assert label_of([], {}) == "KEYWORD"


def test_of_overlapping_spans_the_longest_stays_within_a_source() -> None:
    text = "the Python Software Foundation met"
    whole = found(text, "Python Software Foundation")
    part = found(text, "Python")
    word = found(text, "Software", "KEYWORD", "keyword")
    assert longest([part, word, whole]) == [whole, word]


def test_of_coinciding_spans_the_recognised_one_stays() -> None:
    text = "we use NumPy"
    named, key = found(text, "NumPy"), found(text, "NumPy", "KEYWORD", "keyword")
    assert one_per_span([key, named]) == [named]


def test_an_entity_goes_by_its_most_frequent_form() -> None:
    text = "Ada Lovelace wrote. Lovelace read. LOVELACE slept. Lovelace woke."
    names = [
        Found(at, at + len(form), form, form.lower().replace(" ", "-"), "PERSON", "ner")
        for at, form in ((0, "Ada Lovelace"), (20, "Lovelace"), (51, "Lovelace"))
    ]
    entities, becomes = gather(names, [], [])
    (entity,) = entities
    assert text[51:59] == "Lovelace"
    assert becomes == {"lovelace": "ada-lovelace"}
    assert (entity.canonical, entity.name, entity.label) == ("ada-lovelace", "Lovelace", "PERSON")
    assert entity.aliases == ("Ada Lovelace", "Lovelace")
    assert gather(names[::-1], [], []) == (entities, becomes)


def test_of_equally_frequent_forms_the_earliest_is_shown() -> None:
    names = [Found(9, 12, "API", "api", "ORG", "ner"), Found(3, 6, "Api", "api", "ORG", "ner")]
    (entity,), _ = gather(names, [], [])
    assert entity.name == "Api"


def test_what_is_declared_needs_no_mention() -> None:
    (entity,), _ = gather([], [("NumPy", "PACKAGE")], [])
    assert entity.declared
    assert (entity.name, entity.aliases, entity.mentions) == ("NumPy", ("NumPy",), ())
