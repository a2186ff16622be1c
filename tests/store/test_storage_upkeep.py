"""Upkeep: by thresholds, and never at the cost of what can be read."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from polars.testing import assert_frame_equal

import storage.upkeep as upkeep
from ops.errors import UsageError
from ops.frames import in_order
from storage import Policy, Reader, Store, Tables
from tests.store.rows import chunk_table, chunks, ids, ledger_row

EAGER = Policy(manifests=2, age=timedelta(milliseconds=1), fragments=3, deleted=0.3, versions=6)
SLACK = timedelta(seconds=5)
"""Lance looks at the clock a little later than we do: by far less than this on any machine."""


@pytest.fixture
def eager(store: Store, monkeypatch: pytest.MonkeyPatch) -> Tables:
    """Tables that prune at once."""
    monkeypatch.setattr(upkeep, "_SLACK", SLACK)
    tables = store.tables("handbook")
    tables.policy = EAGER
    return tables


def versions(tables: Tables, table: str) -> list[int]:
    return [v["version"] for v in tables.database.table(table).list_versions()]


def tags(tables: Tables, table: str) -> set[str]:
    return set(tables.database.table(table).tags.list())


def go(tables: Tables, number: int) -> Reader:
    """One night: a document changes, the table is published, the house is kept."""
    table = chunk_table(tables)
    tables.replace(table, "chunks", chunks(number % 3, salt=str(number)), ids(number % 3))
    tables.publish(f"run-{number}", {"cut": {"chunks": table}}, {})
    tables.upkeep()
    reader = Reader.newest(tables.database, "handbook")
    assert reader is not None
    return reader


def test_old_states_go_and_kept_ones_stay_readable(eager: Tables) -> None:
    table = chunk_table(eager)
    readers = [go(eager, number) for number in range(9)]
    time.sleep(1.2 * SLACK.total_seconds())
    readers += [go(eager, number) for number in (9, 10, 11)]
    assert [m.run_id for m in eager.manifests()] == ["run-10", "run-11"]
    needed = [m.tables[table] for m in eager.manifests()]
    assert tags(eager, table) == {f"v{version}" for version in needed}
    assert versions(eager, table)[0] > 1
    assert set(needed) <= set(versions(eager, table))
    for number in (10, 11):
        expected = in_order(
            "chunks",
            chunks(number % 3, salt=str(number))
            .vstack(chunks((number - 1) % 3, salt=str(number - 1)))
            .vstack(chunks((number - 2) % 3, salt=str(number - 2))),
        )
        assert_frame_equal(readers[number].frame("cut", "chunks"), expected)
    eager.rollback("run-10")
    with pytest.raises(UsageError, match="run-3"):
        eager.rollback("run-3")


def test_upkeep_leaves_what_is_published_at_its_version(eager: Tables) -> None:
    table = chunk_table(eager)
    for number in range(9):
        reader = go(eager, number)
        assert reader.manifest.tables[table] == eager.version(table)


def test_small_files_are_compacted_past_the_threshold(eager: Tables) -> None:
    table = chunk_table(eager)
    handle = eager.database

    def files() -> int:
        return int(handle.table(table).stats()["fragment_stats"]["num_fragments"])

    for number in range(3):
        eager.replace(table, "chunks", chunks(number), ids(number))
    eager.publish("run-1", {"cut": {"chunks": table}}, {})
    assert files() == 3
    eager.replace(table, "chunks", chunks(3), ids(3))
    eager.publish("run-2", {"cut": {"chunks": table}}, {})
    assert files() == 1
    assert_frame_equal(eager.read(table), in_order("chunks", chunks(0, 1, 2, 3)))


def test_deleted_rows_are_given_back(eager: Tables) -> None:
    table = chunk_table(eager)
    numbers = range(40)
    eager.replace(table, "chunks", chunks(*numbers), ids(*numbers))
    eager.replace(table, "chunks", chunks(), ids(*range(20)))
    eager.publish("run-1", {"cut": {"chunks": table}}, {})
    lengths = eager.database.table(table).stats()["fragment_stats"]["lengths"]
    assert lengths["max"] == 60
    assert eager.count(table) == 60


def test_nothing_is_done_below_the_thresholds(tables: Tables) -> None:
    table = chunk_table(tables)
    for number in range(5):
        tables.replace(table, "chunks", chunks(number), ids(number))
    tables.record([ledger_row("cut", "a")])
    tables.publish("run-1", {"cut": {"chunks": table}}, {})
    before = {name: tables.database.table(name).version for name in tables.database.names()}
    tables.upkeep()
    assert {n: tables.database.table(n).version for n in tables.database.names()} == before
    assert len(versions(tables, table)) == 6


def test_abandoned_tables_go_when_no_kept_state_names_them(eager: Tables) -> None:
    old, new = (eager.table_name("cut", "chunks", key) for key in ("aaaaaa", "bbbbbb"))
    eager.replace(old, "chunks", chunks(1), ids(1))
    eager.publish("run-1", {"cut": {"chunks": old}}, {})
    eager.replace(new, "chunks", chunks(1), ids(1))
    for run, left in (("run-2", [old, new]), ("run-3", [new])):
        eager.publish(run, {"cut": {"chunks": new}}, {})
        eager.upkeep()
        assert eager.names() == left
    filling = eager.table_name("later", "chunks", "cccccc")
    eager.replace(filling, "chunks", chunks(2), ids(2))
    eager.upkeep()
    assert filling in eager.names()  # younger than what is published: somebody may be filling it
    eager.upkeep(live=[new, filling])
    assert eager.names() == sorted([new, filling])
    eager.upkeep(live=[new])
    assert eager.names() == [new]


def test_nothing_is_dropped_before_anything_is_published(eager: Tables) -> None:
    table = chunk_table(eager)
    eager.replace(table, "chunks", chunks(1), ids(1))
    eager.upkeep()
    assert eager.names() == [table]


def test_the_stores_own_tables_stay_small(eager: Tables) -> None:
    for number in range(12):
        eager.record([ledger_row("cut", str(number))])
    eager.upkeep()
    assert len(versions(eager, "handbook._ledger")) < 6
    assert len(eager.ledger()["cut"]) == 12


def test_young_states_stay_whatever_their_number(tables: Tables) -> None:
    table = chunk_table(tables)
    tables.policy = replace(EAGER, age=timedelta(hours=1))
    for number in range(9):
        go(tables, number)
    assert len(tables.manifests()) == 9
    assert versions(tables, table)[0] == 1


def test_what_a_killed_drop_left_is_swept(tables: Tables) -> None:
    assert tables.database.path is not None
    ruin = tables.database.path / ".trash-1"
    (ruin / "data").mkdir(parents=True)
    assert tables.names() == []
    tables.upkeep()
    assert not ruin.exists()
