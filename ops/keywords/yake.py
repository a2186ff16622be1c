"""`keywords.yake`: statistical features of words, by the library of YAKE's authors."""

from __future__ import annotations

__all__ = ["Yake"]

from functools import cache
from typing import Any, ClassVar

from ops.context import Context
from ops.errors import ModelError
from ops.keywords.peer import Peer, Phrases
from ops.op import parameter


class Yake(Peer):
    """Rank phrases by casing, position, frequency, company and spread of their words.

    YAKE (Campos et al., "YAKE! Keyword extraction from single documents using multiple local
    features", Information Sciences 509, 2020), by its authors' library, which is not installed
    with Chunkbook (its licence is the LGPL): `pip install yake`. The library's score is better the
    smaller it is; here it is 1 / (1 + score).
    """

    name: ClassVar[str] = "keywords.yake"
    version: ClassVar[int] = 2

    words: int = parameter(3, "Longest phrase.", unit="words", ge=1, le=8)

    def ranked(self, text: str, language: str, most: int, ctx: Context) -> Phrases:
        found = _extractor(language, self.words, most).extract_keywords(text)
        return [(phrase, 1.0 / (1.0 + score)) for phrase, score in found]


@cache
def _extractor(language: str, words: int, most: int) -> Any:
    try:
        import yake
    except ImportError as error:
        raise ModelError("the package yake is not installed", hint="pip install yake") from error
    return yake.KeywordExtractor(lan=language, n=words, top=most)
