"""The entities and relations of many documents as one networkx graph."""

from __future__ import annotations

__all__ = ["to_networkx"]

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import networkx as nx


def to_networkx(
    entities: pl.DataFrame, relations: pl.DataFrame, mentions: pl.DataFrame
) -> nx.MultiDiGraph[str]:
    """One node for each canonical name, one edge for each (subject, predicate, object).

    A node has `name` (that of the document that mentions it most), `label` (the commonest, others
    before KEYWORD), `documents` and `mentions` (numbers) and `chunks` (ids, sorted). An edge has
    its predicate as key, and `predicate`, `weight` (summed) and `documents`. `co_occurs` has no
    direction: its edge runs from the smaller name to the greater. Nodes and edges are in the order
    of their names.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for row in _nodes(entities, mentions).iter_rows(named=True):
        graph.add_node(row.pop("canonical"), **row)
    for row in _edges(relations).iter_rows(named=True):
        attributes: dict[str, Any] = {"weight": row["weight"], "documents": row["documents"]}
        graph.add_edge(
            row["subject"],
            row["object"],
            key=row["predicate"],
            predicate=row["predicate"],
            **attributes,
        )
    return graph


def _nodes(entities: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    ranked = entities.sort(
        ["canonical", "mentions", "name", "doc_id"], descending=[False, True, False, False]
    )
    nodes = ranked.group_by("canonical", maintain_order=True).agg(
        pl.col("name").first(),
        pl.col("doc_id").n_unique().alias("documents"),
        pl.col("mentions").sum(),
    )
    labels = (
        entities.group_by("canonical", "label")
        .agg(pl.len().alias("times"))
        .with_columns((pl.col("label") == "KEYWORD").alias("weak"))
        .sort(["canonical", "weak", "times", "label"], descending=[False, False, True, False])
        .group_by("canonical", maintain_order=True)
        .agg(pl.col("label").first())
    )
    chunks = (
        mentions.filter(pl.col("chunk_id").is_not_null())
        .join(entities.select("entity_id", "canonical"), on="entity_id", how="inner")
        .group_by("canonical")
        .agg(pl.col("chunk_id").unique().sort().alias("chunks"))
    )
    return (
        nodes.join(labels, on="canonical", how="left", maintain_order="left")
        .join(chunks, on="canonical", how="left", maintain_order="left")
        .with_columns(pl.col("chunks").fill_null([]))
    )


def _edges(relations: pl.DataFrame) -> pl.DataFrame:
    by = ["subject", "predicate", "object"]
    merged = relations.group_by(by).agg(
        pl.col("weight").sum(), pl.col("doc_id").n_unique().alias("documents")
    )
    return merged.sort(by)
