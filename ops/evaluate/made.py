"""Questions that a local model makes from the user's own documents."""

from __future__ import annotations

__all__ = ["Questions", "counts"]

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final

import numpy as np
import polars as pl
from pydantic import ValidationError

from ops.context import Context
from ops.evaluate.asking import LIMIT, Form, facts, grammar, passages, prompt
from ops.evaluate.sifting import REASONS, Candidate, Words, fault, find_answer
from ops.frames import QUESTIONS, Frames, Schema, conform, digest
from ops.generation import Generator, ModelDied, Prompt, Sampling
from ops.op import Columns, Fitted, parameter
from ops.segment.vectors import embedded
from ops.steps import Steps

SAMPLING: Final = Sampling()

KEPT: Final = 64
"""Answers that are asked for together, and kept before the next are."""


@dataclass(frozen=True, slots=True)
class _Passage:
    doc_id: str
    uri: str
    text: str
    """Of the whole document."""
    start: int
    end: int
    facts: tuple[str, ...]
    asked: Prompt

    @property
    def body(self) -> str:
        return self.text[self.start : self.end]


class Questions(Fitted):
    """Let a language model make questions from the documents, with the spans that answer them.

    For measuring segmenters (`evaluate.retrieval`, `chunkbook compare`) where nobody has written
    questions. The model sees a passage that no segmenter has cut, chooses one of its sentences and
    asks for it; a grammar holds it to that form, and the sentence letter by letter. As in Chroma's
    generation pipeline (Smith and Troynikov 2024) an answer must be found in the text, and
    duplicates go; besides, questions are refused that are no questions, speak of "the passage",
    hold their own answer, copy the text, have little to do with their answer, or are like one that
    was kept before, in words or in meaning. Refused ones stay in the table with their reason. Read
    what is left before you rely on it: a small model's questions are simple.
    """

    name: ClassVar[str] = "evaluate.questions"
    reads: ClassVar[Columns] = {"documents": ("text", "title", "uri")}
    writes: ClassVar[Mapping[str, Schema]] = {
        "questions": {n: d for n, d in QUESTIONS.items() if n not in ("question_id", "doc_id")}
    }
    creates: ClassVar[tuple[str, ...]] = ("questions",)
    needs: ClassVar[tuple[str, ...]] = ("generator", "answers", "embedder", "tokenizer", "vectors")

    model: str = parameter(
        "smollm2",
        'the language model: "smollm2", or the path of a GGUF file',
        model="text",
    )
    embedder: str = parameter(
        "minilm", "the model that says which questions mean the same", model="embedder"
    )
    count: int = parameter(3, "passages of a document that are asked about", ge=1, le=100)
    passage: int = parameter(800, "longest passage", unit="characters", ge=200, le=8_000)
    alike: float = parameter(
        0.9, "likeness (cosine) from where on two questions are the same", gt=0, le=1
    )
    related: float = parameter(
        0.3, "least likeness (cosine) of a question and its answer", ge=0, le=1
    )
    refit: float = parameter(
        0.0,
        "share of the documents that may change before duplicates are sought anew; "
        "0: at every change",
        ge=0,
        le=1,
        speed_only=True,
    )

    def summarise(self, frames: Frames, ctx: Context) -> Mapping[str, bytes]:
        """The questions of each document, good or not, with the vectors of the good ones."""
        documents = frames["documents"]
        shown = [p for row in documents.iter_rows(named=True) for p in self._passages(row)]
        said = self._answers(shown, ctx, len(documents))
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in documents["doc_id"]}
        for one in shown:
            rows[one.doc_id].append(_row(one, said[_key(one.asked)]))
        self._embed([row for some in rows.values() for row in some if not row["refused"]], ctx)
        uris = dict(documents.select("doc_id", "uri").iter_rows())
        return {
            name: json.dumps({"doc": name, "uri": uris[name] or "", "rows": some}).encode()
            for name, some in rows.items()
        }

    def fit(self, parts: Iterable[bytes]) -> bytes:
        """The questions of all documents, each that is like an earlier one refused."""
        opened = sorted((json.loads(part) for part in parts if part), key=lambda p: str(p["doc"]))
        rows = [row for part in opened for row in part["rows"]]
        raw = [base64.b64decode(row.pop("vector", "")) for row in rows]
        good = [(row, one) for row, one in zip(rows, raw, strict=True) if not row["refused"]]
        vectors = [np.frombuffer(one, dtype=np.float32) for _, one in good]
        kept = np.empty((len(good), len(vectors[0]) if good else 0), dtype=np.float32)
        count = 0
        words = Words()
        for (row, _), vector in zip(good, vectors, strict=True):
            close = float(np.max(kept[:count] @ vector, initial=-1.0)) >= self.alike
            if words.has_like(row["question"]) or close:
                row["refused"] = REASONS["duplicate"]
            else:
                words.add(row["question"])
                kept[count] = vector
                count += 1
        return json.dumps({part["doc"]: part for part in opened}, sort_keys=True).encode()

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        state = json.loads(ctx.state or b"{}")
        rows: list[dict[str, Any]] = []
        for name in frames["documents"]["doc_id"]:
            ctx.check()
            known = state.get(name, {"rows": []})
            for number, row in enumerate(known["rows"]):
                key = digest(name, number, row["question"])
                spans = [{"start": start, "end": end} for start, end in row["spans"]]
                told = {"question_id": key, "doc_id": name, "uri": known["uri"], **row}
                rows.append({**told, "spans": spans, "refused": row["refused"] or None})
            ctx.advance(1)
        table = pl.DataFrame(rows, schema=dict(QUESTIONS))
        return Frames({"questions": conform("questions", table, QUESTIONS)})

    def _passages(self, row: Mapping[str, Any]) -> list[_Passage]:
        text, title = row["text"] or "", row["title"] or ""
        found = []
        for start, end in passages(text, self.passage, self.count):
            body = text[start:end]
            if choices := tuple(facts(body)):
                asked = prompt(title, body)
                found.append(
                    _Passage(row["doc_id"], row["uri"] or "", text, start, end, choices, asked)
                )
        return found

    def _answers(self, shown: Sequence[_Passage], ctx: Context, documents: int) -> dict[str, str]:
        """By key: the form as JSON, or "" where the model gave none."""
        ctx.check()
        wanted = {_key(one.asked): one for one in shown}
        if not wanted:
            return {}
        cache, generator = ctx.resources.answers(), ctx.resources.generator(self.model)
        said = dict(cache.get(generator.hash, list(wanted)))
        missing = [key for key in wanted if key not in said]
        counts = generator.count([wanted[key].asked for key in missing])
        most = generator.window - LIMIT
        said |= dict.fromkeys(missing, "")
        fitting = [key for key, count in zip(missing, counts, strict=True) if count <= most]
        steps = Steps(ctx, len(fitting), documents)
        for start in range(0, len(fitting), KEPT):
            part = fitting[start : start + KEPT]
            forms = _surely([wanted[key] for key in part], generator, steps, ctx)
            said |= zip(part, forms, strict=True)
            cache.put(generator.hash, {key: said[key] for key in part if said[key]})
        steps.finish()
        return said

    def _embed(self, rows: Sequence[dict[str, Any]], ctx: Context) -> None:
        """Add the vectors of the questions; refuse those that their answer has no part in."""
        texts = [row["question"] for row in rows] + ["\n".join(row["answers"]) for row in rows]
        if not texts:
            return
        vectors = embedded(texts, self.embedder, ctx)
        asked, told = vectors[: len(rows)], vectors[len(rows) :]
        for row, vector, near in zip(rows, asked, np.sum(asked * told, axis=1), strict=True):
            if near < self.related:
                row["refused"] = REASONS["unrelated"]
            else:
                row["vector"] = base64.b64encode(vector.astype(np.float32).tobytes()).decode()


def _surely(
    shown: Sequence[_Passage], generator: Generator, steps: Steps, ctx: Context
) -> list[str]:
    """The forms, also where one of the passages ends the model's process: that one has none."""
    try:
        return _asked(shown, generator, steps.done)
    except ModelDied:
        found = []
        for one in shown:
            ctx.check()
            try:
                found += _asked([one], generator)
            except ModelDied:
                found.append("")
        return found


def _asked(
    shown: Sequence[_Passage],
    generator: Generator,
    progress: Callable[[int], None] | None = None,
) -> list[str]:
    """The form of each, or "" where the model gives none."""
    answers = generator.generate_many(
        [one.asked for one in shown],
        grammar=[grammar(one.facts) for one in shown],
        max_tokens=LIMIT,
        sampling=SAMPLING,
        progress=progress,
    )
    return [_form(answer.text) for answer in answers]


def _form(said: str) -> str:
    try:
        return Form.model_validate_json(said).model_dump_json()
    except ValidationError:
        return ""


def _row(shown: _Passage, said: str) -> dict[str, Any]:
    """A row of the table from what the model said of a passage."""
    if not said:
        return {"question": "", "answers": [], "spans": [], "refused": REASONS["model"]}
    form = Form.model_validate_json(said)
    question = " ".join(form.question.split())
    place = find_answer(shown.text, shown.start, shown.end, form.answer)
    if place is None:
        refused = REASONS["not_found"]
        return {"question": question, "answers": [form.answer], "spans": [], "refused": refused}
    found = Candidate(question, (shown.text[slice(*place)],), (place,))
    why = fault(found, shown.body)
    return {**asdict(found), "refused": REASONS[why] if why else ""}


def counts(questions: pl.DataFrame) -> dict[str, int]:
    """Reason → how many were refused for it, the most frequent first; "kept" before all."""
    refused = Counter(reason for reason in questions["refused"] if reason is not None)
    kept = questions["refused"].null_count()
    return {"kept": kept, **dict(sorted(refused.items(), key=lambda pair: (-pair[1], pair[0])))}


def _key(asked: Prompt) -> str:
    """Names everything that an answer depends on, besides the model."""
    parts = [part if isinstance(part, str) else ["quoted", part.text] for part in asked.user]
    shape = [Questions.name, Questions.version, LIMIT, asdict(SAMPLING), asked.system, parts]
    raw = json.dumps(shape, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(raw, digest_size=16).hexdigest()
