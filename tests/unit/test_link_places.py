"""Which chunk holds a span, and what stands together."""

from __future__ import annotations

from ops.link.occurrences import occurrences, tokens
from ops.link.places import Chunk, first_holders
from ops.link.together import EVIDENCE, co_occurrences


def test_the_first_chunk_that_holds_the_whole_span() -> None:
    chunks = [Chunk(0, 0, 10, "a"), Chunk(0, 8, 20, "b"), Chunk(0, 20, 30, "c")]
    spans = [(0, 10), (8, 10), (9, 12), (19, 21), (29, 30), (40, 41)]
    assert first_holders(chunks[::-1], spans) == ["a", "a", "b", None, "c", None]


def test_a_leaf_comes_before_its_parent() -> None:
    chunks = [Chunk(1, 0, 100, "parent"), Chunk(0, 0, 50, "one"), Chunk(0, 50, 100, "two")]
    assert first_holders(chunks, [(60, 70), (45, 55)]) == ["two", "parent"]


def test_a_chunk_within_an_earlier_one() -> None:
    chunks = [Chunk(0, 0, 50, "long"), Chunk(0, 10, 20, "inner"), Chunk(0, 40, 60, "late")]
    assert first_holders(chunks, [(12, 15), (55, 58)]) == ["long", "late"]


def test_without_chunks_or_spans() -> None:
    assert first_holders([], [(0, 1)]) == [None]
    assert first_holders([Chunk(0, 0, 1, "a")], []) == []


def test_pairs_share_a_sentence() -> None:
    sentences = [(0, 20), (20, 40), (40, 60)]
    mentions = [
        (1, 3, "b"),
        (5, 7, "a"),
        (22, 25, "a"),
        (41, 44, "b"),
        (50, 53, "a"),
        (18, 22, "c"),
    ]
    pairs = co_occurrences(sentences, mentions, most_in_sentence=9, most_pairs=9)
    assert list(pairs) == [("a", "b")]
    assert pairs["a", "b"].sentences == 2
    assert pairs["a", "b"].evidence == [(0, 20), (40, 60)]


def test_names_within_each_other_are_no_pair() -> None:
    inside = [(0, 20, "knowledge-graph-foundation"), (0, 15, "knowledge-graph")]
    assert not co_occurrences([(0, 50)], inside, most_in_sentence=9, most_pairs=9)
    apart = [*inside, (30, 45, "knowledge-graph")]
    assert len(co_occurrences([(0, 50)], apart, most_in_sentence=9, most_pairs=9)) == 1


def test_crowded_sentences_and_documents_are_bounded() -> None:
    crowd = [(number * 2, number * 2 + 1, f"n{number:02}") for number in range(30)]
    often = [(100 + number, 101 + number, "n29") for number in range(3)]
    pairs = co_occurrences([(0, 60)], [*crowd, *often], most_in_sentence=4, most_pairs=99)
    assert {name for pair in pairs for name in pair} == {"n29", "n00", "n01", "n02"}
    assert len(co_occurrences([(0, 60)], crowd, most_in_sentence=9, most_pairs=5)) == 5


def test_evidence_is_bounded() -> None:
    sentences = [(number * 10, number * 10 + 10) for number in range(15)]
    mentions = [
        (start + at, start + at + 1, name)
        for start, _ in sentences
        for at, name in ((1, "a"), (4, "b"))
    ]
    pair = co_occurrences(sentences, mentions, most_in_sentence=9, most_pairs=9)["a", "b"]
    assert pair.sentences == 15
    assert pair.evidence == sentences[:EVIDENCE]


def test_known_names_are_found_as_whole_words() -> None:
    text = (
        "typing_extensions, typing-extensions and typing; my-typing, typing.x, typing() a/typing."
    )
    names = [tokens("typing-extensions"), tokens("typing"), ()]
    spans = [text[a:b] for a, b, _ in occurrences(text, names, lambda *_: True)]
    assert spans == ["typing_extensions", "typing-extensions", "typing"]


def test_a_name_that_is_refused_gives_way_to_a_shorter_one() -> None:
    names = [tokens("New York Times"), tokens("New York")]
    found = list(occurrences("New York Times", names, lambda name, *_: len(name) == 2))
    assert found == [(0, 8, ("new", "york"))]
