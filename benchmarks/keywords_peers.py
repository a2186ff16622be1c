"""The other keyword extractors, as one function each: articles in, ranked phrases out."""

from __future__ import annotations

__all__ = ["System", "chunkbook", "for_seconds", "frake_code", "op", "tfidf", "yake"]

import importlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

import polars as pl

from benchmarks.keywords_data import Article
from ops.context import Context
from ops.errors import UsageError
from ops.frames import Frames
from ops.keywords.frake import Frake
from ops.keywords.peer import Peer
from ops.keywords.tfidf import TfIdf
from ops.language import load_pipeline
from ops.segment.sentences import sentences

System: TypeAlias = Callable[[Sequence[Article]], list[list[str]]]

TOP: Final = 25
"""Phrases asked for, so that ten are left when equal stems fall together."""


def chunkbook(ctx: Context, **settings: Any) -> System:
    """`keywords.frake` with these parameters, called as a notebook calls it, one batch a call."""
    frake = Frake.model_validate({"count": TOP, **settings})

    def run(found: Sequence[Article]) -> list[list[str]]:
        out = frake.apply(Frames({"documents": _table(found)}), ctx)["documents"]
        return [[k["phrase"] for k in row] for row in out["keywords"].to_list()]

    return run


def op(ctx: Context, peer: Peer) -> System:
    """An op of this project, without the spans."""
    return lambda found: [
        [phrase for phrase, _ in peer.ranked(a.text, a.language, 2 * TOP, ctx)[: 2 * TOP]]
        for a in found
    ]


def for_seconds(system: System, seconds: float) -> System:
    """A system that takes article after article and begins none after so many seconds."""

    def run(found: Sequence[Article]) -> list[list[str]]:
        begin, ranked = time.perf_counter(), []
        for article in found:
            if time.perf_counter() - begin > seconds:
                break
            ranked += system([article])
        return ranked

    return run


def yake() -> System:
    """YAKE by its authors' library, phrases of up to three words, all else as it comes."""
    library = _library("yake")

    def run(found: Sequence[Article]) -> list[list[str]]:
        extractors: dict[str, Any] = {}
        ranked = []
        for article in found:
            language = article.language
            if language not in extractors:
                extractors[language] = library.KeywordExtractor(lan=language, n=3, top=TOP)
            ranked.append([p for p, _ in extractors[language].extract_keywords(article.text)])
        return ranked

    return run


def tfidf(ctx: Context) -> System:
    """The op `keywords.tfidf`, its state fitted on the whole set."""
    peer = TfIdf()

    def run(found: Sequence[Article]) -> list[list[str]]:
        parts = peer.summarise(Frames({"documents": _table(found)}), ctx)
        state = peer.fit(parts[name] for name in sorted(parts))
        return op(replace(ctx, state=state), peer)(found)

    return run


def _table(found: Sequence[Article]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "doc_id": [f"{place:06}" for place in range(len(found))],
            "text": [article.text for article in found],
            "language": [article.language for article in found],
        }
    )


def frake_code(seconds: float) -> System:
    """FRAKE's own code, `frake-extractor`, as it comes; its nltk gets no data from a hub.

    Sentences are those of `ops.segment.sentences`, tags those of spaCy for the lone word. It stops
    after so many seconds; articles not reached have no phrases.
    """
    module = _library("FRAKE.FRAKE")
    # networkx dropped `pagerank_numpy`; its `pagerank` gives the same.
    module.nx.pagerank_numpy = module.nx.pagerank
    treebank = _library("nltk.tokenize").NLTKWordTokenizer()
    tagger = load_pipeline("en")

    def pos_tag(words: list[str]) -> list[tuple[str, str]]:
        from spacy.tokens import Doc

        doc = Doc(tagger.vocab, words=words)
        for name in ("tok2vec", "tagger"):
            doc = tagger.get_pipe(name)(doc)
        return [(token.text, token.tag_) for token in doc]

    module.sent_tokenize = lambda text: [text[a:b] for a, b in sentences(text)]
    module.word_tokenize = treebank.tokenize
    module.pos_tag = pos_tag

    def run(found: Sequence[Article]) -> list[list[str]]:
        begin, ranked = time.perf_counter(), []
        for article in found:
            if time.perf_counter() - begin > seconds:
                break
            extractor = module.KeywordExtractor(
                lang=article.language, hu_hiper=0.4, Number_of_keywords=TOP
            )
            try:
                answer = extractor.extract_keywords(article.text)
            except Exception:  # the code fails on some texts; then it has found nothing
                answer = {}
            ranked.append([re.sub(r"\s+", " ", str(phrase)) for phrase in answer])
        return ranked

    return run


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(
            f"the peer {name.partition('.')[0]} is not installed", hint="pip install '.[bench]'"
        ) from error
