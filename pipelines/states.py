"""The runs of a notebook and the states they published: to name one, to go back to it, to go on."""

from __future__ import annotations

__all__ = ["RunState", "list_runs", "named_state", "release", "roll_back", "who_holds"]

import os
import socket
from dataclasses import dataclass
from typing import Any

from ops.errors import StoreError, UsageError
from pipelines.workspace import Workspace, store_uri
from storage import Manifest
from storage.database import local_path
from storage.runs import RunRecord

LATER = "a run that changes something makes another; `chunkbook runs` lists what is kept"


@dataclass(frozen=True, slots=True)
class RunState:
    """A run, and whether what it published can still be read."""

    run: RunRecord
    kept: bool
    shown: bool
    """It is what readers see."""
    held: bool
    """It was rolled back to, and the schedule waits."""

    def as_json(self) -> dict[str, Any]:
        ended = self.run.ended
        return {
            "run_id": self.run.run_id,
            "started": self.run.started.isoformat(),
            "ended": ended.isoformat() if ended else None,
            "outcome": self.run.outcome,
            "kept": self.kept,
            "shown": self.shown,
            "held": self.held,
        }


def list_runs(workspace: Workspace, limit: int) -> list[RunState]:
    """The last runs, newest first."""
    manifests = workspace.tables.manifests()
    kept = {manifest.run_id for manifest in manifests}
    latest = manifests[-1] if manifests else None
    return [
        RunState(
            run,
            run.run_id in kept,
            latest is not None and latest.run_id == run.run_id,
            latest is not None and latest.run_id == run.run_id and latest.held,
        )
        for run in workspace.tables.runs(limit)
    ]


def named_state(workspace: Workspace, run: str) -> Manifest:
    """A published state by its run's id, or the first digits of it.

    Args:
        run: also "last" for what readers see and "previous" for what they saw before.

    Raises:
        UsageError: there is no such run, or several.
        StoreError: it published nothing, or that is no longer kept.
    """
    states: dict[str, Manifest] = {}
    for manifest in workspace.tables.manifests():
        states.pop(manifest.run_id, None)
        states[manifest.run_id] = manifest
    listed = list(states.values())
    if run in ("last", "previous") and listed:
        place = {"last": -1, "previous": -2}[run]
        if len(listed) < -place:
            raise UsageError("only one state is kept, so there is none before it", hint=LATER)
        return listed[place]
    found = [state for name, state in states.items() if name.startswith(run)] if run else []
    if len(found) == 1:
        return found[0]
    kept = ", ".join(f"{m.run_id[:12]} ({m.at:%Y-%m-%d %H:%M})" for m in listed[::-1]) or "none"
    hint = f"states that are kept, newest first: {kept}"
    if found:
        raise UsageError(f"{len(found)} runs begin with {run!r}", hint=hint)
    ran = [record for record in workspace.tables.runs(1000) if record.run_id.startswith(run)]
    if run and ran:
        why = (
            "what it published is no longer kept, or it changed nothing"
            if ran[0].outcome == "ok"
            else f"it ended as {ran[0].outcome} and published nothing"
        )
        raise StoreError(f"run {ran[0].run_id} has no state to read: {why}", hint=hint)
    raise UsageError(f"notebook {workspace.model.name!r} has no run {run!r}", hint=hint)


def roll_back(workspace: Workspace, run: str | None = None) -> Manifest:
    """Show readers again what an earlier run published; the schedule and the sensor wait.

    A run that a person starts goes on to publish what is newest, and so ends the waiting too.

    Args:
        run: as for `named_state`; by default the newest that began before the one that is shown.

    Raises:
        UsageError: there is no such run, or no earlier one.
        StoreError: what it published is no longer kept.
        LeaseError: a run is going on.
    """
    state = named_state(workspace, run) if run else _earlier(workspace)
    with workspace.tables.lease(_holder(workspace, "rolling back")):
        return workspace.tables.rollback(state.run_id)


def release(workspace: Workspace) -> Manifest:
    """Let the schedule and the sensor go on; the next run publishes what is newest.

    Raises:
        UsageError: nothing is published, or it is not held.
        LeaseError: a run is going on.
    """
    latest = workspace.tables.latest_manifest()
    if latest is not None and not latest.held:
        raise UsageError(f"notebook {workspace.model.name!r} is not held back")
    with workspace.tables.lease(_holder(workspace, "releasing")):
        return workspace.tables.release()


def who_holds(workspace: Workspace) -> str:
    """The run whose state was rolled back to and is held; empty if none is."""
    folder = local_path(str(store_uri(workspace.model)))
    if folder is not None and not (folder / f"{workspace.model.name}._manifests.lance").exists():
        return ""  # nothing is imported or made by looking
    latest = workspace.tables.latest_manifest()
    return latest.run_id if latest is not None and latest.held else ""


def _earlier(workspace: Workspace) -> Manifest:
    began = {run.run_id: run.started for run in workspace.tables.runs(1000)}
    states = {state.run_id: state for state in workspace.tables.manifests()}
    latest = workspace.tables.latest_manifest()
    if latest is None:
        raise UsageError(f"notebook {workspace.model.name!r} has published nothing")
    older = [
        (began[name], state)
        for name, state in states.items()
        if name in began and latest.run_id in began and began[name] < began[latest.run_id]
    ]
    if not older:
        raise UsageError(
            f"no state of notebook {workspace.model.name!r} is kept from before run "
            f"{latest.run_id}",
            hint=LATER,
        )
    return max(older, key=lambda one: one[0])[1]


def _holder(workspace: Workspace, doing: str) -> str:
    return f"{socket.gethostname()}:{os.getpid()} {doing} {workspace.model.name}"
