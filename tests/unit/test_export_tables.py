"""Tables as files."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ops.errors import UsageError
from ops.export.tables import as_markdown, write_table

TABLE = pl.DataFrame({"text": ["a | b", "two\nlines"], "n": [1, None], "words": [["x", "y"], []]})


def test_each_format_holds_every_row(tmp_path: Path) -> None:
    for suffix in (".jsonl", ".parquet", ".md"):
        write_table(TABLE, tmp_path / f"t{suffix}")
    assert pl.read_ndjson(tmp_path / "t.jsonl")["text"].to_list() == TABLE["text"].to_list()
    assert pl.read_parquet(tmp_path / "t.parquet").equals(TABLE)
    assert (tmp_path / "t.md").read_text() == (
        "| text | n | words |\n| --- | ---: | --- |\n| a \\| b | 1 | x, y |\n| two↵lines |  |  |\n"
    )


def test_another_suffix_or_an_unwritable_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no format"):
        write_table(TABLE, tmp_path / "t.doc")
    with pytest.raises(UsageError, match="cannot be written"):
        write_table(TABLE, tmp_path / "none" / "t.md")


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_no_text_changes_the_shape_of_a_markdown_table(texts: list[str]) -> None:
    said = as_markdown(pl.DataFrame({"a": texts, "b": ["end"] * len(texts)}))
    kinds = [token.type for token in MarkdownIt("commonmark").enable("table").parse(said)]
    assert kinds.count("table_open") == 1
    assert kinds.count("td_open") == 2 * len(texts)
    assert "html_block" not in kinds
