"""CSV and TSV: the file's own text with its rows; delimiters, quotes, what is damaged."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from ops.errors import DocumentError
from ops.segment.piece import Structure
from ops.segment.table import Table
from tests.load_samples import loaded, spans
from tests.segments import chunks_of

PEOPLE = 'name,said\r\n"Bo, ""the"" B","one\r\ntwo"\r\n\r\n,\r\nAnna,three\r\n'


def test_a_table_and_its_rows_lie_in_the_text_of_the_file(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "people.csv", PEOPLE)
    assert row["text"] == PEOPLE
    assert (row["title"], row["format"], row["metadata"]) == ("people", "csv", [])
    assert spans(row) == [
        ("table", PEOPLE.rstrip()),
        ("row", "name,said"),
        ("row", '"Bo, ""the"" B","one\r\ntwo"'),
        ("row", "Anna,three"),
    ]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_lines(tmp_path: Path, sign: str) -> None:
    out = io.StringIO()
    rows = [["a", "b", "c"], ["1,5", "x", "2;5\n3"], ["4,5", "y", "6;7"]]
    csv.writer(out, delimiter=sign, lineterminator="\n").writerows(rows)
    (row,) = loaded(tmp_path, "a.csv", out.getvalue())
    found = [text for _, text in spans(row, "row")]
    assert [next(csv.reader(io.StringIO(text), delimiter=sign)) for text in found] == rows


def test_one_column_and_no_words(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.csv", "\ufeffIndustry\nSales\n\nOther")
    assert [text for _, text in spans(row, "row")] == ["Industry", "Sales", "Other"]
    (row,) = loaded(tmp_path, "a.csv", ",,\n,\n")
    assert spans(row) == []


def test_a_quote_that_is_never_closed(tmp_path: Path) -> None:
    text = 'a\tb\n"1\t2\n3\t4\n'
    with pytest.raises(DocumentError, match=r"a\.csv opens a quote in line 2 that is never closed"):
        loaded(tmp_path, "a.csv", text)
    with pytest.raises(DocumentError, match="in line 1 that"):
        loaded(tmp_path, "a.csv", '"')
    (row,) = loaded(tmp_path, "a.tsv", text)  # there quotes may be mere characters
    assert row["format"] == "tsv"
    assert [text for _, text in spans(row, "row")] == ["a\tb", '"1\t2', "3\t4"]


def test_a_cell_may_hold_a_book(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.csv", 'id,text\n1,"' + "word\n" * 40_000 + '"\n')
    assert len(spans(row, "row")) == 2


def test_the_segmenter_of_tables_repeats_the_header(tmp_path: Path) -> None:
    (row,) = loaded(tmp_path, "a.csv", "id,name\n" + "".join(f"{n},w{n}\n" for n in range(20)))
    structure = [Structure(**span) for span in row["structure"]]
    chunks = chunks_of(Table(size=30, tokenizer="characters"), row["text"], structure)
    first, *others = chunks.iter_rows(named=True)
    assert (first["text"], first["derived_text"]) == ("id,name\n0,w0\n1,w1\n2,w2\n3,w3", None)
    assert len(others) > 3
    for chunk in others:
        assert chunk["derived_text"] == "id,name\n" + chunk["text"]
