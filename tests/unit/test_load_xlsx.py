"""Excel: sheets, tables, how values show, and damaged packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.errors import DocumentError
from ops.segment.piece import Structure
from ops.segment.table import Table
from tests.load_office import OFFICE, SCHEMAS, office, relations, strict
from tests.load_samples import headings, loaded, spans
from tests.segments import chunks_of

NAMES = f'xmlns="{SCHEMAS}/spreadsheetml/2006/main" xmlns:r="{OFFICE}"'


def cell(value: object, place: str = "", style: int = 0) -> str:
    """A cell with a text of its own, or a number."""
    where = f' r="{place}"' if place else ""
    if isinstance(value, str):
        return f'<c{where} t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c{where} s="{style}"><v>{value}</v></c>'


def rows(*cells: str, start: int = 1) -> str:
    return "".join(f'<row r="{n}">{each}</row>' for n, each in enumerate(cells, start))


def sheet(*data: str) -> str:
    return f"<worksheet {NAMES}><sheetData>{''.join(data)}</sheetData></worksheet>"


def book(
    *sheets: tuple[str, str],
    settings: str = "",
    texts: str = "",
    formats: tuple[str, ...] = (),
    title: str = "",
    hidden: str = "",
) -> bytes:
    """A workbook of these sheets: name and XML. A format is a number or a code."""
    named = "".join(
        f'<sheet name="{name}" r:id="r{number}"{hidden if name == "Hidden" else ""}/>'
        for number, (name, _) in enumerate(sheets)
    )
    codes = "".join(
        f'<numFmt numFmtId="{200 + number}" formatCode="{code}"/>'
        for number, code in enumerate(formats)
        if not code.isdecimal()
    )
    used = "".join(
        f'<xf numFmtId="{code if code.isdecimal() else 200 + number}"/>'
        for number, code in enumerate(formats)
    )
    kinds = [
        (f"{OFFICE}/{'worksheet' if '<worksheet' in text else 'chartsheet'}", f"s{number}.xml")
        for number, (_, text) in enumerate(sheets)
    ]
    parts = {
        "xl/workbook.xml": f"<workbook {NAMES}>{settings}<sheets>{named}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            *kinds, (f"{OFFICE}/sharedStrings", "texts.xml"), (f"{OFFICE}/styles", "styles.xml")
        ),
        "xl/texts.xml": f"<sst {NAMES}>{texts}</sst>",
        "xl/styles.xml": (
            f"<styleSheet {NAMES}><numFmts>{codes}</numFmts><cellXfs>{used}</cellXfs></styleSheet>"
        ),
    }
    parts |= {f"xl/s{number}.xml": text for number, (_, text) in enumerate(sheets)}
    return office("xl/workbook.xml", parts, title)


def test_sheets_and_their_tables(tmp_path: Path) -> None:
    first = sheet(
        rows(cell("Report of &lt;May&gt;", "B2"), start=2),
        rows(
            cell("Name", "B3") + cell("Sum", "D3"),
            cell("Bo\n Doe", "B4") + cell(2.5, "D4"),
            cell("", "B5") + cell(1e3, "D5"),
            start=3,
        ),
        rows(cell("Note one", "A8"), cell("Note two", "A9"), start=8),
        rows(cell("a") + cell("b"), cell("c") + cell("d"), start=20),
    )
    raw = book(
        ("First", first),
        ("Hidden", sheet(rows(cell("no")))),
        ("Chart", f"<chartsheet {NAMES}/>"),
        ("Empty", sheet()),
        ("Last", sheet("<row><c><v>1</v></c></row>")),
        hidden=' state="veryHidden"',
    )
    (row,) = loaded(tmp_path, "a.xlsx", raw)
    table = "Name | Sum\nBo Doe | 2.5\n| 1000"
    assert row["text"] == (
        f"First\n\nReport of <May>\n\n{table}\n\nNote one\nNote two\n\na | b\nc | d\n\nLast\n\n1"
    )
    assert (row["title"], row["format"]) == ("a", "xlsx")
    assert headings(row) == [(1, "First"), (1, "Last")]
    assert spans(row, "table", "paragraph") == [
        ("paragraph", "Report of <May>"),
        ("table", table),
        ("paragraph", "Note one"),
        ("paragraph", "Note two"),
        ("table", "a | b\nc | d"),
        ("paragraph", "1"),
    ]
    assert [text for _, text in spans(row, "row")] == [*table.split("\n"), "a | b", "c | d"]
    assert row["metadata"] == [{"key": "author", "value": "A. Author"}]


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("0", 3, "3"),
        ("0", -0.1 - 0.2, "-0.3"),
        ("0", 1e20, "1e+20"),
        ("2", 12.5, "12.5"),
        ("9", 0.125, "12.5%"),
        ("14", 45292, "2024-01-01"),
        ("14", 45292.75, "2024-01-01"),
        ("14", 1, "1900-01-01"),
        ("14", 61, "1900-03-01"),
        ("14", -1, "-1"),
        ("14", 2958465, "9999-12-31"),
        ("14", 9e9, "9000000000"),
        ("22", 45292.75, "2024-01-01T18:00:00"),
        ("20", 0.75, "18:00:00"),
        ("46", 1.5, "36:00:00"),
        ("dd/mm/yyyy;@", 45292, "2024-01-01"),
        ("[$-407]d. mmmm yyyy", 45292, "2024-01-01"),
        ("mmm", 45292, "2024-01-01"),
        ("[Red]0.0", 45292, "45292"),
        ('0 &quot;days&quot;', 45292, "45292"),
        ("General", 45292, "45292"),
        ("[" * 300_000 + "yyyy", 45292, "45292"),
    ],
)  # fmt: skip
def test_numbers_show_as_their_format_says(
    tmp_path: Path, code: str, value: float, shown: str
) -> None:
    raw = book(("S", sheet(rows(cell(value, style=1)))), formats=("0", code))
    (row,) = loaded(tmp_path, "a.xlsx", raw)
    assert row["text"] == f"S\n\n{shown}"


def test_days_since_1904(tmp_path: Path) -> None:
    data = sheet(rows(cell(43830, style=0) + cell(2958000, style=0)))
    raw = book(("S", data), formats=("14",), settings='<workbookPr date1904="1"/>')
    (row,) = loaded(tmp_path, "a.xlsx", raw)
    assert row["text"] == "S\n\n2024-01-01 | 2958000"


def test_the_other_kinds_of_cells(tmp_path: Path) -> None:
    texts = (
        "<si><t>plain</t></si>"
        "<si><r><t>rich </t></r><r><t>text_x000D_</t></r><rPh><t>spoken</t></rPh></si>"
    )
    cells = (
        '<c t="s"><v>1</v></c><c t="s"><v>0</v></c><c t="b"><v>1</v></c><c t="b"><v>0</v></c>'
        '<c t="e"><v>#N/A</v></c><c t="str"><f>A1</f><v>said</v></c><c t="d"><v>2024-05-06</v></c>'
        '<c><f>1+1</f></c><c r="L1"><v>2</v></c>'
    )
    (row,) = loaded(tmp_path, "a.xlsm", book(("S", sheet(rows(cells))), texts=texts, title="T"))
    assert row["text"] == "S\n\nrich text | plain | TRUE | FALSE | #N/A | said | 2024-05-06 | 2"
    assert row["title"] == "T"


def test_strict_open_xml(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.xlsx", strict(book(("S", sheet(rows(cell("Strict.")))))))
    assert row["text"] == "S\n\nStrict."


def test_the_segmenter_of_tables_repeats_the_header(tmp_path: Path) -> None:
    data = [cell(f"w{number}") + cell(number) for number in range(30)]
    (row,) = loaded(tmp_path, "a.xlsx", book(("S", sheet(rows(cell("a") + cell("b"), *data)))))
    structure = [Structure(**span) for span in row["structure"]]
    chunks = chunks_of(Table(size=40, tokenizer="characters"), row["text"], structure)
    derived = chunks["derived_text"].to_list()
    assert len(derived) > 5
    assert all(text.startswith("a | b\nw") for text in derived[2:])


def test_comments_follow_the_tables_with_their_cells(tmp_path: Path) -> None:
    threads = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    kinds = ((f"{OFFICE}/comments", "c.xml"), ("http://x/relationships/threadedComment", "t.xml"))
    parts = {
        "xl/workbook.xml": (
            f'<workbook {NAMES}><sheets><sheet name="S" r:id="r0"/><sheet name="Bare" r:id="r1"/>'
            '<sheet name="Hidden" r:id="r1" state="hidden"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": relations(
            (f"{OFFICE}/worksheet", "s0.xml"), (f"{OFFICE}/worksheet", "s1.xml")
        ),
        "xl/s0.xml": sheet(rows(cell("a") + cell("b"))),
        "xl/s1.xml": sheet(),
        "xl/_rels/s0.xml.rels": relations(*kinds),
        "xl/_rels/s1.xml.rels": relations((f"{OFFICE}/comments", "other.xml"), kinds[0]),
        "xl/c.xml": (
            f'<comments {NAMES}><commentList><comment ref="B1"><text><r><t>Is it</t></r>'
            '<r><t xml:space="preserve"> so?\n</t></r></text></comment>'
            '<comment ref="A1"><text><t>[Threaded comment] Your version…</t></text></comment>'
            "</commentList></comments>"
        ),
        "xl/t.xml": (
            f'<ThreadedComments xmlns="{threads}">'
            '<threadedComment ref="A1"><text>Yes.</text></threadedComment></ThreadedComments>'
        ),
        "xl/other.xml": (
            f'<comments {NAMES}><commentList><comment ref="C9"><text><t>Here.</t></text></comment>'
            "</commentList></comments>"
        ),
    }
    (row,) = loaded(tmp_path, "a.xlsx", office("xl/workbook.xml", parts))
    assert row["text"] == (
        "S\n\na | b\n\nComments:\nB1: Is it so?\nA1: Yes.\n\nBare\n\nComments:\nC9: Here."
    )


def test_cells_far_apart_cost_nothing(tmp_path: Path) -> None:
    data = rows(cell("one", "A1")) + rows(cell("two", "XFD1048576"), start=1_048_576)
    (row,) = loaded(tmp_path, "a.xlsx", book(("S", sheet(data))))
    assert row["text"] == "S\n\none\n\ntwo"


DIAGONAL = sheet(
    rows(*(cell(1, f"{a}{b}{26 * n + m + 1}") for n, a in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
           for m, b in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("a.docx", book(("S", sheet())), "is an Excel workbook, not a Word document"),
        ("a.xlsx", b"a,b", "is not an Excel workbook: it begins with"),
        ("a.xlsx", book(("S", sheet())), "has no text"),
        ("a.xlsx", book(("S", sheet(rows(cell("x")))[:-9])), "is damaged, or not a workbook"),
        ("a.xlsx", book(("S", sheet(rows('<c t="s"><v>7</v></c>')))), "is damaged"),
        ("a.xlsx", book(("S", sheet(rows(cell(1, "ZZZ1"))))), "is damaged.*no column 'ZZZ'"),
        ("a.xlsx", book(("S", DIAGONAL)), "has a table of 676 rows and 676 columns, most"),
    ],
    ids=["as-docx", "text", "empty", "torn", "no-such-text", "no-such-place", "diagonal"],
)
def test_what_is_no_workbook(tmp_path: Path, name: str, raw: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=f"^{name} {said}"):
        loaded(tmp_path, name, raw, max_megabytes=1)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    data = sheet(rows(cell("&b;") + cell("kept")))
    raw = book(("S", '<!DOCTYPE a [<!ENTITY b "ha">]>' + data))
    (row,) = loaded(tmp_path, "a.xlsx", raw)
    assert "ha" not in row["text"]
