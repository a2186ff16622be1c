"""Sentences of English as people write it on the web: also where no stop ends them.

Headlines, signatures, greetings and the heads of forwarded mail end without a stop. On top of the
rules of `ops.segment.sentences`, a logistic regression over the words around a gap says where. It
only adds boundaries, only in text that looks English, and is trained on the train split of the
Universal Dependencies English Web Treebank (Silveira et al. 2014, CC BY-SA 4.0) by
`benchmarks/sentence_model.py`; `data/web_sentences.npz` holds its weights by the CRC-32 of each
feature's name.
"""

from __future__ import annotations

__all__ = ["candidates", "english", "web_sentences"]

import math
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final
from zlib import crc32

import numpy as np

from ops.segment.sentences import sentences

TOKEN: Final = re.compile(r"\S+")
WEB: Final = re.compile(r"https?:|www\.")
EDGE: Final = "\"'()[]<>*_.,;:!?"
THRESHOLD: Final = math.log(0.6 / 0.4)
"""Best of 0.4 to 0.8 when the train split is cut in two and each half judged by the other."""
COMMON: Final = re.compile(r"\b(?:the|and|of|to|is|in|that|you|for|it|was|with)\b")
ENGLISH: Final = 0.08  # share of these among words; German and French have less than 0.03
LOOKED_AT: Final = 20_000  # characters that tell the language


def web_sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The spans of English sentences, as `ops.segment.sentences.sentences` gives others.

    Whether a text is `english` is for the caller to ask.
    """
    found = []
    for first, last in sentences(text, start, end):
        at = first
        for stop, following, names in candidates(text, first, last):
            if _score(names) > THRESHOLD:
                found.append((at, stop))
                at = following
        found.append((at, last))
    return found


def english(text: str) -> bool:
    """Whether a text has as many of the commonest English words as English has."""
    part = text[:LOOKED_AT].lower()
    words = len(TOKEN.findall(part))
    return words > 0 and len(COMMON.findall(part)) / words >= ENGLISH


def candidates(text: str, start: int, end: int) -> Iterator[tuple[int, int, list[str]]]:
    """Gaps in a sentence that may end one: where it ends, the next starts, names of features.

    Those between a word and a word in lower case are left out.
    """
    matches = list(TOKEN.finditer(text, start, end))
    words = [match[0] for match in matches]
    lower = [word[0].islower() for word in words]
    for at in range(len(words) - 1):
        if lower[at + 1] and words[at][-1].isalnum():
            continue
        near = sum(lower[max(0, at - 7) : at + 1])
        names = _features(words, at, 4 if near == 8 else min(near, 3))
        yield matches[at].end(), matches[at + 1].start(), names


def _features(words: list[str], at: int, lower: int) -> list[str]:
    """Names of what is seen around the gap after word `at`.

    Args:
        lower: how many of the eight words before are in lower case; 3 for most, 4 for all.
    """
    third = words[at - 2] if at > 1 else ""
    second = words[at - 1] if at else ""
    last, first = words[at], words[at + 1]
    after = words[at + 2] if at + 2 < len(words) else ""
    end = "" if last[-1].isalnum() else last[-1]
    begin = "" if first[0].isalnum() else first[0]
    s3, s2, s1, n1, n2 = (_shape(word) for word in (third, second, last, first, after))
    length = min(int(math.log2(at + 2) * 1.5), 8)
    bare, following = _bare(last), _bare(first)
    return [
        "b",
        f"e{end}",
        f"s{begin}",
        f"p1{bare}",
        f"n1{following}",
        f"p2{_bare(second)}",
        f"n2{_bare(after)}",
        f"es{end}{begin}",
        f"ps{s1}{end}|{n1}{begin}",
        f"pp{s2}|{s1}{end}|{n1}",
        f"nn{s1}{end}|{n1}|{n2}",
        f"p5{s3}{s2}{s1}{n1}{n2}",
        f"L{length}",
        f"L{length}{end}{n1}",
        f"ln{s1}{end}{following}",
        f"lp{bare}{end}{n1}",
        f"sn{lower}{s1}{n1}",
        f"LS{length}{lower}{n1}",
        f"pn{bare}|{following}",
    ]


def _bare(word: str) -> str:
    return word.lower().strip(EDGE)


def _kind(bare: str) -> str:
    if bare.isdigit():
        return "D"
    if any(sign.isdigit() for sign in bare):
        return "M"
    if bare.isupper():
        return "A" if len(bare) > 1 else "I"
    return "X" if bare[0].isupper() else "x"


def _shape(word: str) -> str:
    """A letter for what kind of word it is: address, link, signs, number, capitals, …"""
    if not word:
        return "#"
    if "@" in word:
        return "@"
    if WEB.match(word):
        return "U"
    bare = word.strip(EDGE + "-")
    return _kind(bare) if len(bare) < 40 and bare else "P" + word[0]


def _score(names: list[str]) -> float:
    weights = _weights()
    return sum(weights.get(crc32(name.encode("utf-8", "surrogatepass")), 0.0) for name in names)


@cache
def _weights() -> dict[int, float]:
    with (files("ops.segment") / "data" / "web_sentences.npz").open("rb") as file:
        stored = np.load(file)
        return dict(
            zip(stored["names"].tolist(), stored["weights"].astype(float).tolist(), strict=True)
        )
