"""The planner: what it says must be done is exactly what differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ops.op import Listing, SourceItem
from pipelines.file.wiring import wire
from pipelines.planning.plan import diff, known_of, plan_source
from storage import LedgerRow
from tests.unit.test_wiring import SOURCE

NAMES = st.sampled_from([f"d{n}" for n in range(8)])
HASHES = st.sampled_from(["h1", "h2"])
PRINTS = st.sampled_from(["f1", "f2"])


def row(name: str, hashed: str, fingerprint: str, ok: bool, outputs: bool = True) -> LedgerRow:
    return LedgerRow(
        cell="source",
        doc_id=name,
        item=name,
        fingerprint=fingerprint,
        input_hash=hashed,
        outcome="ok" if ok else "failed",
        reason="" if ok else "why",
        run_id="r",
        rows=1,
        seconds=0.0,
        outputs={"documents.text": "x"} if outputs else {},
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )


ROWS = st.dictionaries(NAMES, st.tuples(HASHES, PRINTS, st.booleans())).map(
    lambda found: {name: row(name, *values) for name, values in found.items()}
)
WANTED = st.dictionaries(NAMES, st.one_of(st.none(), HASHES))


@given(rows=ROWS, wanted=WANTED, retry=st.booleans())
def test_every_document_is_in_exactly_one_place(
    rows: dict[str, LedgerRow], wanted: dict[str, str | None], retry: bool
) -> None:
    work = diff(rows, wanted, "f1", retry=retry)
    places = [*work.added, *work.changed, *work.unchanged, *work.deleted, *work.failed]
    assert sorted(places) == sorted({*rows, *wanted})
    assert set(work.added) == set(wanted) - set(rows)
    assert set(work.deleted) == set(rows) - set(wanted)
    for name in work.unchanged:
        assert rows[name].outcome == "ok"
    for name in (*work.unchanged, *work.failed):
        assert (rows[name].fingerprint, rows[name].input_hash) == ("f1", wanted[name])
    assert not (retry and work.failed)


@given(rows=ROWS, wanted=st.dictionaries(NAMES, HASHES))
def test_doing_the_work_leaves_none(rows: dict[str, LedgerRow], wanted: dict[str, str]) -> None:
    asked: dict[str, str | None] = dict(wanted)
    work = diff(rows, asked, "f1")
    after = {name: r for name, r in rows.items() if name not in work.deleted}
    after |= {name: row(name, wanted[name], "f1", True) for name in work.todo}
    assert diff(after, asked, "f1").is_empty


@given(rows=ROWS, wanted=st.dictionaries(NAMES, HASHES))
def test_input_that_is_not_known_yet_is_never_taken_for_fresh(
    rows: dict[str, LedgerRow], wanted: dict[str, str]
) -> None:
    work = diff(rows, dict.fromkeys(wanted), "f1")
    assert not work.unchanged
    assert not work.failed


def test_an_item_left_half_loaded_is_loaded_again() -> None:
    wiring, _ = wire([SOURCE])
    assert wiring is not None
    rows = {"a": row("a", "new", "f1", True), "b": row("b", "old", "f1", True)}
    rows = {name: replace(r, item="file:x.jsonl") for name, r in rows.items()}
    listing = Listing((SourceItem("file:x.jsonl", "new"),), {})
    plan = plan_source(wiring.cells["source"], "f1", listing, rows)
    assert plan.work.changed == ("file:x.jsonl",)


def test_a_failed_document_with_rows_from_before_is_still_handed_on() -> None:
    rows = {"a": row("a", "h1", "f1", False), "b": row("b", "h1", "f1", False, outputs=False)}
    assert set(known_of(rows)) == {"a"}
