"""Characters as a reader sees them (UAX 29, extended grapheme clusters, the part that matters).

Covered: CR LF, combining marks, emoji with modifiers, joiners, tags and flags, Hangul syllables.
Left out: prepended marks and Indic conjuncts.
"""

from __future__ import annotations

__all__ = ["floor", "joined"]

import unicodedata

ZWNJ, ZWJ = "\u200c", "\u200d"
FLAGS_SEEN = 256  # flags before a cut that are looked at to tell which of them pair up


def joined(text: str, at: int) -> bool:
    """Whether a cut before `text[at]` would fall inside one seen character."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if after < "\u0300":
        return before == "\r" and after == "\n"
    if before == ZWJ or after in (ZWJ, ZWNJ, "\u0e33", "\u0eb3"):
        return True
    if unicodedata.category(after)[0] == "M":
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    if "\u1100" <= after <= "\ud7ff":
        return _in_syllable(before, after)
    if _is_flag(after) and _is_flag(before):
        first = at - 1
        while first > max(0, at - FLAGS_SEEN) and _is_flag(text[first - 1]):
            first -= 1
        return (at - first) % 2 == 1
    return False


def floor(text: str, at: int, low: int) -> int:
    """The last place at or before `at`, after `low`, that splits no seen character; else `at`."""
    place = at
    while place > low and joined(text, place):
        place -= 1
    return place if place > low else at


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _in_syllable(before: str, after: str) -> bool:
    """Hangul: leading consonants, then vowels, then trailing consonants make one syllable."""
    if "\u1160" <= after <= "\u11ff" or "\ud7b0" <= after <= "\ud7ff":
        return "\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7ff"
    leading = "\u1100" <= before <= "\u115f"
    return leading and ("\u1100" <= after <= "\u115f" or "\uac00" <= after <= "\ud7a3")
