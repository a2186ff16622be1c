"""YAML front matter: what a Markdown file declares about itself between two lines of dashes."""

from __future__ import annotations

__all__ = ["declared", "front_matter"]

import json
import re
from collections.abc import Iterator, Mapping

FENCED = re.compile(
    r"---[ \t]*(?:\r\n?|\n)(.*?(?:\r\n?|\n))??(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|\Z)", re.DOTALL
)
LIMIT = 100_000
"""Characters; longer front matter is none."""


def front_matter(text: str) -> tuple[int, list[tuple[str, str]]]:
    """How many characters it takes, and its keys and values; (0, []) where there is none."""
    if not text.startswith("---"):
        return 0, []
    match = FENCED.match(text, 0, LIMIT)
    if match is None:
        return 0, []
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        values = YAML(typ="safe", pure=True).load(match[1] or "")
    except (YAMLError, ValueError, RecursionError):
        return 0, []
    if values is None:
        return match.end(), []
    if not isinstance(values, dict):
        return 0, []
    return match.end(), list(declared(values))


def declared(values: Mapping[object, object]) -> Iterator[tuple[str, str]]:
    """Keys and values as metadata: a list gives a row an element, null gives none."""
    for key, value in values.items():
        for each in value if isinstance(value, list) else [value]:
            if each is None:
                continue
            if isinstance(each, str):
                yield str(key), each
            else:
                yield str(key), json.dumps(each, ensure_ascii=False, default=str)
