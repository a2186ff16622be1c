"""Opening a store: made when it can be, and one clear error when it cannot."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import storage.store as opening
from ops.errors import StoreError
from storage import Store
from storage.database import Database
from tests.store.processes import line, python, say
from tests.store.rows import chunk_table, chunks, ids


def test_a_store_is_made_where_there_is_none(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "down"
    store = Store.open(place)
    assert place.is_dir()
    assert store.uri == str(place)
    assert store.notebooks() == []
    assert store.reader("handbook") is None


def test_reading_needs_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store") as caught:
        Store.open(tmp_path / "nothing", read_only=True)
    assert "run a notebook first" in caught.value.hint
    assert not (tmp_path / "nothing").exists()


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path / "file" / "lance")
    assert str(tmp_path / "file" / "lance") in caught.value.message
    assert "Not a directory" in caught.value.message
    assert caught.value.hint


def test_a_store_for_reading_refuses_every_write(store: Store) -> None:
    store.tables("handbook").replace("handbook.cut.chunks.abc123", "chunks", chunks(1), ids(1))
    tables = Store.open(store.uri, read_only=True).tables("handbook")
    table = chunk_table(tables)
    assert tables.count(table) == 3
    writes: list[Callable[[], object]] = [
        lambda: tables.replace(table, "chunks", chunks(2), ids(2)),
        lambda: tables.clear(table),
        lambda: tables.drop(table),
        lambda: tables.record([]),
        lambda: tables.publish("run", {}, {}),
        lambda: tables.upkeep(),
        lambda: tables.lease("me").__enter__(),
    ]
    for write in writes:
        with pytest.raises(StoreError, match="for reading only"):
            write()


SCRIPT = """
import os, sys
from ops.errors import StoreError
from storage import Store

def look(place):
    reader = Store.open(place, read_only=True).reader("handbook")
    print(len(reader.frame("cut", "chunks")), reader.document("x"), len(reader.documents()))

look(sys.argv[1])
if os.geteuid() == 0:  # root writes anywhere; everything is imported by now
    os.setgid(65534)
    os.setuid(65534)
look(sys.argv[1])
try:
    Store.open(sys.argv[1])
except StoreError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="rights work otherwise there")
def test_a_folder_that_cannot_be_written() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        place = Path(folder) / "lance"
        tables = Store.open(place).tables("handbook")
        table = chunk_table(tables)
        tables.replace(table, "chunks", chunks(1), ids(1))
        tables.publish("run-1", {"cut": {"chunks": table}}, {})
        folders = [place, *(path for path in place.rglob("*") if path.is_dir())]
        for path in folders:
            path.chmod(0o555)
        command = [sys.executable, "-c", SCRIPT, str(place)]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=Path(opening.__file__).parents[1]
        )
        for path in folders:
            path.chmod(0o755)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:2] == ["3 None 0"] * 2
    assert lines[2] == f"cannot write to the store {place}: it is marked read-only"
    assert "right to write" in lines[3]


def test_a_newer_store_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "SCHEMA_VERSION", 0)
    for read_only in (True, False):
        with pytest.raises(StoreError, match="newer Chunkbook"):
            Store.open(store.uri, read_only=read_only)


def test_an_older_store_is_brought_up_to_date(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    def step(database: Database) -> None:
        done.append(database.uri)

    now = opening.SCHEMA_VERSION
    monkeypatch.setattr(opening, "SCHEMA_VERSION", now + 2)
    monkeypatch.setattr(opening, "MIGRATIONS", {now: step, now + 1: step})
    with pytest.raises(StoreError, match=f"older version {now}"):
        Store.open(store.uri, read_only=True)
    assert done == []
    Store.open(store.uri)
    assert done == [store.uri, store.uri]
    Store.open(store.uri)
    Store.open(store.uri, read_only=True)
    assert len(done) == 2


def test_the_ruin_of_a_table_is_no_table(store: Store) -> None:
    tables = store.tables("handbook")
    table = chunk_table(tables)
    assert store.database.path is not None
    (store.database.path / f"{table}.lance" / "data").mkdir(parents=True)
    assert not tables.exists(table)
    assert tables.names() == []
    tables.replace(table, "chunks", chunks(1), ids(1))
    assert tables.count(table) == 3


def test_many_tables_are_all_listed(tables_with_many: list[str], store: Store) -> None:
    assert store.tables("handbook").names() == tables_with_many


@pytest.fixture
def tables_with_many(store: Store) -> list[str]:
    tables = store.tables("handbook")
    names = [tables.table_name(f"c{n:03}", "chunks", "abc123") for n in range(120)]
    for name in names:
        tables.ensure(name, "chunks", chunks().schema, None)
    return names


def test_threads_share_tables(store: Store) -> None:
    tables = store.tables("handbook")
    table = chunk_table(tables)
    tables.replace(table, "chunks", chunks(0), ids(0))
    problems: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                rows = tables.read(table)
                assert rows.group_by("doc_id").len()["len"].unique().to_list() == [3]
        except BaseException as error:
            problems.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 16):
        tables.replace(table, "chunks", chunks(number, salt="a"), ids(number))
        tables.replace(table, "chunks", chunks(number - 1, salt="b"), ids(number - 1))
    stop.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert tables.read(table)["doc_id"].n_unique() == 16


def test_what_lance_raises_says_what_was_being_done(store: Store) -> None:
    tables = store.tables("handbook")
    table = chunk_table(tables)
    tables.replace(table, "chunks", chunks(1), ids(1))
    assert store.database.path is not None
    for file in (store.database.path / f"{table}.lance" / "data").iterdir():
        file.unlink()
    with pytest.raises(StoreError) as caught:
        Store.open(store.uri).tables("handbook").read(table)
    assert f"reading {table} failed in {store.uri}" in caught.value.message
    assert ".rs:" not in caught.value.message


def test_schema_of_an_empty_frame_is_enough(tables_frame: pl.DataFrame) -> None:
    assert tables_frame.is_empty()
    assert tables_frame.schema == chunks().schema


@pytest.fixture
def tables_frame(store: Store) -> pl.DataFrame:
    tables = store.tables("handbook")
    tables.replace(chunk_table(tables), "chunks", chunks(), [])
    return tables.read(chunk_table(tables))


FIRST = """
import sys, time
from storage import Store
from tests.store.rows import ledger_row
print("ready", flush=True)
for line in sys.stdin:
    start, place = line.split()
    time.sleep(max(float(start) - time.time(), 0))
    Store.open(place).tables("handbook").record([ledger_row("cut", sys.argv[1])])
    print("ok", flush=True)
"""


@pytest.mark.slow
def test_processes_that_make_one_store_at_once(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        writers = [stack.enter_context(python(FIRST, name)) for name in "abc"]
        assert [line(writer) for writer in writers] == ["ready"] * 3
        for number in range(6):
            place = tmp_path / str(number)
            start = time.time() + 0.1
            for writer in writers:
                say(writer, f"{start} {place}")
            assert [line(writer) for writer in writers] == ["ok"] * 3
            assert list(Store.open(place).tables("handbook").ledger()["cut"]) == ["a", "b", "c"]
