"""An op's class as plain data: for `chunkbook ops`, the reference page and forms."""

from __future__ import annotations

__all__ = ["describe"]

import types
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from ops.op import Op


def describe(kind: type[Op]) -> dict[str, Any]:
    """Name, documentation, columns and parameters of an op, ready for JSON."""
    return {
        "name": kind.name,
        "version": kind.version,
        "summary": kind.summary(),
        "doc": kind.doc(),
        "reads": {frame: list(columns) for frame, columns in kind.reads.items()},
        "uses": {frame: list(columns) for frame, columns in kind.uses.items()},
        "writes": {frame: list(schema) for frame, schema in kind.writes.items()},
        "needs": list(kind.needs),
        "parameters": [
            _parameter(name, info, kind.is_speed_only(name))
            for name, info in kind.model_fields.items()
        ],
    }


def _parameter(name: str, info: FieldInfo, speed_only: bool) -> dict[str, Any]:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    required = info.is_required()
    default = "required" if required else info.get_default(call_default_factory=True)
    return {
        "name": name,
        "type": _type(info.annotation),
        "required": required,
        "default": _plain(default),
        "bounds": _bounds(info),
        "unit": str(extra.get("unit") or ""),
        "description": info.description or "",
        "speed_only": speed_only,
        "choices": _choices(info.annotation),
    }


def _plain(value: Any) -> Any:
    """As JSON and YAML write it."""
    return list(value) if isinstance(value, tuple) else value


def _bounds(info: FieldInfo) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "min_length": "length ≥"}
    found = []
    for rule in info.metadata:
        for attribute, sign in signs.items():
            value = getattr(rule, attribute, None)
            if value is not None:
                found.append(f"{sign} {value}")
    return ", ".join(found)


def _choices(annotation: Any) -> list[Any]:
    return list(get_args(annotation)) if get_origin(annotation) is Literal else []


def _type(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        return " | ".join(str(choice) for choice in get_args(annotation))
    if origin in (Union, types.UnionType):
        return " | ".join(_type(part) for part in get_args(annotation))
    if origin is not None:
        inner = ", ".join(_type(part) for part in get_args(annotation) if part is not Ellipsis)
        return f"{origin.__name__} of {inner}"
    return "nothing" if annotation is type(None) else getattr(annotation, "__name__", "value")
