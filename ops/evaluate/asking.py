"""What a language model is asked when it makes questions, and the passages it is shown."""

from __future__ import annotations

__all__ = ["LIMIT", "Form", "facts", "grammar", "passages", "prompt"]

import json
import re
from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel

from ops.generation import Prompt, Quoted
from ops.segment.sentences import sentences

FACT: Final = (40, 240)
"""Characters of a sentence that may be asked for."""
FACTS: Final = 4
"""Sentences of a passage that the model may choose from."""
WORDS: Final = 6
QUESTION: Final = 140
LIMIT: Final = round((FACT[1] + QUESTION + 40) / 2)
"""Tokens that an answer may have, at 2 characters each."""
SHORTEST: Final = 80
"""Characters of a passage that is worth a question."""

MARKED: Final = re.compile(r"[|{}<>#\\\x00-\x1f]|```|://")
"""Signs of tables, code and addresses."""
OPENINGS: Final = (
    "What", "Which", "Who", "When", "Where", "Why", "How", "Does", "Do", "Is", "Are", "Can",
)  # fmt: skip

TASK: Final = (
    "Choose a sentence of the passage that states a fact. Then ask for that fact in other words, "
    "so that somebody who has not seen the passage understands the question. Answer in JSON.\n\n"
    "Passage:\nThe mill at Holt grinds rye and wheat. It was built in 1804 by a farmer.\n"
    'JSON: {"answer":"The mill at Holt grinds rye and wheat.",'
    '"question":"Which kinds of grain can be milled in Holt?"}\n\n'
    "Passage:\nTickets bought online may be given back until noon. Children travel free.\n"
    'JSON: {"answer":"Tickets bought online may be given back until noon.",'
    '"question":"Until what time can I return a ticket from the web?"}\n\n'
    "Passage:\n"
)


class Form(BaseModel):
    """A sentence of the passage, and the question that it answers."""

    answer: str
    question: str


def facts(passage: str) -> list[str]:
    """The sentences of a passage that may be asked for, at most FACTS, the longest."""
    found = []
    for start, end in sentences(passage):
        text = passage[start:end]
        short, long = FACT
        whole = text[:1].isupper() and text[-1:] in ".!。"
        many = len(text.split()) >= WORDS or not text.isascii()
        if short <= len(text) <= long and whole and many and not MARKED.search(text):
            found.append(text)
    longest = sorted(found, key=len, reverse=True)[:FACTS]
    return [text for text in dict.fromkeys(found) if text in longest]


def grammar(choices: Sequence[str]) -> str:
    """GBNF of a `Form` whose answer is one of these texts, letter by letter.

    The question begins as English ones do and ends in a question mark.
    """
    answers = " | ".join(_literal(json.dumps(text, ensure_ascii=False)) for text in choices)
    openings = " | ".join(_literal(f"{word} ") for word in OPENINGS)
    key, between, end = (_literal(text) for text in ('{"answer":', ',"question":"', '?"}'))
    return (
        f"root ::= {key} ({answers}) {between} ({openings}) sign{{8,{QUESTION}}} {end}\n"
        r'sign ::= [^"\\?*#\x00-\x1F\x7F]' + "\n"
    )


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def prompt(title: str, passage: str) -> Prompt:
    """What is asked of one passage; all that does not depend on it comes first."""
    of = (Quoted(f"{title}\n"),) if title.strip() else ()
    return Prompt((TASK, *of, Quoted(passage), "\nJSON:"))


def passages(text: str, size: int, count: int) -> list[tuple[int, int]]:
    """At most `count` spans of whole sentences, of up to `size` characters, at even distances.

    They do not depend on any segmenter, so that none is favoured. A sentence that is longer than
    `size` makes no passage.
    """
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if end - start > size:
            continue
        if spans and end - spans[-1][0] <= size:
            spans[-1] = spans[-1][0], end
        else:
            spans.append((start, end))
    return _evenly([(a, b) for a, b in spans if b - a >= SHORTEST], count)


def _evenly(spans: Sequence[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    step = max(len(spans) / count, 1.0)
    return [spans[int((n + 0.5) * step)] for n in range(min(count, len(spans)))]
