"""Glob patterns over POSIX paths: `*` stays inside a folder, `**/` does not."""

from __future__ import annotations

__all__ = ["Globs", "names_files"]

import re
from collections.abc import Iterable
from functools import cache


class Globs:
    """Whether a relative path matches any of the patterns.

    `*` and `?` match inside one name, `[abc]` one character, `{md,txt}` either word, and `**` any
    number of folders. `*.md` is therefore the top folder only, and `**/*.md` is all of them.

    Raises:
        ValueError: a pattern is empty, starts with a slash, or has a range that runs backwards.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = [_compiled(pattern) for pattern in patterns]

    def match(self, path: str) -> bool:
        """Whether any pattern matches the whole path."""
        return any(pattern.fullmatch(path) for pattern in self._patterns)


def names_files(pattern: str) -> bool:
    """Whether a pattern says which kind of file it means (`**/*.py`), or takes all (`docs/**`)."""
    return not pattern.endswith("*")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    if not pattern or pattern.startswith("/"):
        raise ValueError(f"{pattern!r} is not a path below the folder, like '**/*.md'")
    try:
        return re.compile(_translated(pattern.removeprefix("./")), re.DOTALL)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a glob pattern: {error}") from error


def _translated(pattern: str) -> str:
    out, at = "", 0
    while at < len(pattern):
        rest = pattern[at:]
        step = 1
        if rest.startswith("**/"):
            out, step = out + "(?:[^/]+/)*", 3
        elif rest.startswith("**"):
            out, step = out + ".*", 2
        elif found := re.match(r"\[(!?)([^]/]+)\]", rest):
            chars = re.sub(r"([\\^\[&~|])", r"\\\1", found[2])
            out, step = out + "(?!/)[" + ("^" if found[1] else "") + chars + "]", found.end()
        elif found := re.match(r"\{([^{}]*)\}", rest):
            words = "|".join(_translated(word) for word in found[1].split(","))
            out, step = out + f"(?:{words})", found.end()
        else:
            out += {"*": "[^/]*", "?": "[^/]"}.get(rest[0], re.escape(rest[0]))
        at += step
    return out
