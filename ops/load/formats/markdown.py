"""Markdown, kept as it is, with the places of its blocks (CommonMark and GitHub's tables)."""

from __future__ import annotations

__all__ = ["parse_markdown", "structure"]

import re
from functools import cache
from typing import TYPE_CHECKING

from ops.load.formats.decode import decode
from ops.load.formats.frontmatter import front_matter
from ops.load.parsed import MAX_HEADING, Blob, Parsed, Span, first_heading, in_span_order, one_line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

NEWLINE = re.compile(r"\r\n?|\n")
"""What ends a line in CommonMark; `str.splitlines` knows more."""

KINDS = {
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "tr_open": "row",
    "fence": "code",
    "code_block": "code",
    "paragraph_open": "paragraph",
    "html_block": "paragraph",
}


def parse_markdown(blob: Blob) -> list[Parsed]:
    """A Markdown file. YAML front matter stays in the text; its values become metadata."""
    text = decode(blob)
    length, metadata = front_matter(text)
    spans = structure(text, length)
    titles = [value for key, value in metadata if key == "title"]
    title = titles[0] if titles else first_heading(spans)
    return [Parsed(text, "markdown", title=title, spans=spans, metadata=metadata)]


def structure(text: str, start: int = 0) -> list[Span]:
    """The blocks of a Markdown text from `start` (the beginning of a line) on.

    Spans are of whole lines, without the blank space at their end: a heading's has its marks
    (`## `, or the line under it), a list's its bullets, code its fences. Labels of headings are
    their text without marks. The rows of a table leave out the line of dashes; the first is its
    header. Of nested lists only the outermost is a span; their items are paragraphs.
    """
    lines = [start, *(match.end() for match in NEWLINE.finditer(text, start))]
    parser = _parser()
    env: dict[str, object] = {}
    tokens = parser.parse(text[start:], env)
    spans: list[Span] = []
    list_end = 0
    for number, token in enumerate(tokens):
        kind = KINDS.get(token.type)
        if kind is None or token.map is None:
            continue
        first, last = token.map
        begin, end = lines[first], lines[last] if last < len(lines) else len(text)
        end = begin + len(text[begin:end].rstrip())
        level, label = 0, ""
        if kind == "list":
            if first < list_end:
                continue
            list_end = last
        elif kind == "heading":
            label = _visible(tokens[number + 1], parser, env)
            level = int(token.tag[1:]) if label else 0
            kind = "heading" if label else "paragraph"
        elif kind == "code":
            label = "".join(token.info.split(maxsplit=1)[:1]).strip("{.}")
        if begin < end:
            spans.append(Span(kind, begin, end, level, label))
    return in_span_order(spans)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # Inline marks are most of the work, and only those of headings are needed.
    return MarkdownIt("commonmark").enable("table").disable("inline")


def _visible(heading: Token, parser: MarkdownIt, env: dict[str, object]) -> str:
    """The text of a heading without its inline marks; empty if it is too long for one."""
    if len(heading.content) > 2 * MAX_HEADING:
        return ""
    tokens: list[Token] = []
    parser.inline.parse(heading.content, parser, env, tokens)
    text = one_line("".join(_text(token) for token in tokens))
    return text if len(text) <= MAX_HEADING else ""


def _text(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return "" if token.type == "html_inline" else token.content
