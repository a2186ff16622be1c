"""Where things stand in a notebook file: lines and columns from 1."""

from __future__ import annotations

__all__ = ["key_at", "value_at"]

from ruamel.yaml.comments import CommentedMap


def value_at(given: CommentedMap, key: object) -> tuple[int, int]:
    """Line and column of a key's value; where the mapping begins if there is no such key."""
    try:
        line, column = given.lc.value(key)
    except (KeyError, AttributeError, TypeError):
        line, column = given.lc.line or 0, given.lc.col or 0
    return line + 1, column + 1


def key_at(given: CommentedMap, key: object) -> tuple[int, int]:
    """Line and column of a key."""
    line, column = given.lc.key(key)
    return line + 1, column + 1
