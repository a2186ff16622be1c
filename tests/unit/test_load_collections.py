"""Real files of other projects: each loads, or is refused with one clear error."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ops.errors import DocumentError
from ops.load.files import Files
from tests.load_samples import context


@pytest.mark.parametrize(
    ("folder", "formats", "refused"),
    [
        ("docs_docling", {"docx": 32, "html": 32, "markdown": 10, "pdf": 15, "text": 6}, set()),
        (
            "docs_markitdown",
            {"docx": 10, "html": 3, "markdown": 5, "pdf": 12},
            {
                "MEDRPT-2024-PAT-3847_medical_report_scan.pdf has no text: none of its 3 pages",
                "MEDRPT-2024-PAT-3847_medical_report_scan.md is empty: 0 bytes",
            },
        ),
    ],
)
def test_every_file(data: Path, folder: str, formats: dict[str, int], refused: set[str]) -> None:
    op, ctx = Files(path=folder), context(data)
    counts: Counter[str] = Counter()
    errors: list[DocumentError] = []
    for item in op.scan(ctx).items:
        try:
            row = op.load(item, ctx).row(0, named=True)
        except DocumentError as error:
            errors.append(error)
            continue
        counts[row["format"]] += 1
        for span in row["structure"]:
            assert 0 <= span["start"] < span["end"] <= len(row["text"])
            words = row["text"][span["start"] : span["end"]]
            assert words == words.rstrip()
            if span["kind"] == "heading" and row["format"] != "markdown":
                assert span["label"] == words.strip()
    assert counts == formats
    assert len(errors) == len(refused)
    for refusal in errors:
        assert refusal.message.rpartition("/")[2].startswith(tuple(refused))
        assert refusal.hint
