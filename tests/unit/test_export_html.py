"""The page and the fragment that show chunks over their source."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import polars as pl
from hypothesis import given, settings

from ops.export.html import fragment, page
from ops.segment.fixed import Fixed
from tests.segments import chunks_of, documents, texts

EVIL = '</script><script>alert("x")</script> <img src=x onerror=1> &lt; [/red] {{x}} \'"'


class Reader(HTMLParser):
    """Gathers what a browser would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""
        self.kept = ""
        self._inside = ""
        self._deep = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "script":
            self._inside = found.get("id") or "script"
        if found.get("class") == "text" or (self._deep and tag == "div"):
            self._deep += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = ""
        if tag == "div" and self._deep:
            self._deep -= 1

    def handle_data(self, data: str) -> None:
        if self._deep:
            self.shown += data
        if self._inside == "chunks":
            self.kept += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def test_the_page_is_one_file_that_loads_nothing() -> None:
    html = page(documents(["one two three"]), chunks_of(Fixed(size=2, tokenizer="words"), "a b c"))
    for tag, attributes in read(html).tags:
        assert tag not in ("link", "img", "iframe", "object", "base")
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith("#")
    assert "@import" not in html
    assert "url(" not in html
    assert "default-src 'none'" in html


def test_the_policy_names_the_script_that_is_there() -> None:
    import base64
    import hashlib

    html = page(documents(["a"]), chunks_of(Fixed(size=2, tokenizer="words"), "a"))
    named = re.search(r"script-src 'sha256-([^']+)'", html)
    script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)
    assert named
    assert script
    assert base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode() == named[1]


def test_what_documents_say_is_never_markup() -> None:
    table = documents([EVIL]).with_columns(title=pl.lit(EVIL), uri=pl.lit(EVIL))
    phrases = [{"phrase": EVIL, "score": 1.0}]
    chunks = chunks_of(Fixed(size=5, overlap=2, tokenizer="words"), EVIL)
    chunks = chunks.with_columns(boundary=pl.lit(EVIL), keywords=pl.Series([phrases] * len(chunks)))
    for html in (page(table, chunks, title=EVIL), fragment(table, chunks)):
        reader = read(html)
        assert reader.shown == EVIL
        assert [tag for tag, _ in reader.tags].count("img") == 0
    reader = read(page(table, chunks, title=EVIL))
    assert [tag for tag, _ in reader.tags].count("script") == 2
    kept = json.loads(reader.kept)
    assert len(kept) == len(chunks)
    assert kept[0]["keywords"] == [EVIL]
    assert ["ends at", EVIL] in kept[0]["facts"]


@settings(deadline=None, max_examples=60)
@given(texts(20))
def test_the_source_is_shown_in_full(text: str) -> None:
    op = Fixed(size=4, overlap=2, tokenizer="words")
    shown = read(page(documents([text]), chunks_of(op, text))).shown
    # Control and direction signs are shown as pictures, one for one.
    assert len(shown) == len(text)
    for seen, said in zip(shown, text, strict=True):
        assert seen == said or 0x2400 <= ord(seen) <= 0x2426


def test_overlap_has_its_own_style_and_names_both_chunks() -> None:
    text = "a b c d e f"
    chunks = chunks_of(Fixed(size=4, overlap=2, tokenizer="words"), text)
    spans = [found for tag, found in read(page(documents([text]), chunks)).tags if tag == "span"]
    painted = [span for span in spans if "data-c" in span]
    assert [span["data-c"] for span in painted] == ["0", "0 1", "1"]
    assert ["over" in (span["class"] or "") for span in painted] == [False, True, False]
    tip = painted[1]["title"] or ""
    assert str(chunks["chunk_id"][0]) in tip
    assert "tokens: 4" in tip
    assert "chunk 2" in tip


def test_parents_are_not_painted() -> None:
    text = "a b c d"
    chunks = chunks_of(Fixed(size=2, tokenizer="words"), text)
    parents = chunks.with_columns(level=pl.lit(1, pl.Int64), start=pl.lit(0, pl.Int64))
    html = page(documents([text]), pl.concat([chunks, parents]))
    assert len(json.loads(read(html).kept)) == len(chunks)


def test_documents_without_text_or_chunks() -> None:
    table = documents(["", "no chunk here"])
    chunks = chunks_of(Fixed(tokenizer="words"), "")
    html = page(table, chunks)
    assert "This document has no text." in html
    assert read(html).shown == "no chunk here"
    assert page(table.clear(), chunks)
    assert fragment(table.clear(), chunks).startswith('<div class="cb">')


def test_a_fragment_is_cut_short_and_has_no_script() -> None:
    text = "word " * 10_000
    html = fragment(documents([text]), chunks_of(Fixed(size=50, tokenizer="words"), text))
    reader = read(html)
    assert len(reader.shown) == 20_000
    assert "30,000 more characters" in html
    assert all(tag != "script" for tag, _ in reader.tags)
    assert not any("id" in attributes for _, attributes in reader.tags)


def test_few_columns_are_enough() -> None:
    chunks = pl.DataFrame({"doc_id": ["d0000"] * 2, "start": [0, 2], "end": [2, 4]})
    reader = read(page(documents(["abcd"]), chunks))
    assert [row["title"] for row in json.loads(reader.kept)] == ["Chunk 1", "Chunk 2"]
