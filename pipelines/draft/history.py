"""Undo and redo: a history of drafts."""

from __future__ import annotations

__all__ = ["History", "Step"]

from dataclasses import dataclass, replace

from pipelines.draft.draft import Draft


@dataclass(frozen=True, slots=True)
class Step:
    """A draft, what was done to get there, and what may be done in the same step.

    `key` names a series of small changes, such as the keys typed into one form: a step with the key
    of the one before it takes its place.
    """

    draft: Draft
    said: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """The present draft, those before it and those that were undone."""

    now: Step
    past: tuple[Step, ...] = ()
    future: tuple[Step, ...] = ()

    @classmethod
    def of(cls, draft: Draft) -> History:
        """A history that begins here."""
        return cls(Step(draft))

    @property
    def draft(self) -> Draft:
        return self.now.draft

    def do(self, draft: Draft, said: str, key: str = "") -> History:
        """Go on to another draft; what was undone is gone. The same text is no step."""
        if draft.text == self.draft.text:
            return self
        step = Step(draft, said, key)
        if key and key == self.now.key and self.past:
            return History(step, self.past)
        return History(step, (*self.past, self.now))

    def close(self) -> History:
        """End a series: what comes next is a step of its own."""
        return replace(self, now=replace(self.now, key="")) if self.now.key else self

    def undo(self) -> History:
        """The draft before; the same history where there is none."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.now, *self.future))

    def redo(self) -> History:
        """The draft that was undone last; the same history where there is none."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.now), self.future[1:])
