"""The evaluate ops as cells of a notebook."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from ops.context import Context, Tokenizer
from ops.errors import UsageError
from ops.evaluate.against_gold import Boundaries
from ops.evaluate.chunks import Chunks
from ops.evaluate.gold import lengths, read_gold
from ops.evaluate.measured import means
from ops.evaluate.questions import read_questions
from ops.evaluate.retrieval import Retrieval
from ops.evaluate.search import together, top
from ops.frames import MEASURES, QUESTIONS, Frames
from ops.inference.resources import LocalResources
from pipelines.file.parse import read
from pipelines.looking.compare import Variant, compare
from pipelines.looking.sample import Sampler
from pipelines.running.run import run
from pipelines.workspace import Workspace

FACTS = [
    "Brass lamps are polished with lemon.",
    "The harbour closes at nine in winter.",
    "Goats eat the thistles behind the mill.",
    "A copper kettle hangs over the door.",
]
NOTEBOOK = """\
name: facts
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: small
    op: segment.sentence
    params: {size: 12, tokenizer: words}
  - id: shape
    op: evaluate.chunks
  - id: found
    op: evaluate.retrieval
    input: small
    params: {questions: questions.csv, k: 1, mode: text}
  - id: gold
    op: evaluate.boundaries
    input: small
    params: {gold: gold.csv}
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """Four documents of four sentences, questions and gold boundaries."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for number, fact in enumerate(FACTS):
        text = f"{fact} Nothing else is known of it. People seldom ask. Rain fell all day."
        (folder / f"doc{number}.txt").write_text(text, encoding="utf-8")
    asked = ["How are brass lamps polished?", "When does the harbour close?"]
    asked += ["What do goats eat?", "What hangs over the door?"]
    rows = ["question,answer,document,keywords"]
    rows += [f'{q},"{a}",doc{n},' for n, (q, a) in enumerate(zip(asked, FACTS, strict=True))]
    rows += ["Who is missing?,Nobody at all,doc0,"]
    points = json.dumps([["COPPER", "kettle"], ["teapot"]]).replace('"', '""')
    rows += [f'Which kettle hangs there?,,,"{points}"']
    (tmp_path / "questions.csv").write_text("\n".join(rows), encoding="utf-8")
    begins = [0, len(FACTS[0]) + 1]
    gold = "document,start\n" + "".join(f"doc0,{start}\n" for start in begins)
    (tmp_path / "gold.csv").write_text(gold, encoding="utf-8")
    path = tmp_path / "facts.yaml"
    path.write_text(NOTEBOOK, encoding="utf-8")
    return path


def _measures(table: pl.DataFrame) -> dict[str, list[float]]:
    grouped = table.group_by("measure", maintain_order=True).agg("value")
    return dict(grouped.iter_rows())


def test_chunks_are_measured_without_gold(notebook: Path) -> None:
    found = Sampler(Workspace(read(notebook))).preview("shape").frames["measures"]
    assert found.columns == list(MEASURES)
    by_name = _measures(found)
    assert by_name["coverage"] == [1.0] * 4
    assert by_name["redundancy"] == by_name["sentences_cut"] == [0.0] * 4
    total = means(found)
    chunks, tokens = by_name["chunks"], by_name["tokens_mean"]
    words = sum(c * t for c, t in zip(chunks, tokens, strict=True)) / sum(chunks)
    assert total["tokens_mean"] == pytest.approx(words)
    assert total["budget_use"] == pytest.approx(words / 12)
    assert 0 < total["stability"] < 1
    assert "structure_cut" not in total  # there is nothing to cut


def test_stability_needs_a_segmenter_at_hand(notebook: Path) -> None:
    frames = Sampler(Workspace(read(notebook))).preview("small").frames
    ctx = Context(LocalResources(Path()))
    with pytest.raises(UsageError, match="no segmenter"):
        Chunks().apply(frames, ctx)
    made = Chunks(stability=False, size=24).apply(frames, ctx)["measures"]
    assert "stability" not in _measures(made)
    assert means(made)["budget_use"] < 0.5
    empty = Frames({name: table.clear() for name, table in frames.items()})
    assert Chunks(stability=False).apply(empty, ctx)["measures"].is_empty()


def test_the_op_finds_what_compare_finds(notebook: Path) -> None:
    model = read(notebook)
    found = Sampler(Workspace(model)).preview("found").frames["measures"]
    total = means(found.filter(pl.col("measure") != "left_out"))
    asked = read_questions(notebook.parent / "questions.csv")
    known = compare([Variant("small", model, "small")], asked, k=1, mode="text").variants[0]
    for name in ("recall", "precision", "omega", "iou", "keywords"):
        interval = getattr(known, name)
        assert total[name] == pytest.approx(interval.mean), name
    assert total["recall"] == 1.0
    assert total["keywords"] == 0.5
    left = found.filter(pl.col("measure") == "left_out")
    assert left["subject"].to_list() == ["Who is missing?: its answer is not in the text"]


def test_a_run_keeps_measures_and_knows_when_they_are_stale(notebook: Path) -> None:
    report = run(Workspace(read(notebook)))
    rows = {cell.id: cell.rows for cell in report.cells}
    assert rows["found"] == 4 * 4 + 2
    assert report.failed == 0
    assert run(Workspace(read(notebook))).computed == 0
    # Another question is another table and other figures; the chunks stay.
    path = notebook.parent / "questions.csv"
    path.write_text("question,answer\nWhat hangs?,copper kettle\n", encoding="utf-8")
    again = {cell.id: cell for cell in run(Workspace(read(notebook))).cells}
    assert (again["small"].added, again["small"].changed) == (0, 0)
    assert again["found"].rows == 4
    # A segmenter that cuts the same, but would cut edited text otherwise, is measured again.
    text = notebook.read_text(encoding="utf-8").replace("size: 12", "size: 13")
    notebook.write_text(text, encoding="utf-8")
    workspace = Workspace(read(notebook))
    plan = {one.cell: one for one in workspace.plan()}
    assert len(plan["shape"].work.changed) == 4


def test_gold_boundaries(notebook: Path) -> None:
    found = Sampler(Workspace(read(notebook))).preview("gold").frames["measures"]
    assert found["doc_id"].n_unique() == 1  # the others have no gold
    by_name = _measures(found)
    assert by_name["boundary_recall"] == [1.0]
    assert 0 <= by_name["pk"][0] <= 1
    text = "# One\nShort text here.\n# Two\nMore text here."
    rows: dict[str, list[Any]] = {"doc_id": ["d"], "text": [text], "format": ["markdown"]}
    spans = [(0, 5), (text.index("# Two"), text.index("# Two") + 5)]
    rows["structure"] = [
        [{"kind": "heading", "start": a, "end": b, "level": 1, "label": ""} for a, b in spans]
    ]
    chunks = pl.DataFrame({"doc_id": "d", "level": 0, "start": [0, spans[1][0]], "end": [20, 44]})
    frames = Frames({"documents": pl.DataFrame(rows), "chunks": chunks})
    made = Boundaries(unit="line").apply(frames, Context(LocalResources(Path())))["measures"]
    assert _measures(made) == {
        "boundary_f1": [1.0],
        "boundary_precision": [1.0],
        "boundary_recall": [1.0],
        "pk": [0.0],
        "window_diff": [0.0],
    }


def test_boundaries_between_units() -> None:
    units = [(0, 10), (11, 20), (21, 30)]
    assert lengths(units, []) == [3]
    assert lengths(units, [0, 11, 21]) == [1, 1, 1]
    assert lengths(units, [10]) == [1, 2]
    assert lengths(units, [13, 18]) == [1, 1, 1]
    assert lengths(units, [30, 99]) == [3]


def test_faults_of_files_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "gold.csv"
    path.write_text("document,start\na,1\nb,x\n", encoding="utf-8")
    with pytest.raises(UsageError, match="record 3"):
        read_gold(path)
    path.write_text("document,start\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no boundaries"):
        read_gold(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_gold(tmp_path / "none.csv")


def test_retrieval_by_words_needs_no_model() -> None:
    op = Retrieval(questions="q.csv", mode="text")
    assert op.model_names() == (("file", "q.csv"),)
    assert ("embedder", "minilm") in Retrieval(questions="q.csv").model_names()


class _Letters:
    """Counts of three letters; texts of the same letters are alike."""

    hash = "letters"
    dimensions = 3
    window = 1_000

    def embed(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        rows = np.array([[1 + text.count(sign) for sign in "abc"] for text in texts], np.float32)
        lengths: NDArray[np.float32] = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / lengths


class _NoStore:
    def get(self, model: str, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        return {}

    def put(self, model: str, vectors: dict[str, NDArray[np.float32]]) -> None:
        pass


class _Fake(LocalResources):
    def embedder(self, name: str) -> _Letters:
        return _Letters()

    def tokenizer(self, name: str) -> Tokenizer:
        return super().tokenizer("words")


def _cut(texts: dict[str, list[str]], vectors: list[list[float]] | None = None) -> Frames:
    rows = []
    for name, own in texts.items():
        at = 0
        for text in own:
            rows.append((name, 0, at, at + len(text), text, None))
            at += len(text)
    names = ("doc_id", "level", "start", "end", "text", "derived_text")
    types = (pl.String, pl.Int64, pl.Int64, pl.Int64, pl.String, pl.String)
    schema = dict(zip(names, types, strict=True))
    chunks = pl.DataFrame(rows, schema=schema, orient="row")
    if vectors is not None:
        chunks = chunks.with_columns(pl.Series("vector", vectors, dtype=pl.List(pl.Float32)))
    told = {
        "doc_id": list(texts),
        "text": ["".join(own) for own in texts.values()],
        "title": list(texts),
        "uri": [f"file:{name}.md" for name in texts],
    }
    documents = pl.DataFrame(told, schema=dict.fromkeys(told, pl.String))
    return Frames({"documents": documents, "chunks": chunks})


def _asked(frames: Frames, ctx: Context, **params: Any) -> pl.DataFrame:
    op = Retrieval(**{"questions": "q.csv", "k": 1, **params})
    parts = op.summarise(frames, ctx)
    state = op.fit(parts[name] for name in sorted(parts))
    return op.apply(frames, replace(ctx, state=state))["measures"]


def _values(measures: pl.DataFrame) -> dict[tuple[str, str, str], float]:
    columns = measures.select("doc_id", "subject", "measure", "value")
    return {(doc, subject, name): value for doc, subject, name, value in columns.iter_rows()}


def test_questions_find_by_meaning_over_all_documents(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("question,answer\nbbb,bbbb\nccc,ccc\n", encoding="utf-8")
    ctx = Context(_Fake(tmp_path, vectors=_NoStore()), tmp_path)
    texts = {"x": ["aaaa", "bbbb"], "y": ["cccccc", "aabb"]}
    rows = _values(_asked(_cut(texts), ctx))
    assert rows["x", "bbb", "recall"] == rows["x", "bbb", "iou"] == 1.0
    assert rows["y", "ccc", "recall"] == 1.0
    assert rows["y", "ccc", "precision"] == rows["y", "ccc", "omega"] == 0.5
    # Vectors that an embed cell made are used: these lead astray.
    wrong = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    assert _values(_asked(_cut(texts, wrong), ctx))["x", "bbb", "recall"] == 0.0
    with pytest.raises(UsageError, match="not of length 3"):
        _asked(_cut({"x": ["aaaa"]}, [[1.0, 0.0]]), ctx)


def test_what_cannot_be_asked_is_told(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("question,answer\nbbb,bbbb\nccc,ccc\n", encoding="utf-8")
    ctx = Context(_Fake(tmp_path, vectors=_NoStore()), tmp_path)
    assert _asked(_cut({}), ctx).is_empty()
    rows = _values(_asked(_cut({"x": [], "y": ["cccc"]}), ctx))
    assert rows["x", "bbb: its answer is not in the text", "left_out"] == 1.0
    assert rows["y", "ccc", "recall"] == 1.0
    failures: dict[str, str] = {}
    one = _cut({"x": ["aaaa"], "y": ["cccc"]}, [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    chunks = one["chunks"].with_columns(
        vector=pl.when(pl.col("doc_id") == "y").then(pl.col("vector"))
    )
    rows = _values(_asked(one.replace("chunks", chunks), replace(ctx, failures=failures)))
    assert failures == {"x": "some of its chunks have no vector"}
    assert rows["y", "ccc", "recall"] == 1.0


_Row = tuple[str, str, list[tuple[int, int]], str | None]


def _own(rows: Sequence[_Row]) -> pl.DataFrame:
    """The frame of an evaluate.questions cell: document, question, spans and why it is refused."""
    told = [
        {
            "question_id": str(number),
            "doc_id": doc,
            "uri": f"file:{doc}.md",
            "question": text,
            "answers": ["?"] * len(spans),
            "spans": [{"start": start, "end": end} for start, end in spans],
            "refused": refused,
        }
        for number, (doc, text, spans, refused) in enumerate(rows)
    ]
    return pl.DataFrame(told, schema=dict(QUESTIONS))


@pytest.mark.parametrize("mode", ["vector", "text", "hybrid"])
def test_questions_of_the_documents_are_asked_as_those_of_a_file(tmp_path: Path, mode: str) -> None:
    ctx = Context(_Fake(tmp_path, vectors=_NoStore()), tmp_path)
    texts = {
        "x": ["aaa goat. ", "bbb kettle. "],
        "y": ["cc lamp lamp. ", "ab lamp kettle. "],
        "z": [],
    }
    frames = _cut(texts)
    asked = [("x", "bb kettle", (10, 22)), ("y", "lamp", (0, 12)), ("y", "ca lamp", (14, 30))]
    rows: list[_Row] = [(doc, question, [span], None) for doc, question, span in asked]
    rows.append(("x", "never asked", [], "it holds its answer"))
    made = _asked(frames.replace("questions", _own(rows)), ctx, questions="", mode=mode)
    lines = ["question,document,references"]
    for doc, question, (start, end) in asked:
        told = json.dumps([{"content": "", "start_index": start, "end_index": end}])
        lines.append(f'{question},{doc},"{told.replace(chr(34), chr(34) * 2)}"')
    (tmp_path / "q.csv").write_text("\n".join(lines), encoding="utf-8")
    assert _values(made) == _values(_asked(frames, ctx, mode=mode))
    assert len(made) == 4 * 3
    assert made["measure_id"].is_unique().all()


def test_rows_of_a_document_do_not_hang_on_questions_of_others(tmp_path: Path) -> None:
    ctx = Context(_Fake(tmp_path, vectors=_NoStore()), tmp_path)
    frames = _cut({"x": ["aaa goat"], "y": ["bbb kettle"]})
    rows: list[_Row] = [("x", "goat", [(0, 8)], None), ("y", "kettle", [(0, 10)], None)]
    every = _asked(frames.replace("questions", _own(rows)), ctx, questions="", mode="text")
    alone = _asked(frames.replace("questions", _own(rows[1:])), ctx, questions="", mode="text")
    assert every.filter(pl.col("doc_id") == "y").equals(alone)
    nothing = frames.replace("questions", _own([]))
    for mode in ("text", "vector", "hybrid"):
        assert _asked(nothing, ctx, questions="", mode=mode).is_empty()


def test_hybrid_search_adds_both_up(tmp_path: Path) -> None:
    alike = np.array([[0.9, 0.8, 0.2, 0.1]])
    worded = np.array([[0.0, 2.0, 0.0, 3.0]])
    found = together(alike, worded, 4)
    expected = [0.8, 0.8 * 1.8 / 1.9 + 0.2 * 2 / 3, 0.8 * 1.2 / 1.9, 0.8 * 1.1 / 1.9 + 0.2]
    assert found[0] == pytest.approx(expected)
    assert top(found, 4).tolist() == [[1, 0, 3, 2]]
    # Without a word of the question meaning decides; nothing is made of nothing.
    assert top(together(alike, np.zeros((1, 4)), 2), 2).tolist() == [[0, 1]]
    assert together(np.empty((1, 0)), np.empty((1, 0)), 2).shape == (1, 0)
    many = np.linspace(1, 0, 200)[None, :]
    assert np.isfinite(together(many, np.zeros((1, 200)), 2)).sum() == 64
    (tmp_path / "q.csv").write_text("question,answer\nbb lamp,aab lamp\n", encoding="utf-8")
    ctx = Context(_Fake(tmp_path, vectors=_NoStore()), tmp_path)
    frames = _cut({"x": ["bbb goat", "aab lamp"], "y": ["bbbb harbour"]})
    for mode, recall in (("vector", 0.0), ("text", 1.0), ("hybrid", 1.0)):
        assert _values(_asked(frames, ctx, mode=mode))["x", "bb lamp", "recall"] == recall


def test_questions_come_from_a_file_or_from_a_cell() -> None:
    there = {
        "documents": ("text", "title", "uri"),
        "chunks": ("level", "start", "end", "text"),
        "questions": ("uri", "question", "answers", "spans", "refused"),
    }
    assert Retrieval().inputs(there)["questions"] == ("question", "spans", "refused")
    assert "questions" not in Retrieval(questions="q.csv").inputs(there)
    del there["questions"]
    with pytest.raises(UsageError, match="no questions to ask"):
        Retrieval().inputs(there)
    assert ("file", "") not in Retrieval().model_names()


def test_a_cell_joins_chunks_with_questions_made(notebook: Path) -> None:
    more = (
        "  - {id: asked, op: evaluate.questions, input: source}\n"
        "  - id: own\n    op: evaluate.retrieval\n    input: [small, asked]\n"
        "    params: {mode: hybrid}\n"
    )
    notebook.write_text(NOTEBOOK + more, encoding="utf-8")
    wired = Workspace(read(notebook)).wiring.cells
    assert wired["own"].reads["questions"] == dict.fromkeys(
        ("question", "spans", "refused"), "asked"
    )
    assert "questions" not in wired["found"].reads
