"""Chunks over their source text, as HTML that needs nothing else.

All that comes from documents is escaped; the page's policy lets nothing load and no other script
run.
"""

from __future__ import annotations

__all__ = ["fragment", "page"]

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, Final

import polars as pl

from ops.export.figures import Figures, figures_of, histogram
from ops.export.spans import Segment, paint
from ops.frames import in_order

HUES: Final = 6
RIBBON: Final = 600  # chunks; more would each be thinner than a pixel
SHOWN: Final = 20_000  # characters of a document in a fragment
KEYWORDS: Final = 12
# Signs for what would vanish, or turn the text after it around.
SIGNS: Final = {
    **{code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"},
    0x7F: 0x2421,
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0x2426),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One chunk, as far as its columns are known."""

    doc_id: str
    start: int
    end: int
    ordinal: int
    facts: tuple[tuple[str, str], ...]
    keywords: tuple[str, ...]

    def said(self) -> str:
        """Everything in one text, for a tooltip."""
        lines = [f"chunk {self.ordinal + 1}", *(f"{name}: {value}" for name, value in self.facts)]
        return "\n".join(
            [*lines, *([f"keywords: {', '.join(self.keywords)}"] * bool(self.keywords))]
        )


def page(documents: pl.DataFrame, chunks: pl.DataFrame, *, title: str = "Chunks") -> str:
    """A page of its own: figures, the documents with their chunks, and details of each chunk.

    Args:
        documents: `doc_id` and `text`; `title`, `uri` and `format` are shown if there.
        chunks: `doc_id`, `start` and `end`; `chunk_id`, `ordinal`, `tokens`, `boundary` and
            `keywords` are shown if there. Only leaves (`level` 0) are painted.
    """
    documents, rows, figures, drawn = _prepared(documents, chunks)
    articles, links = [], []
    for number, (about, mine) in enumerate(_by_document(documents, rows)):
        articles.append(_article(about, mine, number))
        links.append(
            f'<a href="#d{number}"><span>{escape(_name(about))}</span>'
            f"<small>{len(mine):,}</small></a>"
        )
    nav = f"<section><h3>Documents</h3><nav>{''.join(links)}</nav></section>"
    script = _asset("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_asset('page.css')}</style></head>"
        f'<body class="cb"><header><div><h1>{escape(title)}</h1>{_figures(figures, drawn)}'
        "</div></header>"
        f'<div class="columns"><main>{"".join(articles)}</main><aside>'
        '<section id="chunk"><h3>Chunk</h3><p class="hint">Point at a chunk, or click to keep it '
        "here. <kbd>n</kbd> and <kbd>p</kbd> go to the next and the one before.</p></section>"
        f"{nav if len(links) > 1 else ''}</aside></div>"
        f'<script type="application/json" id="chunks">{_json(rows)}</script>'
        f"<script>{script}</script></body></html>\n"
    )


def fragment(documents: pl.DataFrame, chunks: pl.DataFrame) -> str:
    """A compact piece of HTML for `_repr_html_`, without script; long documents are cut short.

    Takes the same frames as `page`.
    """
    documents, rows, figures, drawn = _prepared(documents, chunks)
    articles = [_article(about, mine, None, SHOWN) for about, mine in _by_document(documents, rows)]
    style = f"<style>{_asset('page.css')}</style>"
    return f'<div class="cb">{style}{_figures(figures, drawn)}{"".join(articles)}</div>'


@cache
def _asset(name: str) -> str:
    return files("ops.export").joinpath(name).read_text("utf-8")


def _prepared(
    documents: pl.DataFrame, chunks: pl.DataFrame
) -> tuple[pl.DataFrame, list[Row], Figures, str]:
    if "level" in chunks.columns:
        chunks = chunks.filter(pl.col("level") == 0)
    chunks = in_order("chunks", chunks)
    documents = in_order("documents", documents)
    lengths = chunks["tokens"].to_list() if "tokens" in chunks.columns else []
    return documents, list(_rows(chunks)), figures_of(documents, chunks), histogram(lengths)


def _rows(chunks: pl.DataFrame) -> Iterator[Row]:
    ordinals: dict[str, int] = {}
    for row in chunks.iter_rows(named=True):
        doc_id, start, end = row["doc_id"], row["start"], row["end"]
        place = row.get("ordinal")
        ordinal = ordinals.get(doc_id, 0) if place is None else place
        ordinals[doc_id] = ordinal + 1
        facts = [("characters", f"{start:,}–{end:,}")]
        if row.get("tokens") is not None:
            facts.insert(0, ("tokens", f"{row['tokens']:,}"))
        if row.get("boundary"):
            facts.append(("ends at", row["boundary"]))
        if row.get("chunk_id"):
            facts.append(("id", row["chunk_id"]))
        keywords = tuple(_phrase(word) for word in (row.get("keywords") or ())[:KEYWORDS])
        yield Row(doc_id, start, end, ordinal, tuple(facts), keywords)


def _phrase(keyword: Any) -> str:
    return str(keyword["phrase"] if isinstance(keyword, dict) else keyword)


def _by_document(
    documents: pl.DataFrame, rows: list[Row]
) -> Iterator[tuple[dict[str, Any], list[tuple[int, Row]]]]:
    """Each document with its chunks and their numbers on the page."""
    mine: dict[str, list[tuple[int, Row]]] = {}
    for number, row in enumerate(rows):
        mine.setdefault(row.doc_id, []).append((number, row))
    wanted = [c for c in ("doc_id", "title", "uri", "format", "text") if c in documents.columns]
    for about in documents.select(wanted).iter_rows(named=True):
        yield about, mine.get(about["doc_id"], [])


def _name(about: dict[str, Any]) -> str:
    return str(about.get("title") or about.get("uri") or about["doc_id"])


def _article(
    about: dict[str, Any],
    chunks: list[tuple[int, Row]],
    number: int | None,
    most: int | None = None,
) -> str:
    text = about["text"] or ""
    shown = text[:most]
    facts = [
        f"{len(text):,} characters",
        f"{len(chunks):,} chunk{'s' * (len(chunks) != 1)}",
        about.get("format") or "",
        about.get("uri") or "",
    ]
    segments = paint(len(shown), [(row.start, row.end) for _, row in chunks])
    body = "".join(_segments(shown, segments, chunks, linked=number is not None))
    anchor = "" if number is None else f' id="d{number}"'
    ribbon = _ribbon(chunks) if number is not None and len(chunks) <= RIBBON else ""
    more = ""
    if len(shown) < len(text):
        more = f'<p class="more">{len(text) - len(shown):,} more characters</p>'
    elif not text:
        more = '<p class="none">This document has no text.</p>'
    pre = f'<div class="text" dir="auto">{body}</div>' if shown else ""
    said = escape(" · ".join(filter(None, facts)))
    head = f'<h2>{escape(_name(about))}</h2><p class="about">{said}</p>'
    return f"<article{anchor}>{head}{ribbon}{pre}{more}</article>"


def _segments(
    text: str, segments: list[Segment], chunks: list[tuple[int, Row]], *, linked: bool
) -> Iterator[str]:
    for segment in segments:
        said = escape(text[segment.start : segment.end].translate(SIGNS))
        if not segment.chunks:
            yield said
            continue
        covering = [chunks[place] for place in segment.chunks]
        first, last = covering[0][1], covering[-1][1]
        classes = [f"h{first.ordinal % HUES}"]
        if len(covering) > 1:
            classes += ["over", f"g{last.ordinal % HUES}"]
        marks = ""
        if last.start == segment.start:
            classes.append(f"m{last.ordinal % HUES}")
            marks = f' data-n="{last.ordinal + 1}"'
            marks += f' id="c{covering[-1][0]}"' if linked else ""
        if linked:
            marks += f' data-c="{" ".join(str(number) for number, _ in covering)}"'
        tip = escape("\n\n".join(row.said() for _, row in covering))
        yield f'<span class="{" ".join(classes)}"{marks} title="{tip}">{said}</span>'


def _ribbon(chunks: list[tuple[int, Row]]) -> str:
    """The chunks in a line, each as wide as it is long."""
    links = (
        f'<a class="h{row.ordinal % HUES}" href="#c{number}" style="flex:{row.end - row.start}" '
        f'title="chunk {row.ordinal + 1}"></a>'
        for number, row in chunks
    )
    return f'<div class="ribbon">{"".join(links)}</div>'


def _figures(figures: Figures, drawn: str) -> str:
    shares = f"{figures.covered:.1%}", f"{figures.repeated:.1%}"
    facts = [
        ("Documents", f"{figures.documents:,}"),
        ("Chunks", f"{figures.chunks:,}"),
        ("Median tokens", f"{figures.median:g}"),
        ("Shortest – longest", f"{figures.shortest:,} – {figures.longest:,}"),
        ("Tokens in all", f"{figures.tokens:,}"),
        ("Text covered", shares[0]),
        ("Text repeated", shares[1]),
    ]
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    why = "".join(f"<li><b>{n:,}</b> end at {escape(name)}</li>" for name, n in figures.boundaries)
    reasons = f'<ul class="why">{why}</ul>' if why else ""
    return f'<div class="figures"><dl>{listed}</dl>{drawn}</div>{reasons}'


def _json(rows: list[Row]) -> str:
    data = [
        {"title": f"Chunk {row.ordinal + 1}", "facts": row.facts, "keywords": row.keywords}
        for row in rows
    ]
    # "</script" in a keyword must not end the element; JSON may spell "<" differently.
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
