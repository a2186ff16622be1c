"""Whether a schedule is one that Dagster runs, told without importing Dagster."""

from __future__ import annotations

__all__ = ["is_cron"]

import re
from typing import Final

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS: Final[tuple[tuple[int, int, dict[str, int]], ...]] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(MONTHS, 1)}),
    (0, 7, {name: number for number, name in enumerate(DAYS)}),
)
"""Least and most value of each field, and the names that it knows."""
ITEM: Final = re.compile(r"(?:\*|([0-9]+|[a-z]+)(?:-([0-9]+|[a-z]+))?)(?:/([0-9]+))?")
NEVER: Final = re.compile(r"\S+ \S+ (30|31) (2|feb) \S+")


def is_cron(text: str) -> bool:
    """Whether this is a cron schedule of five fields, each within its bounds, that ever fires."""
    fields = text.lower().split()
    if len(fields) != len(FIELDS) or NEVER.fullmatch(" ".join(fields)):
        return False
    return all(
        all(_is_item(item, *bounds) for item in field.split(","))
        or (place == 2 and field == "l")  # the last day of the month
        for place, (field, bounds) in enumerate(zip(fields, FIELDS, strict=True))
    )


def _is_item(item: str, least: int, most: int, names: dict[str, int]) -> bool:
    found = ITEM.fullmatch(item)
    if found is None:
        return False
    ends = [names.get(end) if end.isalpha() else int(end) for end in found.groups()[:2] if end]
    if any(end is None or not least <= end <= most for end in ends):
        return False
    return found[3] is None or int(found[3]) > 0
