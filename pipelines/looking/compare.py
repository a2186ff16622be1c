"""Segmenters side by side: what their chunks look like, what questions find in them, and at what
cost."""

from __future__ import annotations

__all__ = ["Compared", "Comparison", "Variant", "compare", "stability", "sweep_variants"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ops.context import Context
from ops.errors import UsageError
from ops.evaluate.bootstrap import Interval, difference, interval
from ops.evaluate.questions import Question, keyword_score, placed
from ops.evaluate.ranges import Range, score
from ops.evaluate.search import together, top, vector_scores, word_scores
from ops.evaluate.shape import Shape, shape_of
from ops.evaluate.small_edits import Kept, stability_of
from ops.segment.vectors import embedded
from pipelines.cell.recut import Recutter, maker_of
from pipelines.file.model import Model
from pipelines.looking.sample import Preview, Sampler
from pipelines.looking.search import Mode, searched
from pipelines.looking.whatif import changed
from pipelines.workspace import Workspace

ALL: Final = 1_000_000_000
EDITED: Final = 40
"""Documents, evenly chosen, that are edited and cut again for the stability."""
SURE: Final = (0.975, 0.8)
"""Shares of bootstrap draws from where on a lead is called sure, and likely."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A cell of a notebook, perhaps with other parameters."""

    label: str
    model: Model
    cell: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What is known of one variant. Scores are None without questions."""

    label: str
    shape: Shape
    seconds: float
    embed_tokens: int
    """Tokens of all chunks together: what embedding them costs."""
    failures: int
    stability: float | None = None
    """Share of the chunks that small edits of their documents leave as they were."""
    recall: Interval | None = None
    precision: Interval | None = None
    omega: Interval | None = None
    iou: Interval | None = None
    keywords: Interval | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Variants in the order they were given, with one sentence on which to take."""

    variants: tuple[Compared, ...]
    documents: int
    questions: int
    k: int
    mode: Mode
    advice: str
    left_out: tuple[str, ...]
    """Questions that could not be used, and why."""

    def as_json(self) -> dict[str, Any]:
        """Plain data; intervals as mean, low and high."""
        found = asdict(self)
        for row in found["variants"]:
            for name in ("recall", "precision", "omega", "iou", "keywords"):
                if row[name] is not None:
                    row[name] = dict(zip(("mean", "low", "high"), row[name], strict=True))
        return found


def sweep_variants(model: Model, values: Mapping[str, Sequence[Any]]) -> tuple[Variant, ...]:
    """A variant for every combination of values.

    Args:
        values: "cell.parameter" → the values to try. All are of one cell.

    Raises:
        UsageError: there is no such cell or parameter, or cells differ.
    """
    cells = {name.partition(".")[0] for name in values}
    if len(cells) != 1:
        raise UsageError(
            "a sweep varies the parameters of one cell",
            hint="for example --set chunks.size=128,256",
        )
    [cell] = cells
    names = [name.partition(".")[2] for name in values]
    found = []
    for chosen in product(*values.values()):
        changes = dict(zip(names, chosen, strict=True))
        label = " ".join(f"{name}={value}" for name, value in changes.items())
        found.append(Variant(label, changed(model, cell, changes), cell))
    return tuple(found)


def compare(
    variants: Sequence[Variant],
    questions: Sequence[Question] = (),
    *,
    count: int = ALL,
    k: int = 5,
    mode: Mode | None = None,
    embedder: str | None = None,
    said: Callable[[str], None] = lambda text: None,
) -> Comparison:
    """Cut the same documents in every way, and ask each the same questions.

    Nothing is stored. Search is exact, over the leaves of all documents together, by the vectors of
    the cell where it is an embed cell, or below one.

    Args:
        mode: None for the way in which the notebook's collection is searched.
        embedder: None for the model of the collection's vectors, or MiniLM where there are none.

    Raises:
        UsageError: a cell makes no chunks, or no question can be used.
    """
    first = Workspace(variants[0].model)
    sampler = Sampler(first, count)
    ctx = Context(first.unstored(), first.model.base)
    usual, model = searched(first)
    mode = mode or usual
    search = _Search(questions, k, mode, embedder or model or "minilm", ctx)
    found: list[_Measured] = []
    for variant in variants:
        said(f"{variant.label}: cutting")
        sampler.workspace = Workspace(variant.model)
        wiring = sampler.workspace.wiring
        for above in wiring.cells[variant.cell].cell.inputs if variant.cell in wiring.cells else ():
            sampler.preview(above)
        preview = sampler.preview(variant.cell)
        if "chunks" not in preview.frames:
            hint = "name a segment.* cell, or one below it"
            raise UsageError(f"cell {variant.cell!r} makes no chunks", hint=hint)
        maker = maker_of(wiring, variant.cell)
        assert maker is not None  # it made chunks
        recutter = Recutter(wiring, maker)
        said(f"{variant.label}: measuring")
        one = search.measured(variant.label, preview, recutter.size)
        stable = stability(preview.frames["documents"], recutter, search.ctx)
        found.append(replace(one, row=replace(one.row, stability=stable)))
    if questions and not search.asked:
        raise UsageError("no question can be used", hint="; ".join(search.left_out[:3]))
    documents = preview.documents
    rows = tuple(one.row for one in found)
    return Comparison(rows, documents, search.asked, k, mode, _advice(found), search.left_out)


def stability(documents: pl.DataFrame, recutter: Recutter, ctx: Context) -> float:
    """How chunks stand small edits of their documents, of which some are taken, evenly chosen."""
    some = documents.gather_every(max(1, -(-len(documents) // EDITED)))
    kept = stability_of(some, lambda table: recutter.cut(table, ctx)).values()
    return Kept(sum(one.same for one in kept), sum(one.total for one in kept)).share


@dataclass(frozen=True, slots=True)
class _Measured:
    row: Compared
    recalls: list[float]
    """Of each question: recall of ranges, or of keywords where there are no ranges."""
    ious: list[float]


class _Search:
    """Asks the questions of one set of chunks after another."""

    def __init__(
        self, questions: Sequence[Question], k: int, mode: Mode, embedder: str, ctx: Context
    ) -> None:
        self._questions = questions
        self._k, self._mode, self._embedder, self.ctx = k, mode, embedder, ctx
        self.asked = 0
        self.left_out: tuple[str, ...] = ()

    def measured(self, label: str, preview: Preview, size: int | None) -> _Measured:
        documents, chunks = preview.frames["documents"], preview.frames["chunks"]
        leaves = chunks.filter(pl.col("level") == 0)
        shape = shape_of(documents, chunks, size)
        tokens = int(leaves["tokens"].sum())
        plain = Compared(label, shape, preview.seconds, tokens, len(preview.failures))
        if not self._questions or leaves.is_empty():
            return _Measured(plain, [], [])
        told = list(documents.select("doc_id", "title", "uri", "text").iter_rows())
        places = [placed(question, told) for question in self._questions]
        usable = [
            number
            for number, (question, (ranges, _)) in enumerate(
                zip(self._questions, places, strict=True)
            )
            if ranges or question.keywords
        ]
        self.asked = len(usable)
        self.left_out = tuple(
            f"record {self._questions[number].line}: {why}"
            for number, (_, why) in enumerate(places)
            if number not in set(usable)
        )
        if not usable:
            return _Measured(plain, [], [])
        asked = [self._questions[number] for number in usable]
        answers = [places[number][0] for number in usable]
        return self._scored(plain, leaves, asked, answers)

    def _scored(
        self,
        plain: Compared,
        leaves: pl.DataFrame,
        asked: Sequence[Question],
        answers: Sequence[list[Range]],
    ) -> _Measured:
        ranges = [Range(*row) for row in leaves.select("doc_id", "start", "end").iter_rows()]
        best = self._best([one.text for one in asked], leaves)
        bodies = leaves["text"].to_list()
        with_ranges = [
            score(answer, [ranges[place] for place in row], ranges)
            for answer, row in zip(answers, best, strict=True)
            if answer
        ]
        by_words = [
            keyword_score(question, [bodies[place] for place in row])
            for question, answer, row in zip(asked, answers, best, strict=True)
            if not answer
        ]
        row = replace(plain, keywords=interval(by_words) if by_words else None)
        if with_ranges:
            row = replace(
                row,
                recall=interval([one.recall for one in with_ranges]),
                precision=interval([one.precision for one in with_ranges]),
                omega=interval([one.omega for one in with_ranges]),
                iou=interval([one.iou for one in with_ranges]),
            )
        recalls = [one.recall for one in with_ranges] + by_words
        return _Measured(row, recalls, [one.iou for one in with_ranges])

    def _best(self, asked: list[str], leaves: pl.DataFrame) -> list[list[int]]:
        """Of each question the numbers of the leaves that are found best."""
        texts = [
            derived or text for text, derived in leaves.select("text", "derived_text").iter_rows()
        ]
        words = None if self._mode == "vector" else word_scores(asked, texts)
        if self._mode == "text" and words is not None:
            scores = words
        else:
            questions = embedded(asked, self._embedder, self.ctx)
            scores = vector_scores(questions, self._vectors(leaves, texts, questions.shape[1]))
            if words is not None:
                scores = together(scores, words, self._k)
        return [list(row) for row in top(scores, self._k)]

    def _vectors(self, leaves: pl.DataFrame, texts: list[str], width: int) -> NDArray[np.float32]:
        """Those that an embed cell made, else of the texts alone."""
        if "vector" not in leaves.columns or leaves["vector"].null_count():
            return embedded(texts, self._embedder, self.ctx)
        found = leaves["vector"].to_list()
        if any(len(vector) != width for vector in found):
            raise UsageError(
                f"the cell's vectors are not of length {width}, as those of {self._embedder} are",
                hint="name the model that made them with --model",
            )
        return np.array(found, dtype=np.float32)


def _advice(found: Sequence[_Measured]) -> str:
    """One sentence: which to take, why, and how sure that is."""
    if len(found) < 2:
        return "There is nothing to compare with: name two cells or more."
    if not found[0].recalls:
        best = min(
            found, key=lambda one: (one.row.shape.sentences_cut, one.row.shape.structure_cut)
        )
        shape = best.row.shape
        return (
            f"Without questions nothing tells what will be found; {best.row.label} cuts the fewest "
            f"sentences ({shape.sentences_cut:.0%} of its boundaries): add --questions to be surer."
        )
    ranked = sorted(found, key=lambda one: -float(np.mean(one.recalls)))
    best, second = ranked[0], ranked[1]
    lead, above = difference(best.recalls, second.recalls)
    between = f"95 % interval {lead.low:+.1%} to {lead.high:+.1%}"
    if above >= SURE[0]:
        return (
            f"Take {best.row.label}: it finds {lead.mean:.1%} more of the answers than "
            f"{second.row.label}, and that is sure ({between})."
        )
    # Those that the best does not surely beat are as good; of them the most precise is better.
    near = [one for one in ranked if difference(best.recalls, one.recalls)[1] < SURE[0]]
    chosen = max(near, key=lambda one: float(np.mean(one.ious)) if one.ious else 0.0)
    doubt = "likely" if above >= SURE[1] else "not sure"
    if (chosen is best and lead.mean > 0) or not chosen.ious:
        return (
            f"Take {best.row.label}: it finds {lead.mean:.1%} more of the answers than "
            f"{second.row.label}, which is {doubt} with {len(best.recalls)} questions "
            f"({between})."
        )
    return (
        f"Take {chosen.row.label}: {len(near)} of {len(found)} find as much as far as "
        f"{len(best.recalls)} questions can tell, and of these it brings the least beside "
        f"the answer (IoU {float(np.mean(chosen.ious)):.3f})."
    )
