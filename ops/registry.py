"""All ops by name: ours, and those that installed packages add (entry point `chunkbook.ops`)."""

from __future__ import annotations

__all__ = ["all_ops", "families", "op_class", "suggest"]

import difflib
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from ops.errors import UsageError
from ops.op import Op

BUILT_IN = {
    "load.files": "ops.load.files:Files",
    "load.packages": "ops.load.packages:Packages",
    "segment.fixed": "ops.segment.fixed:Fixed",
    "segment.sentence": "ops.segment.sentence:Sentence",
    "segment.recursive": "ops.segment.recursive:Recursive",
    "segment.section": "ops.segment.section:Section",
    "segment.page": "ops.segment.page:Page",
    "segment.table": "ops.segment.table:Table",
    "segment.transcript": "ops.segment.transcript:Transcript",
    "segment.code": "ops.segment.code:Code",
    "segment.semantic": "ops.segment.semantic:Semantic",
    "segment.cluster": "ops.segment.cluster:Cluster",
    "segment.topic": "ops.segment.topic:Topic",
    "segment.dynamic": "ops.segment.dynamic:Dynamic",
    "segment.learned": "ops.segment.learned:Learned",
    "segment.perplexity": "ops.segment.perplexity:Perplexity",
    "segment.margin": "ops.segment.margin:Margin",
    "segment.equal_info": "ops.segment.equal_info:EqualInfo",
    "segment.llm": "ops.segment.llm:Llm",
    "segment.merge": "ops.segment.merge:Merge",
    "segment.overlap": "ops.segment.overlap:Overlap",
    "segment.late": "ops.segment.late:Late",
    "keywords.frake": "ops.keywords.frake:Frake",
    "keywords.yake": "ops.keywords.yake:Yake",
    "keywords.singlerank": "ops.keywords.singlerank:SingleRank",
    "keywords.tfidf": "ops.keywords.tfidf:TfIdf",
    "keywords.mmr": "ops.keywords.mmr:Mmr",
    "enrich.metadata": "ops.enrich.metadata:Metadata",
    "enrich.llama": "ops.enrich.llama:Llama",
    "enrich.context": "ops.enrich.context:Context",
    "link.graph": "ops.link.graph:Graph",
    "embed.llama": "ops.embed.llama:Llama",
    "index.lancedb": "ops.index.lancedb:LanceDB",
    "evaluate.questions": "ops.evaluate.made:Questions",
    "evaluate.chunks": "ops.evaluate.chunks:Chunks",
    "evaluate.boundaries": "ops.evaluate.against_gold:Boundaries",
    "evaluate.retrieval": "ops.evaluate.retrieval:Retrieval",
}
"""Where each op's class is; imported when first asked for."""


@cache
def _places() -> dict[str, str]:
    found = dict(BUILT_IN)
    for point in entry_points(group="chunkbook.ops"):
        found.setdefault(point.name, point.value)
    return found


def op_class(name: str) -> type[Op]:
    """The class of an op.

    Raises:
        UsageError: there is none of that name; the hint suggests the nearest.
    """
    try:
        module, _, attribute = _places()[name].partition(":")
    except KeyError:
        raise UsageError(f"there is no op {name!r}", hint=suggest(name, list(_places()))) from None
    found = getattr(import_module(module), attribute)
    if not (isinstance(found, type) and issubclass(found, Op)):
        raise UsageError(f"{module}:{attribute} is not an op")
    return found


def all_ops() -> dict[str, type[Op]]:
    """Every op, by name, in the order of the data's way through a notebook."""
    return {name: op_class(name) for name in _places()}


def families() -> list[str]:
    """The families of ops, in the order of the data's way."""
    return list(dict.fromkeys(name.partition(".")[0] for name in _places()))


def suggest(wrong: str, known: list[str]) -> str:
    """ "did you mean …?" for a misspelt word, or a list of what there is."""
    near = difflib.get_close_matches(wrong, known, n=1, cutoff=0.5)
    if not known:
        return "there are none"
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(known))}"
