"""Markdown: the text as it is, and where its blocks lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.load.formats.markdown import structure
from tests.load_samples import headings, loaded, spans

PAGE = """\
# Users' *Guide* to [Things](http://x) ##

Intro with **bold**
on two lines.

Set up
======

- one
  more
  - nested

- two

1. first

| a | b |
|---|:-:|
| 1 | 2 |
| 3 |

```python title="x"
# no heading
```

    indented code

> quoted
> words

<h3>not looked into</h3>

### `code` ![alt](p.png) &amp; more
#### <br>
#no heading
"""


def test_blocks_are_where_they_are(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "guide.md", PAGE)
    assert row["text"] == PAGE
    assert (row["format"], row["title"]) == ("markdown", "Users' Guide to Things")
    assert headings(row) == [
        (1, "Users' Guide to Things"),
        (1, "Set up"),
        (3, "code alt & more"),
    ]
    assert spans(row) == [
        ("heading", "# Users' *Guide* to [Things](http://x) ##"),
        ("paragraph", "Intro with **bold**\non two lines."),
        ("heading", "Set up\n======"),
        ("list", "- one\n  more\n  - nested\n\n- two"),
        ("paragraph", "- one\n  more"),
        ("paragraph", "  - nested"),
        ("paragraph", "- two"),
        ("list", "1. first"),
        ("paragraph", "1. first"),
        ("table", "| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 |"),
        ("row", "| a | b |"),
        ("row", "| 1 | 2 |"),
        ("row", "| 3 |"),
        ("code", '```python title="x"\n# no heading\n```'),
        ("code", "    indented code"),
        ("paragraph", "> quoted\n> words"),
        ("paragraph", "<h3>not looked into</h3>"),
        ("heading", "### `code` ![alt](p.png) &amp; more"),
        ("paragraph", "#### <br>"),
        ("paragraph", "#no heading"),
    ]
    assert [s["label"] for s in row["structure"] if s["kind"] == "code"] == ["python", ""]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends_are_kept(tmp_path: Path, newline: str) -> None:
    (plain,) = loaded(tmp_path, "a.md", PAGE)
    (row,) = loaded(tmp_path, "b.md", PAGE.replace("\n", newline))
    assert row["text"] == PAGE.replace("\n", newline)
    assert spans(row) == [(kind, text.replace("\n", newline)) for kind, text in spans(plain)]


def test_only_line_ends_end_lines(tmp_path: Path) -> None:
    text = "One\u2028two\x0bthree\x85four\n\n# Five 😀\n\nSix"
    (row,) = loaded(tmp_path, "a.md", text)
    assert spans(row) == [
        ("paragraph", "One\u2028two\x0bthree\x85four"),
        ("heading", "# Five 😀"),
        ("paragraph", "Six"),
    ]


def test_links_by_reference_in_headings(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.md", "## See [the guide][g]\n\n[g]: http://x\n")
    assert headings(row) == [(2, "See the guide")]
    assert row["title"] == "See the guide"


def test_fences_name_their_language() -> None:
    labels = [s.label for s in structure("```{.rust}\na\n```\n~~~ c++ x\nb\n~~~\n```\nc\n```")]
    assert labels == ["rust", "c++", ""]


def test_a_line_too_long_for_a_heading_is_a_paragraph(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.md", "# " + "word " * 200)
    assert [kind for kind, _ in spans(row)] == ["paragraph"]
    assert row["title"] == "a"


FRONT = """\
---
title: The "real" title
tags: [a, b]
draft: false
date: 2024-05-06
nothing:
---
# First heading

Words.
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_front_matter_is_metadata(tmp_path: Path, newline: str) -> None:
    text = FRONT.replace("\n", newline)
    (row,) = loaded(tmp_path, "a.md", text)
    assert row["text"] == text
    assert row["title"] == 'The "real" title'
    assert [(each["key"], each["value"]) for each in row["metadata"]] == [
        ("title", 'The "real" title'),
        ("tags", "a"),
        ("tags", "b"),
        ("draft", "false"),
        ("date", '"2024-05-06"'),
    ]
    assert spans(row) == [("heading", "# First heading"), ("paragraph", "Words.")]


@pytest.mark.parametrize(
    "text",
    [
        "---\n- a list\n---\n\nWords\n",
        "---\n{broken: [\n---\n\nWords\n",
        "---\n\nWords between rules\n\n---\n",
        "--- title: x\n\nWords\n",
        "---\ntitle: never ends\n\nWords\n",
    ],
)
def test_rules_and_other_dashes_are_no_front_matter(tmp_path: Path, text: str) -> None:
    (row,) = loaded(tmp_path, "a.md", text)
    assert row["metadata"] == []
    assert row["title"] in ("a", "- a list", "{broken: [")


def test_empty_front_matter(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.md", "---\n---\nWords\n")
    assert spans(row) == [("paragraph", "Words")]
