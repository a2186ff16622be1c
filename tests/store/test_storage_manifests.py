"""What readers see: whole published states, whatever the writer does."""

from __future__ import annotations

import threading

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ops.errors import LeaseError, StoreError, UsageError
from ops.frames import in_order
from storage import Manifest, Reader, Store, Tables
from storage.database import Database
from storage.manifests import Manifests
from tests.store.rows import chunk_table, chunks, documents, ids


def publish(tables: Tables, run_id: str, *numbers: int, salt: str = "") -> Manifest:
    """Write documents and their chunks, and publish them."""
    source = tables.table_name("source", "documents", "abc123")
    cut = chunk_table(tables)
    known = tables.read(source)["doc_id"].to_list() if tables.exists(source) else []
    both = sorted({*known, *ids(*numbers)})
    tables.replace(source, "documents", documents(*numbers), both)
    tables.replace(cut, "chunks", chunks(*numbers, salt=salt), both)
    cells = {"source": {"documents": source}, "cut": {"chunks": cut}}
    return tables.publish(run_id, cells, {}, note=run_id)


def seen(reader: Reader | None) -> pl.DataFrame:
    assert reader is not None
    return reader.frame("cut", "chunks")


def test_nothing_is_seen_before_it_is_published(store: Store, tables: Tables) -> None:
    tables.replace(chunk_table(tables), "chunks", chunks(1), ids(1))
    assert store.reader("handbook") is None
    assert tables.latest_manifest() is None
    assert tables.manifests() == []


def test_a_manifest_tells_versions_and_cells(store: Store, tables: Tables) -> None:
    manifest = publish(tables, "run-1", 1, 2)
    assert manifest.number == 1
    assert manifest.tables == {name: tables.version(name) for name in tables.names()}
    assert tables.latest_manifest() == manifest
    assert manifest.extra == {"note": "run-1"}
    reader = store.reader("handbook")
    assert reader is not None
    assert reader.manifest == manifest
    assert reader.cells() == {"source": ("documents",), "cut": ("chunks",)}
    assert reader.refresh() is None
    assert_frame_equal(seen(reader), in_order("chunks", chunks(1, 2)))


def test_a_reader_keeps_its_state_while_a_writer_works(store: Store, tables: Tables) -> None:
    publish(tables, "run-1", 1, 2)
    reader = store.reader("handbook")
    tables.replace(chunk_table(tables), "chunks", chunks(2, salt="changed"), ids(2))
    assert_frame_equal(seen(reader), in_order("chunks", chunks(1, 2)))
    assert_frame_equal(seen(store.reader("handbook")), in_order("chunks", chunks(1, 2)))
    publish(tables, "run-2", 2, 3)
    assert_frame_equal(seen(reader), in_order("chunks", chunks(1, 2)))
    assert reader is not None
    newer = reader.refresh()
    assert_frame_equal(seen(newer), in_order("chunks", chunks(2, 3)))


def test_readers_beside_a_writer_see_only_whole_states(store: Store, tables: Tables) -> None:
    publish(tables, "run-0", 0, 1, salt="0")
    problems: list[str] = []
    states: set[int] = set()
    stop = threading.Event()

    def look() -> None:
        other = Store.open(store.uri, read_only=True)
        try:
            while not stop.is_set():
                reader = other.reader("handbook")
                assert reader is not None
                number = reader.manifest.number - 1
                expected = in_order("chunks", chunks(number, number + 1, salt=str(number)))
                assert_frame_equal(reader.frame("cut", "chunks"), expected)
                assert reader.documents()["doc_id"].sort().to_list() == sorted(
                    ids(number, number + 1)
                )
                states.add(number)
        except BaseException as error:
            problems.append(repr(error))

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for number in range(1, 12):
        publish(tables, f"run-{number}", number, number + 1, salt=str(number))
        tables.upkeep()
    stop.set()
    for watcher in watchers:
        watcher.join()
    assert problems == []
    assert len(states) > 1


def test_rollback_shows_the_older_state_and_holds(store: Store, tables: Tables) -> None:
    first = publish(tables, "run-1", 1)
    publish(tables, "run-2", 1, 2)
    back = tables.rollback("run-1")
    assert (back.number, back.run_id, back.held) == (3, "run-1", True)
    assert back.tables == first.tables
    assert_frame_equal(seen(store.reader("handbook")), chunks(1))
    assert tables.count(chunk_table(tables)) == 6  # the writer's tables are as they were
    released = tables.release()
    assert (released.number, released.held, released.tables) == (4, False, first.tables)
    assert tables.release() == released
    publish(tables, "run-3", 3)
    latest = tables.latest_manifest()
    assert latest is not None
    assert not latest.held
    assert_frame_equal(seen(store.reader("handbook")), chunks(3))


def test_rollback_to_a_run_that_is_not_kept(tables: Tables) -> None:
    with pytest.raises(UsageError, match="run-9"):
        tables.rollback("run-9")
    with pytest.raises(UsageError, match="published nothing"):
        tables.release()
    publish(tables, "run-1", 1)
    with pytest.raises(UsageError) as caught:
        tables.rollback("run-9")
    assert "run-1" in caught.value.hint


def test_two_that_publish_one_number(store: Store, tables: Tables) -> None:
    manifest = publish(tables, "run-1", 1)
    with pytest.raises(LeaseError, match="at the same time"):
        Manifests(Database(store.uri), "handbook").add(manifest)
    assert len(tables.manifests()) == 1


def test_a_published_table_that_is_gone_is_named(store: Store, tables: Tables) -> None:
    publish(tables, "run-1", 1)
    tables.drop(chunk_table(tables))
    reader = store.reader("handbook")
    with pytest.raises(StoreError, match="no longer kept") as caught:
        seen(reader)
    assert "newest" in caught.value.hint


def test_what_was_not_published_cannot_be_read(store: Store, tables: Tables) -> None:
    publish(tables, "run-1", 1)
    reader = store.reader("handbook")
    assert reader is not None
    with pytest.raises(UsageError, match="published no relations"):
        reader.frame("cut", "relations")
    with pytest.raises(UsageError, match="no published collection"):
        reader.page("cut", offset=0, limit=1)


def test_documents_with_their_chunks(store: Store, tables: Tables) -> None:
    publish(tables, "run-1", 1, 2)
    tables.replace(chunk_table(tables), "chunks", chunks(), ids(2))
    cells = tables.manifests()[0].cells
    tables.publish("run-2", cells, {})
    reader = store.reader("handbook")
    assert reader is not None
    found = reader.documents()
    assert found.columns == ["doc_id", "uri", "title", "format", "chunks"]
    assert found["uri"].to_list() == ["file:///1", "file:///2"]
    assert found["chunks"].to_list() == [3, 0]
    assert reader.text(ids(2)[0]) == "text 2"
    assert reader.text("nobody") is None
    document = reader.document(ids(1)[0])
    assert document is not None
    assert document["metadata"] == [{"key": "k", "value": "v"}]


def test_a_part_of_a_frame(store: Store, tables: Tables) -> None:
    publish(tables, "run-1", 1, 2, 3)
    reader = store.reader("handbook")
    assert reader is not None
    whole = in_order("chunks", chunks(1, 2, 3))
    assert_frame_equal(reader.frame("cut", "chunks", offset=2, limit=4), whole[2:6])
    assert_frame_equal(reader.frame("cut", "chunks", offset=7), whole[7:])
    assert reader.frame("cut", "chunks", offset=99, limit=4).is_empty()
    some = reader.frame("cut", "chunks", documents=ids(2), columns=["text"])
    assert_frame_equal(some, chunks(2).select("text"))
