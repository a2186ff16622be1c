"""Events of edits, their outcomes, and filters by comparison."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ops.context import CollectionSpec
from ops.errors import StoreError, UsageError
from storage import Store, Tables
from storage.edits import Anchor, Edit, Outcome
from storage.filters import Test as Is
from tests.store import rows

AT = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)
ANCHOR = Anchor("it's [/] \ud800 text\x00", "before", "after", 7, 1, 3)
PIN = Edit("pin", "chunks", "d1", "Ada", ANCHOR, "", 0, "file:a.md", at=AT)


def test_events_come_back_as_they_were_in_their_order(tables: Tables) -> None:
    assert tables.edits.all() == []
    first = tables.edits.add(PIN)
    second = tables.edits.add(replace(PIN, kind="split", place=3))
    assert (first.number, second.number) == (1, 2)
    assert tables.edits.all() == [first, second]
    assert replace(first, number=0) == PIN


def test_outcomes_are_written_over(tables: Tables) -> None:
    assert tables.edits.outcomes() == {}
    old = Outcome(1, "conflict", "why", (), "run-1", AT)
    new = Outcome(1, "applied", "", ((0, 4), (5, 9)), "run-2", AT)
    tables.edits.settle([old, replace(old, number=2)])
    tables.edits.settle([new])
    assert tables.edits.outcomes() == {1: new, 2: replace(old, number=2)}


def test_two_who_edit_at_once_both_find_a_number(store: Store) -> None:
    def work(author: str) -> None:
        edits = Store.open(store.uri).tables("handbook").edits
        for _ in range(5):
            edits.add(replace(PIN, author=author))

    threads = [threading.Thread(target=work, args=(name,)) for name in ("Ada", "Bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = store.tables("handbook").edits.all()
    assert [edit.number for edit in found] == list(range(1, 11))
    assert sorted(edit.author for edit in found) == ["Ada"] * 5 + ["Bob"] * 5


def test_a_store_for_reading_takes_no_edit(store: Store) -> None:
    store.tables("handbook").edits.add(PIN)
    reading = Store.open(store.uri, read_only=True).tables("handbook").edits
    assert len(reading.all()) == 1
    with pytest.raises(StoreError, match="for reading only"):
        reading.add(PIN)


@pytest.fixture
def published(tables: Tables) -> Tables:
    name = tables.table_name("index", "collection", rows.KEY)
    made = rows.collection(1, 2)
    tables.replace(name, "collection", made, rows.ids(1, 2))
    spec = CollectionSpec("vector", "cosine", ("text",), (), "English")
    tables.build_indexes(name, spec)
    tables.publish("run-1", {"index": {"collection": name}}, {"index": name})
    return tables


@pytest.mark.parametrize(
    ("column", "test", "count"),
    [
        ("ordinal", Is(">", 0), 4),
        ("ordinal", (Is(">", 0), Is("<", 2)), 2),
        ("title", Is("~", "TITLE OF 1"), 2),
        ("title", Is("!=", "Title of 1"), 4),
        ("title", Is("~", "100%' OR 1=1"), 0),
        ("tags", Is("~", "IT'S"), 3),
        ("tags", Is("=", "even"), 3),
        ("tags", Is("!=", "even"), 3),
    ],
)
def test_rows_are_compared(
    store: Store, published: Tables, column: str, test: object, count: int
) -> None:
    reader = store.reader(published.notebook)
    assert reader is not None
    assert reader.count("index", {column: test}) == count


def test_lists_have_no_order(store: Store, published: Tables) -> None:
    reader = store.reader(published.notebook)
    assert reader is not None
    assert reader.kinds("index")["tags"] == "list"
    with pytest.raises(UsageError, match="no order"):
        reader.count("index", {"tags": Is("<", "a")})
