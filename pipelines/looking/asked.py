"""The person's own questions, put to a collection before and after it is published."""

from __future__ import annotations

__all__ = ["measure", "published_measures"]

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl

from ops.context import Context
from ops.errors import UsageError
from ops.evaluate.bootstrap import Interval, interval
from ops.evaluate.finding import answers_in
from ops.evaluate.questions import Question, keyword_score, names_of, read_questions
from ops.evaluate.ranges import Range, score
from ops.frames import DOCUMENTS
from pipelines.cell.recut import Recutter, maker_of
from pipelines.events import MeasureReport
from pipelines.file.model import Limit
from pipelines.looking.compare import EDITED, stability
from pipelines.looking.search import embedding_model
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from storage import Reader

SLICE: Final = 200
"""Documents whose texts are read at a time."""


def measure(workspace: Workspace, reader: Reader, ctx: Context) -> tuple[MeasureReport, ...]:
    """What the questions of a notebook find in a collection, and how its chunks stand small edits.

    Searched as `chunkbook search` does. Recall and IoU are Chroma's; a question with keywords
    counts, for recall, by the share of its points that were found.

    Args:
        reader: of what is published, or would be.

    Raises:
        UsageError: the collection cannot be searched in the way that the notebook asks for.
    """
    wanted = workspace.model.questions
    if wanted is None:
        return ()
    reports = {limit.measure: _empty(limit) for limit in wanted.limits}
    known = _listed(workspace, reader)
    try:
        asked = read_questions(workspace.model.base / wanted.file)
    except UsageError as error:
        for name in ("recall", "iou"):
            reports[name] = replace(reports[name], said=str(error.message))
    else:
        reports |= _found(workspace, reader, known, asked, ctx, reports)
    maker = maker_of(workspace.wiring, wanted.collection)
    if maker is not None and len(known):
        some = pl.concat(list(_documents(workspace, reader, _evenly(known))))
        stable = stability(some, Recutter(workspace.wiring, maker), ctx)
        said = f"chunks of {len(some)} documents, each edited a little"
        reports["stability"] = replace(reports["stability"], value=stable, said=said)
    return tuple(reports.values())


def published_measures(workspace: Workspace) -> tuple[MeasureReport, ...]:
    """The same for what is published now.

    Raises:
        UsageError: nothing is.
    """
    reader = workspace.store.reader(workspace.model.name)
    if reader is None:
        said = f"{workspace.model.name} has nothing published yet"
        raise UsageError(said, hint=f"`chunkbook run {workspace.model.path}`")
    return measure(workspace, reader, Context(workspace.resources(), workspace.model.base))


def _empty(limit: Limit) -> MeasureReport:
    return MeasureReport(limit.measure, None, warn=limit.warn, block=limit.block)


def _found(
    workspace: Workspace,
    reader: Reader,
    known: pl.DataFrame,
    asked: Sequence[Question],
    ctx: Context,
    reports: Mapping[str, MeasureReport],
) -> dict[str, MeasureReport]:
    answers = _places(workspace, reader, known, asked, ctx)
    usable = [n for n, one in enumerate(asked) if answers[n] or (not _ranged(one) and one.keywords)]
    recalls, ious = [], []
    for number, rows in zip(usable, _searched(workspace, reader, asked, usable), strict=True):
        ctx.check()
        if answers[number]:
            ranges = [Range(row["doc_id"], row["start"], row["end"]) for row in rows]
            scores = score(answers[number], ranges, ())
            recalls.append(scores.recall)
            ious.append(scores.iou)
        else:
            recalls.append(keyword_score(asked[number], [row["text"] for row in rows]))
    left = len(asked) - len(usable)
    return {
        "recall": _told(reports["recall"], recalls, left),
        "iou": _told(reports["iou"], ious, left),
    }


def _told(report: MeasureReport, values: Sequence[float], left: int) -> MeasureReport:
    lost = f"; {left} cannot be used: their answers are not in the text" if left else ""
    if not values:
        return replace(report, said=f"no question can be used{lost}")
    found: Interval = interval(values)
    said = f"{len(values)} questions{lost}"
    return replace(report, value=found.mean, low=found.low, high=found.high, said=said)


def _ranged(question: Question) -> bool:
    return bool(question.answers or question.spans)


def _searched(
    workspace: Workspace,
    reader: Reader,
    asked: Sequence[Question],
    usable: Sequence[int],
) -> Iterator[list[dict[str, Any]]]:
    """The rows that each usable question finds."""
    wanted = workspace.model.questions
    assert wanted is not None
    model = embedding_model(workspace, wanted.collection)
    mode: Literal["text", "vector", "hybrid"] = wanted.mode or ("hybrid" if model else "text")
    vectors = None
    if mode != "text" and usable:
        if model is None:
            hint = "add an embed.llama cell above it, or ask with `mode: text`"
            raise UsageError(f"the collection {wanted.collection!r} has no vectors", hint=hint)
        vectors = workspace.unstored().embedder(model).embed([asked[n].text for n in usable])
    for place, number in enumerate(usable):
        vector = None if vectors is None else vectors[place]
        hits = reader.search(
            wanted.collection, asked[number].text, mode=mode, vector=vector, k=wanted.k
        )
        yield [hit.row for hit in hits]


def _places(
    workspace: Workspace,
    reader: Reader,
    known: pl.DataFrame,
    asked: Sequence[Question],
    ctx: Context,
) -> list[list[Range]]:
    """The ranges that answer each question; none where some answer is not found."""
    named: dict[str, list[str]] = {}
    for doc, title, uri in known.iter_rows():
        for name in names_of(title or "", uri or ""):
            named.setdefault(name, []).append(doc)
    anywhere, here = [], dict[str, list[int]]()
    for number, question in enumerate(asked):
        if not _ranged(question):
            continue
        if not question.document:
            anywhere.append(number)
        for doc in named.get(question.document, ()):
            here.setdefault(doc, []).append(number)
    every = [doc for doc in known["doc_id"] if anywhere or doc in here]
    found: list[dict[str, Range]] = [{} for _ in asked]
    for table in _documents(workspace, reader, every, ["text"]):
        ctx.check()
        for doc, text in table.select("doc_id", "text").iter_rows():
            for number in (*anywhere, *here.get(doc, ())):
                for which, place in answers_in(asked[number], text or "").items():
                    found[number].setdefault(which, Range(doc, *place))
    return [
        [places[which] for which in sorted(places, key=int)]
        if len(places) == len(question.answers or question.spans)
        else []
        for places, question in zip(found, asked, strict=True)
    ]


def _sources(workspace: Workspace, reader: Reader) -> list[str]:
    published = reader.cells()
    cells = workspace.wiring.cells
    return [name for name in cells if cells[name].cell.is_source and name in published]


def _listed(workspace: Workspace, reader: Reader) -> pl.DataFrame:
    """doc_id, title and uri of every document, by id."""
    names = ["doc_id", "title", "uri"]
    empty = pl.DataFrame(schema={name: DOCUMENTS[name] for name in names})
    tables = [
        reader.frame(name, "documents", columns=names) for name in _sources(workspace, reader)
    ]
    return pl.concat([empty, *tables]).unique("doc_id", keep="first").sort("doc_id")


def _documents(
    workspace: Workspace, reader: Reader, documents: Sequence[str], only: Sequence[str] = ()
) -> Iterator[pl.DataFrame]:
    """These documents, some at a time, in their order; all columns unless some are named."""
    columns = ["doc_id", *only] if only else list(DOCUMENTS)
    yield pl.DataFrame(schema={name: DOCUMENTS[name] for name in columns})
    for start in range(0, len(documents), SLICE):
        some = list(documents[start : start + SLICE])
        for name in _sources(workspace, reader):
            yield reader.frame(name, "documents", documents=some, columns=columns)


def _evenly(known: pl.DataFrame) -> list[str]:
    return known["doc_id"].gather_every(max(1, -(-len(known) // EDITED))).to_list()
