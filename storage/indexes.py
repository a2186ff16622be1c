"""The indexes of a published collection, and what it remembers of how to search it."""

from __future__ import annotations

__all__ = ["Thresholds", "build_indexes", "read_spec"]

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from ops.context import CollectionSpec
from ops.errors import StoreError
from ops.frames import PRIMARY
from storage.arrow import VECTOR

_SPEC: Final = "chunkbook:collection"
"""Key in the metadata of the key column, so that it is versioned with the rows."""

_FOREVER: Final = timedelta(days=36_500)
"""Folding rows into an index must not prune: a published version may be in use."""

_SAMPLE: Final = 10_000
_FEW: Final = 64
"""Rows looked at, and the most different values of a column that gets a bitmap."""

_LANGUAGES: Final = {
    "ar": "Arabic", "da": "Danish", "nl": "Dutch", "en": "English", "fi": "Finnish",
    "fr": "French", "de": "German", "el": "Greek", "hu": "Hungarian", "it": "Italian",
    "no": "Norwegian", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "es": "Spanish",
    "sv": "Swedish", "ta": "Tamil", "tr": "Turkish",
}  # fmt: skip
"""Languages that LanceDB can stem."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When an index is worth making or refreshing."""

    vector_rows: int = 50_000
    """Below, comparing with every vector is as fast, and exact."""
    unindexed_rows: int = 2_000
    unindexed_share: float = 0.05
    """Rows outside an index are searched one by one: refresh past both of these."""


def build_indexes(handle: Any, spec: CollectionSpec, thresholds: Thresholds = Thresholds()) -> None:
    """Make the indexes that are missing and refresh those that lag; changes nothing otherwise."""
    schema = handle.schema
    present = {index.columns[0]: index for index in handle.list_indices()}
    wanted = _wanted(handle, schema, spec, present)
    if spec.vector is not None and handle.count_rows() >= thresholds.vector_rows:
        wanted[spec.vector] = ("IvfFlat", _vector_index(spec.metric))
    for column, (kind, config) in wanted.items():
        index = present.get(column)
        if index is None or index.index_type != kind or not _same(index.index_details, config):
            handle.create_index(column, config=config, replace=True)
    for column, index in present.items():
        if column not in wanted and column != spec.vector:
            handle.drop_index(index.name)
    _remember(handle, spec)
    if _lags(handle, thresholds):
        handle.optimize(cleanup_older_than=_FOREVER)


def _vector_index(metric: Any) -> Any:
    from lancedb.index import IvfFlat

    return IvfFlat(distance_type=metric)


def read_spec(handle: Any) -> CollectionSpec:
    """How the collection wants to be searched; a plain guess before its indexes were built."""
    schema = handle.schema
    told = (schema.field(PRIMARY["collection"]).metadata or {}).get(_SPEC.encode())
    if told is None:
        vector = VECTOR if VECTOR in schema.names else None
        text = ("text",) if "text" in schema.names else ()
        return CollectionSpec(vector, "cosine", text, (), "")
    raw = json.loads(told)
    return CollectionSpec(**{**raw, "text": tuple(raw["text"]), "scalar": tuple(raw["scalar"])})


def _wanted(
    handle: Any, schema: Any, spec: CollectionSpec, present: Mapping[str, Any]
) -> dict[str, tuple[str, Any]]:
    """Column → kind and configuration of its index."""
    from lancedb.index import FTS, Bitmap, BTree, LabelList

    named = [*spec.text, *spec.scalar, *([spec.vector] if spec.vector else [])]
    missing = [column for column in named if column not in schema.names]
    if missing:
        raise StoreError(
            f"the collection has no column {missing[0]} to index",
            hint="it has " + ", ".join(schema.names),
        )
    wanted: dict[str, tuple[str, Any]] = {}
    makers = {"BTree": BTree, "Bitmap": Bitmap, "LabelList": LabelList}
    for column in (PRIMARY["collection"], "doc_id"):
        wanted[column] = ("BTree", BTree())
    for column in spec.scalar:
        if column not in wanted:
            index = present.get(column)
            kind = index.index_type if index is not None else _kind(handle, schema, column)
            kind = kind if kind in makers else "BTree"
            wanted[column] = (kind, makers[kind]())
    language = _language(spec.language)
    for column in spec.text:
        # Stop words stay in: "to be or not to be" is a question too, and BM25 weighs them down.
        config = FTS(
            with_position=True,
            language=language or "English",
            stem=bool(language),
            remove_stop_words=False,
            max_token_length=128,
        )
        wanted[column] = ("FTS", config)
    return wanted


def _language(told: str) -> str:
    """LanceDB's name for a language ("en", "en-GB" or "english"); "" when it cannot stem it."""
    if told.title() in _LANGUAGES.values():
        return told.title()
    return _LANGUAGES.get(told.lower().partition("-")[0], "")


def _kind(handle: Any, schema: Any, column: str) -> str:
    """The index that fits a column's type and, by a sample, its variety."""
    import pyarrow as pa

    kind = schema.field(column).type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return "LabelList"
    if pa.types.is_boolean(kind) or pa.types.is_large_string(kind):
        return "Bitmap"
    sample = handle.search().select([column]).limit(_SAMPLE).to_arrow()[column]
    return "Bitmap" if 0 < len(sample.unique()) <= _FEW else "BTree"


def _same(details: dict[str, Any], config: Any) -> bool:
    """Whether an index was made with this configuration, as far as both tell."""
    told = {name: getattr(config, name, value) for name, value in details.items()}
    shaping = ("language", "stem", "with_position", "remove_stop_words", "max_token_length")
    return all(details[name] == told[name] for name in shaping if name in details)


def _remember(handle: Any, spec: CollectionSpec) -> None:
    told = json.dumps(asdict(spec), sort_keys=True)
    field = handle.schema.field(PRIMARY["collection"])
    if (field.metadata or {}).get(_SPEC.encode()) != told.encode():
        handle.update_field_metadata({"path": field.name, "metadata": {_SPEC: told}})


def _lags(handle: Any, thresholds: Thresholds) -> bool:
    rows = handle.count_rows()
    worst = max((index.num_unindexed_rows or 0 for index in handle.list_indices()), default=0)
    return bool(worst > max(thresholds.unindexed_rows, thresholds.unindexed_share * rows))
