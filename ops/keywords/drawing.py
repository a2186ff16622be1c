"""The word graph of a document as GraphML and as a picture."""

from __future__ import annotations

__all__ = ["as_graphml", "as_svg"]

import re
from collections.abc import Collection
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from ops.keywords.explain import WordMap
from ops.keywords.graph import CENTRALITIES

MOST: Final = 60
"""Words in a picture: the most central."""
_WIDTH: Final = 960
_HEIGHT: Final = 720
_EDGE: Final = 60
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def as_graphml(graph: WordMap) -> str:
    """The whole graph; a node has its word, count, fused centrality and the eight."""
    import networkx as nx

    made = nx.Graph()
    for place, word in enumerate(graph.words):
        values = dict(zip(CENTRALITIES, graph.parts[place], strict=True))
        made.add_node(
            f"n{place}",
            word=_clean(word),
            count=graph.counts[place],
            central=graph.central[place],
            **values,
        )
    made.add_edges_from((f"n{left}", f"n{right}") for left, right in graph.links)
    written = BytesIO()
    nx.write_graphml(made, written)
    return written.getvalue().decode("utf-8")


def as_svg(graph: WordMap, keywords: Collection[str]) -> str:
    """The 60 most central words; size by centrality, words of keywords in colour.

    Laid out by springs (Fruchterman and Reingold) from a circle, so always alike.

    Args:
        keywords: words, in lower case, that are part of a keyword.
    """
    import networkx as nx

    shown = range(min(MOST, len(graph.words)))
    made = nx.Graph()
    made.add_nodes_from(shown)
    made.add_edges_from(link for link in graph.links if link[1] < len(shown))
    place = {}
    if shown:
        start, k = nx.circular_layout(made), 1.6 / len(shown) ** 0.5
        place = nx.spring_layout(made, pos=start, iterations=80, seed=0, k=k)
    xs = [float(place[node][0]) for node in shown] or [0.0]
    ys = [float(place[node][1]) for node in shown] or [0.0]

    def at(node: int) -> tuple[float, float]:
        x, y = (float(value) for value in place[node])
        across = (x - min(xs)) / max(max(xs) - min(xs), 1e-9)
        down = (y - min(ys)) / max(max(ys) - min(ys), 1e-9)
        return _EDGE + across * (_WIDTH - 2 * _EDGE), _EDGE + down * (_HEIGHT - 2 * _EDGE)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        '<g stroke="#b8c0cc" stroke-width="1">',
    ]
    for left, right in sorted(made.edges):
        (x1, y1), (x2, y2) = at(left), at(right)
        lines.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')
    lines.append("</g>")
    for node in reversed(shown):
        x, y = at(node)
        word, central = _clean(graph.words[node]), graph.central[node]
        colour = "#0b6e99" if graph.words[node] in keywords else "#7a8594"
        radius, size = 4 + 10 * central, 11 + 8 * central
        lines.append(
            f"<g><title>{escape(word)}: {graph.counts[node]} ×, centrality {central:.2f}</title>"
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}"/>'
            f'<text x="{x:.1f}" y="{y - radius - 3:.1f}" font-size="{size:.1f}" '
            f'text-anchor="middle" fill="#1c2430">{escape(word)}</text></g>'
        )
    lines.append("</svg>")
    return "\n".join(lines) + "\n"


def _clean(word: str) -> str:
    return _CONTROL.sub("\ufffd", word)
