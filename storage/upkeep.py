"""Keeps the store small and fast: compaction, pruning, dropping, by thresholds and never more.

Doing this after every run rewrites far more than the run wrote; never doing it fills the disk.
Versions that a kept manifest names carry a tag, and nothing as young as `Policy.age` is pruned, so
that readers finish in peace.
"""

from __future__ import annotations

__all__ = ["Policy", "compact_if_due", "kept", "retention", "tag_versions", "untag_versions"]

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from storage.manifests import Manifest

_TAG: Final = "v"
_SLACK: Final = timedelta(hours=2)
"""LanceDB tells local times without their zone: an hour twice a year is unclear."""


@dataclass(frozen=True, slots=True)
class Policy:
    """When upkeep is due, and what it leaves."""

    manifests: int = 5
    """States that stay readable, the newest included."""
    age: timedelta = timedelta(hours=1)
    """Versions and states younger than this stay."""
    fragments: int = 64
    """More of a table's small files than this are compacted."""
    deleted: float = 0.3
    """So are files of which more than this share of rows is deleted."""
    versions: int = 100
    """More of a table's versions than this are pruned."""
    cached: timedelta = timedelta(days=90)
    """Vectors and answers kept for longer than this go; who still needs one makes it anew."""


def kept(manifests: Sequence[Manifest], policy: Policy, now: datetime) -> list[Manifest]:
    """The states to keep, of all, oldest first."""
    newest = manifests[-policy.manifests :]
    return [m for m in manifests if m in newest or now - m.at < policy.age]


def tag_versions(handle: Any, versions: Collection[int]) -> None:
    """Protect these versions from pruning."""
    present = handle.tags.list()
    for version in sorted(versions):
        if f"{_TAG}{version}" not in present:
            handle.tags.create(f"{_TAG}{version}", version)


def untag_versions(handle: Any, needed: Collection[int]) -> None:
    """Take the protection from all versions but these."""
    for tag in sorted(handle.tags.list()):
        if tag.startswith(_TAG) and tag[1:].isdigit() and int(tag[1:]) not in needed:
            handle.tags.delete(tag)


def compact_if_due(
    handle: Any, needed: Collection[int], policy: Policy, now: datetime | None = None
) -> bool:
    """Compact and prune a table, keeping the versions that are needed, if a threshold is passed."""
    stats = handle.stats()
    fragments = stats["fragment_stats"]
    files = fragments["num_fragments"]
    physical = fragments["lengths"]["mean"] * files
    deleted = 1 - stats["num_rows"] / physical if physical else 0.0
    versions = handle.list_versions()
    due = (
        fragments["num_small_fragments"] > policy.fragments
        or deleted > policy.deleted
        or len(versions) > policy.versions
    )
    if due:
        handle.optimize(cleanup_older_than=retention(versions, needed, policy, now))
    return due


def retention(
    versions: Sequence[Any], needed: Collection[int], policy: Policy, now: datetime | None = None
) -> timedelta:
    """How old a version must be to be pruned: older than every one that is needed.

    A tagged version inside the window would make Lance refuse to prune at all.
    """
    now = now or datetime.now()
    times: list[datetime] = [v["timestamp"] for v in versions if v["version"] in needed]
    return max(policy.age, now - min(times) + _SLACK) if times else policy.age
