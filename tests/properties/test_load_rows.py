"""Rows of CSV and TSV hold the cells that were written."""

from __future__ import annotations

import csv
import io

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ops.load.formats.dispatch import parse
from ops.load.parsed import Blob

ROWS = st.lists(
    st.lists(st.text(st.sampled_from('ab,\t" \r\né'), max_size=6), min_size=1, max_size=4),
    max_size=8,
)


@given(ROWS, st.sampled_from([("csv", ","), ("tsv", "\t")]), st.sampled_from(["\n", "\r\n", "\r"]))
@example([['"'], ["\r"], ["\n", ""], [" "]], ("csv", ","), "\n")
@settings(max_examples=300, deadline=None)
def test_rows_read_back_are_the_cells(
    rows: list[list[str]], kind: tuple[str, str], end: str
) -> None:
    suffix, sign = kind
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=sign, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["head"], *rows])
    text = out.getvalue()
    (document,) = parse(Blob(f"a.{suffix}", text.encode(), 10_000_000))
    assert document.text == text
    table = next(span for span in document.spans if span.kind == "table")
    found = [span for span in document.spans if span.kind == "row"]
    assert (table.start, table.end) == (found[0].start, found[-1].end)
    back = [_cells(text[span.start : span.end], sign) for span in found]
    assert back == [["head"], *(row for row in rows if any(cell.strip() for cell in row))]


def _cells(row: str, sign: str) -> list[str]:
    (cells,) = csv.reader(io.StringIO(row, newline=""), delimiter=sign)
    return cells
