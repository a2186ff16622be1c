"""Describes chunks with a language model that llama.cpp runs."""

from __future__ import annotations

__all__ = ["Llama"]

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar, Final

import polars as pl

from ops.context import Context
from ops.enrich.llama_form import FIELDS, Field, form, limit, prompt
from ops.errors import UsageError
from ops.frames import Frames, Schema, conform, keys
from ops.generation import Generator, ModelDied, Prompt, Sampling
from ops.op import Columns, Op, parameter
from ops.steps import Steps

COLUMNS: Final[Mapping[Field, tuple[str, pl.DataType]]] = {
    "title": ("title", pl.String()),
    "summary": ("summary", pl.String()),
    "keywords": ("model_keywords", pl.List(pl.String())),
    "questions": ("questions", pl.List(pl.String())),
}
PROBLEM: Final = "model_error"
KEPT: Final = 64
"""Answers after which what is known is kept, so that a run that is killed does not lose more."""

SAMPLING: Final = Sampling(repeat_penalty=1.1)


class Llama(Op):
    """Let a language model write a title, a summary, keywords and questions for each chunk.

    The answer is held to a JSON schema while it is written and checked again afterwards; one that
    fails is asked for a second time, and then the chunk's columns stay empty and `model_error` says
    why. The text of a chunk is data: it cannot end its message or begin another. Answers are kept
    by what was asked and by the model, so a chunk is described once. A chunk that is too long for
    the model puts its document aside.

    The title, summary, keywords and questions of a chunk as metadata for search follow "Enterprise
    knowledge retrieval with LLM-generated metadata" (arXiv:2512.05411). A small model's words are
    sometimes wrong; look at a few before a whole collection.
    """

    name: ClassVar = "enrich.llama"
    version: ClassVar = 1
    reads: ClassVar[Columns] = {"documents": ("title",), "chunks": ("text",)}
    uses: ClassVar[Columns] = {"chunks": ("derived_text",)}
    writes: ClassVar[Mapping[str, Schema]] = {
        "chunks": {**dict(COLUMNS.values()), PROBLEM: pl.String()}
    }
    needs: ClassVar = ("generator", "answers")

    model: str = parameter(
        "smollm2",
        'The language model: "smollm2", or the path of a GGUF file.',
        model="text",
    )
    write: tuple[Field, ...] = parameter(
        FIELDS, "What is asked for; the columns of the others stay empty.", min_length=1
    )
    keywords: int = parameter(5, "Most keywords of a chunk.", ge=1, le=20)
    questions: int = parameter(2, "Most questions of a chunk.", ge=1, le=10)

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        documents, chunks = frames["documents"], frames["chunks"]
        titles = dict(documents.select("doc_id", "title").iter_rows())
        prompts = [self._prompt(titles, chunk) for chunk in chunks.iter_rows(named=True)]
        said = self._answers(chunks["doc_id"].to_list(), prompts, ctx, documents.height)
        rows = [
            {"chunk_id": chunk, "doc_id": doc, **self._row(said[_key(self, asked)])}
            for (chunk, doc), asked in zip(
                chunks.select("chunk_id", "doc_id").iter_rows(), prompts, strict=True
            )
            if doc not in ctx.failures
        ]
        schema = {**dict.fromkeys(keys("chunks"), pl.String()), **self.writes["chunks"]}
        return Frames({"chunks": conform("chunks", pl.DataFrame(rows, schema=schema), schema)})

    def _prompt(self, titles: Mapping[str, str | None], chunk: Mapping[str, Any]) -> Prompt:
        text = str(chunk.get("derived_text") or chunk["text"])
        title = titles.get(chunk["doc_id"]) or ""
        return prompt(self.write, self.keywords, self.questions, title, text)

    def _answers(
        self, owners: Sequence[str], prompts: Sequence[Prompt], ctx: Context, documents: int
    ) -> dict[str, str]:
        """By key: the answer as JSON, or what went wrong after `!`."""
        ctx.check()
        cache = ctx.resources.answers()
        generator = ctx.resources.generator(self.model)
        wanted = {_key(self, asked): asked for asked in prompts}
        said = dict(cache.get(generator.hash, list(wanted)))
        missing = [key for key in wanted if key not in said]
        missing = self._fitting(missing, wanted, generator, said)
        steps = Steps(ctx, len(missing), documents)
        for start in range(0, len(missing), KEPT):
            part = missing[start : start + KEPT]
            fresh = self._surely([wanted[key] for key in part], generator, steps, ctx)
            good = {key: text for key, text in zip(part, fresh, strict=True) if text[0] != "!"}
            cache.put(generator.hash, good)
            said |= zip(part, fresh, strict=True)
        for owner, asked in zip(owners, prompts, strict=True):
            if said[_key(self, asked)].startswith("!!"):
                ctx.fail(owner, said[_key(self, asked)][2:])
        steps.finish()
        return said

    def _fitting(
        self,
        missing: Sequence[str],
        wanted: Mapping[str, Prompt],
        generator: Generator,
        said: dict[str, str],
    ) -> list[str]:
        """The keys of prompts that the model takes; the others are answered by their failure."""
        most = generator.window - limit(self.write, self.keywords, self.questions)
        counts = generator.count([wanted[key] for key in missing])
        for key, count in zip(missing, counts, strict=True):
            if count > most:
                said[key] = f"!!a chunk and its question have {count:,} tokens; {most:,} fit"
        return [key for key in missing if key not in said]

    def _surely(
        self, prompts: Sequence[Prompt], generator: Generator, steps: Steps, ctx: Context
    ) -> list[str]:
        """The answers, also where one of the prompts ends the model's process: that one fails."""
        try:
            return self._asked(prompts, generator, steps.done)
        except ModelDied:
            found = []
            for asked in prompts:
                ctx.check()
                try:
                    found += self._asked([asked], generator)
                except ModelDied as died:
                    found.append(f"!!{died.message}")
            return found

    def _asked(
        self,
        prompts: Sequence[Prompt],
        generator: Generator,
        progress: Callable[[int], None] | None = None,
    ) -> list[str]:
        answers = generator.generate_many(
            prompts,
            form(self.write, self.keywords, self.questions),
            max_tokens=limit(self.write, self.keywords, self.questions),
            sampling=SAMPLING,
            progress=progress,
        )
        return [
            f"!{answer.error}" if answer.value is None else answer.value.model_dump_json()
            for answer in answers
        ]

    def _row(self, said: str) -> dict[str, Any]:
        row: dict[str, Any] = dict.fromkeys((*(name for name, _ in COLUMNS.values()), PROBLEM))
        if said.startswith("!"):
            return {**row, PROBLEM: said.lstrip("!")}
        for field, value in json.loads(said).items():
            if field not in COLUMNS:
                raise UsageError(f"a kept answer has a field {field!r} that nobody asked for")
            row[COLUMNS[field][0]] = _once(value) if isinstance(value, list) else value
        return row


def _once(values: Sequence[str]) -> list[str]:
    """Each but once, however it is written; the first way counts."""
    return list({value.casefold(): value for value in reversed(values)}.values())[::-1]


def _key(op: Llama, asked: Prompt) -> str:
    """Names everything that an answer depends on, besides the model."""
    parts = [part if isinstance(part, str) else ["quoted", part.text] for part in asked.user]
    shape = [op.name, op.version, op.write, op.keywords, op.questions, asdict(SAMPLING)]
    raw = json.dumps([*shape, asked.system, parts], ensure_ascii=False)
    return hashlib.blake2b(raw.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
