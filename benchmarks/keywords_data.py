"""The shared keyword sets, their halves, and the measure."""

from __future__ import annotations

__all__ = [
    "Article",
    "are_long",
    "articles",
    "f1_at",
    "is_even",
    "length",
    "macro",
    "normal",
    "set_names",
]

import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ops.language import stem

SUFFIX: Final = ".jsonl.gz"
LONG: Final = 20_000
"""Characters that an article of a set of long ones has on average, or more."""


@dataclass(frozen=True, slots=True)
class Article:
    """A text and the keywords that people gave it, stemmed and lower-cased."""

    name: str
    language: str
    text: str
    gold: frozenset[str]


def normal(phrase: str, language: str) -> str:
    """A phrase in lower case, each word stemmed (Snowball), single blanks between."""
    return " ".join(stem(word, language) for word in phrase.lower().split())


def is_even(name: str) -> bool:
    """Whether an id falls in the half that settings are tuned on: its MD5 is an even number."""
    return hashlib.md5(name.encode(), usedforsecurity=False).digest()[-1] % 2 == 0


def set_names(data: Path) -> list[str]:
    """The sets that there are, by name."""
    return sorted(file.name.removesuffix(SUFFIX) for file in (data / "keywords").glob(f"*{SUFFIX}"))


def length(found: Sequence[Article]) -> float:
    """Mean characters of an article."""
    return sum(len(article.text) for article in found) / max(len(found), 1)


def are_long(found: Sequence[Article]) -> bool:
    """Whether these are reports or books rather than abstracts."""
    return length(found) >= LONG


def articles(data: Path, name: str) -> list[Article]:
    """All of a set, in the order of its file."""
    found = []
    with gzip.open(data / "keywords" / f"{name}{SUFFIX}", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            language = row["lang"]
            gold = frozenset(normal(key, language) for key in row["keys"]) - {""}
            found.append(Article(row["id"], language, row["text"], gold))
    return found


def f1_at(ranked: Iterable[str], article: Article, count: int = 10) -> float:
    """F1 of the first `count` distinct stemmed phrases; precision is hits over `count`."""
    top = list(dict.fromkeys(filter(None, (normal(p, article.language) for p in ranked))))[:count]
    hits = sum(phrase in article.gold for phrase in top)
    if not hits:
        return 0.0
    precision, recall = hits / count, hits / len(article.gold)
    return 2 * precision * recall / (precision + recall)


def macro(ranked: Sequence[Iterable[str]], found: Sequence[Article], count: int = 10) -> float:
    """Mean F1 over articles."""
    return sum(map(f1_at, ranked, found, [count] * len(found))) / max(len(found), 1)
