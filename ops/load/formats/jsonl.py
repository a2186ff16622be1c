"""JSON Lines: a document a line."""

from __future__ import annotations

__all__ = ["parse_jsonl"]

import json
from typing import Any

from ops.errors import DocumentError
from ops.load.formats.decode import decode
from ops.load.formats.frontmatter import declared
from ops.load.formats.text import paragraphs
from ops.load.parsed import Blob, Parsed

FIELDS = ("id", "text", "title", "metadata")
SHOWN = 5
"""How many wrong lines an error names."""


def parse_jsonl(blob: Blob) -> list[Parsed]:
    """A document for each line that is not blank.

    Its fragment is its `id`, or without one its line number, from 1.

    Raises:
        DocumentError: names the lines that are no document, and the ids that occur twice.
    """
    documents: list[Parsed] = []
    wrong: list[str] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(decode(blob).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            document = _document(line, number)
            before = lines.setdefault(document.fragment, number)
            if before != number:
                raise ValueError(f"id {document.fragment!r} is already that of line {before}")
        except ValueError as error:
            wrong.append(f"line {number}: {error}")
        else:
            documents.append(document)
    if wrong:
        more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise DocumentError(
            f"{blob.name} is not JSON Lines of documents: {'; '.join(wrong[:SHOWN])}{more}",
            hint='each line is an object like {"id": "a", "text": "…"}, each id its own; '
            "correct these lines, or leave the file out with `exclude`",
        )
    return documents


def _document(line: str, number: int) -> Parsed:
    try:
        fields = json.loads(line)
        line.encode() if "\\u" not in line else json.dumps(fields, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON, column {error.colno}: {error.msg}") from error
    except UnicodeEncodeError as error:
        raise ValueError("an escape of half a surrogate pair") from error
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(fields, dict):
        raise ValueError("not an object")
    text = _string(fields, "text")
    if text is None:
        raise ValueError("no `text`")
    if "\0" in text:
        raise ValueError("`text` holds a NUL character")
    metadata = fields.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise ValueError("`metadata` is not an object")
    return Parsed(
        text,
        "jsonl",
        title=_string(fields, "title") or "",
        spans=list(paragraphs(text)),
        metadata=[
            *declared(metadata),
            *declared({key: value for key, value in fields.items() if key not in FIELDS}),
        ],
        fragment=_id(fields.get("id")) or str(number),
    )


def _string(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"`{name}` is not a string")


def _id(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str) or type(value) is int:
        return str(value)
    raise ValueError("`id` is neither a string nor a whole number")
