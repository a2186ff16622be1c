"""The reference page of all ops, generated from their classes."""

from __future__ import annotations

__all__ = ["reference"]

from collections.abc import Iterator, Sequence
from typing import Any

FAMILIES = {
    "load": "Where documents come from.",
    "segment": "How their text is cut.",
    "keywords": "What they are about.",
    "enrich": "What else can be said of them without a language model.",
    "link": "Which things they name, and how these belong together.",
    "embed": "Vectors.",
    "index": "What is published for search.",
}


def reference(ops: Sequence[dict[str, Any]]) -> str:
    """Markdown for ops as `ops.describe.describe` gives them."""
    return "\n".join(_lines(ops)).rstrip() + "\n"


def _lines(ops: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield "# Reference of the ops\n"
    yield "Made by `make reference` from the ops themselves; `chunkbook ops NAME` says the same.\n"
    family = ""
    for op in ops:
        if op["name"].partition(".")[0] != family:
            family = op["name"].partition(".")[0]
            yield f"## {family}\n"
            if family in FAMILIES:
                yield f"{FAMILIES[family]}\n"
        yield f"### `{op['name']}`\n"
        yield f"{op['doc']}\n"
        for verb, meaning in (("reads", "Reads"), ("uses", "Uses if there"), ("writes", "Writes")):
            if op[verb]:
                said = "; ".join(f"{f}: {', '.join(c) or 'all'}" for f, c in op[verb].items())
                yield f"{meaning} {said}.\n"
        if op["parameters"]:
            yield "| parameter | type | default | bounds | unit | meaning |"
            yield "|---|---|---|---|---|---|"
            yield from (_row(parameter) for parameter in op["parameters"])
            yield ""


def _row(parameter: dict[str, Any]) -> str:
    speed = " Changes speed only." if parameter["speed_only"] else ""
    cells = [
        f"`{parameter['name']}`",
        parameter["type"],
        f"`{parameter['default']}`",
        parameter["bounds"],
        parameter["unit"],
        parameter["description"] + speed,
    ]
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
