"""Counts documents as done in step with texts that go through a model in another order."""

from __future__ import annotations

__all__ = ["Steps"]

from ops.context import Context


class Steps:
    """Spreads the documents of a batch evenly over its texts.

    Args:
        texts: how many the model takes.
        documents: how many there are to count.
    """

    def __init__(self, ctx: Context, texts: int, documents: int) -> None:
        self._ctx, self._texts, self._documents = ctx, texts, documents
        self._texts_done = self._documents_done = 0

    def done(self, texts: int) -> None:
        """So many more texts are done.

        Raises:
            Cancelled: the run was asked to stop.
        """
        self._ctx.check()
        self._texts_done += texts
        self._advance(self._texts_done * self._documents // self._texts)

    def finish(self) -> None:
        """All documents are done."""
        self._advance(self._documents)

    def _advance(self, documents: int) -> None:
        for _ in range(self._documents_done, documents):
            self._ctx.advance(1)
        self._documents_done = max(documents, self._documents_done)
