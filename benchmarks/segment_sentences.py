"""Sentences of UD English-EWT dev, whole documents, exact spans, beside libraries."""

from __future__ import annotations

__all__ = ["sentence_figures"]

import gzip
import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeAlias

from benchmarks.result import Figure, Progress
from ops.segment.sentences import sentences
from ops.segment.web_sentences import english, web_sentences

Spans: TypeAlias = list[tuple[int, int]]
AHEAD: Final = 0.03


def sentence_figures(data: Path, progress: Progress) -> tuple[dict[str, Any], list[Figure]]:
    """F1 of ours and of the best library there is."""
    file = data / "ud_ewt" / "sentence_spans_dev.jsonl.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    scores = {}
    for name, split in {"ours": _ours, "our rules": sentences, **_libraries()}.items():
        scores[name] = _f1(documents, split)
        progress(f"sentences, {name}: F1 {scores[name]:.3f}")
    ours, rules = scores.pop("ours"), scores.pop("our rules")
    figures = [Figure("ewt_f1", ours, "F1")]
    if scores:
        best = max(scores, key=lambda name: scores[name])
        goal = scores[best] + AHEAD
        figures = [
            Figure("ewt_f1", ours, "F1", best, ours / scores[best], round(goal, 3), ours >= goal),
            Figure("ewt_f1_best_library", scores[best], "F1", best),
        ]
    scores["our rules"] = rules
    return {"sentences": {name: round(score, 3) for name, score in scores.items()}}, figures


def _f1(documents: list[dict[str, Any]], split: Callable[[str], Spans]) -> float:
    right = found = gold = 0
    for document in documents:
        wanted = {tuple(span) for span in document["sent_spans"]}
        spans = set(split(document["text"]))
        right += len(wanted & spans)
        found += len(spans)
        gold += len(wanted)
    return 2 * right / (found + gold)


def _ours(text: str) -> Spans:
    """As `segment.sentence` finds them."""
    return web_sentences(text) if english(text) else sentences(text)


def _libraries() -> dict[str, Callable[[str], Spans]]:
    libraries: dict[str, Callable[[str], Spans]] = {"spaCy": _spacy()}
    if find_spec("sentencex"):
        import sentencex

        libraries["sentencex"] = lambda text: _found(text, list(sentencex.segment("en", text)))
    return libraries


def _spacy() -> Callable[[str], Spans]:
    """The rule-based sentencizer: the pipeline that we install has no parser."""
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.max_length = 10_000_000
    return lambda text: [
        (sent[0].idx, sent[0].idx + len(sent.text.strip()))
        for sent in pipeline(text).sents
        if sent.text.strip() and not sent[0].is_space
    ]


def _found(text: str, parts: list[str]) -> Spans:
    """Where the strings lie, one after the other."""
    spans = []
    at = 0
    for part in parts:
        body = part.strip()
        if body and (place := text.find(body, at)) >= 0:
            spans.append((place, place + len(body)))
            at = place + len(body)
    return spans
