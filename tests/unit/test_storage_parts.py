"""The parts of the store that need no LanceDB."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import storage
from ops.context import CollectionSpec
from ops.errors import StoreError, UsageError
from ops.frames import CHUNKS, DOCUMENTS
from storage.arrow import from_arrow, stored_schema, to_arrow
from storage.cells import check_name, frame_of
from storage.database import Database, local_path, talking
from storage.filters import any_of, condition, literal, quoted
from storage.manifests import Manifest, versions_of
from storage.process import Process
from storage.search import _fused, _top
from storage.upkeep import Policy, kept, retention

SCHEMA = pa.schema(
    [
        pa.field("text", pa.string()),
        pa.field("number", pa.int64()),
        pa.field("tags", pa.large_list(pa.string())),
    ]
)


def test_importing_the_store_is_light() -> None:
    code = (
        "import sys, storage; from storage import Store, LedgerRow, Reader, Tables\n"
        "heavy = {'lancedb', 'pyarrow', 'dagster', 'textual'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_warming_up_imports_lancedb_beside_other_work() -> None:
    code = (
        "import sys, threading, storage; storage.warm()\n"
        "(thread,) = [t for t in threading.enumerate() if t.name == 'warm-lancedb']\n"
        "thread.join(); print('lancedb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


@pytest.mark.parametrize("wait", [0.0, 0.2, 0.6])
def test_ending_while_it_warms_up_is_no_crash(wait: float) -> None:
    code = f"import storage, time; storage.warm(); time.sleep({wait}); print('ended')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ended\n", "")


def test_every_public_name_is_there() -> None:
    for name in storage.__all__:
        assert getattr(storage, name) is not None
    with pytest.raises(AttributeError, match="nope"):
        _ = storage.nope


@given(value=st.text())
def test_a_text_stays_one_literal(value: str) -> None:
    told = literal(value)
    assert told[0] == told[-1] == "'"
    inner = told[1:-1]
    assert inner.replace("''", "") == inner.replace("''", "").replace("'", "")
    assert inner.replace("''", "'") == value


def test_literals() -> None:
    assert [literal(v) for v in (True, 3, -1.5, "it's")] == ["true", "3", "-1.5", "'it''s'"]
    refused: list[object] = [float("nan"), float("inf"), b"x", None, {}]
    for bad in refused:
        with pytest.raises(UsageError, match="cannot filter by"):
            literal(bad)
    assert any_of("a", ["x", "y"]) == "`a` IN ('x','y')"
    assert any_of("a", []) == "false"
    with pytest.raises(UsageError, match="column"):
        quoted("a`b")


def test_conditions() -> None:
    assert condition(None, SCHEMA) is None
    assert condition({}, SCHEMA) is None
    assert condition({"text": "x", "number": [1, 2]}, SCHEMA) == (
        "(`text` = 'x') AND (`number` IN (1,2))"
    )
    assert condition({"number": {2, 1}}, SCHEMA) == "(`number` IN (1,2))"
    assert condition({"text": None}, SCHEMA) == "(`text` IS NULL)"
    assert condition({"tags": "a"}, SCHEMA) == "(array_has_any(`tags`, ['a']))"
    assert condition({"tags": ["a", "b"]}, SCHEMA) == "(array_has_any(`tags`, ['a','b']))"
    assert condition({"tags": [], "text": []}, SCHEMA) == "(false) AND (false)"
    with pytest.raises(UsageError, match="no such column"):
        condition({"nope": 1}, SCHEMA)


def test_stored_types() -> None:
    schema = stored_schema({**CHUNKS, "vector": pl.List(pl.Float32())}, "chunk_id", 4)
    key = schema.field("chunk_id")
    assert (key.type, key.nullable) == (pa.string(), False)
    assert key.metadata == {b"lance-schema:unenforced-primary-key": b"true"}
    assert schema.field("doc_id").type == pa.string()
    assert schema.field("text").type == pa.large_string()
    assert schema.field("vector").type == pa.list_(pa.float32(), 4)
    assert schema.names == [*CHUNKS, "vector"]


def test_frames_survive_arrow() -> None:
    rows = pl.DataFrame(
        [
            {
                "doc_id": "a",
                "text": "x",
                "structure": [{"kind": "heading", "start": 0, "end": 1, "level": 1, "label": "x"}],
                "metadata": [],
                "bytes": 1,
            }
        ],
        schema=dict(DOCUMENTS),
    )
    schema = stored_schema(rows.schema, "doc_id")
    assert from_arrow(to_arrow(rows, schema)).equals(rows)
    with pytest.raises(StoreError, match="do not fit"):
        to_arrow(rows.drop("title"), schema)
    with pytest.raises(StoreError, match="do not fit"):
        to_arrow(rows.with_columns(bytes=pl.lit("many")), schema)


def manifest(number: int, age: timedelta, **tables: int) -> Manifest:
    at = datetime(2026, 1, 1, tzinfo=UTC) - age
    return Manifest(number, f"run-{number}", at, tables, {}, {})


def test_which_states_are_kept() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    states = [manifest(n, timedelta(days=10 - n), t=n) for n in range(1, 9)]
    young = [manifest(9, timedelta(minutes=50)), manifest(10, timedelta(minutes=5))]
    policy = Policy(manifests=3, age=timedelta(hours=1))
    assert [m.number for m in kept(states, policy, now)] == [6, 7, 8]
    assert [m.number for m in kept([*states, *young], policy, now)] == [8, 9, 10]
    more = replace_manifests(policy, 1)
    assert [m.number for m in kept([*states, *young], more, now)] == [9, 10]
    assert kept([], policy, now) == []
    assert versions_of(states, "t") == set(range(1, 9))
    assert versions_of(states, "other") == set()


def replace_manifests(policy: Policy, manifests: int) -> Policy:
    return Policy(manifests=manifests, age=policy.age)


@given(
    ages=st.lists(st.integers(0, 10_000), min_size=1, max_size=20),
    needed=st.sets(st.integers(0, 19)),
)
def test_pruning_never_reaches_a_needed_version(ages: list[int], needed: set[int]) -> None:
    now = datetime(2026, 1, 1)
    versions: list[dict[str, Any]] = [
        {"version": place, "timestamp": now - timedelta(minutes=age)}
        for place, age in enumerate(sorted(ages, reverse=True))
    ]
    window = retention(versions, needed, Policy(), now)
    assert window >= Policy().age
    for version in versions:
        if version["version"] in needed:
            assert now - version["timestamp"] < window


def test_this_process_is_not_gone() -> None:
    this = Process.this()
    assert not this.is_gone()
    assert this.pid == os.getpid()
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert Process(this.host, this.boot, ended.pid, this.started).is_gone()
    assert not Process("elsewhere", this.boot, ended.pid, this.started).is_gone()


def test_names_of_tables() -> None:
    assert check_name("cell", "segment-2_b") == "segment-2_b"
    assert frame_of("handbook.cut.chunks.abc123") == "chunks"
    for bad in ("", "-a", "a\n", "a.b"):
        with pytest.raises(StoreError, match="cell name"):
            check_name("cell", bad)


def test_places() -> None:
    assert local_path("s3://bucket/lance") is None
    assert Database("s3://bucket/lance").uri == "s3://bucket/lance"
    assert Database("~/x").uri == os.path.expanduser("~/x")  # noqa: PTH111


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("No space left on device (os error 28)", "disk space"),
        ("Permission denied (os error 13)", "right to write"),
        ("Version 3 no longer exists. Was it cleaned up?", "newest"),
        ("something else", ""),
    ],
)
def test_errors_say_what_to_do(text: str, hint: str) -> None:
    with pytest.raises(StoreError) as caught, talking("/place", "reading x"):
        raise RuntimeError(f"lance error: {text}, /root/.cargo/lance-1.0/src/io.rs:12:3")
    assert caught.value.message == f"reading x failed in /place: lance error: {text}"
    assert hint in caught.value.hint
    with pytest.raises(UsageError, match="mine"), talking("/place", "reading x"):
        raise UsageError("mine")


def hits(*scores: tuple[str, float]) -> pl.DataFrame:
    rows = [(number, name, score) for number, (name, score) in enumerate(scores)]
    columns = {"_rowid": pl.UInt64, "chunk_id": pl.String, "score": pl.Float64}
    return pl.DataFrame(rows, schema=columns, orient="row")


@given(st.permutations([(f"{n:03}", float(n // 40)) for n in range(200)]), st.integers(1, 60))
def test_ties_do_not_depend_on_how_rows_lie(rows: list[tuple[str, float]], k: int) -> None:
    asked = []

    def fetch(n: int) -> pl.DataFrame:
        asked.append(n)
        best = sorted(range(len(rows)), key=lambda place: -rows[place][1])  # ties as they lie
        return hits(*(rows[place] for place in best[:n]))

    expected = sorted(rows, key=lambda row: (-row[1], row[0]))[:k]
    assert _top(fetch, k)["chunk_id"].to_list() == [name for name, _ in expected]
    assert len(asked) <= 2


def test_fusion_adds_both_scores_each_over_its_best() -> None:
    alike = hits(("a", 0.9), ("b", 0.5))
    worded = hits(("a", 2.0), ("c", 8.0))
    for metric, shown in (("cosine", alike), ("l2", hits(("a", 0.8), ("b", 0.0)))):
        spec = CollectionSpec("vector", metric, ("text",), (), "en")
        found = dict(_fused(spec, shown, worded).select("chunk_id", "score").iter_rows())
        b = 0.8 * 1.5 / 1.9
        assert found == pytest.approx({"a": 0.8 + 0.2 / 4, "b": b, "c": b + 0.2})
    none = hits()
    assert _fused(spec, none, none).is_empty()
