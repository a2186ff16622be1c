"""`keywords.frake`: keywords by graph centrality and textural features."""

from __future__ import annotations

__all__ = ["Frake"]

from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal

from ops.captions import spoken
from ops.context import Context
from ops.frames import KEYWORD, Frames, Schema, conform, keys
from ops.keywords.chunkbook import candidates, rank_phrases
from ops.keywords.collection import Collection, phrases_of
from ops.keywords.peer import Language
from ops.keywords.peripheral import Filter, without_peripheral
from ops.keywords.placed import Placed, Reasons
from ops.keywords.rank import published
from ops.keywords.ranked import Ranked
from ops.keywords.table import PARTS, KeywordRows, Parts, chunk_places, parts_column
from ops.keywords.tagger import TAGGED, tags_of
from ops.keywords.tags import part_weights
from ops.keywords.tokens import tokenize
from ops.keywords.words import Words, read_words
from ops.language import choose, stop_words
from ops.op import Columns, Fitted, parameter


class Frake(Fitted):
    """Rank the phrases of each document by their place in its word graph and their form.

    After FRAKE (Zehtab-Salmasi, Feizi-Derakhshi and Balafar, "FRAKE: Fusional Real-time Automatic
    Keyword Extraction", arXiv 2104.04830): eight centralities of the graph of words that stand
    near each other, fused by their first principal component, together with textural features.

    **chunkbook**, the default. Candidates are noun phrases where the language has a tagger
    (English), else runs of words with at most two stop words inside. Words are joined by
    their stems, in the graph too. Besides the fused centrality a candidate has its frequency, how
    often it stands alone and not inside a longer one, its first place, its spread over sentences,
    its length, how rare its words are in the language, its casing and its parts of speech. Where
    FRAKE multiplies, these are weighed by logistic regression, whose weights move with the length
    of the document (`ops.keywords.weights`, fitted on halves of public sets); the score is the
    chance that people would call it a keyword. `signals`, `peripheral` and `coreference` are after
    Marujo et al. (LREC 2012), off since they gain little. In the scope of the collection the
    logarithm of how few of its documents have the phrase is added to the odds. `keyword_parts`
    tells what each group of features adds to their logarithm, and the eight centralities, 0 … 1 in
    the document. Above 1,000 distinct stems shortest paths are followed from 512 only, drawn with
    a fixed seed.

    **published** is what the authors' code computes. Words that are no stop
    words are linked with their next two neighbours; eight centralities of that graph, weighted by
    the first principal component of their z-scores, are multiplied with textural features (case,
    position, spread over sentences, frequency, part of speech); phrases are sets of words that
    share sentences, and score the sum of their words. `keyword_parts` splits each score twice: what
    each textural feature adds, the others multiplied in, and what each centrality adds.

    What the code does and may not mean stays, since it makes the result: adjectives weigh as
    little as function words (the code looks for a tag "jJ"); capitalised words add nothing to a
    phrase; of a word written in several ways only the last counts for its features; the last two
    words of a text are not linked with each other; a word at the very start of a text gets a very
    large value for its position; a sentence with the words of an earlier one in another order
    begins that set's count anew; a phrase's words need not be adjacent; words inside a chosen
    phrase are not removed; tokens follow English rules, and parts of speech an English tagger, in
    every language.

    Where that code fails, or leaves the result to chance, it is defined thus. No word: no keyword;
    a run of more than 100 letters is no word. Fewer than three words, or a graph in which all are
    alike: scores are 0.3 times the textural part, FRAKE's own rule for a word without centrality.
    A constant centrality has no say. An eigenvector that does not settle is taken as far as it
    came. Equal scores go by first occurrence, phrases first. FP-growth counts exactly, breaks ties
    by first occurrence, looks at the 1,000 words found in most sentences, and gives at most 5,000
    patterns a support, the longest left out first. Above 3,000 distinct words shortest paths are
    followed from 512 words only (48 in very long-drawn graphs), drawn with a fixed seed
    (`ops.keywords.paths` tells the error). Scores are rounded to six decimals, not two.

    Differences that stay: sentences by the rules of `ops.segment.sentences`, tags and stop words by
    spaCy, where the authors use nltk's and their own.

    Spans of **chunkbook** are the candidate's occurrences, whatever their form; those of
    **published** are all its occurrences in the document, whatever their case: of a word,
    where no letter, digit or underscore is beside it; of a phrase, where its words follow one
    another in a sentence with only stop words and non-words between them, or, if they never do,
    the shortest stretch that holds them in each sentence that has them all.

    Where the input has chunks, each gets the best of all its document's candidates that occur
    inside it, with their score in the document and their spans inside the chunk (as offsets into
    the document). `keyword_parts` of the document then goes on with the parts of those that are
    only among its chunks'.
    """

    name: ClassVar[str] = "keywords.frake"
    version: ClassVar[int] = 5
    reads: ClassVar[Columns] = {"documents": ("text",)}
    uses: ClassVar[Columns] = {"documents": ("language",), "chunks": ("start", "end")}
    writes: ClassVar[Mapping[str, Schema]] = {
        "documents": {"keywords": KEYWORD, "keyword_parts": PARTS},
        "chunks": {"keywords": KEYWORD},
    }
    needs: ClassVar[tuple[str, ...]] = ("nlp",)

    count: int = parameter(10, "Most keywords of a document, and of a chunk.", ge=1)
    variant: Literal["chunkbook", "published"] = parameter(
        "chunkbook", "The algorithm: ours, or what FRAKE's authors published."
    )
    scope: Literal["document", "collection"] = parameter(
        "document",
        "What a keyword of `chunkbook` stands out from: its document alone, or also the other "
        "documents of the cell.",
    )
    language: Language = parameter(
        "auto",
        "Language of stop words and stems; auto takes the column `language`, or else finds it out.",
    )
    tags: Literal["auto", "none"] = parameter(
        "auto",
        "Parts of speech, for `chunkbook`: auto has them where the language has a tagger; none is "
        "faster.",
    )
    overlap: float = parameter(
        1.0,
        "Share of its words that a keyword may have in common with a better one, for `chunkbook`.",
        ge=0.0,
        le=1.0,
    )
    signals: bool = parameter(
        False,
        "Whether cue words, definitions, titles and quotation marks speak for a phrase, for "
        "`chunkbook`.",
    )
    peripheral: Filter = parameter(
        "none",
        "What does not count, for `chunkbook`: `marked` are brackets, citations, sentences that "
        "begin as examples, references and acknowledgements; `least` is the tenth of the sentences "
        "least like the others.",
    )
    coreference: bool = parameter(
        False,
        "Whether abbreviations, head nouns after an article and pronouns count as the phrase they "
        "stand for, for `chunkbook`.",
    )
    never: tuple[str, ...] = parameter((), "Words that no keyword begins or ends with.")
    hu: float = parameter(
        0.4,
        "For `published`: share of utility above which one of two overlapping phrases is dropped; "
        "ten times it is the number of phrases that compete with single words.",
        ge=0.0,
        le=1.0,
    )

    @property
    def sees_all(self) -> bool:
        """Only in the scope of the collection."""
        return self.scope == "collection" and self.variant == "chunkbook"

    def summarise(self, frames: Frames, ctx: Context) -> Mapping[str, bytes]:
        """The candidates of each document."""
        parts = {}
        for row in frames["documents"].sort("doc_id").iter_rows(named=True):
            ctx.check()
            if row["text"] is not None:
                text = spoken(row["text"])
                language = choose(self.language, row.get("language"), text)
                words, tags = self._read(text, language, ctx)
                found = candidates(words, tags, ctx.check, self.coreference).values()
                parts[str(row["doc_id"])] = Collection.summary(phrases_of(words, found))
        return parts

    def fit(self, parts: Iterable[bytes]) -> bytes:
        """In how many documents each candidate is."""
        return Collection.fit(parts)

    def apply(self, frames: Frames, ctx: Context) -> Frames:
        """Keywords of the documents and, where there are chunks, of these."""
        chunks = chunk_places(frames)
        rows = {name: KeywordRows(keys(name)) for name in ("documents", "chunks")}
        parts: list[Parts] = []
        for row in frames["documents"].sort("doc_id").iter_rows(named=True):
            ctx.check()
            name, text = str(row["doc_id"]), row["text"]
            if text is None:
                ctx.fail(name, "it has no text")
            else:
                text = spoken(text)
                found = self.rank(text, choose(self.language, row.get("language"), text), ctx)
                best = found.best(self.count)
                rows["documents"].add((name,), [keyword[:3] for keyword in best])
                told = [(keyword[0], keyword[3]) for keyword in best]
                others: dict[str, Reasons] = {}
                for chunk, start, end in chunks.get(name, []):
                    inside = found.inside(start, end, self.count)
                    rows["chunks"].add((chunk, name), [keyword[:3] for keyword in inside])
                    others.update((keyword[0], keyword[3]) for keyword in inside)
                for phrase, _ in told:
                    others.pop(phrase, None)
                parts.append([*told, *others.items()])
            ctx.advance(1)
        tables = {name: rows[name].table() for name in rows}
        tables["documents"] = tables["documents"].with_columns(parts_column(parts))
        schemas = self.outputs({name: table.schema for name, table in frames.items()})
        return Frames(
            {name: conform(name, tables[name], schema) for name, schema in schemas.items()}
        )

    def _stop(self, language: str) -> frozenset[str]:
        return stop_words(language) | {word.lower() for word in self.never}

    def _read(self, text: str, language: str, ctx: Context) -> tuple[Words, list[str] | None]:
        words = read_words(text, language, self._stop(language))
        ctx.check()
        tags = None
        if self.tags != "none" and language in TAGGED:
            tags = tags_of(words, ctx.resources.nlp(language), ctx.check)
        return without_peripheral(words, self.peripheral), tags

    def rank(self, text: str, language: str, ctx: Context) -> Placed | Ranked:
        """Every candidate of a text, ranked by the variant."""
        if self.variant == "chunkbook":
            words, tags = self._read(text, language, ctx)
            collection = Collection.of(ctx.state) if self.sees_all else None
            return rank_phrases(
                words,
                tags,
                ctx.check,
                overlap=self.overlap,
                collection=collection,
                signals=self.signals,
                coreference=self.coreference,
            )
        tokens = tokenize(text, self._stop(language))
        if not len(tokens.word):
            return Placed(tokens, [])
        ctx.check()
        weights = part_weights(tokens.words, ctx.resources.nlp("en"))
        return Placed(tokens, published(tokens, weights, self.hu, ctx.check))
