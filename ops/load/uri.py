"""URIs of files: `file:` and the path from the notebook's folder, so that they survive its move."""

from __future__ import annotations

__all__ = ["file_uri", "path_of"]

import os
import re
from urllib.parse import unquote_to_bytes

# `#` begins the fragment, `%` an escape; a name that is not UTF-8 reaches Python as surrogates.
ESCAPED = re.compile("[%#\x00-\x1f\x7f\ud800-\udfff]")


def file_uri(path: str) -> str:
    """The URI of a file, by its POSIX path from the notebook's folder (or absolute)."""
    return "file:" + ESCAPED.sub(_escape, path)


def path_of(uri: str) -> str:
    """The path that `file_uri` was given."""
    return os.fsdecode(unquote_to_bytes(uri.removeprefix("file:")))


def _escape(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in os.fsencode(match.group()))
