"""How a text itself points at its topics: cue words, definitions, titles, quotation marks."""

from __future__ import annotations

__all__ = ["SIGNALS", "signals_of"]

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from ops.keywords.graph import FloatArray
from ops.keywords.phrases import Phrase
from ops.keywords.words import Words

RHETORIC: Final[Mapping[str, str]] = {
    "aim": r"we (?:propose|present|introduce|describe|develop|study|investigate|address|consider"
    r"|analy[sz]e|show)|this (?:paper|article|work|study|report|thesis)"
    r"|in this (?:paper|article|work|study)|is (?:proposed|presented|introduced|investigated)"
    r"|(?:aims?|objective|purpose|goal) (?:of|is|to)",
    "conclusion": r"conclu(?:de|sion)\w*|in (?:summary|short|sum)|to sum up"
    r"|results? (?:show|indicate|suggest|demonstrate)\w*|we (?:find|found)|finally",
    "illustration": r"for (?:example|instance)|such as|including|e\.g|to illustrate",
    "contrast": r"however|but|although|though|whereas|unlike|despite|instead|in contrast"
    r"|on the other hand|nevertheless|yet",
    "cause": r"because|therefore|thus|hence|since|consequently|as a result|due to|so that"
    r"|leads? to",
    "emphasis": r"important(?:ly)?|key|main(?:ly)?|crucial|essential|central|major"
    r"|significant(?:ly)?|in particular|especially|above all|most of all",
}
"""Class of sentence → its English cue words, after the rhetorical signals of Marujo et al."""

SIGNALS: Final = ("title", "defined", "abbreviated", "quoted", *RHETORIC)

_CUES: Final = tuple(re.compile(rf"\b(?:{cue})\b", re.IGNORECASE) for cue in RHETORIC.values())
_AFTER: Final = re.compile(
    r"[\"”'’)]{0,2},? (?:(?:is|are|was|were) (?:an?|the|one of|defined|called|known)\b"
    r"|(?:refers?|denotes?|means?)\b)",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    r"\b(?:called|known as|termed|named|defined as|so-called|referred to as|(?:concept|notion"
    r"|problem|method|theory|use|field|area)s? of) (?:an? |the )?[\"“'‘(]{0,2}\Z",
    re.IGNORECASE,
)
_SHORT: Final = re.compile(r"\s\([A-Z][\w.&/-]{1,9}\)")
_REACH: Final = 30
_QUOTES: Final = '"“”‘«»„'


def signals_of(
    words: Words, phrases: Sequence[Phrase], check: Callable[[], None] = lambda: None
) -> FloatArray:
    """(candidates, signals) The share of a candidate's occurrences that each signal marks.

    After the shallow semantic features and rhetorical signals of Marujo, Gershman, Carbonell,
    Frederking and Neto, "Supervised Topical Key Phrase Extraction of News Stories using
    Crowdsourcing, Light Filtering and Co-reference Normalization" (LREC 2012). There the signals
    count how many cues a document has around a phrase; here they ask what the sentence is for.
    The title is the first line, or the first sentence of a text without lines. Cue words and
    definitions are English; in other languages those signals are 0.
    """
    text, values = words.text, np.zeros((len(phrases), len(SIGNALS)))
    english = words.language == "en"
    cued = np.zeros((len(words.sentences), len(RHETORIC)))
    if english:
        for place, (a, b) in enumerate(words.sentences):
            cued[place] = [cue.search(text, a, b) is not None for cue in _CUES]
    title = _title_end(words)
    sentence = np.array(words.sentence, dtype=np.int64)
    for row, phrase in enumerate(phrases):
        check()
        shares = values[row]
        for place in phrase.places:
            begin, end = words.start[place], words.end[place + phrase.size - 1]
            shares[0] += end <= title
            if english:
                before = text[max(0, begin - _REACH) : begin]
                shares[1] += bool(_AFTER.match(text, end) or _BEFORE.search(before))
            shares[2] += _SHORT.match(text, end) is not None
            shares[3] += text[max(0, begin - 1) : begin] in _QUOTES and begin > 0
        shares[4:] = cued[sentence[phrase.places]].sum(axis=0)
        shares /= len(phrase.places)
    return values


def _title_end(words: Words) -> int:
    text = words.text
    first = len(text) - len(text.lstrip())
    line = text.find("\n", first)
    sentence = words.sentences[0][1] if words.sentences else 0
    return min(line, sentence) if line >= 0 else sentence
