"""`keywords.frake`: keywords by graph centrality and textural features."""

from __future__ import annotations

__all__ = ["Frake"]

from collections.abc import Mapping
from typing import ClassVar, Literal, TypeAlias

from ops.context import Context
from ops.frames import KEYWORD, Frames, Schema, conform, keys
from ops.keywords.language import choose, stop_words
from ops.keywords.placed import Placed
from ops.keywords.rank import published
from ops.keywords.table import KeywordRows
from ops.keywords.tags import part_weights
from ops.keywords.tokens import tokenize
from ops.op import Columns, Op, parameter

Language: TypeAlias = Literal["auto", "en", "fr", "de", "es", "pt", "pl"]


class Frake(Op):
    """Rank the words and phrases of each document by their place in its word graph and their form.

    FRAKE (Zehtab-Salmasi, Feizi-Derakhshi and Balafar, "FRAKE: Fusional Real-time Automatic
    Keyword Extraction", arXiv 2104.04830), by the authors' published code. Words that are no stop
    words are linked with their next two neighbours; eight centralities of that graph, weighted by
    the first principal component of their z-scores, are multiplied with textural features (case,
    position, spread over sentences, frequency, part of speech); phrases are sets of words that
    share sentences, and score the sum of their words.

    What the code does and may not mean stays, since it makes the result: adjectives weigh as
    little as function words (the code looks for a tag "jJ"); capitalised words add nothing to a
    phrase; of a word written in several ways only the last counts for its features; the last two
    words of a text are not linked with each other; a word at the very start of a text gets a very
    large value for its position; a sentence with the words of an earlier one in another order
    begins that set's count anew; a phrase's words need not be adjacent; words inside a chosen
    phrase are not removed; tokens follow English rules, and parts of speech an English tagger, in
    every language.

    Where the code fails, or leaves the result to chance, it is defined thus. No word: no keyword; a
    run of more than 100 letters is no word. Fewer than three words, or a graph in which all are
    alike: scores are 0.3 times the textural part, FRAKE's own rule for a word without centrality.
    A constant centrality has no say. An eigenvector that does not settle is taken as far as it
    came. Equal scores go by first occurrence, phrases first. FP-growth counts exactly, breaks ties
    by first occurrence, looks at the 1,000 words found in most sentences, and gives at most 5,000
    patterns a support, the longest left out first. Above 3,000 distinct words shortest paths are
    followed from 512 words only (48 in very long-drawn graphs), drawn with a fixed seed
    (`ops.keywords.paths` tells the error). Scores are rounded to six decimals, not two.

    Differences that stay: sentences by the rules of `ops.segment.sentences`, tags and stop words by
    spaCy, where the authors use nltk's and their own.

    A keyword's spans are all its occurrences in the document, whatever their case: of a word,
    where no letter, digit or underscore is beside it; of a phrase, where its words follow one
    another in a sentence with only stop words and non-words between them, or, if they never do,
    the shortest stretch that holds them in each sentence that has them all.

    Where the input has chunks, each gets the best of all its document's candidates that occur
    inside it, with their score in the document and their spans inside the chunk (as offsets into
    the document).
    """

    name: ClassVar[str] = "keywords.frake"
    version: ClassVar[int] = 1
    reads: ClassVar[Columns] = {"documents": ("text",)}
    uses: ClassVar[Columns] = {"documents": ("language",), "chunks": ("start", "end")}
    writes: ClassVar[Mapping[str, Schema]] = {
        "documents": {"keywords": KEYWORD},
        "chunks": {"keywords": KEYWORD},
    }
    needs: ClassVar[tuple[str, ...]] = ("nlp",)

    count: int = parameter(10, "Most keywords of a document, and of a chunk.", ge=1)
    hu: float = parameter(
        0.4,
        "Share of utility above which one of two overlapping phrases is dropped; ten times it is "
        "the number of phrases that compete with single words.",
        ge=0.0,
        le=1.0,
    )
    language: Language = parameter(
        "auto",
        "Language of the stop words; auto takes the column `language`, or else finds it out.",
    )
    variant: Literal["published"] = parameter(
        "published", "The algorithm: published is that of the authors' code."
    )

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        """Keywords of the documents and, where there are chunks, of these."""
        chunks: dict[str, list[tuple[str, int, int]]] = {}
        if "chunks" in frames:
            table = frames["chunks"].select("doc_id", "chunk_id", "start", "end")
            for document, chunk, start, end in table.iter_rows():
                chunks.setdefault(document, []).append((chunk, start, end))
        rows = {name: KeywordRows(keys(name)) for name in ("documents", "chunks")}
        for row in frames["documents"].sort("doc_id").iter_rows(named=True):
            ctx.check()
            name, text = str(row["doc_id"]), row["text"]
            if text is None:
                ctx.fail(name, "it has no text")
            else:
                placed = self._place(text, choose(self.language, row.get("language"), text), ctx)
                rows["documents"].add((name,), placed.best(self.count))
                for chunk, start, end in chunks.get(name, []):
                    rows["chunks"].add((chunk, name), placed.inside(start, end, self.count))
            ctx.advance(1)
        schemas = self.outputs({name: table.schema for name, table in frames.items()})
        return Frames(
            {name: conform(name, rows[name].table(), schema) for name, schema in schemas.items()}
        )

    def _place(self, text: str, language: str, ctx: Context) -> Placed:
        tokens = tokenize(text, stop_words(language))
        if not len(tokens.word):
            return Placed(tokens, [])
        ctx.check()
        parts = part_weights(tokens.words, ctx.resources.nlp("en"))
        return Placed(tokens, published(tokens, parts, self.hu, ctx.check))
