"""Questions with what answers them: ranges of documents, or keywords."""

from __future__ import annotations

__all__ = ["Question", "keyword_score", "names_document", "names_of", "placed", "read_questions"]

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from ops.errors import UsageError
from ops.evaluate.ranges import Range

Told: TypeAlias = tuple[str, str, str, str]
"""doc_id, title, URI and text of a document."""

DOCUMENT: Final = ("document", "corpus_id", "doc", "file")


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Each answer is a span of a document, or words that must be found in one."""

    text: str
    document: str = ""
    """Title, file name or URI of the document; "" where any will do."""
    spans: tuple[tuple[int, int], ...] = ()
    answers: tuple[str, ...] = ()
    """Texts whose first place in the document is meant; they are checked against `spans`."""
    keywords: tuple[tuple[str, ...], ...] = ()
    """For each point of the answer words that must all be retrieved (CoFE-RAG)."""
    line: int = 0


def read_questions(path: Path) -> list[Question]:
    """Questions from a CSV file with a head.

    Columns: `question`; `references` (Chroma's form: a JSON list of `content`, `start_index`,
    `end_index`) or `answer` (exact text, or a JSON list of texts) or `keywords` (a JSON list of
    lists); `document` or `corpus_id`, where the answers are of one document.

    Raises:
        UsageError: the file cannot be read, or a line of it is wrong; the line is named.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} is no CSV in UTF-8: {error}") from None
    found = [_question(path, number, row) for number, row in enumerate(rows, start=2)]
    if not found:
        raise UsageError(f"{path} has no questions", hint="it needs a head and a line a question")
    return found


def _question(path: Path, line: int, row: Mapping[str, str | None]) -> Question:
    def wrong(said: str) -> UsageError:
        hint = "columns: question, document, and one of references, answer, keywords"
        return UsageError(f"{path}, record {line}: {said}", hint=hint)

    text = (row.get("question") or "").strip()
    if not text:
        raise wrong("there is no question")
    document = next((row[name] or "" for name in DOCUMENT if row.get(name)), "")
    try:
        references = json.loads(row.get("references") or "[]")
        spans = tuple((int(one["start_index"]), int(one["end_index"])) for one in references)
        contents = tuple(str(one.get("content", "")) for one in references)
        points = _points(json.loads(row.get("keywords") or "[]"))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise wrong(f"its references or keywords are not in form ({error})") from None
    answers = contents if spans else _answers(row.get("answer") or "")
    if not (spans or answers or points):
        raise wrong("nothing says what answers it")
    return Question(text, document, spans, answers, points, line)


def _answers(given: str) -> tuple[str, ...]:
    if given.lstrip().startswith("["):
        try:
            return tuple(str(one) for one in json.loads(given))
        except ValueError:
            pass
    return (given.strip(),) if given.strip() else ()


def _points(given: Any) -> tuple[tuple[str, ...], ...]:
    if given and all(isinstance(one, str) for one in given):
        given = [given]
    return tuple(tuple(str(word) for word in point) for point in given)


def placed(question: Question, documents: Iterable[Told]) -> tuple[list[Range], str]:
    """The ranges that answer a question, or why they are not found ("" otherwise)."""
    near = [one for one in documents if names_document(question.document, one[1], one[2])]
    if not near:
        return [], f"there is no document {question.document!r}"
    found = []
    for number, answer in enumerate(question.answers or ("",) * len(question.spans)):
        place = None
        if question.spans:
            place = _at(near, *question.spans[number], answer)
        if place is None and answer:
            place = _first(near, answer)
        if place is None:
            return [], f"its answer is not in the text: {answer[:60]!r}"
        found.append(place)
    return found, ""


def _at(near: Sequence[Told], start: int, end: int, answer: str) -> Range | None:
    """The range in the document whose text there is the answer."""
    for name, _, _, text in near:
        if 0 <= start < end <= len(text) and (text[start:end] == answer or not answer):
            return Range(name, start, end)
    return None


def _first(near: Sequence[Told], answer: str) -> Range | None:
    for name, _, _, text in near:
        at = text.find(answer)
        if at >= 0:
            return Range(name, at, at + len(answer))
    return None


def names_document(wanted: str, title: str, uri: str) -> bool:
    """Whether a document is meant: by its title, URI or file name; "" means any."""
    return not wanted or wanted in names_of(title, uri)


def names_of(title: str, uri: str) -> frozenset[str]:
    """What a document is called: its title, its URI, its file name, with its ending or without."""
    name = uri.rpartition("/")[2]
    return frozenset(filter(None, (title, uri, name, name.rpartition(".")[0])))


def keyword_score(question: Question, retrieved: Sequence[str]) -> float:
    """Share of the points whose words are all in the texts retrieved, whatever their case.

    Liu et al., "CoFE-RAG" (2024, arXiv:2410.12248), its fine keywords over what was retrieved.
    """
    if not question.keywords:
        return 0.0
    together = "\n".join(retrieved).lower()
    hits = sum(all(word.lower() in together for word in point) for point in question.keywords)
    return hits / len(question.keywords)
