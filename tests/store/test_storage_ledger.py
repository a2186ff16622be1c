"""The ledger and the list of runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage import RunRecord, Store, Tables
from tests.store.rows import chunk_table, chunks, ids, ledger_row


def test_a_row_comes_back_as_it_was(tables: Tables) -> None:
    assert tables.ledger() == {}
    rows = [
        ledger_row("cut", "a"),
        ledger_row("cut", "b", outcome="failed", reason='it\'s\n"bad"\0', outputs={}),
        ledger_row("source", "a", item="file:///a"),
    ]
    tables.record(rows)
    assert tables.ledger() == {
        "cut": {"a": rows[0], "b": rows[1]},
        "source": {"a": rows[2]},
    }


def test_recording_again_replaces(tables: Tables) -> None:
    tables.record([ledger_row("cut", "a"), ledger_row("cut", "b")])
    newer = ledger_row("cut", "a", run_id="run-2", rows=9)
    tables.record([newer])
    assert tables.ledger()["cut"]["a"] == newer
    assert tables.ledger()["cut"]["b"].run_id == "run-1"


def test_one_pair_twice_in_a_batch_keeps_the_last(tables: Tables) -> None:
    first, last = ledger_row("cut", "a"), ledger_row("cut", "a", rows=7)
    tables.record([first, last])
    tables.record([last, first])
    assert tables.ledger() == {"cut": {"a": first}}


def test_forgetting(tables: Tables) -> None:
    tables.record([ledger_row(cell, name) for cell in ("cut", "source") for name in "abc"])
    tables.forget("cut", ["a", "c", "x"])
    assert list(tables.ledger()["cut"]) == ["b"]
    assert list(tables.ledger()["source"]) == ["a", "b", "c"]
    tables.forget("source")
    assert list(tables.ledger()) == ["cut"]
    tables.forget("cut", [])
    assert list(tables.ledger()["cut"]) == ["b"]


def test_a_row_vouches_only_for_data_it_has_seen(tables: Tables) -> None:
    table = chunk_table(tables)
    tables.replace(table, "chunks", chunks(1, 2), ids(1, 2))
    tables.record([ledger_row("cut", name) for name in ids(1, 2)])
    tables.record([ledger_row("other", ids(1)[0])])
    # A writer changes one document and is killed before it records it.
    tables.replace(table, "chunks", chunks(1, salt="new"), ids(1))
    ledger = tables.ledger()
    assert ledger["cut"][ids(1)[0]] == ledger_row("cut", ids(1)[0], fingerprint="")
    assert ledger["cut"][ids(2)[0]] == ledger_row("cut", ids(2)[0])
    assert ledger["other"][ids(1)[0]] == ledger_row("other", ids(1)[0])
    tables.record([ledger_row("cut", ids(1)[0])])
    tables.clear(table)
    assert {row.fingerprint for row in tables.ledger()["cut"].values()} == {""}
    assert tables.ledger()["other"][ids(1)[0]].fingerprint


def test_first_writes_leave_the_ledger_alone(tables: Tables) -> None:
    tables.record([ledger_row("cut", ids(9)[0])])
    version = tables.database.table("handbook._ledger").version
    tables.replace(chunk_table(tables), "chunks", chunks(1), ids(1))
    assert tables.database.table("handbook._ledger").version == version


def test_the_ledger_is_in_order(tables: Tables) -> None:
    for cell, name in (("b", "2"), ("a", "9"), ("b", "1"), ("a", "3")):
        tables.record([ledger_row(cell, name)])
    assert {cell: list(rows) for cell, rows in tables.ledger().items()} == {
        "a": ["3", "9"],
        "b": ["1", "2"],
    }
    assert list(tables.ledger()) == ["a", "b"]


def test_ledgers_of_notebooks_are_apart(store: Store) -> None:
    store.tables("one").record([ledger_row("cut", "a")])
    assert store.tables("other").ledger() == {}
    assert store.tables("one").names() == []


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_read(tables: Tables) -> None:
    names = ids(*range(20_000))
    for cell in "abcde":
        tables.record([ledger_row(cell, name) for name in names])
    ledger = tables.ledger()
    assert sum(len(rows) for rows in ledger.values()) == 100_000
    assert ledger["c"][names[7]] == ledger_row("c", names[7])


def test_runs_newest_first(tables: Tables) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert tables.runs() == []
    for number in range(4):
        began = start + timedelta(hours=number)
        tables.start_run(RunRecord(f"run-{number}", began, None, "running", ()))
    done = RunRecord(
        "run-2", start + timedelta(hours=2), start + timedelta(hours=3), "ok", ({"id": "cut"},)
    )
    tables.finish_run(done)
    assert [run.run_id for run in tables.runs(3)] == ["run-3", "run-2", "run-1"]
    assert tables.runs()[1] == done
    assert tables.runs()[0] == replace(tables.runs()[0], ended=None, outcome="running", cells=())
