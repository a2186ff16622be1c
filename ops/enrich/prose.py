"""What of a document is prose: paragraphs without code, links, tags and marks of markup."""

from __future__ import annotations

__all__ = ["Passage", "Prose", "read_prose"]

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ops.enrich.code import Span, merge

WITHOUT_MARKUP: Final = frozenset({"html", "pdf", "docx", "pptx", "xlsx", "epub", "csv", "tsv"})
"""Formats that have no markup, or whose loaders have already taken it away."""

# Every repetition is bounded, so that a hostile text costs no more than linear time.
INLINE_CODE: Final = re.compile(
    r"(?<!`)(?P<ticks>`{1,2})(?!`)(?P<code>[^`\n]{1,200}(?:\n[^`\n]{1,200})?)(?P=ticks)(?![`_])"
)
RST_LINK: Final = re.compile(r"(?P<code>[^<>`]{0,200})\s<[^<>`\s]{1,500}>")

FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\n(?:[^\n]*\n){0,500}?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")

INVISIBLE: Final = re.compile(
    r"""</?[A-Za-z][^<>]{0,1000}>
      | !\[[^\]\[]{0,300}\](?:\([^()\s]{0,1000}(?:[ \t]+"[^"\n]{0,200}")?\)|\[[^\]\[]{0,200}\])
      | ^[ \t]{0,3}\[[^\]\[\n]{1,200}\]:[ \t]*+\S[^\n]*+$                      # link definition
      | ^[ \t]*+\.\.[ \t]++\S[^\n]*+$                                         # directive, comment
      | ^[ \t]++:[\w-]{1,30}:[^\n]*+$
      | ^[ \t]*+[=~^"'\#*+-]{3,}+[ \t]*+$                                     # rule, underline
      | ^(?=[ \t:|+]*+-)[ \t:|+-]{3,}+$                                       # head of a table
      | (?<!\S):[a-z][\w-]{0,30}:(?=[\s`])                                        # role in rst
      | ^[ \t]*+[\d:.,]{5,16}[ \t]++-->[ \t]++[\d:.,]{5,16}[^\n]*+$               # times of a cue
      | \AWEBVTT\b[^\n]*+$
      | &\#?\w{1,10};
    """,
    re.VERBOSE | re.MULTILINE,
)

LINK: Final = re.compile(
    r"\[(?P<text>[^\]\[]{0,300})\]"
    r"(?:\([^()\s]{0,1000}(?:[ \t]+\"[^\"\n]{0,200}\")?\)|\[[^\]\[]{0,200}\])"
)

ADDRESS: Final = re.compile(
    r"""(?<!\w)(?=[\w@\#/.~+-])(?:
        (?:https?|ftp|git|ssh|file)://[^\s<>()\[\]"']{1,2000}
      | www\.[^\s<>()\[\]"']{1,500}
      | (?<![.+-])[\w.+-]{1,64}+@[\w-]{1,64}+(?:\.[\w-]{1,64}+){1,5}
      | @[\w-]{1,64}+(?:/[\w-]{1,64})? | (?<![/\#-])[\w/-]{0,64}+\#\d{1,9}   # people, tickets
      | (?<!\S)[\w.~-]{0,64}+(?:/[\w.-]{1,128}+){2,40}+/?                    # paths
      | (?<!\S)--?[a-z][\w-]{0,64}+                                         # flags
      | \w{1,64}+(?:\.\w{1,64}+){0,8}+\(\)                                   # calls
      | [a-z][a-zA-Z0-9]{0,64}+_\w{1,64}+                                    # names in code
    )""",
    re.VERBOSE,
)

MARKS: Final = re.compile(r"[*|~\\^`]")
UNDERSCORES: Final = re.compile(r"_+")
ITEM: Final = re.compile(r"^[ \t>]*(?:[-+•*]|\d{1,3}[.)])[ \t]+|^[ \t]*(?:\#{1,6}[ \t]+|>)", re.M)
HEADING: Final = re.compile(r"^[ \t]{0,3}\#{1,6}[ \t][^\n]*+", re.M)
BREAK: Final = re.compile(r"\n[ \t]*+\n\s*+|\n(?=[ \t>]*+(?:[-+•*]|\d{1,3}[.)])[ \t])|\|")
WORD: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, list item, heading or table cell with its words set one space apart."""

    text: str
    at: list[int] = field(repr=False)
    """Where in `text` each word begins."""
    starts: list[int] = field(repr=False)
    """Where in the document each word begins."""
    heading: bool = False

    def span(self, start: int, end: int) -> Span:
        """The document's characters behind these of `text`."""
        first = bisect_right(self.at, start) - 1
        last = bisect_right(self.at, end - 1) - 1
        return (
            self.starts[first] + start - self.at[first],
            self.starts[last] + end - self.at[last],
        )


@dataclass(frozen=True, slots=True)
class Prose:
    """A document's prose and what was taken for code."""

    blanked: str
    """The document's text, as long as it was, with all that is not prose made blank."""
    passages: list[Passage]
    inline: list[Span]
    """Code in running text, ascending."""


def read_prose(
    text: str, code: Sequence[Span], headings: Sequence[Span] = (), *, markup: bool = True
) -> Prose:
    """The prose of a document, its code blocks and headings given; linear in the text.

    Args:
        code: spans that are code, ascending and apart.
        headings: spans of headings, ascending.
        markup: the text may have marks of Markdown, reStructuredText or HTML.
    """
    source = _blank(text, code)
    blanked, inline = source, []
    titles = list(headings)
    if markup:
        front = [match.span() for match in FRONT_MATTER.finditer(source)]
        source = blanked = _blank(source, merge([*front, *_comments(source)]))
        titles += [match.span() for match in HEADING.finditer(source)]
        inline = [
            match.span("code")
            for match in INLINE_CODE.finditer(source)
            if not RST_LINK.fullmatch(match["code"])
        ]
        blanked = _blank(blanked, inline)
        blanked = INVISIBLE.sub(_spaces, blanked)
        blanked = LINK.sub(_keep_text, blanked)
    blanked = ADDRESS.sub(_spaces, blanked)
    if markup:
        blanked = MARKS.sub(" ", ITEM.sub(_spaces, blanked))
        blanked = UNDERSCORES.sub(_unless_inside, blanked)
    return Prose(blanked, list(_passages(source, blanked, merge(titles))), inline)


def _comments(text: str) -> Iterator[Span]:
    """HTML comments; one that is never closed is none."""
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            return
        yield start, end + 3
        start = text.find("<!--", end + 3)


def _spaces(match: re.Match[str]) -> str:
    return _as_spaces(match[0])


def _unless_inside(match: re.Match[str]) -> str:
    """Underscores at the edge of a word are emphasis; inside they belong to it."""
    before = match.string[match.start() - 1 : match.start()]  # empty at the very start
    after = match.string[match.end() : match.end() + 1]
    inside = before.isalnum() and after.isalnum()
    return match[0] if inside else " " * len(match[0])


def _as_spaces(text: str) -> str:
    if "\n" not in text:
        return " " * len(text)
    return "\n".join(" " * len(line) for line in text.split("\n"))


def _keep_text(match: re.Match[str]) -> str:
    start, end = match.span("text")
    before, after = start - match.start(), match.end() - end
    return " " * before + match["text"] + " " * after


def _blank(text: str, spans: Sequence[Span]) -> str:
    """The text with these spans made blank; ends of lines stay."""
    parts, position = [], 0
    for start, end in spans:
        parts += [text[position:start], _as_spaces(text[start:end])]
        position = end
    return "".join([*parts, text[position:]])


def _passages(source: str, blanked: str, titles: Sequence[Span]) -> Iterator[Passage]:
    """The blanked text between breaks; those without a word are left out."""
    breaks = {match.start() for match in BREAK.finditer(source)}
    breaks.update(*titles)
    breaks.add(len(source))
    heads = {start for start, _ in titles}
    position = 0
    for end in sorted(breaks):
        # A bar between cells may stand in text that has no markup: it is no word.
        begin = position + 1 if source[position : position + 1] == "|" else position
        words = [(match.start(), match[0]) for match in WORD.finditer(blanked, begin, end)]
        if words:
            yield _passage(words, position in heads)
        position = end


def _passage(words: Sequence[tuple[int, str]], heading: bool) -> Passage:
    at, position = [], 0
    for _, word in words:
        at.append(position)
        position += len(word) + 1
    return Passage(" ".join(word for _, word in words), at, [start for start, _ in words], heading)
