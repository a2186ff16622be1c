"""Figures as people read them: thousands apart, times and sizes in their own units."""

from __future__ import annotations

__all__ = ["count", "counted", "moment", "seconds", "size"]

from datetime import datetime
from typing import Final

UNITS: Final = ("B", "kB", "MB", "GB", "TB")


def count(number: int) -> str:
    """1234567 as 1,234,567."""
    return f"{number:,}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 row", "1,204 rows"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def seconds(value: float) -> str:
    """A duration in the unit that suits it."""
    if value < 0.0995:
        return f"{value * 1000:.0f} ms"
    if value < 59.95:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def size(number: int) -> str:
    """Bytes with three figures at most: 12.4 kB."""
    value = float(number)
    for unit in UNITS:
        if value < 999.5 or unit == UNITS[-1]:
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" or value >= 99.95 else f"{value:.1f} {unit}"


def moment(at: datetime) -> str:
    """Day and time where the person is."""
    return at.astimezone().strftime("%-d %b %H:%M")
