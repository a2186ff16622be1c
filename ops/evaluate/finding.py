"""What questions find in each document alone, small enough to be kept, and what that comes to for
all documents together.

A chunk's likeness to a question does not depend on other documents, so the best chunks of each
document hold the best of all. For search by words the counts of the questions' terms are kept
instead, and ranked when all are known (Okapi BM25); for hybrid search both. Where the questions
come from the documents themselves (`ops.evaluate.own`), all vectors and counts are kept.
"""

from __future__ import annotations

__all__ = ["Found", "Leaf", "answers_in", "joined", "part_of", "part_of_own"]

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ops.evaluate.own import Own, numbered, own_part
from ops.evaluate.questions import Question, names_document
from ops.evaluate.ranges import Range, Scores, score
from ops.evaluate.ranking import Mode, Ranked, best_chunks, looked_at
from ops.evaluate.search import terms

Leaf: TypeAlias = tuple[int, int, str]
"""Start, end and the text that is searched."""


class Asked(NamedTuple):
    """What is kept of a question."""

    text: str
    answers: int
    keywords: list[list[str]]


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one question: scores where it has ranges, `keywords` where it has not."""

    question: str
    doc_id: str
    """The document that it is counted with: the one with its first answer, or the best hit."""
    scores: Scores | None = None
    keywords: float | None = None
    why_not: str = ""
    """Why it cannot be used."""


def part_of(
    doc_id: str,
    title: str,
    uri: str,
    text: str,
    leaves: Sequence[Leaf],
    questions: Sequence[Question],
    k: int,
    mode: Mode,
    likeness: NDArray[np.float64] | None,
) -> bytes:
    """What one document adds.

    Args:
        likeness: of each question to each leaf (questions, leaves); None to search by words alone.
    """
    part: dict[str, Any] = {
        "doc": doc_id,
        "asked": [[q.text, len(q.answers or q.spans), q.keywords] for q in questions],
        "spans": [[start, end] for start, end, _ in leaves],
        "named": [n for n, q in enumerate(questions) if names_document(q.document, title, uri)],
    }
    part["answers"] = {
        str(n): places for n in part["named"] if (places := answers_in(questions[n], text))
    }
    every = range(len(leaves))
    chosen: Iterable[tuple[int, Iterable[int]]] = ((n, every) for n in range(len(questions)))
    if mode != "vector":
        wanted = {term for question in questions for term in terms(question.text)}
        part["lengths"], part["terms"] = _terms(leaves, wanted)
    if likeness is not None:
        order = np.argsort(-likeness, axis=1, kind="stable")[:, : looked_at(k, mode)]
        rows = [[[int(c), float(likeness[n, c])] for c in row] for n, row in enumerate(order)]
        part["best"] = rows
        if mode == "vector":
            chosen = ((n, row.tolist()) for n, row in enumerate(order))
    part["hits"] = _hits(leaves, questions, chosen)
    return zlib.compress(json.dumps(part).encode())


def part_of_own(
    doc_id: str,
    leaves: Sequence[Leaf],
    asked: Sequence[Own],
    mode: Mode,
    vectors: tuple[NDArray[np.float32], NDArray[np.float32]] | None,
) -> bytes:
    """What one document adds where documents bring their own questions.

    Args:
        vectors: of its questions and of its leaves; None to search by words alone.
    """
    part = {
        "doc": doc_id,
        "spans": [[start, end] for start, end, _ in leaves],
        "hits": {},
        **own_part(asked, vectors),
    }
    if mode != "vector":
        part["lengths"], part["terms"] = _terms(leaves)
    return zlib.compress(json.dumps(part).encode())


def answers_in(question: Question, text: str) -> dict[str, list[int]]:
    """Number of an answer → where it stands in the text."""
    found = {}
    for number in range(len(question.answers or question.spans)):
        answer = question.answers[number] if question.answers else ""
        place = None
        if question.spans:
            start, end = question.spans[number]
            if 0 <= start < end <= len(text) and (not answer or text[start:end] == answer):
                place = [start, end]
        if place is None and answer and (at := text.find(answer)) >= 0:
            place = [at, at + len(answer)]
        if place is not None:
            found[str(number)] = place
    return found


def _terms(
    leaves: Sequence[Leaf], wanted: set[str] | None = None
) -> tuple[list[int], dict[str, list[list[int]]]]:
    """Terms in each leaf, and for each term, or those wanted: leaf and count."""
    lengths, found = [], defaultdict(list)
    for number, (_, _, text) in enumerate(leaves):
        counts = Counter(terms(text))
        lengths.append(counts.total())
        for term in sorted(counts if wanted is None else wanted & counts.keys()):
            found[term].append([number, counts[term]])
    return lengths, dict(found)


def _hits(
    leaves: Sequence[Leaf],
    questions: Sequence[Question],
    chosen: Iterable[tuple[int, Iterable[int]]],
) -> dict[str, dict[str, list[list[int]]]]:
    """Question → chunk → the (point, word) of its keywords that stand in the chunk."""
    found: dict[str, dict[str, list[list[int]]]] = {}
    for number, numbers in chosen:
        points = questions[number].keywords
        if not points:
            continue
        for chunk in numbers:
            body = leaves[chunk][2].lower()
            pairs = [
                [p, w]
                for p, point in enumerate(points)
                for w, word in enumerate(point)
                if word.lower() in body
            ]
            if pairs:
                found.setdefault(str(number), {})[str(chunk)] = pairs
    return found


def joined(parts: Iterable[bytes], k: int, mode: Mode) -> list[Found]:
    """What came of each question over all documents; the parts are of the same questions, or each
    document's of its own."""
    opened = [json.loads(zlib.decompress(part)) for part in parts if part]
    opened.sort(key=lambda part: part["doc"])
    if opened and "own" in opened[0]:
        opened = numbered(opened, looked_at(k, mode))
    if not opened:
        return []
    questions = [Asked(*asked) for asked in opened[0]["asked"]]
    best = best_chunks(opened, [one.text for one in questions], k, mode)
    by_doc = {part["doc"]: part for part in opened}
    return [_found(n, question, best[n], by_doc) for n, question in enumerate(questions)]


def _found(
    number: int, question: Asked, best: Ranked, parts: Mapping[str, Mapping[str, Any]]
) -> Found:
    first, text = next(iter(parts)), question.text
    if question.keywords and not question.answers:
        owner = best[0][1] if best else first
        return Found(text, owner, keywords=_keyword_share(number, question, best, parts))
    answer: list[Range] = []
    for which in range(question.answers):
        place = next(
            (
                Range(doc, *part["answers"][str(number)][str(which)])
                for doc, part in parts.items()
                if str(which) in part["answers"].get(str(number), {})
            ),
            None,
        )
        if place is None:
            known = any(number in part["named"] for part in parts.values())
            why = "its answer is not in the text" if known else "there is no such document"
            return Found(text, first, why_not=why)
        answer.append(place)
    retrieved = [Range(doc, *parts[doc]["spans"][chunk]) for _, doc, chunk in best]
    near = dict.fromkeys(one.doc_id for one in answer)
    chunks = [Range(doc, *span) for doc in near for span in parts[doc]["spans"]]
    return Found(text, answer[0].doc_id, scores=score(answer, retrieved, chunks))


def _keyword_share(
    number: int, question: Asked, best: Ranked, parts: Mapping[str, Mapping[str, Any]]
) -> float:
    """CoFE-RAG's criterion: the share of points whose words all stand in what was retrieved."""
    seen = {
        (point, word)
        for _, doc, chunk in best
        for point, word in parts[doc]["hits"].get(str(number), {}).get(str(chunk), ())
    }
    whole = sum(
        all((p, w) in seen for w in range(len(point))) for p, point in enumerate(question.keywords)
    )
    return whole / len(question.keywords)
