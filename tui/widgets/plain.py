"""Text from documents on its way to the screen: never markup, never an escape sequence.

Whatever a screen shows of a document goes through here.
"""

from __future__ import annotations

__all__ = ["TAB", "one_line", "plain", "visible", "widths"]

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual.content import Content

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TAB: Final = "    "
REPLACEMENT: Final = "\ufffd"

SHAPING: Final = frozenset(
    [
        *(0x00AD, 0x034F, 0x200C, 0x200D),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    ]
)
"""Soft hyphen, joiners and variation selectors: they shape their neighbours and have no width of
their own. Terminals disagree on what they make of them, so they are left out."""

PREPENDED: Final = frozenset([*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2])
"""Format characters that are signs of their own (Arabic number signs, end of ayah)."""


class _Visible(dict[int, str | None]):
    """Code point → what to show for it; filled as characters are met."""

    def __missing__(self, code: int) -> str | None:
        shown = self[code] = _shown(code)
        return shown


def _shown(code: int) -> str | None:
    if code in SHAPING:
        return None
    character = chr(code)
    if character in "\n\t" or code in PREPENDED:
        return character
    match unicodedata.category(character):
        case "Cc" if code < 0x20:
            return chr(0x2400 + code)
        case "Cc" if code == 0x7F:
            return "\u2421"
        case "Cc" | "Cf" | "Cs" | "Co" | "Cn" | "Zl" | "Zp":
            return REPLACEMENT
        case _:
            return character


_VISIBLE: Final = _Visible()


def visible(text: str) -> str:
    """The text with everything that a terminal would obey made visible instead.

    Control characters become their pictures (␛ for ESC); bidirectional controls, other invisible
    characters and lone surrogates become �. Line ends and tabs stay.
    """
    return text.translate(_VISIBLE)


def plain(text: str, style: str = "") -> Content:
    """The text as content in which nothing is markup."""
    shown = visible(text).expandtabs(len(TAB))
    return Content.styled(shown, style) if style else Content(shown)


def one_line(text: str, limit: int = 500) -> str:
    """The beginning of a text in one line, each run of white space as one space."""
    said = " ".join(text[: limit * 2].split())
    if len(said) > limit or len(text) > limit * 2:
        said = said[: limit - 1] + "…"
    return visible(said)


@lru_cache(maxsize=1)
def _known() -> NDArray[np.uint8]:
    import numpy as np

    table = np.full(0x110000, 255, dtype=np.uint8)
    table[0x20:0x7F] = 1
    return table


def widths(text: str) -> NDArray[np.uint8]:
    """How many terminal cells each character takes when it is shown: 0, 1, 2, or a tab's 4."""
    import numpy as np  # not needed for the first paint

    known = _known()
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    found = known[codes]
    if (found == 255).any():
        for code in np.unique(codes[found == 255]).tolist():
            known[code] = len(TAB) if code == 9 else 0 if code == 10 else _width(code)
        found = known[codes]
    return found


def _width(code: int) -> int:
    return cell_len(chr(code).translate(_VISIBLE))
