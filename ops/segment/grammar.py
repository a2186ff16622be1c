"""Where functions and classes begin, by tree-sitter's grammars."""

from __future__ import annotations

__all__ = ["Language", "definitions", "guess"]

import re
from functools import cache
from importlib import import_module
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Literal

from ops.errors import UsageError

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

Language = Literal["auto", "legacy", "python", "javascript", "java", "c", "go", "rust"]

DEFINES: Final = re.compile(
    r"(?:(?:async_)?function|generator_function|class|method|constructor|interface|enum|struct|union"
    r"|record|annotation_type|trait|impl|mod|macro|type|decorated|lexical|export)"
    r"_(?:definition|declaration|item|statement|specifier)"
)
NESTED: Final = 5  # definitions within definitions that are looked at
HINTS: Final = {
    "python": r"^(?:@|(?:async )?def |class \w+[(:]|from \S+ import |import \w+$|if __name__)",
    "javascript": r"^(?:export |const \w+ = |let \w+ = |(?:async )?function\*? |import .* from )",
    "java": r"^(?:package [\w.]+;|import (?:static )?[\w.*]+;|(?:public|private|protected) )",
    "c": r"^(?:#\s*(?:include|define|ifn?def)\b|(?:static |void |int |char |struct )[^;]*\{?$)",
    "go": r"^(?:package \w+$|func |import \(|type \w+ (?:struct|interface))",
    "rust": r"^(?:use [\w:]+|(?:pub(?:\(\w+\))? )?(?:fn|struct|enum|impl|mod|trait)\b|#\[)",
}
"""Lines that are seen in one language more than in others."""
ENOUGH: Final = 2


def guess(text: str) -> str:
    """The language that most lines look like, or "legacy" when none of them."""
    if re.match(r"#!.*\bpython", text):
        return "python"
    if re.match(r"#!.*\bnode", text):
        return "javascript"
    part = text[:100_000]
    counts = {name: len(re.findall(hint, part, re.MULTILINE)) for name, hint in HINTS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= ENOUGH else "legacy"


def definitions(text: str, language: str) -> list[list[int]]:
    """Places (characters) where definitions begin or what follows them does, outermost first.

    Raises:
        UsageError: the grammar is not installed.
    """
    data = text.encode("utf-8", "surrogatepass")
    tree = _parser(language).parse(data)
    found: list[set[int]] = [set() for _ in range(NESTED)]
    stack: list[tuple[Node, int]] = [(tree.root_node, 0)]
    while stack:
        node, depth = stack.pop()
        children = node.children
        for number, child in enumerate(children):
            lines = child.end_point.row - child.start_point.row
            defines = lines > 0 and DEFINES.fullmatch(child.type) is not None
            if defines:
                found[depth].add(_with_comments(children, number))
                if number + 1 < len(children) and children[number + 1].is_named:
                    found[depth].add(children[number + 1].start_byte)
            inner = depth + defines
            if inner < NESTED and child.child_count:
                stack.append((child, inner))
    places = None if len(data) == len(text) else _characters(text)
    return [sorted(at if places is None else places[at] for at in some) for some in found if some]


def _with_comments(children: list[Node], number: int) -> int:
    """Where the definition begins, with the comments that end just above it."""
    start = children[number]
    while number:
        above = children[number - 1]
        near = start.start_point.row - above.end_point.row <= 1
        if not near or not ("comment" in above.type or above.type == "attribute_item"):
            break
        before = children[number - 2] if number > 1 else None
        if before is not None and before.end_point.row == above.start_point.row:
            break  # it comments on the line that it stands in
        start, number = above, number - 1
    return start.start_byte


def _characters(text: str) -> dict[int, int]:
    """Byte of the UTF-8 form → character."""
    lengths = (len(sign.encode("utf-8", "surrogatepass")) for sign in text)
    return {byte: at for at, byte in enumerate(accumulate(lengths, initial=0))}


@cache
def _parser(language: str) -> Parser:
    try:
        from tree_sitter import Language, Parser

        grammar = import_module(f"tree_sitter_{language}")
    except ModuleNotFoundError as error:
        raise UsageError(
            f"segment.code has no grammar for {language}: {error.name} is not installed",
            hint=f"pip install tree-sitter-{language}, or set language to legacy",
        ) from None
    return Parser(Language(grammar.language()))
