"""From pieces to the chunks frame: ids, order, texts and token counts."""

from __future__ import annotations

__all__ = ["chunks_frame", "derived", "plain_frame"]

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import Any, Final

import numpy as np
import polars as pl

from ops.captions import Captions
from ops.context import Tokenizer
from ops.errors import UsageError
from ops.frames import CHUNKS, chunk_ids, conform
from ops.segment.codes import Ints
from ops.segment.piece import UNCOUNTED, Piece
from ops.segment.split import Parts

MARKS: Final = (
    "parent_id",
    "boundary_score",
    "boundary_threshold",
    "derived_text",
    "derived_spans",
)
"""Columns that most segmenters leave null."""
FIRST: Final = -64
"""As signed numbers, all bytes of UTF-8 below this go on with a character."""


def chunks_frame(
    documents: pl.DataFrame, pieces: Mapping[str, Sequence[Piece]], tokenizer: Tokenizer
) -> pl.DataFrame:
    """The chunks of these documents, conforming to `ops.frames.CHUNKS`.

    A piece of captions is of what is said; its chunk takes in the times before it, and has what is
    said as `derived_text`.

    Args:
        documents: `doc_id` and `text`.
        pieces: by doc_id, in any order; a document without any has no chunks.
        tokenizer: counts those pieces that are not counted yet, all in one call.

    Raises:
        UsageError: a piece is empty or lies outside its text, or its parent is not among them.
    """
    columns: dict[str, list[Any]] = {name: [] for name in CHUNKS}
    for doc, text in documents.select("doc_id", "text").iter_rows():
        if pieces.get(doc):
            _add(columns, doc, text, sorted(pieces[doc], key=_place))
    count = len(columns["chunk_id"])
    data: dict[str, Any] = {**columns}
    for name in MARKS:
        if columns[name].count(None) == count:
            data[name] = pl.repeat(None, count, dtype=CHUNKS[name], eager=True)
    table = pl.DataFrame(data, schema=dict(CHUNKS))
    uncounted = table.filter(pl.col("tokens") == UNCOUNTED)
    if len(uncounted):
        counts = tokenizer.count(uncounted["text"].to_list())
        found = uncounted.select("chunk_id", counted=pl.Series(counts, dtype=pl.Int64))
        tokens = pl.coalesce("counted", "tokens").alias("tokens")
        table = table.join(found, on="chunk_id", how="left").with_columns(tokens)
    return conform("chunks", table, CHUNKS)


def plain_frame(
    documents: pl.DataFrame,
    raws: Sequence[bytes],
    owners: Ints,
    parts: Parts,
    tokens: Ints,
    places: Ints,
) -> pl.DataFrame:
    """The same of chunks that lie on one level and have nothing derived.

    Args:
        documents: in order of their ids.
        raws: their texts as UTF-8.
        owners: for each part the row of its document, ascending.
        parts: as places in their own document, in order of start.
        tokens: of each part.
        places: start and end of each part in UTF-8, one row a part, -1 where they are not known.
    """
    ids, count = documents["doc_id"], len(owners)
    edges = owners.searchsorted(np.arange(len(documents) + 1))
    names: list[str] = []
    bodies: list[bytes] = []
    lows, highs = places[:, 0].tolist(), places[:, 1].tolist()
    bounds = zip(edges.tolist(), edges[1:].tolist(), strict=False)
    for doc, raw, (first, after) in zip(ids.to_list(), raws, bounds, strict=True):
        if first < after:
            if lows[first] < 0:
                known = _bytes(raw, parts.starts[first:after], parts.ends[first:after])
            else:
                known = lows[first:after], highs[first:after]
            some = [raw[start:end] for start, end in zip(*known, strict=True)]
            names += chunk_ids(doc, 0, some)
            bodies += some
    made = {
        "chunk_id": names,
        "doc_id": ids.gather(owners),
        "level": np.zeros(count, dtype=np.int64),
        "ordinal": np.arange(count) - edges[owners],
        "start": parts.starts,
        "end": parts.ends,
        "text": pl.Series(bodies, dtype=pl.Binary).cast(pl.String),
        "tokens": tokens,
        "boundary": parts.whys.tolist(),
    }
    # Series of the right type are taken as they are; with a schema each would be cast.
    return pl.DataFrame(
        [
            pl.Series(name, made[name], dtype=dtype)
            if name in made
            else pl.Series(name, [None], dtype=dtype).new_from_index(0, count)
            for name, dtype in CHUNKS.items()
        ]
    )


def _bytes(raw: bytes, starts: Ints, ends: Ints) -> tuple[list[int], list[int]]:
    """Where these spans of characters lie in their text as UTF-8."""
    if raw.isascii():
        return starts.tolist(), ends.tolist()
    # A character's place is behind by the bytes before it that go on with a character.
    more = np.flatnonzero(np.frombuffer(raw, dtype=np.int8) < FIRST)
    more -= np.arange(len(more))
    places = np.concatenate([starts, ends])
    places += more.searchsorted(places, "right")
    return places[: len(starts)].tolist(), places[len(starts) :].tolist()


def _add(columns: dict[str, list[Any]], doc: str, text: str, pieces: list[Piece]) -> None:
    """Adds the pieces of one document, parents before their children."""
    captions = Captions.of(text)
    if captions:
        pieces = list(_wide(captions, pieces))
    starts, ends, whys, levels, parents, tokens, scores, thresholds, leads = map(
        list, zip(*pieces, strict=True)
    )
    bodies = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    if min(starts) < 0 or max(ends) > len(text) or not all(bodies):
        wrong = next(p for p in pieces if not 0 <= p.start < p.end <= len(text))
        raise UsageError(f"{doc} has a piece [{wrong.start}, {wrong.end}) outside its text")
    names: list[str] = []
    ordinals: list[int] = []
    for level, group in groupby(zip(levels, bodies, strict=True), key=itemgetter(0)):
        raws = [body.encode("utf-8", "surrogatepass") for _, body in group]
        some = chunk_ids(doc, level, raws)
        names += some
        ordinals += range(len(some))
    above: list[str | None] = [None] * len(pieces)
    places = {}
    if levels[0]:  # parents lie on higher levels, so they come first
        places = {_place(piece): name for piece, name in zip(pieces, names, strict=True)}
    for at, parent in enumerate(parents):
        if parent is not None:
            above[at] = places.get(_place(parent))
            if above[at] is None or parent.level <= levels[at]:
                raise UsageError(f"{doc} has a piece at {starts[at]} without its parent")
    nothing = [None] * len(pieces)
    told = []
    if captions or any(leads):
        spans = zip(starts, ends, strict=True)
        told = [derived(text, captions, *each) for each in zip(leads, spans, strict=True)]
    made: dict[str, list[Any]] = {
        "chunk_id": names,
        "doc_id": [doc] * len(pieces),
        "level": levels,
        "ordinal": ordinals,
        "parent_id": above,
        "start": starts,
        "end": ends,
        "text": bodies,
        "tokens": tokens,
        "boundary": whys,
        "boundary_score": scores,
        "boundary_threshold": thresholds,
        "derived_text": [one for one, _ in told] or nothing,
        "derived_spans": [spans for _, spans in told] or nothing,
    }
    for name, values in made.items():
        columns[name] += values


def _place(piece: Piece) -> tuple[int, int, int]:
    return -piece.level, piece.start, piece.end


def derived(
    text: str, captions: Captions | None, lead: Sequence[tuple[int, int]], own: tuple[int, int]
) -> tuple[str, list[dict[str, int]]] | tuple[None, None]:
    """What stands for a span of a text, and the spans that it is made from: its lead and itself,
    one a line, and of captions what is said there; nothing where that is its own text."""
    spans = [*lead, own]
    if captions:
        parts = [captions.told(*span) for span in spans]
        lines = [line for line, _ in parts if line]
        spans = [one for _, each in parts for one in each]
    else:
        lines = [text[start:end] for start, end in spans]
    if not lines or spans == [own]:
        return None, None
    return "\n".join(lines), [{"start": start, "end": end} for start, end in spans]


def _wide(captions: Captions, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces with the times that belong to what is said in them, in order of place.

    Where white space was left at their edges it goes, so that all of them begin with speech; a leaf
    that lies in the next one is then left out.
    """
    made = []
    for piece in pieces:
        parent = piece.parent
        if parent is not None:
            start, end = captions.whole(parent.start, parent.end)
            parent = parent._replace(start=start, end=end)
        start, end = captions.whole(piece.start, piece.end)
        made.append(piece._replace(start=start, end=end, parent=parent))
    made.sort(key=_place)
    for piece, after in zip_longest(made, made[1:]):
        inner = after is not None and after.start == piece.start and after.end >= piece.end
        if piece.level or not inner:
            yield piece
