"""evaluate.questions: what is kept, what is refused and why, and the file that comparing reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from pydantic import BaseModel

from ops.context import Context, Tokenizer
from ops.errors import UsageError
from ops.evaluate.asking import facts, grammar, passages
from ops.evaluate.made import Questions, counts
from ops.evaluate.questions import placed, read_questions
from ops.evaluate.sifting import REASONS, Candidate, Words, fault, find_answer
from ops.frames import DOCUMENTS, QUESTIONS, Frames
from ops.generation import Answer, Prompt, Quoted
from ops.inference.resources import LocalResources
from pipelines.file.parse import read
from pipelines.looking.asking import as_csv
from pipelines.running.run import run
from pipelines.vectors import Remembered, RememberedAnswers
from pipelines.workspace import Workspace
from tests.generators import FakeGenerator
from tui.cli import cli

LAMP = (
    "The brass lamps of the harbour office are polished with lemon juice each spring. "
    "Nobody remembers who began with that. It rained for most of the year, as ever."
)
GOATS = (
    "Eleven goats live behind the old mill and eat the thistles there. "
    "The miller's daughter counts them at dusk. She has never lost one, or so she says."
)
GOOD = {
    "answer": "The brass lamps of the harbour office are polished with lemon juice each spring.",
    "question": "What cleans the metal lights at the port?",
}


@dataclass
class Teller(FakeGenerator):
    """Says what it was told to say of a passage with a certain word."""

    hash: str = "teller"
    window: int = 2_000
    says: Mapping[str, object] = field(default_factory=dict)

    def said(self, prompt: Prompt) -> str:
        passage = prompt.user[-2]
        assert isinstance(passage, Quoted)
        return passage.text

    def answer(self, prompt: Prompt, form: type[BaseModel] | None, rules: str) -> Answer:
        text = self.said(prompt)
        assert any(fact in rules for fact in facts(text))
        told = next((value for word, value in self.says.items() if word in text), None)
        return Answer(json.dumps(told) if told else '{"answer', 1, 1, "end")


class Letters:
    """Counts of letters: texts of the same letters are alike."""

    hash = "letters"
    dimensions = 26
    window = 10_000

    def embed(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        rows = [[1 + text.lower().count(chr(97 + n)) for n in range(26)] for text in texts]
        found = np.array(rows, dtype=np.float32)
        lengths: NDArray[np.float32] = np.linalg.norm(found, axis=1, keepdims=True)
        return found / lengths


class Fake(LocalResources):
    def __init__(self, says: dict[str, object], memory: RememberedAnswers | None = None) -> None:
        super().__init__(Path(), answers=memory or RememberedAnswers(), vectors=Remembered())
        self.teller = Teller(says=says)

    def generator(self, name: str) -> Teller:
        return self.teller

    def embedder(self, name: str) -> Letters:
        return Letters()

    def tokenizer(self, name: str) -> Tokenizer:
        return super().tokenizer("words")


def _documents(texts: dict[str, str]) -> Frames:
    rows = [
        {"doc_id": n, "uri": f"file:///{n}.md", "title": n, "text": t} for n, t in texts.items()
    ]
    schema = {name: DOCUMENTS[name] for name in ("doc_id", "uri", "title", "text")}
    return Frames({"documents": pl.DataFrame(rows, schema=schema)})


def _made(texts: dict[str, str], resources: Fake, **params: object) -> pl.DataFrame:
    op = Questions.model_validate({"related": 0.0, "alike": 1.0, **params})
    frames, ctx = _documents(texts), Context(resources)
    parts = op.summarise(frames, ctx)
    state = op.fit(parts[name] for name in sorted(parts))
    return op.apply(frames, Context(resources, state=state))["questions"]


def test_a_good_question_is_kept_with_its_span(tmp_path: Path) -> None:
    found = _made({"lamps": LAMP}, Fake({"lamps": GOOD}))
    assert found.columns == list(QUESTIONS)
    [row] = found.to_dicts()
    assert row["refused"] is None
    [span] = row["spans"]
    assert LAMP[span["start"] : span["end"]] == row["answers"][0] == GOOD["answer"]
    path = tmp_path / "questions.csv"
    path.write_text(as_csv(found), encoding="utf-8", newline="")
    [question] = read_questions(path)
    told = [("lamps", "Lamps", "file:///lamps.md", LAMP)]
    assert placed(question, told) == ([("lamps", span["start"], span["end"])], "")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (None, "model"),
        ({**GOOD, "question": "Polish the lights now."}, "form"),
        ({**GOOD, "question": "What does the passage say of lights?"}, "passage"),
        ({**GOOD, "answer": "The brass lamps are polished with soap."}, "not_found"),
        ({**GOOD, "answer": "with that"}, "short"),
        ({**GOOD, "answer": "lemon juice", "question": "Is it lemon juice, really?"}, "leak"),
        (
            {**GOOD, "question": "Is it so that lamps of the harbour office are polished?"},
            "copy",
        ),
    ],
)
def test_why_questions_are_refused(said: object, reason: str) -> None:
    found = _made({"lamps": LAMP}, Fake({} if said is None else {"lamps": said}))
    assert found["refused"].to_list() == [REASONS[reason]]
    assert counts(found) == {"kept": 0, REASONS[reason]: 1}


def test_what_is_asked_before_is_a_duplicate_in_every_document() -> None:
    texts = {"a": LAMP, "b": LAMP + " More.", "c": GOATS}
    other = {
        "answer": "She has never lost one, or so she says.",
        "question": "How many animals has the daughter lost?",
    }
    found = _made(texts, Fake({"lamps": GOOD, "goats": other}))
    assert dict(found.select("doc_id", "refused").iter_rows()) == {
        "a": None,
        "b": REASONS["duplicate"],
        "c": None,
    }
    # In meaning too: to this embedder all questions are more or less alike.
    found = _made(texts, Fake({"lamps": GOOD, "goats": other}), alike=0.5)
    assert counts(found) == {"kept": 1, REASONS["duplicate"]: 2}
    assert counts(_made(texts, Fake({"lamps": GOOD}), related=1.0))[REASONS["unrelated"]] == 2


def test_answers_are_kept_and_a_model_that_ends_takes_one_question_with_it() -> None:
    texts = {"a": LAMP, "b": GOATS + " A deadly thing, that, and nobody knows why it is so."}
    memory = RememberedAnswers()
    found = _made(texts, Fake({"lamps": GOOD}, memory))
    assert found.sort("doc_id")["refused"].to_list() == [None, REASONS["model"]]
    again = Fake({"lamps": GOOD}, memory)
    assert _made({"a": LAMP}, again).equals(found.filter(pl.col("doc_id") == "a"))
    assert again.teller.asked == []


def test_all_passages_are_asked_about_together() -> None:
    resources = Fake({"lamps": GOOD})
    found = _made({"a": LAMP, "b": GOATS}, resources)
    assert resources.teller.calls == [2]
    assert found.sort("doc_id")["refused"].to_list() == [None, REASONS["model"]]


def test_documents_without_passages_have_no_questions() -> None:
    assert _made({"a": "", "b": "Too short."}, Fake({})).is_empty()
    assert _made({}, Fake({})).is_empty()


def test_passages_are_whole_sentences_evenly_chosen() -> None:
    text = " ".join(f"This is sentence number {n} of a longer text." for n in range(40))
    spans = passages(text, 200, 3)
    assert len(spans) == 3
    assert all(text[a:b].startswith("This") and text[a:b].endswith(".") for a, b in spans)
    assert all(b - a <= 200 for a, b in spans)
    assert spans == sorted(spans)
    assert passages("x" * 500, 200, 3) == []


def test_the_grammar_leaves_only_sentences_that_are_there() -> None:
    text = 'He said "no" to all that was asked of him, twice. Short. | a | table | of | many cells.'
    assert facts(text) == ['He said "no" to all that was asked of him, twice.']
    assert r'"\"He said \\\"no\\\" to' in grammar(facts(text))
    many = " ".join(f"This is the long sentence of number {n}, which says so." for n in range(9))
    assert len(facts(many)) == 4


@pytest.mark.slow
@pytest.mark.usefixtures("model_files")
def test_the_real_model_keeps_to_the_form() -> None:
    """Whatever it says, each answer stands in its document; low yield is no fault."""
    resources = LocalResources(Path(), answers=RememberedAnswers(), vectors=Remembered())
    texts = {"lamps": LAMP, "goats": GOATS}
    frames = _documents(texts)
    op = Questions(count=1)
    parts = op.summarise(frames, Context(resources))
    state = op.fit(parts[name] for name in sorted(parts))
    found = op.apply(frames, Context(resources, state=state))["questions"]
    assert sorted(found["doc_id"]) == ["goats", "lamps"]
    for row in found.iter_rows(named=True):
        assert row["question"].endswith("?")
        [span], [answer] = row["spans"], row["answers"]
        assert texts[row["doc_id"]][span["start"] : span["end"]] == answer
        assert row["refused"] is None or row["refused"] in REASONS.values()


def test_quotes_are_found_letter_by_letter_but_for_spaces() -> None:
    text = "One line\n  goes on. Another."
    assert find_answer(text, 0, len(text), "One line goes on.") == (0, 19)
    assert find_answer(text, 0, len(text), "one line goes on.") is None
    assert find_answer(text, 10, len(text), "One line") is None
    assert find_answer(text, 0, len(text), " ") is None


def test_likeness_in_words() -> None:
    known = Words()
    assert not known.has_like("How are the lamps polished?")
    known.add("Who counts the goats?")
    assert not known.has_like("How are the lamps polished?")
    known.add("How is a lamp polished?")
    assert known.has_like("How are the lamps polished?")
    assert not known.has_like("?")
    known.add("Why?")  # a question without a term
    assert known.has_like("?")
    good = Candidate("What cleans the lights?", ("lemon juice",), ((0, 11),))
    assert fault(good, LAMP) == ""


def test_the_command_makes_them_and_exports_what_a_cell_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "lamps.txt").write_text(LAMP, encoding="utf-8")
    (tmp_path / "docs" / "goats.txt").write_text(GOATS, encoding="utf-8")
    book = tmp_path / "book.yaml"
    book.write_text(
        "name: book\ncells:\n  - {id: source, op: load.files, params: {path: docs}}\n"
        "  - {id: made, op: evaluate.questions, params: {related: 0.0, alike: 1.0}}\n",
        encoding="utf-8",
    )
    fake = Fake({"lamps": GOOD})
    monkeypatch.setattr(LocalResources, "generator", lambda self, name: fake.teller)
    monkeypatch.setattr(LocalResources, "embedder", lambda self, name: Letters())
    words = fake.tokenizer("words")
    monkeypatch.setattr(LocalResources, "tokenizer", lambda self, name: words)
    monkeypatch.setattr(LocalResources, "model_hash", lambda self, kind, name: "0" * 32)
    output = tmp_path / "questions.csv"
    done = CliRunner().invoke(cli, ["questions", str(book), "-o", str(output), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["counts"] == {"kept": 1, REASONS["model"]: 1}
    assert f"refused: {REASONS['model']}" in done.stderr
    [question] = read_questions(output)
    assert question.text == GOOD["question"]
    assert question.document.endswith("lamps.txt")
    asked = len(fake.teller.asked)
    # A run makes the same; what was answered is not asked again.
    report = run(Workspace(read(book)))
    assert {cell.id: cell.rows for cell in report.cells}["made"] == 2
    assert len(fake.teller.asked) == asked + 1  # the one that failed
    done = CliRunner().invoke(cli, ["questions", str(book), "--cell", "made"])
    assert done.exit_code == 0, done.output
    assert done.stdout == output.read_text(encoding="utf-8")
    done = CliRunner().invoke(cli, ["questions", str(book), "--cell", "source"])
    assert isinstance(done.exception, UsageError)
