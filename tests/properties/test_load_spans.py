"""Spans lie in their text, in order; labels of headings are their text; text is kept."""

from __future__ import annotations

import json
import os
import re
from email.message import EmailMessage
from functools import cache
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ops.errors import DocumentError
from ops.load.formats.dispatch import parse
from ops.load.globs import Globs
from ops.load.parsed import Blob, Parsed
from ops.load.uri import file_uri, path_of
from tests.load_samples import Print, pdf

KINDS = {"heading", "page", "table", "row", "code", "list", "turn", "paragraph"}

WORDS = st.text(
    st.sampled_from("ab zé😀.#*-_`|>=~+:[]()!&<\\\t1\xa0\u2028\x0b\x85")
    | st.characters(exclude_categories=["Cs"]),
    max_size=20,
)
LINES = st.sampled_from(
    [
        "", "", "# One", "## Two ##", "Setext\n===", "- item", "  - inner", "1. first",
        "| a | b |\n|---|---|\n| 1 | 2 |", "```py\ncode\n```", "~~~", "    indented", "> quote",
        "<div>", "[a]: /b", "***", "---", "&nbsp;", "\ttab", "* *bold* [link](x)", "=====",
    ]
)  # fmt: skip
NEWLINES = st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\n"])
TEXTS = st.lists(st.tuples(LINES | WORDS, NEWLINES), max_size=20).map(
    lambda parts: "".join(line + end for line, end in parts)
)


def parsed(name: str, raw: bytes) -> list[Parsed]:
    try:
        return parse(Blob(name, raw, 10_000_000))
    except DocumentError as error:
        refusal = error
    assert refusal.message.startswith(name)
    assert refusal.hint
    return []


def check(document: Parsed) -> None:
    document.text.encode()  # no lone surrogates
    ends: dict[str, int] = {}
    for span in document.spans:
        assert span.kind in KINDS
        assert 0 <= span.start < span.end <= len(document.text)
        words = document.text[span.start : span.end]
        assert words.strip()
        # An empty cell at the end of a row of TSV is a tab.
        ends_at = "\r\n" if document.format in ("csv", "tsv") else None
        assert words == words.rstrip(ends_at)
        # Of one kind none begins before the last has ended.
        assert span.start >= ends.get(span.kind, 0)
        ends[span.kind] = span.end
        assert (span.level > 0) == (span.kind == "heading")


def in_order(document: Parsed) -> list[Any]:
    return sorted(document.spans, key=lambda span: (span.start, -span.end))


@given(TEXTS)
@example("# a\r\n\r\n- b\r\n\r\n      c\r\n")
@example("a\n\n\x0b\n\nb")
@example("[a]: /b\n=====\n[a]: /b\n=\n")
@settings(max_examples=300, deadline=None)
def test_markdown(text: str) -> None:
    for document in parsed("a.md", text.encode()):
        assert document.text == text.removeprefix("\ufeff")
        document = Parsed(document.text, document.format, spans=in_order(document))
        check(document)
        for span in document.spans:
            if span.kind == "heading":
                assert span.label == heading_text(document.text, span.start, span.end)


@cache
def commonmark() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def heading_text(text: str, start: int, end: int) -> str:
    """What a renderer shows of a heading in a text, without its marks."""
    known: dict[str, Any] = {}
    commonmark().parse(text, known)  # links may be defined anywhere
    tokens = commonmark().parse(text[start:end], known)
    number = next(n for n, token in enumerate(tokens) if token.type == "heading_open")
    parts = [
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in tokens[number + 1].children or []
        if child.type != "html_inline"
    ]
    return " ".join("".join(parts).split())


@given(TEXTS)
@example("Title\n=====\n\n-----\nOver\n-----\n")
@example("0\x1e0\n***\n")
@settings(max_examples=200, deadline=None)
def test_plain_and_restructured_text(text: str) -> None:
    for name in ("a.txt", "a.rst"):
        for document in parsed(name, text.encode()):
            assert document.text == text.removeprefix("\ufeff")
            check(document)
            for span in document.spans:
                if span.kind == "heading":
                    lines = re.split(r"\r\n|\r|\n", document.text[span.start : span.end])
                    assert span.label in lines[0] + lines[1]
            covered = "".join(document.text[s.start : s.end] for s in document.spans)
            assert "".join(covered.split()) == "".join(document.text.split())


TAGS = ["p", "div", "h1", "h3", "ul", "ol", "li", "table", "tr", "td", "th", "pre", "b", "a", "br"]
HTML = st.lists(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS])
    | st.sampled_from(["&nbsp;", "&#xD800;", "<td colspan=2>", "<td rowspan=3>", "<!-- x -->"])
    | WORDS,
    max_size=40,
).map("".join)


@given(HTML)
@example("<h1>&nbsp;a&nbsp;</h1>")
@example("<ul><li><h1>a</h1><p>b</ul>")
@example("<h1><pre>&nbsp;0")
@example("<h1>a<ul><li>b<table><tr><td>c<td>d")
@settings(max_examples=400, deadline=None)
def test_html(text: str) -> None:
    for document in parsed("a.html", text.encode()):
        document = Parsed(document.text, document.format, spans=in_order(document))
        check(document)
        for span in document.spans:
            if span.kind == "heading":
                assert span.label == document.text[span.start : span.end].strip()
                assert "\n" not in span.label


PRINTS = st.lists(
    st.builds(
        Print,
        st.text("abcdefghij (.-)123é", min_size=1, max_size=60),
        st.integers(50, 750),
        st.integers(20, 500),
        st.sampled_from([8.0, 10.0, 10.0, 14.0, 24.0]),
        st.sampled_from(["F1", "F1", "F2"]),
    ),
    max_size=12,
)


@given(st.lists(PRINTS, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_pdf(pages: list[list[Print]]) -> None:
    for document in parsed("a.pdf", pdf(pages)):
        document = Parsed(document.text, document.format, spans=in_order(document))
        check(document)
        printed = sorted("".join(line.text for page in pages for line in page).replace(" ", ""))
        shown = sorted("".join(document.text.split()))
        assert set(shown) <= set(printed)
        for span in document.spans:
            if span.kind == "heading":
                assert span.label == document.text[span.start : span.end].strip()


DOCUMENTS = st.lists(
    st.fixed_dictionaries(
        {"text": WORDS.filter(lambda text: "\0" not in text)},
        optional={"id": st.integers(0, 5) | st.text("ab", max_size=2), "title": WORDS},
    ),
    max_size=6,
)


@given(DOCUMENTS)
@settings(deadline=None)
def test_json_lines(documents: list[dict[str, Any]]) -> None:
    raw = "\n".join(json.dumps(each) for each in documents).encode()
    found = parsed("a.jsonl", raw)
    if found:
        assert [each.text for each in found] == [each["text"] for each in documents]
        assert len({each.fragment for each in found}) == len(found)
        for document in found:
            check(document)


SUFFIXES = [
    "txt",
    "md",
    "html",
    "jsonl",
    "pdf",
    "docx",
    "csv",
    "tsv",
    "vtt",
    "srt",
    "eml",
    "pptx",
    "xlsx",
]


CUES = st.lists(
    st.sampled_from(
        ["", "", "1", "id-2", "00:01.000 --> 00:02.000", "00:00:03,5 --> 00:00:04,5 line:0", "Hi.",
         "<v Ann>Hello", "NOTE that", "STYLE", "::cue {}", "WEBVTT", " --> ", " \t"]
    ),
    max_size=20,
)  # fmt: skip


@given(CUES, st.sampled_from(["\n", "\r\n", "\r"]))
@settings(max_examples=300, deadline=None)
def test_captions(lines: list[str], end: str) -> None:
    for name, first in (("a.vtt", "WEBVTT" + end), ("a.srt", "")):
        text = first + end.join(lines)
        for document in parsed(name, text.encode()):
            assert document.text == text
            check(Parsed(text, document.format, spans=in_order(document)))
            covered = "".join(text[s.start : s.end] for s in in_order(document))
            assert "".join(covered.split()) == "".join(text.split())
            turns = [text[s.start : s.end] for s in document.spans if s.kind == "turn"]
            assert sum(" --> 00:0" in line for line in lines) == len(turns)


BODIES = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=60)
SUBJECTS = st.text(st.characters(categories=["L", "Zs", "P"]), max_size=80)


@given(SUBJECTS, BODIES, st.sampled_from(["8bit", "base64", "quoted-printable"]))
@settings(deadline=None)
def test_mail(subject: str, body: str, cte: str) -> None:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content(body, cte=cte)
    for document in parsed("a.eml", message.as_bytes()):
        check(Parsed(document.text, document.format, spans=in_order(document)))
        words = "".join(document.text.split())
        assert words.endswith("".join(body.split()))
        assert words.startswith("".join(document.title.split()))


HEADERS = st.lists(
    st.sampled_from(
        ["Subject: a", "From: =?x?q?=ff?=", "To: a@b, <", "Date: =?utf-8?b?4pi?=", " folded",
         "Content-Type: multipart/mixed; boundary=x", "Content-Type: text/html; charset=utf-7",
         "Content-Type: message/rfc822", "Content-Type: multipart/alternative; boundary=\"x",
         "Content-Transfer-Encoding: base64", "Content-Disposition: attachment; filename*=x''%ff",
         "", "", "--x", "--x--", "<b>a", "4pi", "text", "Cc: \udcff"]
    ),
    max_size=16,
)  # fmt: skip


@given(HEADERS)
@settings(max_examples=300, deadline=None)
def test_parts_of_mail_in_any_order(lines: list[str]) -> None:
    raw = "\n".join(["Subject: s", *lines]).encode("utf-8", "surrogateescape")
    for document in parsed("a.eml", raw):
        check(Parsed(document.text, document.format, spans=in_order(document)))
        json.dumps(document.metadata, ensure_ascii=False).encode()


@given(st.binary(max_size=200), st.sampled_from(SUFFIXES))
@example(b"%PDF-1.4\n%%EOF", "pdf")
@example(b"PK\x05\x06" + bytes(18), "docx")
@example(b"PK\x05\x06" + bytes(18), "pptx")
@settings(deadline=None)
def test_any_bytes_load_or_give_one_error(raw: bytes, suffix: str) -> None:
    for document in parsed(f"a.{suffix}", raw):
        check(Parsed(document.text, document.format, spans=in_order(document)))


@given(st.binary(min_size=1, max_size=30).filter(lambda name: b"\0" not in name))
@settings(deadline=None)
def test_uris_give_back_their_paths(name: bytes) -> None:
    path = os.fsdecode(name)
    uri = file_uri(path)
    assert path_of(uri) == path
    uri.encode()
    assert "#" not in uri


NAMES = st.text("ab.", min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@given(PATHS)
@settings(deadline=None)
def test_globs_agree_with_themselves(path: str) -> None:
    assert Globs(["**"]).match(path)
    assert Globs(["**/*"]).match(path)
    assert Globs(["*"]).match(path) == ("/" not in path)
    assert Globs([path]).match(path)
    name = path.rpartition("/")[2]
    assert Globs([f"**/{name}"]).match(path)
    assert not Globs([f"{path}/**"]).match(path)
