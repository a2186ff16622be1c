"""Segmenters side by side, without a model: search by words."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner

from ops.errors import UsageError
from ops.evaluate.questions import keyword_score, placed, read_questions
from ops.evaluate.ranges import Range
from ops.export.front import Dot, front
from pipelines.file.parse import read
from pipelines.looking.compare import Variant, compare, sweep_variants
from pipelines.looking.search import searched
from pipelines.workspace import Workspace
from tui.cli import cli

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
  - id: large
    op: segment.sentence
    input: source
    params: {size: 400, tokenizer: words}
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number, fact in enumerate(FACTS):
        text = f"{fact} Nothing else is known of it. People seldom ask. Rain fell all day."
        (folder / f"doc{number}.txt").write_text(text, encoding="utf-8")
    path = tmp_path / "facts.yaml"
    path.write_text(NOTEBOOK, encoding="utf-8")
    return path


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    rows = ["question,answer,document"]
    asked = ["How are brass lamps polished?", "When does the harbour close?"]
    asked += ["What do goats eat?", "What hangs over the door?"]
    rows += [f'{q},"{a}",doc{n}' for n, (q, a) in enumerate(zip(asked, FACTS, strict=True))]
    rows.append("Who is missing?,Nobody at all,doc0")
    path = tmp_path / "questions.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_small_chunks_bring_less_beside_the_answer(notebook: Path, questions: Path) -> None:
    model = read(notebook)
    variants = [Variant(name, model, name) for name in ("small", "large")]
    found = compare(variants, read_questions(questions), k=1, mode="text")
    small, large = found.variants
    assert (found.documents, found.questions) == (4, 4)
    assert small.recall is not None
    assert small.iou is not None
    assert large.iou is not None
    assert small.recall.mean == 1.0
    assert small.iou.mean > 2 * large.iou.mean
    assert small.shape.chunks > large.shape.chunks == 4
    assert small.embed_tokens == large.embed_tokens
    # Both find all; the smaller brings less beside it.
    assert found.advice.startswith("Take small: 2 of 2 find as much")
    assert found.left_out == ("record 6: its answer is not in the text: 'Nobody at all'",)
    assert json.loads(json.dumps(found.as_json()))["variants"][0]["recall"]["mean"] == 1.0


def test_searched_as_the_collection_is(notebook: Path, questions: Path) -> None:
    index = "  - {id: index, op: index.lancedb, input: small}\n"
    vectors = "  - {id: vectors, op: embed.llama, input: small}\n"
    by_vectors = "  - {id: index, op: index.lancedb, input: vectors}\n"
    asked = "questions: {file: questions.csv, mode: vector}\n"
    for added, mode, model in (
        ("", "vector", None),
        (index, "text", None),
        (vectors + by_vectors, "hybrid", "minilm"),
        (vectors + by_vectors + asked, "vector", "minilm"),
    ):
        notebook.write_text(NOTEBOOK + added, encoding="utf-8")
        assert searched(Workspace(read(notebook))) == (mode, model)
    notebook.write_text(NOTEBOOK + index, encoding="utf-8")
    known = read(notebook)
    found = compare([Variant("small", known, "small")], read_questions(questions), k=1)
    assert found.mode == "text"


def test_vectors_of_an_embed_cell_are_used(notebook: Path, questions: Path) -> None:
    cells = "  - {id: near, op: embed.llama, input: small, params: {recipe: [headings]}}\n"
    notebook.write_text(NOTEBOOK + cells, encoding="utf-8")
    model, asked = read(notebook), read_questions(questions)
    variants = [Variant(name, model, name) for name in ("small", "near")]
    small, near = compare(variants, asked, k=1, mode="vector").variants
    assert small.shape == near.shape
    assert small.recall is not None
    assert near.recall is not None
    # Titles alone ("doc1") do not tell what a text says.
    assert near.recall.mean < small.recall.mean == 1.0


def test_without_questions_the_advice_says_what_it_does_not_know(notebook: Path) -> None:
    model = read(notebook)
    found = compare([Variant(name, model, name) for name in ("small", "large")])
    assert found.variants[0].recall is None
    assert "--questions" in found.advice


def test_a_sweep_makes_every_combination(notebook: Path) -> None:
    model = read(notebook)
    variants = sweep_variants(model, {"small.size": [8, 16], "small.overlap": [0, 1]})
    assert [one.label for one in variants] == [
        "size=8 overlap=0",
        "size=8 overlap=1",
        "size=16 overlap=0",
        "size=16 overlap=1",
    ]
    assert model.cell("small").op.model_dump()["size"] == 12
    with pytest.raises(UsageError, match="one cell"):
        sweep_variants(model, {"small.size": [8], "large.size": [8]})
    with pytest.raises(UsageError, match="no parameter"):
        sweep_variants(model, {"small.sizes": [8]})


def test_the_command_line(notebook: Path, questions: Path, tmp_path: Path) -> None:
    picture = tmp_path / "front.svg"
    told = ["--questions", str(questions), "--mode", "text", "-k", "1"]
    done = CliRunner().invoke(
        cli, ["sweep", str(notebook), "--set", "small.size=8,40", *told, "-o", str(picture)]
    )
    assert done.exit_code == 0, done.output
    assert "size=8" in done.stdout
    for word in ("recall", "coverage", "stability"):
        assert word in done.stdout
    assert "left out" in done.stderr
    ElementTree.fromstring(picture.read_text(encoding="utf-8"))
    done = CliRunner().invoke(cli, ["compare", str(notebook), "--cells", "small,large", "--json"])
    assert done.exit_code == 0
    small, large = json.loads(done.stdout)["variants"]
    assert [small["label"], large["label"]] == ["small", "large"]
    assert small["shape"]["coverage"] == large["shape"]["coverage"] == 1.0
    # Whole documents are one chunk each here, which every edit changes.
    assert small["stability"] > large["stability"] == 0.0


def test_questions_in_all_forms(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    reference = json.dumps([{"content": "lamps", "start_index": 6, "end_index": 11}])
    path.write_text(
        "question,references,keywords,corpus_id\n"
        f'One?,"{reference.replace(chr(34), chr(34) * 2)}",,one\n'
        'Two?,,"[[""lemon"", ""brass""], [""goat""]]",\n',
        encoding="utf-8",
    )
    one, two = read_questions(path)
    told = [("d1", "one", "file:///one.md", "Brass lamps are bright.")]
    assert placed(one, told) == ([Range("d1", 6, 11)], "")
    assert keyword_score(two, ["Brass and", "LEMON"]) == 0.5
    path.write_text("question,answer\n,x\n", encoding="utf-8")
    with pytest.raises(UsageError, match="record 2"):
        read_questions(path)


def test_a_picture_of_hostile_labels() -> None:
    dots = [
        Dot("<b>&\x00", 0.8, 0.1, (0.7, 0.9), (0.1, 0.1)),
        Dot("b", 0.5, 0.05, (0.4, 0.6), (0, 0.1)),
    ]
    tree = ElementTree.fromstring(front(dots, "a < b"))
    assert "<b>&\ufffd" in "".join(tree.itertext())
