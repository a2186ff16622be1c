"""The interface in a real terminal process, over a collection of a million chunks."""

from __future__ import annotations

__all__ = ["run"]

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchmarks.corpus import descriptions
from benchmarks.million import collection, wanted_text
from benchmarks.result import BenchResult, Figure, Progress
from benchmarks.terminal import Terminal

CHUNKS: Final = 1_000_000
SIZE: Final = (120, 40)
STARTS: Final = 3
PAGES: Final = 40
SEARCHES: Final = 20
STEPS: Final = 60
PREVIEWED: Final = 20
PAGE_OF: Final = 3_000
"""Characters of a page."""

PREVIEW: Final = """\
name: preview
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: chunks
    op: segment.recursive
    params: {size: 256}
"""


def run(data: Path | None, progress: Progress) -> BenchResult:
    """Measure; `data` is not needed. Seconds are from the key, or the command, to the screen."""
    path = collection(CHUNKS, progress)
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "TEXTUAL_ANIMATIONS": "none",
            "CHUNKBOOK_STATE": folder,
            "CHUNKBOOK_SETTINGS": str(Path(folder) / "none.toml"),
        }
        paints, cells = [], []
        for number in range(STARTS):
            progress(f"start {number + 1} of {STARTS}")
            with _start(path, environment) as terminal:
                paints.append(terminal.until(_painted, "anything") - terminal.began)
                cells.append(terminal.until(_cells, "the cells") - terminal.began)
                terminal.rest(20)
        with _start(path, environment) as terminal:
            measured = _measure(terminal, progress)
            seconds = {name: _p95(values) for name, values in measured.items()}
            progress(", ".join(f"{name} {value:.3f}" for name, value in seconds.items()))
    progress("previews")
    preview = _previews()
    return BenchResult(
        "tui",
        {
            "chunks": CHUNKS,
            "terminal": f"{SIZE[0]}x{SIZE[1]}",
            "cores": os.cpu_count(),
            "load": f"{os.getloadavg()[0]:.1f}",
            "page": "pages and searches as they are typed, together",
            "preview": f"segment.recursive over {PREVIEWED} documents of 5 pages, new size each",
        },
        (
            _figure("first_paint_seconds", sorted(paints)[STARTS // 2], "s", 1.2),
            Figure("first_cells_seconds", sorted(cells)[STARTS // 2], "s"),
            _figure("first_rows_seconds", measured["rows"][0], "s", 1.0),
            _figure("page_p95_ms", _p95(measured["page"] + measured["search"]) * 1000, "ms", 150),
            Figure("page_only_p95_ms", _p95(measured["page"]) * 1000, "ms"),
            Figure("search_p95_ms", _p95(measured["search"]) * 1000, "ms"),
            _figure("key_p95_ms", _p95(measured["key"]) * 1000, "ms", 50),
            _figure("rss_mb", measured["memory"][0], "MB", 450),
            Figure("rss_peak_mb", measured["memory"][1], "MB"),
            _figure("preview_ms", _p95(preview) * 1000, "ms", 300),
        ),
    )


def _figure(name: str, value: float, unit: str, most: float) -> Figure:
    return Figure(name, value, unit, goal=most, met=value <= most)


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[min(int(len(values) * 0.95), len(values) - 1)]


def _start(path: Path, environment: dict[str, str]) -> Terminal:
    return Terminal([sys.executable, "-m", "tui", "tui", str(path)], *SIZE, environment)


def _painted(text: str) -> bool:
    return "Chunkbook" in text or "million" in text


def _cells(text: str) -> bool:
    return "segment.recursive" in text


def _rows(text: str) -> bool:
    """The table of chunks; their words alone stand in the notebook's text too."""
    return f"{CHUNKS:,} chunks" in text and wanted_text(5) in text


def _measure(terminal: Terminal, progress: Progress) -> dict[str, list[float]]:
    """First rows, pages, searches, keys, and the memory after all of it."""
    terminal.until(_cells, "the cells")
    # The state of the store stands in the top line once LanceDB is imported and asked.
    terminal.until(lambda text: "published" in text, "the state of the store")
    terminal.rest(20)
    progress("rows, keys, pages, searches")
    begun = terminal.press("2")
    rows = terminal.until(_rows, "the first rows") - begun
    terminal.rest(20)
    found: dict[str, list[float]] = {"rows": [rows], "key": [], "page": [], "search": []}
    for number in range(STEPS):
        begun = terminal.press("down" if number % 20 < 15 else "up")
        found["key"].append(terminal.answer() - begun)
        terminal.rest(5)
    terminal.press("end")
    terminal.until(lambda text: wanted_text(CHUNKS - 1) in text, "the last rows")
    terminal.rest(5)
    for number in range(PAGES):
        if number == PAGES // 2:
            terminal.press("home")
            terminal.until(lambda text: wanted_text(0) in text, "the first rows")
            terminal.rest(5)
        before = terminal.screen.display[20]
        begun = terminal.press("pageup" if number < PAGES // 2 else "pagedown")
        found["page"].append(terminal.until(_another(terminal, before), "a page") - begun)
        terminal.rest(5)
    chance = random.Random(7)
    terminal.press("/")
    terminal.until(lambda text: "All chunks" in text, "the search line")
    for _ in range(SEARCHES):
        word = wanted_text(chance.randrange(CHUNKS))
        terminal.press("ctrl+u")
        terminal.until(lambda text: "Search the chunks" in text, "an empty search line")
        terminal.rest(3)
        terminal.press(*word[:-1])
        terminal.until(_typed(word[:-1]), "what was typed")
        terminal.rest(3)
        begun = terminal.press(word[-1])
        # Once in the line that was typed, once in the table.
        found["search"].append(terminal.until(_twice(word), f"a hit for {word}") - begun)
        terminal.rest(3)
    found["memory"] = list(terminal.memory())
    return found


def _another(terminal: Terminal, before: str) -> Callable[[str], bool]:
    """Whether another row of chunks stands on the twentieth line, and is there."""

    def shown(_: str) -> bool:
        line = terminal.screen.display[20]
        return line != before and " c0" in line

    return shown


def _typed(word: str) -> Callable[[str], bool]:
    return lambda text: f"/ {word}" in text


def _twice(word: str) -> Callable[[str], bool]:
    return lambda text: text.count(word) > 1


def _previews() -> list[float]:
    """Seconds from a changed parameter to the chunks of the sample."""
    from pipelines.draft.edit import set_params
    from tui.book import Book

    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        texts = "\n\n".join(descriptions().values())
        size = 5 * PAGE_OF
        for number in range(PREVIEWED):
            text = texts[number * size : (number + 1) * size]
            (folder / "docs" / f"{number:02}.txt").write_text(text, encoding="utf-8")
        path = folder / "preview.yaml"
        path.write_text(PREVIEW, encoding="utf-8")
        book = Book.open(path)

        def preview() -> float:
            begun = time.perf_counter()
            book.preview("chunks", PREVIEWED, lambda done: None, lambda: False, lambda c, n: None)
            return time.perf_counter() - begun

        preview()  # the sample is loaded, and the tokenizer
        for size in range(100, 300, 10):
            draft = set_params(book.history.draft, 1, {"size": size})
            begun = time.perf_counter()
            book.revise(book.history.do(draft, f"size {size}"))
            found.append(time.perf_counter() - begun + preview())
    return found
