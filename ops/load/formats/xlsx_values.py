"""Values of a workbook's cells as a reader sees them: text, numbers, dates."""

from __future__ import annotations

__all__ = ["Values"]

import re
from datetime import datetime, timedelta
from typing import Any, Final

from ops.load.formats.xlsx_names import S
from ops.load.parsed import one_line

VALUE: Final = S + "v"
BUILT_IN: Final = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 34, 35, 36, *range(50, 59)), "yyyy"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 47), "hh:ss"),
    **dict.fromkeys((9, 10), "0%"),
    22: "yyyy hh",
    46: "[h]:mm:ss",
}
"""Numbers of the formats that are built in (ECMA-376 part 1, 18.8.30), those of dates also of other
languages; all others show numbers as they are."""
UNSEEN: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
"""Of a format: its quoted and escaped characters, colours and conditions."""
CONTROL: Final = re.compile("_x00[01][0-9A-Fa-f]_")
"""A control character in a text (ECMA-376 part 1, 22.9.2.19)."""
LONGEST: Final = 255
"""Characters of a format; programs take no more."""
EARLIEST: Final = datetime(1899, 12, 30)


class Values:
    """What the cells of a workbook show, by its shared texts and its formats of numbers.

    Args:
        texts: root of the shared strings, if there are any.
        styles: root of the styles, if there are any.
        since_1904: days are counted from 1904, as old Macintosh programs did.
    """

    def __init__(self, texts: Any, styles: Any, *, since_1904: bool) -> None:
        self._texts = [] if texts is None else [_text(each) for each in texts.iterfind(S + "si")]
        self._formats = [] if styles is None else _formats(styles)
        self._since_1904 = since_1904

    def of(self, cell: Any) -> str:
        """A cell in one line: numbers plain, dates in ISO 8601, formulas as last calculated.

        Raises:
            ValueError, IndexError: it is not as the format says.
        """
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find(S + "is")
            return "" if inline is None else _text(inline)
        value = cell.findtext(VALUE, "").strip()
        if not value:
            return ""
        if kind == "s":
            return self._texts[int(value)]
        if kind == "b":
            return "FALSE" if value in ("0", "false") else "TRUE"
        if kind != "n":
            return _plain(value)
        style = int(cell.get("s", "0"))
        shown = self._formats[style] if style < len(self._formats) else ""
        return self._number(float(value), shown)

    def _number(self, value: float, shown: str) -> str:
        if not shown:
            return _decimal(value)
        if "%" in shown:
            return f"{_decimal(100 * value)}%"
        days = any(sign in shown for sign in "dy")
        hours = any(sign in shown for sign in "hs")
        first = self._first(value)
        last = (datetime.max - first).total_seconds()
        if not (days or hours or "m" in shown) or not 0 <= 86_400 * value < last:
            return _decimal(value)
        seconds = min(round(86_400 * value), int(last))
        if "[" in shown:
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        if hours and not days:
            return (datetime.min + timedelta(seconds=seconds % 86_400)).time().isoformat()
        moment = first + timedelta(seconds=seconds)
        return moment.isoformat() if hours and seconds % 86_400 else moment.date().isoformat()

    def _first(self, value: float) -> datetime:
        if self._since_1904:
            return datetime(1904, 1, 1)
        # The program takes 1900 for a leap year; its days from March 1900 on are one ahead.
        return EARLIEST + timedelta(days=value < 60)


def _formats(styles: Any) -> list[str]:
    """What of its format of numbers says how a value shows, for each style of cells."""
    own = {
        each.get("numFmtId"): UNSEEN.sub(
            "", each.get("formatCode", "")[:LONGEST].partition(";")[0]
        ).lower()
        for each in styles.iterfind(f"{S}numFmts/{S}numFmt")
    }
    named = [each.get("numFmtId", "0") for each in styles.iterfind(f"{S}cellXfs/{S}xf")]
    found = [own[name] if name in own else BUILT_IN.get(int(name), "") for name in named]
    return ["" if "general" in each else each for each in found]


def _text(element: Any) -> str:
    """Its runs of text; how they are pronounced is left out."""
    runs = (each.text or "" for each in element.iter(S + "t") if each.getparent().tag != S + "rPh")
    return _plain("".join(runs))


def _plain(text: str) -> str:
    return one_line(CONTROL.sub(" ", text) if "_x00" in text else text)


def _decimal(value: float) -> str:
    """With the fifteen digits that the program keeps."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"
