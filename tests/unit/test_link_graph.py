"""`link.graph` as a whole, and its view as a networkx graph."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from ops.errors import Cancelled
from ops.frames import ENTITIES, MENTIONS, RELATIONS, digest
from ops.link.graph import Graph
from ops.link.view import to_networkx
from tests.graphs import chunks, context, documents, frames

README = (
    "# thing\n\n"
    "Thing was written by Ada Lovelace at the Analytical Society in London. "
    "It builds on NumPy and implements Knowledge Augmented Generation (KAG).\n\n"
    "Lovelace now works in Paris. KAG was presented by Ada Lovelace in London.\n\n"
    "```python\nimport rich\n```\n"
)
METADATA = [
    {"key": key, "value": value}
    for key, value in (
        ("source", "package"),
        ("name", "thing"),
        ("requires", "numpy"),
        ("requires", "rich"),
        ("requires_optional", "zope.interface"),
    )
]


def keyword(text: str, phrase: str) -> dict[str, Any]:
    starts = [at for at in range(len(text)) if text.startswith(phrase, at)]
    spans = [{"start": at, "end": at + len(phrase)} for at in starts]
    return {"phrase": phrase, "score": 1.0, "spans": spans}


def one() -> pl.DataFrame:
    found = [keyword(README, "Augmented Generation"), keyword(README, "London")]
    return documents(
        {"text": README, "metadata": METADATA, "title": "thing 1.0", "keywords": found}
    )


def by_canonical(table: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["canonical"]: row for row in table.to_dicts()}


def test_entities_have_names_kinds_and_aliases() -> None:
    made = Graph().apply(frames(one()), context())
    entities = by_canonical(made["entities"])
    ada = entities["ada-lovelace"]
    assert (ada["label"], ada["name"]) == ("PERSON", "Ada Lovelace")
    assert ada["aliases"] == ["Ada Lovelace", "Lovelace"]
    assert ada["mentions"] == 3
    assert entities["thing"]["label"] == "PACKAGE"
    assert entities["numpy"]["label"] == "PACKAGE"
    assert entities["numpy"]["name"] == "NumPy"
    assert entities["zope-interface"]["mentions"] == 0
    assert entities["london"]["label"] == "GPE"
    kag = entities["knowledge-augmented-generation"]
    assert {"KAG", "Knowledge Augmented Generation"} <= set(kag["aliases"])
    assert "kag" not in entities
    assert entities["augmented-generation"]["label"] == "KEYWORD"


def test_mentions_are_exact_and_lie_in_chunks() -> None:
    middle = README.index("Lovelace now")
    cut = chunks(("d0", 0, middle), ("d0", middle - 5, len(README) - 28), text=README)
    made = Graph().apply(frames(one(), cut), context())
    mentions = made["mentions"]
    assert len(mentions) == made["entities"]["mentions"].sum()
    for row in mentions.to_dicts():
        assert README[row["start"] : row["end"]] == row["text"]
        inside = [
            c for c in cut.to_dicts() if c["start"] <= row["start"] and row["end"] <= c["end"]
        ]
        assert row["chunk_id"] == (inside[0]["chunk_id"] if inside else None)
    assert mentions["chunk_id"].null_count() == 1  # rich, in the code after the last chunk
    london = mentions.filter(text="London")
    assert set(london["source"]) == {"ner"}  # the keyword at the same place gives no second one
    assert len(london) == 2
    assert mentions.filter(text="rich")["source"].to_list() == ["declared"]


def test_relations_are_declared_or_share_a_sentence() -> None:
    made = Graph().apply(frames(one()), context())
    relations = {
        (row["subject"], row["predicate"], row["object"]): row
        for row in made["relations"].to_dicts()
    }
    assert relations["thing", "requires", "numpy"]["weight"] == 1
    assert relations["thing", "requires", "numpy"]["evidence"] == []
    assert ("thing", "requires_optional", "zope-interface") in relations
    pair = relations["ada-lovelace", "co_occurs", "london"]
    assert pair["weight"] == 2
    assert [README[s["start"] : s["end"]].split()[-1] for s in pair["evidence"]] == ["London."] * 2
    assert ("ada-lovelace", "co_occurs", "numpy") not in relations
    assert all(
        row["subject"] < row["object"]
        for (_, predicate, _), row in relations.items()
        if predicate == "co_occurs"
    )


def test_parameters_choose() -> None:
    made = Graph(labels=("GPE",), declared=(), co_occurrence=False, min_mentions=2).apply(
        frames(one()), context()
    )
    entities = by_canonical(made["entities"])
    assert entities["london"]["mentions"] == 2
    assert "paris" not in entities
    assert "ada-lovelace" not in entities
    assert "numpy" not in entities
    assert len(made["relations"]) == 0
    assert "thing" in entities  # a package is an entity of its own page, linked or not


def test_a_keyword_counts_in_prose_and_code_but_not_in_addresses() -> None:
    text = "See https://graph.org/graph for more. A graph is drawn with `graph(x)` and\ngraph.\n"
    table = documents({"text": text, "keywords": [keyword(text, "graph")]})
    made = Graph().apply(frames(table), context())["mentions"]
    assert made["start"].to_list() == [
        text.index("graph is"),
        text.index("graph(x)"),
        text.rindex("graph"),
    ]


def test_an_unknown_kind_of_name_is_refused() -> None:
    with pytest.raises(ValidationError, match="PERSON"):
        Graph.model_validate({"labels": ["PERSONS"]})


def test_pairs_are_bounded() -> None:
    made = Graph(max_pairs=1).apply(frames(one()), context())
    together = made["relations"].filter(predicate="co_occurs")
    assert together.select("subject", "object").rows() == [("ada-lovelace", "london")]
    assert len(Graph(max_pairs=0, declared=()).apply(frames(one()), context())["relations"]) == 0


def test_other_languages_have_keywords_and_declared_names() -> None:
    text = "Angela Merkel traf Emmanuel Macron in Berlin."
    row = {
        "text": text,
        "language": "de",
        "title": "Treffen",
        "keywords": [keyword(text, "Berlin")],
        "metadata": [{"key": "author", "value": "Heinrich Heine"}],
    }
    made = Graph().apply(frames(documents(row)), context())
    entities = by_canonical(made["entities"])
    assert {name: row["label"] for name, row in entities.items()} == {
        "berlin": "KEYWORD",
        "heinrich-heine": "PERSON",
        "treffen": "DOCUMENT",
    }
    assert made["relations"]["predicate"].to_list() == ["author"]


def test_the_language_is_found_out_where_no_cell_did() -> None:
    text = "The meeting of the ministers was held in Berlin, and Angela Merkel was there as well."
    table = documents({"text": text, "language": None}).select("doc_id", "text")
    made = Graph().apply(frames(table), context())
    assert "angela-merkel" in made["entities"]["canonical"].to_list()


def test_names_are_found_again_where_the_model_misses_them() -> None:
    text = "Angela Merkel lives in Berlin.\n\n## Angela Merkel\n\nwords, Angela Merkel\n"
    made = Graph().apply(frames(documents({"text": text})), context())
    assert by_canonical(made["entities"])["angela-merkel"]["mentions"] == 3


def test_ids_follow_from_document_and_names() -> None:
    made = Graph().apply(frames(one()), context())
    for row in made["entities"].to_dicts():
        assert row["entity_id"] == digest("d0", row["canonical"])
    for row in made["relations"].to_dicts():
        parts = ("d0", row["subject"], row["predicate"], row["object"])
        assert row["relation_id"] == digest(*parts)


def test_empty_batches_and_documents() -> None:
    for table in (documents(), documents({"text": ""}, {"text": " \n"})):
        made = Graph().apply(frames(table, chunks()), context())
        assert [len(each) for each in made.values()] == [0, 0, 0]
        for name, schema in (
            ("entities", ENTITIES),
            ("mentions", MENTIONS),
            ("relations", RELATIONS),
        ):
            assert made[name].schema == pl.Schema(schema)


def test_a_document_without_text_fails() -> None:
    ctx = context()
    made = Graph().apply(frames(documents({"text": None}, {"text": README})), ctx)
    assert ctx.failures == {"d0": "it has no text"}
    assert set(made["entities"]["doc_id"]) == {"d1"}


def test_it_stops_when_asked_to() -> None:
    with pytest.raises(Cancelled):
        Graph().apply(frames(one()), context(lambda: True))


def test_the_graph_of_many_documents() -> None:
    other = "Ada Lovelace went to London. In London it rained."
    table = pl.concat([one(), documents({"doc_id": "d9", "text": other})])
    cut = chunks(("d0", 0, len(README)), ("d9", 0, len(other)))
    made = Graph().apply(frames(table, cut), context())
    graph = to_networkx(made["entities"], made["relations"], made["mentions"])
    assert set(graph) == set(made["entities"]["canonical"])
    london = graph.nodes["london"]
    assert (london["name"], london["label"], london["documents"]) == ("London", "GPE", 2)
    assert london["mentions"] == 4
    assert london["chunks"] == ["c0", "c1"]
    assert graph.nodes["zope-interface"]["chunks"] == []
    edge = graph.edges["ada-lovelace", "london", "co_occurs"]
    assert edge == {"predicate": "co_occurs", "weight": 3, "documents": 2}
    assert graph.has_edge("thing", "numpy", "requires")
    assert list(graph) == sorted(graph)
