"""Parts of speech of the words of a text, by spaCy's tagger alone."""

from __future__ import annotations

__all__ = ["TAGGED", "tags_of"]

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from ops.keywords.words import MARK, Words

TAGGED: Final = ("en",)
"""Languages whose pipeline has a tagger."""

BLOCK: Final = 600
"""Tokens that are tagged together, cut at sentences."""
IN_CONTEXT: Final = 20_000
"""Tokens of a text that are tagged in their sentences; the rest follow the commonest tag of the
same word there."""
_SHORTEST: Final = 1_000


def tags_of(words: Words, nlp: Any, check: Callable[[], None] = lambda: None) -> list[str]:
    """The Penn Treebank tag of each token.

    Only the tagger and what it stands on are run, a text at a time, so that tags never depend on
    the texts of the same batch. The first 20,000 tokens are tagged in their sentences; a later one
    gets the commonest tag its word had there, or, new, the tag of the lone word.

    Args:
        nlp: a spaCy pipeline with a tok2vec and a tagger.
        check: called now and then; may raise to stop.
    """
    written = words.surfaces()
    tags: list[str] = []
    for first, last in _blocks(words.sentence):
        check()
        if first >= IN_CONTEXT and len(written) - first > _SHORTEST:
            break
        tags += _tag([written[first:last]], nlp)[0]
    rest = range(len(tags), len(written))
    if not rest:
        return tags
    seen: dict[str, Counter[str]] = {}
    for word, tag in zip(words.lower, tags, strict=False):
        seen.setdefault(word, Counter())[tag] += 1
    lexicon = {word: min(counts, key=lambda t: (-counts[t], t)) for word, counts in seen.items()}
    unknown = dict.fromkeys(
        words.lower[place]
        for place in rest
        if words.lower[place] not in lexicon and words.kind[place] != MARK
    )
    new = list(unknown)
    for begin in range(0, len(new), BLOCK):
        check()
        block = new[begin : begin + BLOCK]
        found = _tag([[word] for word in block], nlp)
        lexicon.update(zip(block, (tag[0] for tag in found), strict=True))
    return [*tags, *(lexicon.get(words.lower[place], "") for place in rest)]


def _blocks(sentence: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(sentence):
        last = min(first + BLOCK, len(sentence))
        if last < len(sentence):
            cut = last
            while cut > first and sentence[cut] == sentence[cut - 1]:
                cut -= 1
            last = cut if cut > first else last
        yield first, last
        first = last


def _tag(texts: list[list[str]], nlp: Any) -> list[list[str]]:
    from spacy.attrs import TAG
    from spacy.tokens import Doc

    docs = [Doc(nlp.vocab, words=words) for words in texts]
    for name in ("tok2vec", "tagger"):
        docs = list(nlp.get_pipe(name).pipe(docs, batch_size=len(docs)))
    names = nlp.vocab.strings
    return [[names[tag] for tag in doc.to_array(TAG).tolist()] for doc in docs]
