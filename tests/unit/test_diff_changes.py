"""What differs between two cuts of a document."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.diff.align import Alignment
from pipelines.diff.changes import Change, Chunk, compare

ONE = "First paragraph stands here.\n\nSecond one says more.\n\nThird and last."


def cut(text: str, *borders: int, derived: dict[int, str] | None = None) -> list[Chunk]:
    """Chunks between the borders, without white space at their edges."""
    places = [0, *borders, len(text)]
    chunks: list[Chunk] = []
    for start, end in pairwise(places):
        body = text[start:end]
        first = start + len(body) - len(body.lstrip())
        said = body.strip()
        if said:
            wording = (derived or {}).get(len(chunks))
            chunks.append(Chunk(f"{start}:{said}", 0, first, first + len(said), said, wording))
    return chunks


def paragraphs(text: str) -> list[Chunk]:
    borders = [n + 2 for n in range(len(text)) if text.startswith("\n\n", n)]
    return cut(text, *borders)


def kinds(changes: tuple[Change, ...]) -> list[tuple[str, int, int]]:
    return [(change.kind, len(change.before), len(change.after)) for change in changes]


def test_the_same_is_the_same() -> None:
    assert compare(ONE, ONE, paragraphs(ONE), paragraphs(ONE)) == ((), 3)


def test_a_paragraph_at_the_top_changes_nothing_below() -> None:
    other = "Something new.\n\n" + ONE
    changes, same = compare(ONE, other, paragraphs(ONE), paragraphs(other))
    assert kinds(changes) == [("added", 0, 1)]
    assert same == 3
    changes, same = compare(other, ONE, paragraphs(other), paragraphs(ONE))
    assert kinds(changes) == [("removed", 1, 0)]


def test_another_word_is_another_wording() -> None:
    other = ONE.replace("says more", "says much less")
    changes, same = compare(ONE, other, paragraphs(ONE), paragraphs(other))
    assert kinds(changes) == [("reworded", 1, 1)]
    assert changes[0].after[0].text == "Second one says much less."
    assert same == 2


def test_other_borders_are_a_recut() -> None:
    changes, same = compare(ONE, ONE, paragraphs(ONE), cut(ONE))
    assert kinds(changes) == [("recut", 3, 1)]
    changes, same = compare(ONE, ONE, cut(ONE), paragraphs(ONE))
    assert kinds(changes) == [("recut", 1, 3)]
    moved = ONE.index("Second") + 7
    third = ONE.index("Third")
    changes, same = compare(ONE, ONE, paragraphs(ONE), cut(ONE, moved, third))
    assert kinds(changes) == [("recut", 2, 2)]
    assert same == 1


def test_a_wording_by_hand_is_seen() -> None:
    new = cut(ONE, 30, 53, derived={1: "In other words."})
    changes, _ = compare(ONE, ONE, cut(ONE, 30, 53), new)
    assert kinds(changes) == [("reworded", 1, 1)]
    assert changes[0].after[0].derived == "In other words."


def test_a_chunk_that_changed_places_is_the_same() -> None:
    first, second, third = ONE.split("\n\n")
    other = "\n\n".join([third, first, second])
    changes, same = compare(ONE, other, paragraphs(ONE), paragraphs(other))
    assert (changes, same) == ((), 3)


def test_a_document_that_came_or_went() -> None:
    changes, _ = compare("", ONE, [], paragraphs(ONE))
    assert kinds(changes) == [("added", 0, 1)] * 3
    changes, _ = compare(ONE, "", paragraphs(ONE), [])
    assert kinds(changes) == [("removed", 1, 0)] * 3


TEXTS = st.lists(st.sampled_from(["a ", "bb\n\n", "c. ", "漢 ", "x"]), max_size=25).map("".join)
BORDERS = st.lists(st.integers(0, 80), max_size=6)


@settings(max_examples=60)
@given(TEXTS, TEXTS, BORDERS, BORDERS)
def test_every_chunk_is_in_one_place(old: str, new: str, one: list[int], two: list[int]) -> None:
    before = cut(old, *sorted(n % (len(old) + 1) for n in one))
    after = cut(new, *sorted(n % (len(new) + 1) for n in two))
    changes, same = compare(old, new, before, after)
    told_before = [chunk for change in changes for chunk in change.before]
    told_after = [chunk for change in changes for chunk in change.after]
    assert len(told_before) + same == len(before)
    assert len(told_after) + same == len(after)
    assert len(set(told_before)) == len(told_before)
    assert compare(old, new, before, after) == (changes, same)


@settings(max_examples=60)
@given(TEXTS, TEXTS)
def test_blocks_are_shared_text_in_order(old: str, new: str) -> None:
    last_old, last_new = 0, 0
    for here, there, length in Alignment(old, new).blocks:
        assert length > 0
        assert old[here : here + length] == new[there : there + length]
        assert here >= last_old
        assert there >= last_new
        last_old, last_new = here + length, there + length
