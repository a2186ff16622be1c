"""`ops.segment.bare` in C, where it was built: the same chunks, and where they lie in UTF-8.

The C code (`_cut.c`) decides what is clear and asks here for the rest, so rules that need to know
Unicode or language are in Python alone. Without a compiler all of it is done in Python, as where
the library was built of other source than lies beside it, which might cut otherwise.
"""

from __future__ import annotations

__all__ = ["Cutter", "available"]

import ctypes
import hashlib
import logging
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ops.segment.abbreviations import ALWAYS, OFTEN
from ops.segment.bare import bare
from ops.segment.breaks import LINE_ENDS
from ops.segment.codes import Ints
from ops.segment.graphemes import floor
from ops.segment.ruler import BREAKS
from ops.segment.sentences import FULL, STOPS, ends_sentence
from ops.segment.split import Names

TRAITS, ENDS_SENTENCE = range(2)  # what is asked; else where a seen character begins
WHYS: Final = np.array(
    ["paragraph", "item", "line", "sentence", "word", "budget", "end"], dtype=object
)
COLUMNS: Final = 5
ROW: Final = 8 * COLUMNS  # bytes
ROOM: Final = 1024
"""Chunks there is room for at first."""
BUILT: Final = Path(__file__).with_name("_cut.so")
SOURCE: Final = BUILT.with_suffix(".c")
HASH: Final = 64  # characters
# As in the patterns of `ops.segment.sentences` and `ops.segment.breaks`.
_CLOSERS: Final = "\"'”’»)]}*_"
_FULL_CLOSERS: Final = "\"'”’»」』）)]"
_OPENERS: Final = "\"'`“‘«([*_<>-"
_LEADING: Final = "\"'`“‘«(<[*_-&."
_BULLETS: Final = "-*+•–"
_CODES: Final = {why: code for code, why in enumerate(WHYS)}
_ASK: Final = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)


def _keys() -> NDArray[np.uint64]:
    """The abbreviations of letters alone as numbers: their letters, and 1 if they are in ALWAYS."""
    words = sorted(word for word in ALWAYS | OFTEN if word.isalpha())
    keys = [int.from_bytes(word.encode("ascii")) << 1 | (word in ALWAYS) for word in words]
    return np.array(keys, dtype=np.uint64)


_KEYS: Final = _keys()
_TRAITS: Final = np.zeros(0x110000, dtype=np.uint16)
"""Of every code point, filled as the compiled code meets them; 0 where it has not yet."""
_TABLES: Final = (_TRAITS.ctypes.data, _KEYS.ctypes.data, len(_KEYS))


def traits(char: str) -> int:
    """What a character is, as bits in the order of `_cut.c`.

    The last is what makes a word one for Python to look at: other letters in lower case, or digits
    beyond ASCII.
    """
    lower = char.lower()
    odd = len(lower) > 1 or lower.isalpha() != char.isalpha()
    if not char.isascii():
        odd = odd or lower.isascii() or char.isdigit()
    answers = (
        *(True, char.isspace(), char in BREAKS, char.isalnum(), char.isalpha(), char.islower()),
        *(char.isdecimal(), char in STOPS, char in FULL, char in _CLOSERS, char in _FULL_CLOSERS),
        *(char in LINE_ENDS, char in _BULLETS, char in _OPENERS, char in _LEADING, odd),
    )
    return sum(1 << place for place, answer in enumerate(answers) if answer)


@cache
def _library() -> Any:
    """The function in C, or None."""
    try:
        library = ctypes.CDLL(str(BUILT))
        cut = library.chunkbook_cut
    except (OSError, AttributeError):
        return None
    if not _is_current(library, SOURCE):
        logging.getLogger(__name__).warning(
            "%s was built of another %s: texts are cut in Python, with the same chunks but more "
            "slowly; `make` (or `pip install -e .`) builds it anew",
            BUILT.name,
            SOURCE.name,
        )
        return None
    size, pointer = ctypes.c_size_t, ctypes.c_void_p
    text = (ctypes.c_char_p, size, ctypes.c_int)
    cut.argtypes = [*text, size, pointer, pointer, size, _ASK, pointer, size]
    cut.restype = ctypes.c_int64
    return cut


def _is_current(library: Any, source: Path) -> bool:
    """Whether a library was built of this source, or there is none, as where it was installed."""
    try:
        made_of = hashlib.sha256(source.read_bytes()).hexdigest()
    except OSError:
        return True
    try:
        built_of = (ctypes.c_char * HASH).in_dll(library, "chunkbook_source").value
    except ValueError:  # it is older than the hash
        return False
    return bool(built_of == made_of.encode("ascii"))


def available() -> bool:
    """Whether the compiled code is there."""
    return _library() is not None


_TRAITS[:128] = [traits(chr(code)) for code in range(128)]


class Cutter:
    """Cuts texts, given as UTF-8, one after the other into parts of at most `size` characters."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.count = 0
        self._raw, self._text = b"", ""
        self._rows = np.empty((ROOM, COLUMNS), dtype=np.int64)
        self._address = self._rows.ctypes.data
        self._failure: BaseException | None = None
        self._cut: Any = _library()
        self._asked = _ASK(self._answer)

    def add(self, raw: bytes) -> int:
        """Cuts one more text; says how many parts it has."""
        self._raw, self._text = raw, ""
        count = self._searched() if self._cut is None else self._compiled()
        self.count += count
        return count

    @property
    def spans(self) -> tuple[Ints, Ints, Names]:
        """Starts and ends in characters, and why the parts end there."""
        rows = self._rows[: self.count]
        return rows[:, 0].copy(), rows[:, 1].copy(), WHYS[rows[:, 4]]

    @property
    def places(self) -> Ints:
        """Starts and ends in bytes, one row a part; -1 where they were not found out."""
        return self._rows[: self.count, 2:4]

    def _compiled(self) -> int:
        raw = self._raw
        text = (raw, len(raw), raw.isascii(), min(self.size, len(raw) + 1))
        while True:
            place, room = self._address + self.count * ROW, len(self._rows) - self.count
            count: int = self._cut(*text, *_TABLES, self._asked, place, room)
            if self._failure:
                failure, self._failure = self._failure, None
                raise failure
            if count <= room:
                return count
            self._make_room(count)

    def _searched(self) -> int:
        found = bare(self._whole(), self.size)
        count = len(found.starts)
        self._make_room(count)
        rows = self._rows[self.count : self.count + count]
        rows[:, 0], rows[:, 1], rows[:, 2:4] = found.starts, found.ends, -1
        rows[:, 4] = [_CODES[why] for why in found.whys]
        return count

    def _make_room(self, count: int) -> None:
        if self.count + count > len(self._rows):
            more = np.empty((2 * len(self._rows) + count, COLUMNS), dtype=np.int64)
            more[: self.count] = self._rows[: self.count]
            self._rows, self._address = more, more.ctypes.data

    def _whole(self) -> str:
        """The text, which few answers need."""
        if not self._text:
            self._text = self._raw.decode("utf-8", "surrogatepass")
        return self._text

    def _answer(self, kind: int, at: int, low: int) -> int:
        """What the compiled code is not sure of; -1 stops it."""
        try:
            if kind == TRAITS:
                return traits(chr(at))
            if kind == ENDS_SENTENCE:
                return ends_sentence(text := self._whole(), at, low, len(text))
            return floor(self._whole(), at, low)
        except BaseException as failure:  # C cannot pass it on
            self._failure = failure
            return -1
