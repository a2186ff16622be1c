"""HTML: what a reader sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.errors import DocumentError
from tests.load_samples import headings, loaded, spans


def page(folder: Path, body: str, head: str = "") -> dict[str, object]:
    (row,) = loaded(folder, "page.html", f"<!doctype html><html><head>{head}</head>{body}</html>")
    return row


def text(folder: Path, body: str) -> object:
    return page(folder, body)["text"]


def test_a_page(tmp_path: Path) -> None:
    row = page(
        tmp_path,
        """<body><header><nav><a href=/>Home</a></nav></header>
        <h1>Big  <em>Title</em><a class=headerlink href=#x>¶</a></h1>
        <p>One &amp; <b>two</b>
           words.<br>Next line</p><div>A</div><div>B<p>C</p>D</div>
        <pre class="language-py"><code>
def f():
    return 1  </code></pre>
        <footer>End</footer></body>""",
        "<title>The\n Page</title><meta name=Author content='A B'><style>p{}</style>",
    )
    assert row["text"] == (
        "Home\n\nBig Title\n\nOne & two words.\nNext line\n\nA\nB\n\nC\n\nD\n\n"
        "def f():\n    return 1\n\nEnd"
    )
    assert (row["title"], row["format"]) == ("The Page", "html")
    assert row["metadata"] == [{"key": "author", "value": "A B"}]
    assert headings(row) == [(1, "Big Title")]
    assert spans(row) == [
        ("paragraph", "Home"),
        ("heading", "Big Title"),
        ("paragraph", "One & two words.\nNext line"),
        ("paragraph", "A"),
        ("paragraph", "B"),
        ("paragraph", "C"),
        ("paragraph", "D"),
        ("code", "def f():\n    return 1"),
        ("paragraph", "End"),
    ]
    assert [s["label"] for s in row["structure"] if s["kind"] == "code"] == ["py"]  # type: ignore[attr-defined]


def test_what_is_not_shown_is_left_out(tmp_path: Path) -> None:
    hidden = (
        "<script>a</script><style>b</style><template>c</template><noscript>d</noscript>"
        "<div hidden>e</div><p style='color:red; DISPLAY : none'>f</p><!-- g -->"
        "<span style='visibility:hidden'>h</span><svg><text>i</text></svg>"
    )
    assert text(tmp_path, f"<body>{hidden}<p style='display:block'>seen</p>") == "seen"


def test_white_space(tmp_path: Path) -> None:
    assert text(tmp_path, "<p>a<b> b</b>c <i> d</i>\r\n\te</p>") == "a bc d e"
    assert text(tmp_path, "<p>a&nbsp;b &nbsp; </p><p>&nbsp;</p><p>c</p>") == "a\xa0b\n\nc"
    assert text(tmp_path, "<p>a<br><br>b<br>c<br></p>") == "a\n\nb\nc"
    assert text(tmp_path, "<h2>a<br>b</h2>") == "a b"
    assert text(tmp_path, "<p>x&#xD800;&#0;y</p>") == "x\ufffd\ufffdy"


def test_lists(tmp_path: Path) -> None:
    row = page(
        tmp_path,
        "<p>Before</p><ul><li>a<ul><li>b</li><li></li></ul></li><li><p>c</p><p>d</p></li></ul>"
        "<ol start=3><li>e</li><li value=7>f</li><li>g</li></ol><dl><dt>h</dt><dd>i</dd></dl>",
    )
    assert row["text"] == ("Before\n\n- a\n  - b\n\n- c\n\nd\n\n3. e\n7. f\n8. g\n\nh\ni")
    assert spans(row, "list") == [
        ("list", "- a\n  - b\n\n- c\n\nd"),
        ("list", "3. e\n7. f\n8. g"),
    ]
    assert ("paragraph", "  - b") in spans(row)


def test_tables(tmp_path: Path) -> None:
    row = page(
        tmp_path,
        "<table><caption>Cap</caption><tr><th>A</th><th>B</th><th>C</th></tr>"
        "<tr><td rowspan=2>1</td><td><p>2</p><p>x</p></td><td>3<br>y</td></tr>"
        "<tr><td colspan=2>4</td></tr><tr hidden><td>z</td></tr><tr><td></td></tr></table>after",
    )
    assert row["text"] == "Cap\nA | B | C\n1 | 2 x | 3 y\n| 4 |\n\nafter"
    assert spans(row) == [
        ("paragraph", "Cap"),
        ("table", "A | B | C\n1 | 2 x | 3 y\n| 4 |"),
        ("row", "A | B | C"),
        ("row", "1 | 2 x | 3 y"),
        ("row", "| 4 |"),
        ("paragraph", "after"),
    ]


def test_tables_that_lay_out_a_page_are_blocks(tmp_path: Path) -> None:
    row = page(
        tmp_path,
        "<table><tr><td><h1>T</h1><p>x</p></td><td><table><tr><td>a</td><td>b</td></tr></table>"
        "</td></tr></table><table role=presentation><tr><td>c</td><td>d</td></tr></table>",
    )
    assert row["text"] == "T\n\nx\n\na | b\n\nc\nd"
    assert headings(row) == [(1, "T")]
    assert spans(row, "table") == [("table", "a | b")]


def test_a_very_deep_page(tmp_path: Path) -> None:
    assert text(tmp_path, "<div>" * 5_000 + "deep") == "deep"
    assert text(tmp_path, "<table><tr><td>a<td>" + "<b><i>" * 5_000 + "deep") == "a | deep"


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("iso-8859-1", "cp1252"), ("windows-1251", "cp1251"), ("Shift_JIS", "shift_jis")],
)
def test_a_declared_encoding_is_followed(tmp_path: Path, charset: str, codec: str) -> None:
    words = {"cp1252": "Köln – “x”", "cp1251": "Привет", "shift_jis": "日本"}[codec]
    raw = f'<meta http-equiv=x content="text/html; charset={charset}"><p>{words}'.encode(codec)
    (row,) = loaded(tmp_path, "a.html", raw)
    assert row["text"] == words


@pytest.mark.parametrize("charset", ["nonsense", "base64", "utf-16", "utf-8"])
def test_without_a_usable_declaration_it_is_utf_8(tmp_path: Path, charset: str) -> None:
    (row,) = loaded(tmp_path, "a.html", f"<meta charset={charset}><p>Köln")
    assert row["text"] == "Köln"
    with pytest.raises(DocumentError, match=r"a\.html is not UTF-8: byte 0xF6 at offset"):
        loaded(tmp_path, "a.html", f"<meta charset={charset}><p>Köln".encode("latin-1"))


def test_a_mark_outranks_the_declaration(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.htm", "<meta charset=windows-1252><p>Köln".encode("utf-8-sig"))
    assert row["text"] == "Köln"


@pytest.mark.parametrize("raw", ["<script>x</script>", "<html></html>", "<!-- x -->"])
def test_a_page_without_words_is_refused(tmp_path: Path, raw: str) -> None:
    with pytest.raises(DocumentError, match="has no text"):
        loaded(tmp_path, "a.html", raw)


def test_the_title_is_the_heading_or_the_name(tmp_path: Path) -> None:
    assert page(tmp_path, "<h2>Small</h2><h1>Big</h1>")["title"] == "Big"
    assert page(tmp_path, "<svg><title>No</title></svg><p>words")["title"] == "page"


def test_a_heading_too_long_is_a_paragraph(tmp_path: Path) -> None:
    row = page(tmp_path, f"<h1>{'word ' * 200}</h1>")
    assert [kind for kind, _ in spans(row)] == ["paragraph"]
