"""What the comparison of two segmentations tells once it is worked out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from ops.errors import Cancelled
from ops.frames import QUESTIONS
from pipelines.file.parse import read
from pipelines.looking.sample import Sampler
from pipelines.looking.view import Document
from pipelines.workspace import Workspace
from tests.tui.pilots import text_of, until
from tui import judging
from tui.app import ChunkbookApp
from tui.book import Book
from tui.judging import Verdict, judge
from tui.reading import Contrast, Reading, contrast, cuts
from tui.screens.compare import CompareScreen
from tui.screens.notebook import NotebookScreen
from tui.screens.source import SourceScreen
from tui.widgets.contrasted import figures
from tui.widgets.shown import Shown

BOOK = """\
name: two
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: fine
    op: segment.sentence
    params: {size: 12, tokenizer: words}
  - id: coarse
    op: segment.fixed
    input: source
    params: {size: 40, tokenizer: words}
  - id: index
    op: index.lancedb
    input: coarse
"""
ASKS = "questions: {file: questions.csv, k: 1}\n"
TEXT = (
    "Brass lamps are polished with lemon. Nothing else is known of it. People seldom ask. "
    "The harbour closes at nine in winter. It rained all day and nobody came. So it went on."
)


@pytest.fixture(params=["", ASKS], ids=["plain", "asks"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Two segmentations of one text, of which nothing ran, with questions or without."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "port.txt").write_text(TEXT, encoding="utf-8")
    rows = ["question,answer,document", "How are lamps polished?,lemon,port"]
    rows += ["When does the harbour close?,at nine in winter,port", "Who is gone?,Nobody at all,"]
    (tmp_path / "questions.csv").write_text("\n".join(rows), encoding="utf-8")
    path = tmp_path / "two.yaml"
    path.write_text(BOOK + request.param, encoding="utf-8")
    return path


def _contrast(path: Path) -> tuple[Book, Contrast]:
    opened = Book.open(path)
    opened.overview()
    fine, coarse = cuts(opened.workspace)

    documents = Sampler(opened.workspace).preview("source").frames["documents"]
    return opened, contrast(opened, fine, coarse, documents["doc_id"][0])


def test_a_verdict_on_each_side(book: Path) -> None:
    opened, found = _contrast(book)
    one, two = (judge(opened.workspace, side) for side in (found.first, found.second))
    assert one is not None
    assert two is not None
    assert one.coverage == two.coverage == 1.0
    assert one.redundancy == two.redundancy == 0.0
    assert one.stability is not None
    assert two.stability is not None
    assert 1 > one.stability >= two.stability
    if read(book).questions is None:
        assert one.recall is None
        return
    assert one.questions == two.questions == 2
    assert one.recall is not None
    assert one.iou is not None
    assert two.iou is not None
    assert one.recall.mean == 1.0
    assert one.iou.mean > two.iou.mean  # a short chunk brings less beside the answer


def test_questions_that_cannot_be_read_are_told(book: Path) -> None:
    (book.parent / "questions.csv").unlink()
    opened, found = _contrast(book)
    verdict = judge(opened.workspace, found.first)
    assert verdict is not None
    asks = opened.model.questions is not None
    assert ("cannot be read" in verdict.problem) is asks
    said = figures(found, (verdict, verdict), 200, asks).plain
    assert ("no recall" in said) is asks


def test_nobody_waits_for_it_any_more(book: Path) -> None:
    opened, found = _contrast(book)
    with pytest.raises(Cancelled):
        judge(opened.workspace, found.first, lambda: True)


def test_a_narrow_screen_has_two_tables(book: Path) -> None:
    opened, found = _contrast(book)
    asks = opened.model.questions is not None
    wide = figures(found, None, 200, asks).plain.splitlines()
    narrow = figures(found, None, 78, asks).plain.splitlines()
    assert len(narrow) == len(wide) + 3
    assert "stability" in wide[0]
    assert "stability" in narrow[3]
    assert wide[1].count("…") == (5 if asks else 3)
    assert all(len(line) <= 78 for line in narrow[:6])


def test_measures_and_questions_are_tables_beside_the_text(book: Path) -> None:
    text = BOOK.replace("  - id: coarse", "  - id: shape\n    op: evaluate.chunks\n  - id: coarse")
    book.write_text(text, encoding="utf-8")
    opened = Book.open(book)
    preview = Sampler(opened.workspace).preview("shape")
    doc_id = preview.frames["documents"]["doc_id"][0]
    shown = Shown.of(preview.document(doc_id))
    assert [row.cells[0] for row in shown.tables["measures"]][:3] == [
        "budget_use",
        "chunks",
        "coverage",
    ]
    rows = {
        "question_id": ["a", "b"],
        "doc_id": [doc_id] * 2,
        "uri": [""] * 2,
        "question": ["A?", "B?"],
        "answers": [["x"], ["y"]],
        "spans": [[], []],
        "refused": ["it copies the text", None],
    }
    table = pl.DataFrame(rows, schema=dict(QUESTIONS))
    known = preview.frames.replace("questions", table)
    told = Document(doc_id, "", "", TEXT, known)
    assert [row.cells[0] for row in Shown.of(told).tables["questions"]] == ["B?", "A?"]


async def test_the_screen_fills_in_what_takes_longer(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Callable[[], bool]] = []

    def watched(
        workspace: Workspace, reading: Reading, cancelled: Callable[[], bool]
    ) -> Verdict | None:
        asked.append(cancelled)
        return judge(workspace, reading, cancelled)

    monkeypatch.setattr(judging, "judge", watched)
    app = ChunkbookApp(book)
    async with app.run_test(size=(150, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, NotebookScreen))
        await pilot.press("3")
        source = app.screen
        assert isinstance(source, SourceScreen)
        await until(pilot, lambda: source.reading is not None)
        await pilot.press("c")
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        await until(pilot, lambda: screen.verdicts is not None)
        assert len(asked) == 2
        assert not asked[0]()
        said = text_of(app)
        assert "stability" in said
        assert "100.0%" in said
        assert "…" not in "".join(line for line in said.splitlines() if "fine  " in line)
        if read(book).questions is not None:
            assert "1.00 (1.00 to 1.00)" in said
            assert "2 questions of the notebook are answered here" in said
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: _apart(text_of(app)))


def _apart(said: str) -> bool:
    """Whether what takes longer stands in a table of its own."""
    return any("coverage" in line and "chunks" not in line for line in said.splitlines())
