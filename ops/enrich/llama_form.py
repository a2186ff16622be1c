"""The form that a language model fills in about a chunk."""

from __future__ import annotations

__all__ = ["FIELDS", "Field", "form", "limit", "prompt"]

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, StringConstraints, create_model
from pydantic import Field as Bounds

from ops.generation import Prompt, Quoted

Field = Literal["title", "summary", "keywords", "questions"]
FIELDS: Final[tuple[Field, ...]] = ("title", "summary", "keywords", "questions")

TITLE: Final = 80
SUMMARY: Final = 240
KEYWORD: Final = 32
QUESTION: Final = 120
"""Most characters of each."""

SYSTEM: Final = "You describe passages for a search index. You use the words of the passage."
ASKED: Final = {
    "title": "title: what the passage is about, in at most eight words",
    "summary": "summary: what the passage says, in one sentence",
    "keywords": "keywords: up to {keywords} words or names that somebody would search for",
    "questions": "questions: up to {questions} questions that the passage answers",
}


@lru_cache(maxsize=64)
def form(fields: tuple[Field, ...], keywords: int, questions: int) -> type[BaseModel]:
    """A pydantic model of the chosen fields, in the order of FIELDS."""
    kinds: dict[str, Any] = {
        "title": _text(TITLE),
        "summary": _text(SUMMARY),
        "keywords": _several(KEYWORD, keywords),
        "questions": _several(QUESTION, questions),
    }
    chosen = {name: (kinds[name], ...) for name in FIELDS if name in fields}
    made: type[BaseModel] = create_model("Form", **chosen)  # type: ignore[call-overload]
    return made


def limit(fields: Sequence[Field], keywords: int, questions: int) -> int:
    """Tokens that an answer may have: those of the longest that fits, at 2.5 characters each."""
    longest = {
        "title": TITLE,
        "summary": SUMMARY,
        "keywords": keywords * (KEYWORD + 3),
        "questions": questions * (QUESTION + 3),
    }
    return round(sum(longest[name] + 16 for name in fields) / 2.5)


def prompt(fields: Sequence[Field], keywords: int, questions: int, title: str, text: str) -> Prompt:
    """What is asked; all that does not depend on the chunk comes first."""
    counts = {"keywords": keywords, "questions": questions}
    lines = [ASKED[name].format(**counts) for name in FIELDS if name in fields]
    task = "Fill in a form about the passage, as JSON:\n- " + "\n- ".join(lines)
    of = (Quoted(f"{title}\n\n"),) if title.strip() else ()
    return Prompt((f"{task}\n\nPassage:\n\n", *of, Quoted(text)), system=SYSTEM)


def _text(most: int) -> Any:
    return Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=most)]


def _several(characters: int, most: int) -> Any:
    return Annotated[list[_text(characters)], Bounds(min_length=1, max_length=most)]  # type: ignore[misc]
