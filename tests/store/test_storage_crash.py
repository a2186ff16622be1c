"""A writer that is killed at any moment goes on where it stopped."""

from __future__ import annotations

import contextlib
import random
import time
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from storage import Store, Tables
from tests.store.processes import line, python, say
from tests.store.rows import chunk_table, chunks, collection, ids

SALTS = ("first", "second")
BATCHES = 14
SIZE = 5

WRITER = f"""
import sys
import storage.cells
from ops.context import CollectionSpec
from storage import Store
from tests.store.rows import *

SPEC = CollectionSpec("vector", "cosine", ("text",), ("language", "tags"), "en")

def work(tables, salt):
    cut, index = chunk_table(tables), tables.table_name("index", "collection", KEY)
    ledger = tables.ledger()
    for batch in range({BATCHES}):
        numbers = range(batch * {SIZE}, (batch + 1) * {SIZE})
        count = 4 if salt == "first" else 3
        for cell, table, rows in (
            ("cut", cut, chunks(*numbers, count=count, salt=salt)),
            ("index", index, collection(*numbers, count=count)),
        ):
            rows_of = ledger.get(cell, {{}})
            todo = [n for n in ids(*numbers) if n not in rows_of or rows_of[n].fingerprint != salt]
            if not todo:
                continue
            rows = rows.filter(pl.col("doc_id").is_in(todo))
            tables.replace(table, table.split(".")[2], rows, todo)
            tables.record([ledger_row(cell, n, fingerprint=salt, rows=count) for n in todo])
    tables.build_indexes(index, SPEC)
    cells = {{"cut": {{"chunks": cut}}, "index": {{"collection": index}}}}
    tables.publish(salt, cells, {{"index": index}})
    tables.upkeep()

storage.cells.ONE_COMMIT = int(sys.argv[2])
store = Store.open(sys.argv[1])
tables = store.tables("handbook")
chunks(1)
print("ready", flush=True)
sys.stdin.readline()
with tables.lease("writer"):
    latest = tables.latest_manifest()
    for salt in {SALTS}:
        if latest is None or salt > latest.run_id:
            work(tables, salt)
print("done", flush=True)
"""


def state(tables: Tables) -> dict[str, pl.DataFrame]:
    """Every table of cells, and the ledger without its times."""
    found = {name: tables.read(name) for name in tables.names()}
    ledger = [
        (row.cell, row.doc_id, row.fingerprint, row.rows)
        for rows in tables.ledger().values()
        for row in rows.values()
    ]
    columns = ["cell", "doc_id", "fingerprint", "rows"]
    return {**found, "ledger": pl.DataFrame(ledger, schema=columns, orient="row")}


def check_whole(store: Store) -> None:
    """What the ledger says is there, is there; what is published, is whole."""
    tables = store.tables("handbook")
    settled = {n: r for n, r in tables.ledger().get("cut", {}).items() if r.fingerprint}
    if settled:
        read = tables.read(chunk_table(tables), documents=list(settled))
        texts = dict(read.group_by("doc_id").agg("text").iter_rows())
        for name, row in settled.items():
            assert len(texts[name]) == row.rows
            assert all(text.endswith(f" {row.fingerprint}") for text in texts[name])
    reader = store.reader("handbook")
    if reader is not None:
        salt = reader.manifest.run_id
        numbers = range(BATCHES * SIZE)
        count = 4 if salt == "first" else 3
        expected = chunks(*numbers, count=count, salt=salt).sort("doc_id", "start")
        assert_frame_equal(reader.frame("cut", "chunks"), expected)
        assert reader.count("index") == count * len(numbers)
        assert reader.search("index", "chunk", mode="text", k=5)


@pytest.mark.slow
@pytest.mark.parametrize("one_commit", [1 << 30, 0], ids=["merged", "two commits"])
def test_killed_at_random_moments(tmp_path: Path, one_commit: int) -> None:
    with python(WRITER, tmp_path / "calm", one_commit) as process:
        assert line(process) == "ready"
        began = time.monotonic()
        say(process, "go")
        assert line(process) == "done"
        seconds = time.monotonic() - began
    calm = Store.open(tmp_path / "calm")
    check_whole(calm)

    chance = random.Random(one_commit)
    kills = 0
    for _ in range(60):
        with contextlib.ExitStack() as stack:
            process = stack.enter_context(python(WRITER, tmp_path / "rough", one_commit))
            assert line(process) == "ready"
            say(process, "go")
            if kills < 5:
                time.sleep(chance.uniform(0, seconds / 6))
                process.kill()
                process.wait()
                kills += 1
            elif line(process) == "done":
                break
        check_whole(Store.open(tmp_path / "rough"))
    else:
        pytest.fail("the writer never ended")

    rough = Store.open(tmp_path / "rough")
    check_whole(rough)
    expected, found = state(calm.tables("handbook")), state(rough.tables("handbook"))
    assert found.keys() == expected.keys()
    for name, frame in expected.items():
        assert_frame_equal(found[name], frame)
    assert len(expected["ledger"]) == 2 * BATCHES * SIZE
    assert len(expected["handbook.index.collection.abc123"]) == len(
        collection(*range(BATCHES * SIZE))
    )
    assert set(expected["ledger"]["doc_id"]) == set(ids(*range(BATCHES * SIZE)))
