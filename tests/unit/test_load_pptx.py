"""PowerPoint: slides in order, titles, lists, tables, diagrams, notes, and damaged packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.errors import DocumentError
from tests.load_office import OFFICE, SCHEMAS, office, relations, strict
from tests.load_samples import headings, loaded, spans

NAMES = (
    f'xmlns:p="{SCHEMAS}/presentationml/2006/main" xmlns:a="{SCHEMAS}/drawingml/2006/main" '
    f'xmlns:r="{OFFICE}" xmlns:dgm="{SCHEMAS}/drawingml/2006/diagram" '
    f'xmlns:mc="{SCHEMAS}/markup-compatibility/2006"'
)


def slide(*shapes: str, tag: str = "sld", about: str = "") -> str:
    tree = f"<p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld>"
    return f"<p:{tag} {NAMES}{about}>{tree}</p:{tag}>"


def lines(*texts: str, properties: str = "") -> str:
    return "".join(f"<a:p>{properties}<a:r><a:t>{text}</a:t></a:r></a:p>" for text in texts)


def box(*paragraphs: str, fills: str = "") -> str:
    filled = f"<p:ph {fills}/>" if fills else ""
    return (
        f"<p:sp><p:nvSpPr><p:nvPr>{filled}</p:nvPr></p:nvSpPr>"
        f"<p:txBody>{''.join(paragraphs)}</p:txBody></p:sp>"
    )


def frame(inner: str) -> str:
    data = f"<a:graphic><a:graphicData>{inner}</a:graphicData></a:graphic>"
    return f"<p:graphicFrame>{data}</p:graphicFrame>"


def deck(*slides: str, title: str = "", **others: str) -> bytes:
    """A package of these slides; others are parts that the slides refer to, as r0, r1, ..."""
    kinds = [(f"{OFFICE}/{name}", f"../{name}.xml") for name in others]
    ids = "".join(f'<p:sldId r:id="r{number}"/>' for number in reversed(range(len(slides))))
    parts = {
        "ppt/presentation.xml": (
            f"<p:presentation {NAMES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"
        ),
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"{OFFICE}/slide", f"slides/s{number}.xml") for number in range(len(slides)))
        ),
    }
    for number, text in enumerate(slides):
        parts[f"ppt/slides/s{number}.xml"] = text
        parts[f"ppt/slides/_rels/s{number}.xml.rels"] = relations(*kinds)
    parts |= {f"ppt/{name}.xml": text for name, text in others.items()}
    return office("ppt/presentation.xml", parts, title)


def test_slides_in_the_order_of_the_deck(tmp_path: Path) -> None:
    raw = deck(
        slide(box(lines("Last", "two  words"))),
        slide(box(lines("Hidden")), about=' show="0"'),
        slide(
            box(lines("3"), fills='type="sldNum"'),
            box(lines("Some", "text")),
            box("<a:p><a:r><a:t>The</a:t></a:r><a:br/><a:fld><a:t>Plan</a:t></a:fld></a:p>",
                fills='type="ctrTitle"'),
        ),
        title="Declared",
    )  # fmt: skip
    (row,) = loaded(tmp_path, "a.pptx", raw)
    assert row["text"] == "The Plan\n\nSome\ntext\n\nLast\ntwo words"
    assert (row["title"], row["format"]) == ("The Plan", "pptx")
    assert headings(row) == [(1, "The Plan")]
    assert spans(row, "page", "paragraph") == [
        ("page", "The Plan\n\nSome\ntext"),
        ("paragraph", "Some"),
        ("paragraph", "text"),
        ("page", "Last\ntwo words"),
        ("paragraph", "Last"),
        ("paragraph", "two words"),
    ]
    assert [span["label"] for span in row["structure"] if span["kind"] == "page"] == ["1", "3"]
    assert row["metadata"] == [{"key": "author", "value": "A. Author"}]


def test_the_declared_title(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.pptx", deck(slide(box(lines("x"))), title="Declared"))
    assert row["title"] == "Declared"


NUMBERED = '<a:pPr><a:buAutoNum type="arabicPeriod" startAt="4"/></a:pPr>'


def test_bullets_and_numbers(tmp_path: Path) -> None:
    plain = "<a:pPr><a:buNone/></a:pPr>"
    layout = slide(
        box("<a:lstStyle><a:lvl1pPr><a:buNone/></a:lvl1pPr></a:lstStyle>", fills='idx="7"'),
        tag="sldLayout",
    )
    body = box(
        lines("Before", properties=plain),
        lines("one", "two"),
        lines("deeper", properties='<a:pPr lvl="1"/>'),
        lines("After", properties=plain),
        lines("four", "five", properties=NUMBERED),
        fills='idx="1"',
    )
    raw = deck(slide(body, box(lines("None here"), fills='idx="7"')), slideLayout=layout)
    (row,) = loaded(tmp_path, "a.pptx", raw)
    assert row["text"] == ("Before\n- one\n- two\n  - deeper\nAfter\n4. four\n5. five\n\nNone here")
    assert spans(row, "list") == [
        ("list", "- one\n- two\n  - deeper"),
        ("list", "4. four\n5. five"),
    ]


def test_tables_groups_diagrams_and_notes(tmp_path: Path) -> None:
    cells = [("a", ""), ("", ' hMerge="1"'), ("b", "")]
    row_of = "".join(
        f"<a:tc{merged}><a:txBody>{lines(text)}</a:txBody></a:tc>" for text, merged in cells
    )
    table = frame(f"<a:tbl><a:tr>{row_of}</a:tr><a:tr>{row_of}</a:tr></a:tbl>")
    new, old = box(lines("New")), box(lines("Old"))
    chosen = f"<mc:Choice>{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback>"
    points = "".join(
        f"<dgm:pt{kind}><dgm:t>{lines(text)}</dgm:t></dgm:pt>"
        for kind, text in (("", "Plan"), (' type="parTrans"', "no"), ("", "Do"))
    )
    raw = deck(
        slide(
            table,
            f"<p:grpSp>{box(lines('Grouped'))}</p:grpSp>",
            f"<mc:AlternateContent>{chosen}</mc:AlternateContent>",
            frame('<dgm:relIds r:dm="r0"/>'),
        ),
        diagramData=f"<dgm:dataModel {NAMES}><dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>",
        notesSlide=slide(
            box(lines("1"), fills='type="sldNum"'),
            box(lines("Say this.", "", "Then that."), fills='type="body" idx="1"'),
            tag="notes",
        ),
    )
    (row,) = loaded(tmp_path, "a.pptx", raw)
    assert row["text"] == (
        "a |  | b\na |  | b\n\nGrouped\n\nNew\n\n- Plan\n- Do\n\nNotes:\nSay this.\nThen that."
    )
    assert spans(row, "table", "row", "list") == [
        ("table", "a |  | b\na |  | b"),
        ("row", "a |  | b"),
        ("row", "a |  | b"),
        ("list", "- Plan\n- Do"),
    ]


CHART = f'''<c:chartSpace xmlns:c="{SCHEMAS}/drawingml/2006/chart" {NAMES}><c:chart>
<c:title><c:tx><c:rich>{lines("Sales ", "by quarter")}</c:rich></c:tx></c:title><c:plotArea>
<c:ser><c:tx><c:strRef><c:f>S!B1</c:f><c:strCache><c:pt idx="0"><c:v>North</c:v></c:pt></c:strCache>
</c:strRef></c:tx><c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>Q1</c:v></c:pt>
<c:pt idx="1"><c:v>Q2</c:v></c:pt></c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:numCache><c:pt idx="0"><c:v>7.5</c:v></c:pt></c:numCache></c:numRef></c:val>
</c:ser><c:ser><c:cat><c:strLit><c:pt idx="0"><c:v>Q1</c:v></c:pt></c:strLit></c:cat></c:ser>
<c:valAx><c:title><c:tx><c:rich>{lines("Millions")}</c:rich></c:tx></c:title></c:valAx>
</c:plotArea></c:chart></c:chartSpace>'''
DRAWN = f'<c:chart xmlns:c="{SCHEMAS}/drawingml/2006/chart" r:id="r0"/>'
MODERN = "http://schemas.microsoft.com/office/powerpoint/2018/8/main"


def test_the_words_of_charts_and_comments(tmp_path: Path) -> None:
    raw = deck(
        slide(box(lines("Results")), frame(DRAWN), frame(DRAWN)),
        chart=CHART,
        comments=(
            f"<p:cmLst {NAMES}><p:cm><p:text>Which\nyear?</p:text></p:cm>"
            f'<m:cm xmlns:m="{MODERN}"><m:txBody>{lines("Ask ", "Bo.")}</m:txBody><m:replyLst>'
            f"<m:reply><m:txBody>{lines('Done.')}</m:txBody></m:reply></m:replyLst></m:cm>"
            "</p:cmLst>"
        ),
        notesSlide=slide(box(lines("Say it."), fills='type="body"'), tag="notes"),
    )
    (row,) = loaded(tmp_path, "a.pptx", raw)
    assert row["text"] == (
        "Results\n\nSales by quarter\nMillions\n\n- North\n- Q1\n- Q2\n\n"
        "Comments:\nWhich year?\nAsk Bo.\nDone.\n\nNotes:\nSay it."
    )
    assert spans(row, "list") == [("list", "- North\n- Q1\n- Q2")]


def test_parts_that_are_named_often_are_read_once(tmp_path: Path) -> None:
    inner = "<p:cm><p:text>again and again</p:text></p:cm>"
    raw = deck(
        *(slide(frame(DRAWN) * 20) for _ in range(20)),
        chart=CHART,
        comments=f"<p:cmLst {NAMES}>{inner}</p:cmLst>",
    )
    (row,) = loaded(tmp_path, "a.pptx", raw)
    assert row["text"].count("again and again") == row["text"].count("North") == 1


def test_a_chart_whose_part_is_not_there_is_passed_over(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.pptx", deck(slide(box(lines("Results")), frame(DRAWN))))
    assert row["text"] == "Results"


def test_strict_open_xml(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.pptx", strict(deck(slide(box(lines("Strict."))))))
    assert row["text"] == "Strict."


BOMB = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("name", "raw", "said", "hint"),
    [
        ("a.docx", deck(slide()), "is a PowerPoint presentation, not a Word", "rename it to .pptx"),
        ("a.pptx", b"Hello.", "is not a PowerPoint presentation: it begins with", "suffix"),
        ("a.pptx", deck(slide()), "has no text", "fill it"),
        ("a.pptx", deck("<p:sld"), "is damaged, or not a presentation", "save it again"),
        ("a.pptx", deck(slide(frame('<dgm:relIds r:dm="r9"/>'))), "is damaged", "save it again"),
        ("a.pptx", deck(slide(frame(DRAWN)), chart="<c"), "is damaged", "save it again"),
        ("a.pptx", deck(slide(), comments="no"), "is damaged", "save it again"),
        ("a.pptx", deck(slide(box(lines("x"))))[:-40], "is a truncated", "fetch it again"),
        ("a.pptx", deck(BOMB + slide(box(lines("&c;")))), "has no text", "fill it"),
    ],
    ids=[
        "as-docx",
        "text",
        "empty",
        "torn-xml",
        "no-such-part",
        "torn-chart",
        "torn-comments",
        "torn",
        "entities",
    ],
)
def test_what_is_no_presentation(
    tmp_path: Path, name: str, raw: bytes, said: str, hint: str
) -> None:
    with pytest.raises(DocumentError, match=f"^{name} {said}") as caught:
        loaded(tmp_path, name, raw)
    assert caught.value.hint
    assert hint in caught.value.hint


def test_a_package_that_unpacks_to_too_much(tmp_path: Path) -> None:
    raw = deck(slide(box(lines("x" * 3_000_000))))
    assert len(raw) < 100_000
    with pytest.raises(DocumentError, match="unpacks to 3 MB, more than the limit of 1 MB"):
        loaded(tmp_path, "a.pptx", raw, max_megabytes=1)
