"""A notebook's own questions as checks of its collection: warning, blocking, by themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ops.errors import ChecksFailed, NotebookError
from pipelines.draft import Draft, check
from pipelines.events import Event, Measured
from pipelines.file.parse import read
from pipelines.orchestrate.build import notebook_definitions
from pipelines.running.run import Options, run
from pipelines.workspace import Workspace
from tests.dagster.test_materialize import materialize, materialized

FACTS = [
    "Brass lamps are polished with lemon.",
    "The harbour closes at nine in winter.",
    "Goats eat the thistles behind the mill.",
]
ASKED = ["How are brass lamps polished?", "When does the harbour close?", "What do goats eat?"]
CELLS = """\
name: facts
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: chunks
    op: segment.sentence
    params: {size: SIZE, tokenizer: words}
  - id: index
    op: index.lancedb
"""
NAMES = ("recall", "iou", "stability")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three documents and a question to each."""
    (tmp_path / "docs").mkdir()
    rows = ["question,answer,document,keywords"]
    for number, (fact, asked) in enumerate(zip(FACTS, ASKED, strict=True)):
        text = f"{fact} Nothing else is known of it. People seldom ask. Rain fell all day."
        (tmp_path / "docs" / f"doc{number}.txt").write_text(text, encoding="utf-8")
        rows.append(f'{asked},"{fact}",doc{number},')
    points = json.dumps([["goats"], ["teapot"]]).replace('"', '""')
    rows.append(f'Which goats and which teapot?,,,"{points}"')
    rows.append("Who is gone?,Nobody at all,,")
    (tmp_path / "questions.csv").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path


def _book(folder: Path, questions: str, size: int = 12) -> Path:
    path = folder / "facts.yaml"
    text = CELLS.replace("SIZE", str(size)) + questions
    path.write_text(text, encoding="utf-8")
    return path


def _checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {one.check_name: one for one in result.get_asset_check_evaluations()}


def _figures(one: dg.AssetCheckEvaluation) -> dict[str, Any]:
    return {name: value.value for name, value in one.metadata.items()}


def test_what_is_good_passes_and_what_is_not_warns(
    folder: Path, instance: dg.DagsterInstance
) -> None:
    limits = "questions: {file: questions.csv, k: 1, warn: {recall: 0.5, stability: 0.9}}\n"
    path = _book(folder, limits)
    result = materialize(path, instance)
    assert result.success
    found = _checks(result)
    assert set(found) == {"offsets_exact", "no_empty_chunk", "token_budget", *NAMES}
    assert all(found[name].asset_key.path == ["facts", "index"] for name in NAMES)
    recall, stable = found["recall"], found["stability"]
    assert recall.passed
    # Three answers are found; of the question with keywords one point of two.
    assert _figures(recall)["value"] == pytest.approx(3.5 / 4)
    assert _figures(recall)["low"] <= 3.5 / 4 <= _figures(recall)["high"]
    assert "4 questions; 1 cannot be used" in (recall.description or "")
    assert (stable.passed, stable.blocking) == (False, False)
    assert stable.severity is dg.AssetCheckSeverity.WARN
    assert 0 < _figures(stable)["value"] < 0.9
    assert found["iou"].passed
    assert Workspace(read(path)).tables.latest_manifest() is not None
    # Every night, also when nothing is new.
    again = materialize(path, instance)
    assert again.success
    assert {name: _figures(_checks(again)[name]) for name in NAMES} == {
        name: _figures(found[name]) for name in NAMES
    }


def test_what_blocks_is_not_published(folder: Path, instance: dg.DagsterInstance) -> None:
    good = _book(folder, "questions: {file: questions.csv, k: 1, block: {iou: 0.8}}\n")
    assert materialize(good, instance).success
    before = Workspace(read(good)).tables.latest_manifest()
    assert before is not None
    # Whole documents in a chunk bring much beside the answer.
    bad = _book(folder, "questions: {file: questions.csv, k: 1, block: {iou: 0.8}}\n", 400)
    result = materialize(bad, instance)
    assert not result.success
    iou = _checks(result)["iou"]
    assert (iou.passed, iou.blocking) == (False, True)
    assert iou.severity is dg.AssetCheckSeverity.ERROR
    assert list(materialized(result)) == ["source", "chunks", "index"]
    after = Workspace(read(bad)).tables.latest_manifest()
    assert after is not None
    assert after.number == before.number


def test_checks_alone_measure_what_is_published(folder: Path, instance: dg.DagsterInstance) -> None:
    path = _book(folder, "questions: {file: questions.csv, mode: text, warn: {recall: 0.5}}\n")
    assert materialize(path, instance).success
    model = read(path)
    index = dg.AssetKey(["facts", "index"])
    chosen = dg.AssetSelection.checks(*(dg.AssetCheckKey(index, name) for name in NAMES))
    job = dg.define_asset_job("alone", selection=chosen)
    definitions = dg.Definitions.merge(notebook_definitions(model), dg.Definitions(jobs=[job]))
    result = definitions.resolve_job_def("alone").execute_in_process(instance=instance)
    assert result.success
    assert set(_checks(result)) == set(NAMES)
    assert result.get_asset_materialization_events() == []


def test_a_run_tells_what_it_measured(folder: Path) -> None:
    path = _book(folder, "questions: {file: questions.csv, block: {recall: 0.4}}\n")
    events: list[Event] = []
    report = run(Workspace(read(path)), Options(), events.append)
    assert report.published
    assert [one.measure for one in report.measured] == list(NAMES)
    assert [e.cell for e in events if isinstance(e, Measured)] == ["index"]
    told = json.loads(json.dumps(report.as_json()))["measured"]
    assert told[0]["passed"] is True
    # A run of single cells that leaves others stale publishes nothing, and measures nothing.
    (folder / "docs" / "doc9.txt").write_text("Something new here.", encoding="utf-8")
    assert run(Workspace(read(path)), Options(cells=("source",))).measured == ()


def test_questions_that_cannot_be_read_block_where_they_must_hold(folder: Path) -> None:
    (folder / "questions.csv").unlink()
    path = _book(folder, "questions: {file: questions.csv, warn: {recall: 0.4}}\n")
    report = run(Workspace(read(path)))
    assert report.published
    assert not report.measured[0].passed
    assert "cannot be read" in str(report.measured[0])
    path = _book(folder, "questions: {file: questions.csv, block: {recall: 0.4}}\n")
    with pytest.raises(ChecksFailed, match="cannot be read"):
        run(Workspace(read(path)))


@pytest.mark.parametrize(
    ("given", "said", "column"),
    [
        ("questions: all\n", "a mapping with `file`", 12),
        ("questions: {k: 5}\n", "need a `file`", 12),
        ("questions: {file: q.csv, k: 0}\n", "number from 1 to 100", 29),
        ("questions: {file: q.csv, mode: fast}\n", "no search mode", 32),
        ("questions: {file: q.csv, warn: {recal: 1}}\n", "no measure 'recal'", 33),
        ("questions: {file: q.csv, warn: {recall: 85}}\n", "share from 0 to 1", 41),
        ("questions: {file: q.csv, fail: {recall: 1}}\n", "has no 'fail'", 26),
        ("questions: {file: q.csv, warn: 0.8}\n", "mapping of measures", 32),
        ("questions: {file: q.csv, collection: indx}\n", "no index cell 'indx'", 12),
        (
            "questions: {file: q.csv, warn: {iou: 0.1}, block: {iou: 0.2}}\n",
            "blocks below 0.2 already",
            38,
        ),
    ],
)
def test_mistakes_are_told_with_their_place(
    folder: Path, given: str, said: str, column: int
) -> None:
    path = _book(folder, given)
    with pytest.raises(NotebookError) as caught:
        read(path)
    [problem] = caught.value.problems
    assert said in problem.message
    assert (problem.line, problem.column) == (11, column)
    checked = check(Draft.of(path.read_text(encoding="utf-8"), path))
    assert [(one.message, one.line) for one in checked.general] == [(problem.message, 11)]


def test_questions_need_an_index_cell_and_one_of_several_named(folder: Path) -> None:
    path = _book(folder, "  - id: other\n    op: index.lancedb\n    input: chunks\n")
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "questions: {file: questions.csv}\n", encoding="utf-8")
    with pytest.raises(NotebookError, match="2 index cells"):
        read(path)
    named = text + "questions: {file: questions.csv, collection: other}\n"
    path.write_text(named, encoding="utf-8")
    questions = read(path).questions
    assert questions is not None
    assert questions.collection == "other"
    checked = check(Draft.of(named, path))
    assert checked.is_right
    assert checked.model.questions == questions
    bare = text.partition("  - id: index")[0] + "questions: {file: questions.csv}\n"
    path.write_text(bare, encoding="utf-8")
    with pytest.raises(NotebookError, match="need an index cell"):
        read(path)
