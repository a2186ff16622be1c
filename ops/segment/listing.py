"""Labels of languages that begin them in the first column: MUMPS and assembler."""

from __future__ import annotations

__all__ = ["labels"]

import re
from typing import Final

from ops.segment.spaces import skip

_LABEL: Final = re.compile(r"^[%A-Za-z_.$@?][\w.$@?%]*:?(?=[\s(;]|$)", re.MULTILINE)
_COMMENT: Final = re.compile(r"[^\S\n]*(?:;|\*|#|//|\.?;)")


def labels(text: str) -> list[int]:
    """Where each label begins, with the block of comment lines just above it."""
    found = []
    for match in _LABEL.finditer(text):
        start = match.start()
        while start:
            above = text.rfind("\n", 0, start - 1) + 1
            if not _COMMENT.match(text, above, start):
                break
            start = above
        found.append(skip(text, start, match.end()))
    return sorted(set(found))
