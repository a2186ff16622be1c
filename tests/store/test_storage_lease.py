"""One writer at a time, also when processes die, sleep or come at once."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from ops.errors import LeaseError, StoreError
from storage import Store, Tables
from storage.lease import LEASES
from storage.process import Process
from tests.store.processes import line, python, say
from tests.store.rows import chunk_table, chunks, ids, ledger_row

HOLD = """
import sys
from storage import Store
with Store.open(sys.argv[1]).tables("handbook").lease("box:77 running handbook"):
    print("held", flush=True)
    sys.stdin.readline()
print("released", flush=True)
"""

RACE = """
import sys, time
from ops.errors import LeaseError
from storage import Store
tables = Store.open(sys.argv[1]).tables("handbook")
tables.latest_manifest()
print("ready", flush=True)
for line in sys.stdin:
    start, name = line.split()
    time.sleep(max(float(start) - time.time(), 0))
    try:
        with tables.lease(name):
            print("won", flush=True)
            assert sys.stdin.readline().strip() == "leave"
        print("left", flush=True)
    except LeaseError as error:
        print("lost", error.message, flush=True)
"""

FOUND = """
import sys, time
from ops.errors import LeaseError
from storage import Store
print("ready", flush=True)
for line in sys.stdin:
    start, uri = line.split()
    time.sleep(max(float(start) - time.time(), 0))
    try:
        with Store.open(uri).tables("handbook").lease("racer"):
            print("won", flush=True)
            assert sys.stdin.readline().strip() == "leave"
        print("left", flush=True)
    except LeaseError as error:
        print("lost", flush=True)
"""


def leases(store: Store) -> int:
    return int(store.database.table(LEASES).count_rows())


def test_a_lease_is_given_back(store: Store, tables: Tables) -> None:
    for _ in range(3):
        with tables.lease("me"):
            assert leases(store) == 1
        assert leases(store) == 0


def test_a_lease_is_given_back_after_an_error(store: Store, tables: Tables) -> None:
    with pytest.raises(ValueError, match="oops"), tables.lease("me"):
        raise ValueError("oops")
    assert leases(store) == 0
    assert "lease" not in [thread.name for thread in threading.enumerate()]


def test_the_refusal_names_holder_time_and_what_to_do(store: Store, tables: Tables) -> None:
    with tables.lease("box:42 running handbook"):
        other = Store.open(store.uri).tables("handbook")
        with pytest.raises(LeaseError) as caught, other.lease("other"):
            pytest.fail("two have the lease")
        assert "box:42 running handbook" in caught.value.message
        assert time.strftime("since %Y-%m-%d", time.gmtime()) in caught.value.message
        assert "wait for it to end" in caught.value.hint
        with store.tables("another").lease("other"):
            assert leases(store) == 2
    with store.tables("handbook").lease("next"):
        assert leases(store) == 1


def test_another_process_holds_it(store: Store, tables: Tables) -> None:
    with python(HOLD, store.uri) as process:
        assert line(process) == "held"
        with pytest.raises(LeaseError, match="box:77"), tables.lease("me"):
            pytest.fail("two have the lease")
        say(process, "go")
        assert line(process) == "released"
        with tables.lease("me"):
            assert leases(store) == 1


def test_a_killed_holder_is_followed_at_once(store: Store, tables: Tables) -> None:
    with python(HOLD, store.uri) as process:
        assert line(process) == "held"
        process.send_signal(signal.SIGKILL)
        while process.poll() is None:
            time.sleep(0.01)
        began = time.monotonic()
        with tables.lease("me"):
            assert time.monotonic() - began < 20


def test_a_zombie_holder_is_followed_at_once(store: Store, tables: Tables) -> None:
    if not os.path.exists("/proc/self/stat"):  # noqa: PTH110
        pytest.skip("needs /proc")
    with python(HOLD, store.uri) as process:
        assert line(process) == "held"
        os.kill(process.pid, signal.SIGKILL)  # not waited for: it stays as a zombie
        time.sleep(0.3)
        with tables.lease("me"):
            assert leases(store) == 1


def test_a_number_used_again_by_another_process_is_no_holder(store: Store, tables: Tables) -> None:
    older = replace(Process.this(), started="1")
    assert older.is_gone()
    with tables.lease("me"):
        store.database.table(LEASES).update(values={"process": json.dumps(asdict(older))})
        with store.tables("handbook").lease("next"):
            pass
        with pytest.raises(LeaseError, match="lost the lease"):
            tables.publish("run", {}, {})


def test_a_holder_elsewhere_counts_until_its_time_runs_out(store: Store, tables: Tables) -> None:
    elsewhere = Process("another-host", "", 1, "")
    assert not elsewhere.is_gone()
    with contextlib.suppress(LeaseError), tables.lease("far", seconds=1.5):
        table = store.database.table(LEASES)
        table.update(values={"process": json.dumps(asdict(elsewhere))})
        tables._lease._stop.set()  # type: ignore[union-attr]
        with pytest.raises(LeaseError, match="far"), store.tables("handbook").lease("me"):
            pytest.fail("two have the lease")
        time.sleep(1.6)
        with store.tables("handbook").lease("me"):
            with pytest.raises(LeaseError, match="now me has it"):
                tables.record([ledger_row("cut", "a")])
            assert tables.ledger() == {}


def test_a_lease_that_is_renewed_does_not_run_out(store: Store, tables: Tables) -> None:
    with tables.lease("me", seconds=1.0):
        time.sleep(2.5)
        with pytest.raises(LeaseError, match="in use by me"), store.tables("handbook").lease("x"):
            pytest.fail("two have the lease")
        tables.record([ledger_row("cut", "a")])


def test_a_holder_that_was_stopped_notices_before_it_commits(store: Store, tables: Tables) -> None:
    code = """
import sys
from ops.errors import LeaseError
from storage import Store
from tests.store.rows import chunk_table, chunks, ids
tables = Store.open(sys.argv[1]).tables("handbook")
with tables.lease("sleeper", seconds=1.0):
    tables.replace(chunk_table(tables), "chunks", chunks(1), ids(1))
    print("held", flush=True)
    sys.stdin.readline()
    try:
        tables.replace(chunk_table(tables), "chunks", chunks(1, salt="late"), ids(1))
    except LeaseError as error:
        print(error.message, flush=True)
"""
    with python(code, store.uri) as process:
        assert line(process) == "held"
        process.send_signal(signal.SIGSTOP)
        time.sleep(1.3)
        with tables.lease("me"):
            tables.replace(chunk_table(tables), "chunks", chunks(2), ids(2))
            say(process, "go on")
            process.send_signal(signal.SIGCONT)
            assert line(process) == (
                "this run lost the lease of notebook 'handbook': now me has it"
            )
        assert tables.read(chunk_table(tables))["text"][0] in chunks(1, 2)["text"].to_list()
        assert tables.count(chunk_table(tables)) == 6


@pytest.mark.slow
def test_of_processes_that_come_at_once_one_wins(store: Store) -> None:
    with contextlib.ExitStack() as stack:
        racers = [stack.enter_context(python(RACE, store.uri)) for _ in range(4)]
        assert [line(racer) for racer in racers] == ["ready"] * 4
        winners = []
        for number in range(12):
            start = time.time() + 0.1
            for racer in racers:
                say(racer, f"{start} racer-{number}")
            told = [line(racer) for racer in racers]
            won = [index for index, text in enumerate(told) if text == "won"]
            assert len(won) == 1, told
            refusal = f"notebook 'handbook' is in use by racer-{number}"
            assert all(text.startswith(f"lost {refusal}") for text in told if text != "won")
            winners += won
            say(racers[won[0]], "leave")
            assert line(racers[won[0]]) == "left"
        assert leases(store) == 0
        assert winners


@pytest.mark.slow
def test_of_processes_that_make_a_store_at_once_one_wins(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        racers = [stack.enter_context(python(FOUND)) for _ in range(3)]
        assert [line(racer) for racer in racers] == ["ready"] * 3
        for number in range(8):
            start = time.time() + 0.1
            for racer in racers:
                say(racer, f"{start} {tmp_path / str(number)}")
            told = [line(racer) for racer in racers]
            assert sorted(told) == ["lost", "lost", "won"]
            say(racers[told.index("won")], "leave")
            assert line(racers[told.index("won")]) == "left"
            assert not list((tmp_path / str(number)).glob("_making*"))


@pytest.mark.slow
def test_a_dead_lease_goes_to_one_of_many(store: Store) -> None:
    with contextlib.ExitStack() as stack:
        racers = [stack.enter_context(python(RACE, store.uri)) for _ in range(4)]
        assert [line(racer) for racer in racers] == ["ready"] * 4
        for number in range(6):
            with python(HOLD, store.uri) as holder:
                assert line(holder) == "held"
                holder.kill()
                holder.wait()
            start = time.time() + 0.1
            for racer in racers:
                say(racer, f"{start} heir-{number}")
            told = [line(racer) for racer in racers]
            won = [index for index, text in enumerate(told) if text == "won"]
            assert len(won) == 1, told
            say(racers[won[0]], "leave")
            assert line(racers[won[0]]) == "left"


def test_leases_of_many_notebooks_are_renewed_beside_each_other(store: Store) -> None:
    problems: list[BaseException] = []

    def work(name: str) -> None:
        try:
            tables = Store.open(store.uri).tables(name)
            with tables.lease(name, seconds=1.2):
                for number in range(6):
                    tables.record([ledger_row("cut", str(number))])
                    time.sleep(0.4)
        except BaseException as error:
            problems.append(error)

    workers = [threading.Thread(target=work, args=(f"book{n}",)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert problems == []
    assert leases(store) == 0


def test_a_store_for_reading_gives_no_lease(store: Store) -> None:
    reading = Store.open(store.uri, read_only=True).tables("handbook")
    with pytest.raises(StoreError, match="for reading only"), reading.lease("me"):
        pytest.fail("a lease in a store that cannot be written")
