"""`keywords.tfidf`: how often a phrase is met here, against in how many documents."""

from __future__ import annotations

__all__ = ["TfIdf"]

from collections.abc import Iterable, Mapping
from typing import ClassVar

from ops.captions import spoken
from ops.context import Context
from ops.frames import Frames
from ops.keywords.collection import Collection
from ops.keywords.peer import Peer, Phrases, written
from ops.keywords.phrases import plain_phrases
from ops.keywords.words import read_words
from ops.language import choose, stop_words
from ops.op import Fitted, parameter


class TfIdf(Peer, Fitted):
    """Rank phrases by their count in the document and in how few documents of the cell they are.

    Spärck Jones, "A statistical interpretation of term specificity", Journal of Documentation 28,
    1972; smoothed as scikit-learn does: count · (ln((1 + documents) / (1 + having it)) + 1).
    Phrases are runs of one to three words without stop words at their ends, joined by their stems.
    """

    name: ClassVar[str] = "keywords.tfidf"
    version: ClassVar[int] = 2

    words: int = parameter(3, "Longest phrase.", unit="words", ge=1, le=4)

    def summarise(self, frames: Frames, ctx: Context) -> Mapping[str, bytes]:
        """Of each document its language and its phrases, stemmed."""
        found = {}
        for row in frames["documents"].sort("doc_id").iter_rows(named=True):
            ctx.check()
            if row["text"] is not None:
                text = spoken(row["text"])
                language = choose(self.language, row.get("language"), text)
                found[str(row["doc_id"])] = Collection.summary(self._counts(text, language, ctx))
        return found

    def fit(self, parts: Iterable[bytes]) -> bytes:
        """The number of documents, and of those with each phrase that more than one has."""
        return Collection.fit(parts)

    def ranked(self, text: str, language: str, most: int, ctx: Context) -> Phrases:
        """The phrases of a text, best first; of equals the longer, then the earlier."""
        collection = Collection.of(ctx.state)
        scored = []
        for stems, (phrase, count) in self._counts(text, language, ctx).items():
            rare = 1.0 + float(collection.apart([stems])[0])
            scored.append((phrase, count * rare))
        return sorted(scored, key=lambda pair: (-pair[1], -len(pair[0].split())))

    def _counts(self, text: str, language: str, ctx: Context) -> dict[str, tuple[str, int]]:
        read = read_words(text, language, stop_words(language))
        return {
            " ".join(read.stems[stem] for stem in key): (written(read, phrase), len(phrase.places))
            for key, phrase in plain_phrases(read, ctx.check).items()
            if phrase.size <= self.words
        }
