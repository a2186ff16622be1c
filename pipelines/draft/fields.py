"""An op's parameters as the fields of a form: kinds, choices, and values to and from text. Pure."""

from __future__ import annotations

__all__ = ["Field", "Kind", "fields_of", "from_text", "to_text"]

import json
import types
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin

from ops.describe import describe
from ops.op import Op


class Kind(StrEnum):
    """How a value is entered."""

    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"
    LIST = "list"
    DATA = "data"
    """Anything else, as JSON."""


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter: what the form says of it, and what it takes."""

    name: str
    kind: Kind
    default: Any
    required: bool
    about: str
    limits: str
    """Unit, bounds and items, in a few words."""
    choices: tuple[Any, ...] = ()
    words: tuple[str, ...] = ()
    """Words that stand for themselves where a list or number is entered, such as `auto`."""
    optional: bool = False
    """Nothing entered means no value."""
    speed_only: bool = False


def fields_of(kind: type[Op]) -> tuple[Field, ...]:
    """The parameters of an op, in their order."""
    found = []
    for told in describe(kind)["parameters"]:
        annotation = kind.model_fields[told["name"]].annotation
        parts = _parts(annotation)
        optional = type(None) in parts
        parts = [part for part in parts if part is not type(None)]
        choices = _choices(parts)
        lists = any(get_origin(part) in (tuple, list, set, frozenset) for part in parts)
        words = tuple(str(c) for c in choices) if lists else ()
        limits = [told["unit"], told["bounds"], _items(parts)]
        found.append(
            Field(
                told["name"],
                _kind(parts, lists=lists),
                None if told["required"] else told["default"],
                told["required"],
                told["description"],
                ", ".join(part for part in limits if part),
                () if lists else (*choices, None) if choices and optional else choices,
                words,
                optional,
                told["speed_only"],
            )
        )
    return tuple(found)


def _parts(annotation: Any) -> list[Any]:
    """The types that a value may have; unions taken apart."""
    if get_origin(annotation) in (Union, types.UnionType):
        return [part for each in get_args(annotation) for part in _parts(each)]
    return [annotation]


def _choices(parts: list[Any]) -> tuple[Any, ...]:
    if parts == [bool]:
        return (False, True)
    return tuple(c for part in parts if get_origin(part) is Literal for c in get_args(part))


def _items(parts: list[Any]) -> str:
    """The words that a list takes."""
    for part in parts:
        for inner in get_args(part) if get_origin(part) is not Literal else ():
            if get_origin(inner) is Literal:
                return "of " + ", ".join(str(choice) for choice in get_args(inner))
    return ""


def _kind(parts: list[Any], *, lists: bool) -> Kind:
    if lists:
        return Kind.LIST
    if parts == [bool] or all(get_origin(part) is Literal for part in parts):
        return Kind.CHOICE
    if all(part in (int, float) for part in parts):
        return Kind.NUMBER
    if all(part is str or get_origin(part) is Literal for part in parts):
        return Kind.TEXT
    return Kind.DATA


def to_text(value: Any) -> str:
    """A value as the form shows it; lists by commas where that says it all."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case list() | tuple():
            items = list(value)
            plain = all(isinstance(i, str) and i == i.strip() and _is_plain(i) for i in items)
            return ", ".join(items) if plain and items else _json(items)
        case Mapping():
            return _json(value)
        case _:
            return str(value)


def _is_plain(item: str) -> bool:
    return bool(item) and not any(c in item for c in ',[]"') and item.isprintable()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def from_text(field: Field, text: str) -> Any:
    """The value that a text stands for.

    Raises:
        ValueError: it is not of this kind; says what is.
    """
    said = text.strip()
    if field.kind is Kind.TEXT:
        return None if not text and field.optional else text
    if not said and (field.optional or field.required):
        return None
    if "${" in said or said in field.words:
        return said
    match field.kind:
        case Kind.NUMBER:
            return _number(said)
        case Kind.LIST:
            if said.startswith("["):
                return _loaded(said, 'a list in JSON, like ["a", "b"]')
            return [item for part in said.split(",") if (item := part.strip())]
        case Kind.CHOICE:
            return next((c for c in field.choices if to_text(c) == said), said)
        case _:
            return _loaded(said, "JSON")


def _number(said: str) -> int | float:
    for kind in (int, float):
        try:
            return kind(said.replace("_", ""))
        except ValueError:
            continue
    raise ValueError("a number, please")


def _loaded(said: str, what: str) -> Any:
    try:
        return json.loads(said)
    except ValueError:
        raise ValueError(f"{what}, please") from None
