"""Where phrases occur in their text."""

from __future__ import annotations

__all__ = ["Occurrences"]

import re
from array import array
from dataclasses import dataclass
from typing import Final

import numpy as np

from ops.keywords.patterns import Pattern
from ops.keywords.tokens import IntArray, Tokens

_RUN: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, eq=False)
class Occurrences:
    """Where each form of a text's words occurs, and where its patterns do.

    A word occurs wherever its letters stand with no letter, digit or underscore beside them,
    whatever their case; so also inside "well-known", which is no token of FRAKE's.
    """

    tokens: Tokens
    form: IntArray
    """(occurrences,) In the order of their start."""
    start: IntArray
    end: IntArray

    @classmethod
    def of(cls, tokens: Tokens) -> Occurrences:
        """Every occurrence of every form."""
        number = {form: index for index, form in enumerate(tokens.forms)}
        form, start, end = (array("q") for _ in range(3))
        for match in _RUN.finditer(tokens.text):
            index = number.get(match.group().lower())
            if index is not None:
                form.append(index)
                start.append(match.start())
                end.append(match.end())
        # The tokens themselves too, for those cut off a longer run: "does" in "doesn't".
        forms = np.concatenate([np.array(form), tokens.form])
        starts = np.concatenate([np.array(start), tokens.start])
        ends = np.concatenate([np.array(end), tokens.end])
        order = np.lexsort((ends, starts))
        forms, starts, ends = forms[order], starts[order], ends[order]
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = (np.diff(starts) != 0) | (np.diff(ends) != 0)
        return cls(tokens, forms[first], starts[first], ends[first])

    def of_form(self, form: int) -> IntArray:
        """Every occurrence of a word, in order: (occurrences, 2)."""
        at = np.flatnonzero(self.form == form)
        return np.column_stack([self.start[at], self.end[at]])

    def of_pattern(self, pattern: Pattern) -> IntArray:
        """Every occurrence of a phrase, in order: (occurrences, 2).

        It occurs where its words follow one another in a sentence, whatever their case, with
        nothing between them but what is no token: stop words, punctuation, numbers. Where they
        never do, each sentence that holds them all as written has one occurrence: its shortest
        stretch that holds them, of equals the first.
        """
        found = self._adjacent(pattern)
        return found if len(found) else self._windows(pattern)

    def within(self, start: int, end: int) -> tuple[IntArray, IntArray]:
        """Forms and spans (occurrences, 2) of all words inside a stretch of the text, in order."""
        inside = slice(*np.searchsorted(self.start, (start, end)))
        whole = self.end[inside] <= end
        spans = np.column_stack([self.start[inside], self.end[inside]])
        return self.form[inside][whole], spans[whole]

    def _adjacent(self, pattern: Pattern) -> IntArray:
        tokens, size = self.tokens, len(pattern)
        form = tokens.form
        at = np.arange(max(len(form) - size + 1, 0))
        for offset, word in enumerate(pattern):
            at = at[form[at + offset] == tokens.form_of[word]]
        last = at + size - 1
        together = tokens.sentence[at] == tokens.sentence[last]
        return np.column_stack([tokens.start[at[together]], tokens.end[last[together]]])

    def _windows(self, pattern: Pattern) -> IntArray:
        tokens = self.tokens
        at = np.flatnonzero(np.isin(tokens.word, pattern))
        edges = np.flatnonzero(np.diff(tokens.sentence[at])) + 1
        spans = []
        for places in np.split(at, edges):
            seen: dict[int, int] = {}
            best: tuple[int, int] | None = None
            for place in places.tolist():
                seen.pop(int(tokens.word[place]), None)
                seen[int(tokens.word[place])] = place
                if len(seen) == len(pattern):
                    # Words are kept by their latest place, so the first of them is the earliest.
                    start = int(tokens.start[next(iter(seen.values()))])
                    end = int(tokens.end[place])
                    if best is None or end - start < best[1] - best[0]:
                        best = (start, end)
            if best:
                spans.append(best)
        return np.array(spans, dtype=np.int64).reshape(-1, 2)
