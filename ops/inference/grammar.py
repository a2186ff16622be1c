"""Grammars (GBNF) of the JSON texts of a schema.

llama-cpp-python's own converter allows space between any two parts, which small models fill for
ever, and line ends inside strings, which JSON forbids; so this one allows neither. It knows plain
schemas: objects whose properties are all written, in their order; lists, strings and numbers with
bounds of length; enumerations; alternatives; references that do not come back to themselves.
"""

from __future__ import annotations

__all__ = ["json_grammar"]

import json
from collections.abc import Mapping
from typing import Any, Final

from ops.errors import UsageError

RULES: Final = r"""char ::= [^"\\\x00-\x1F\x7F] | "\\" ["\\nt]
text ::= [^"\\\x00-\x20\x7F]
integer ::= "-"? ("0" | [1-9] [0-9]{0,15})
number ::= integer ("." [0-9]{1,15})?
"""

LONGEST: Final = 2_000
"""Characters of a string; llama.cpp refuses rules that repeat more often."""

REFUSED: Final = ("pattern", "format", "patternProperties", "not", "if", "oneOf", "allOf")


def json_grammar(schema: Mapping[str, Any]) -> str:
    """The grammar, whose start is `root`.

    Args:
        schema: JSON schema, as pydantic's `model_json_schema` gives it.

    Raises:
        UsageError: the schema asks for what no grammar here can say.
    """
    return f"root ::= {_rule(schema, schema, ())}\n{RULES}"


def _rule(schema: Mapping[str, Any], root: Mapping[str, Any], within: tuple[str, ...]) -> str:
    for word in REFUSED:
        if word in schema:
            raise UsageError(f"a schema of answers cannot have {word!r}")
    if "$ref" in schema:
        name = str(schema["$ref"])
        if name in within:
            raise UsageError(f"a schema of answers cannot refer to itself ({name})")
        target: Any = root
        for part in name.removeprefix("#/").split("/"):
            target = target[part]
        return _rule(target, root, (*within, name))
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return _either(_literal(value) for value in schema["enum"])
    if "anyOf" in schema:
        return _either(_rule(one, root, within) for one in schema["anyOf"])
    match schema.get("type"):
        case "object":
            return _object(schema, root, within)
        case "array":
            return _array(schema, root, within)
        case "string":
            return _string(schema)
        case "integer":
            return "integer"
        case "number":
            return "number"
        case "boolean":
            return '("true" | "false")'
        case "null":
            return '"null"'
        case other:
            raise UsageError(f"a schema of answers cannot have the type {other!r}")


def _object(schema: Mapping[str, Any], root: Mapping[str, Any], within: tuple[str, ...]) -> str:
    properties = schema.get("properties")
    if not properties:
        raise UsageError("an object in a schema of answers names its properties")
    # One literal for what stands between two values, so that few rules are open at a time.
    parts = []
    between = "{"
    for name, value in properties.items():
        parts += [_quoted(f"{between}{json.dumps(name)}:"), _rule(value, root, within)]
        between = ","
    return f"({' '.join(parts)} {_quoted('}')})"


def _array(schema: Mapping[str, Any], root: Mapping[str, Any], within: tuple[str, ...]) -> str:
    item = _rule(schema.get("items") or {}, root, within)
    least, most = int(schema.get("minItems", 0)), schema.get("maxItems")
    upper = "" if most is None else str(max(0, int(most) - 1))
    some = f'{item} ("," {item}){{{max(0, least - 1)},{upper}}}'
    if most == 0:
        return '"[]"'
    return f'("[" {some} "]")' if least else f'("[" ({some})? "]")'


def _string(schema: Mapping[str, Any]) -> str:
    least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", LONGEST))
    if most > LONGEST:
        raise UsageError(f"a string in a schema of answers has {LONGEST:,} characters at most")
    if least:
        # What must not be empty does not begin with space either.
        return rf'("\"" text char{{{least - 1},{most - 1}}} "\"")'
    return rf'("\"" char{{0,{most}}} "\"")'


def _literal(value: object) -> str:
    return _quoted(json.dumps(value, ensure_ascii=False))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _either(rules: Any) -> str:
    return f"({' | '.join(rules)})"
