"""The one-writer lease of a notebook: a row in the store that names its holder.

It is taken by merging on the primary key, which LanceDB serialises, so of two processes that try at
once one wins. A thread renews it. It is lost when another process took it over, which can happen
only after its time ran out (the machine slept) or its holder died.
"""

from __future__ import annotations

__all__ = ["LEASES", "Lease"]

import json
import threading
import time
import uuid
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Final

import polars as pl

from ops.errors import LeaseError, StoreError
from storage.database import Database
from storage.filters import equals
from storage.process import Process
from storage.records import Records

LEASES: Final = "_lease"
_MOMENT: Final = pl.Datetime("us", "UTC")
_SCHEMA: Final = {
    "notebook": pl.String(),
    "token": pl.String(),
    "holder": pl.String(),
    "process": pl.String(),  # JSON of Process
    "since": _MOMENT,
    "beat": _MOMENT,
    "seconds": pl.Float64(),  # how long after its last beat it runs out
}


class Lease:
    """Held between entering and leaving.

    Args:
        holder: what to tell others: host, process and what it does.
        seconds: how long it holds after the last sign of life.
    """

    def __init__(
        self, database: Database, notebook: str, holder: str, seconds: float = 60.0
    ) -> None:
        self.notebook = notebook
        self.holder = holder
        self.seconds = seconds
        self._database = database
        self._records = Records(database, LEASES, _SCHEMA, "notebook")
        self._token = uuid.uuid4().hex
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lost = ""
        self._renewed = 0.0
        self._lock = threading.Lock()

    def __enter__(self) -> Lease:
        self._database.check_writable()
        since = datetime.now(UTC)
        for _ in range(3):
            found = self._read()
            if found is None:
                self._records.insert(self._row(since))
            elif _is_free(found):
                self._records.replace_if(self._row(since), "token", found["token"])
            else:
                raise self._refusal(found)
            after = self._read()
            if after is not None and after["token"] == self._token:
                self._renewed = time.time()
                self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)
                self._thread.start()
                return self
        raise LeaseError(
            f"the lease of notebook {self.notebook!r} changes hands faster than it can be taken",
            hint="try again in a moment",
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        try:
            self._records.delete(f"{self._mine()}")
        except StoreError:
            if kind is None:  # else the first error tells more; the row runs out by itself
                raise

    def check(self, *, surely: bool = False) -> None:
        """See that the lease is still held; called before every commit.

        Args:
            surely: look into the store, even if the last renewal is recent.

        Raises:
            LeaseError: it was lost.
        """
        if surely or time.time() - self._renewed > self.seconds / 2:
            self._renew()
        if self._lost:
            raise LeaseError(
                f"this run lost the lease of notebook {self.notebook!r}: {self._lost}",
                hint="what it committed stands; run again to go on",
            )

    def _beat(self) -> None:
        while not self._stop.wait(self.seconds / 4):
            try:
                self._renew()
            except StoreError:
                continue  # a passing failure of the disk; `check` decides when it lasts
            if self._lost:
                return

    def _renew(self) -> None:
        with self._lock:
            handle = self._database.table(LEASES)
            now = datetime.now(UTC)
            try:
                values = {"beat": now}
                renewed = handle.update(where=self._mine(), values=values).rows_updated
            except Exception as error:
                if time.time() - self._renewed > self.seconds:
                    raise StoreError(
                        f"the lease of notebook {self.notebook!r} cannot be renewed: {error}",
                        hint="see that the store can be written, then run again",
                    ) from error
                return
            if renewed:
                self._renewed = time.time()
            else:
                found = self._read()
                self._lost = f"now {found['holder']} has it" if found else "it was released"

    def _mine(self) -> str:
        return f"{equals('notebook', self.notebook)} AND {equals('token', self._token)}"

    def _read(self) -> dict[str, Any] | None:
        rows = self._records.read(equals("notebook", self.notebook))
        return rows.row(0, named=True) if len(rows) else None

    def _row(self, since: datetime) -> pl.DataFrame:
        row = {
            "notebook": self.notebook,
            "token": self._token,
            "holder": self.holder,
            "process": json.dumps(asdict(Process.this())),
            "since": since,
            "beat": datetime.now(UTC),
            "seconds": self.seconds,
        }
        return pl.DataFrame([row], schema=_SCHEMA)

    def _refusal(self, found: dict[str, Any]) -> LeaseError:
        left = found["beat"] + timedelta(seconds=found["seconds"]) - datetime.now(UTC)
        return LeaseError(
            f"notebook {self.notebook!r} is in use by {found['holder']}, "
            f"since {found['since']:%Y-%m-%d %H:%M:%S} UTC",
            hint="wait for it to end, or stop it; if it died elsewhere, its lease runs out by "
            f"itself in {max(left.total_seconds(), 1):.0f} s",
        )


def _is_free(found: dict[str, Any]) -> bool:
    if datetime.now(UTC) - found["beat"] > timedelta(seconds=found["seconds"]):
        return True
    return Process(**json.loads(found["process"])).is_gone()
