"""Days that a text names, as ISO dates."""

from __future__ import annotations

__all__ = ["Found", "find_dates"]

import datetime
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

NAMES: Final = {
    1: "january januar janvier enero gennaio janeiro januari jan jän janv ene gen",
    2: "february februar février fevrier febrero febbraio fevereiro februari feb févr fev",
    3: "march märz maerz mars marzo março maart mar mär mrz mrt",
    4: "april avril abril aprile apr avr abr",
    5: "may mai mayo maggio maio mei mag",
    6: "june juni juin junio giugno junho jun giu",
    7: "july juli juillet julio luglio julho jul juil lug",
    8: "august août aout agosto augustus aug ago",
    9: "september septembre septiembre settembre setembro sept sep set",
    10: "october oktober octobre octubre ottobre outubro oct okt ott out",
    11: "november novembre noviembre novembro nov",
    12: "december dezember décembre decembre diciembre dicembre dezembro dec dez déc dic",
}
"""Months in English, German, French, Spanish, Italian, Portuguese and Dutch, and their usual short
forms."""

MONTHS: Final = {name: month for month, names in NAMES.items() for name in names.split()}
MONTH: Final = r"[^\W\d_]{3,10}+"
YEAR: Final = r"(?:1[5-9]|2[01])\d\d"

DATE: Final = re.compile(
    rf"""(?<![0-9A-Za-z_./-])(?:
        (?P<y1>{YEAR})(?P<s1>[-/.])(?P<m1>\d\d?)(?P=s1)(?P<d1>\d\d?)(?=T\d\d:|(?![\w/-])(?!\.\d))
      | (?P<d2>\d\d?)(?P<s2>[./-])(?P<m2>\d\d?)(?P=s2)(?P<y2>{YEAR})(?![\w/-])(?!\.\d)
      | (?P<d3>\d\d?)(?:st|nd|rd|th|er|º|\.)?(?:[ ]de|[ ]of)?[\s-]{{1,2}}(?P<m3>{MONTH})\.?
        (?:[ ]de|[ ]del)?,?[\s-]{{1,2}}(?P<y3>{YEAR})\b(?!\.\d)
      | (?P<m4>{MONTH})\.?\s{{1,2}}(?P<d4>\d\d?)(?:st|nd|rd|th)?(?:,\s{{0,2}}|\s{{1,2}})
        (?P<y4>{YEAR})\b(?!\.\d)
      | (?P<y5>{YEAR})[ ]?年[ ]?(?P<m5>\d\d?)[ ]?月[ ]?(?P<d5>\d\d?)[ ]?日
    )""",
    re.VERBOSE,
)


class Found(NamedTuple):
    """A date and the characters that name it."""

    start: int
    end: int
    iso: str


def find_dates(text: str) -> list[Found]:
    """Every full date of the years 1500 to 2199, in the order of the text.

    Understood are year-month-day with `-`, `/` or `.`; a day, the name of a month and a year, or
    the month first; day.month.year with dots; 年月日. With slashes or hyphens the number above 12
    is the day, and a date where both could be is passed over, as are days that no calendar has.
    """
    return [found for found in _candidates(text) if found.iso]


def _candidates(text: str) -> Iterator[Found]:
    for match in DATE.finditer(text):
        groups = {name[0]: value for name, value in match.groupdict().items() if value}
        year, month, day = groups["y"], groups["m"], groups["d"]
        if match["y2"] and match["s2"] != ".":
            if int(month) > 12 >= int(day):
                month, day = day, month
            elif int(day) <= 12 and int(day) != int(month):
                continue
        number = int(month) if month.isdecimal() else MONTHS.get(month.casefold(), 0)
        yield Found(match.start(), match.end(), _iso(int(year), number, int(day)))


def _iso(year: int, month: int, day: int) -> str:
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""
