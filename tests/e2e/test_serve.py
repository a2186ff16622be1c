"""The interface in a browser: who is let in, and what is seen."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pipelines.file.parse import read
from pipelines.notebook import Notebook
from pipelines.orchestrate.served import serve_command, served_address
from tests.documents import write_documents
from tests.e2e.browser import PATIENCE, Page, chromium, page

NOTEBOOK = """\
name: served
cells:
  - id: source
    op: load.files
    params: {path: docs}
  - id: chunks
    op: segment.recursive
    params: {size: 40, tokenizer: words}
  - id: index
    op: index.lancedb
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    write_documents(folder / "docs", 2, sections=2)
    path = folder / "served.yaml"
    path.write_text(NOTEBOOK, encoding="utf-8")
    Notebook.load(path).run()
    return path


@pytest.fixture
def address(notebook: Path) -> Iterator[str]:
    """That of a server which runs for one test."""
    command = [sys.executable, "-m", "tui", "serve", str(notebook), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(60)
        process.stdout.close()
    assert code == 0
    assert served_address(read(notebook)) is None


def _status(url: str, **headers: str) -> int:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_only_who_knows_the_token_is_let_in(notebook: Path, address: str) -> None:
    base = address.rsplit("/", 2)[0]
    assert base.startswith("http://127.0.0.1:")
    assert served_address(read(notebook)) == base
    assert serve_command(read(notebook)).startswith("chunkbook serve ")
    assert _status(address) == 200
    assert _status(f"{address}static/js/textual.js") == 200
    for path in ("", "/", "/ws", "/static/js/textual.js", "/download/x", "/wrong/", "/wrong/ws"):
        assert _status(base + path) == 403, path
    assert _status(address, Host="evil.example") == 403
    assert _status(address, Origin="http://evil.example") == 403
    for path in ("/ws", "/wrong/ws"):
        with pytest.raises(InvalidStatus) as refused:
            connect(base.replace("http", "ws") + path)
        assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus):
        connect(address.replace("http", "ws") + "ws", additional_headers={"Origin": "http://x.y"})


def test_a_visitor_gets_the_interface(address: str) -> None:
    with connect(address.replace("http", "ws") + "ws?width=100&height=30", max_size=None) as socket:
        seen = b""
        end = time.monotonic() + PATIENCE
        while b"segment.recursive" not in seen and time.monotonic() < end:
            said = socket.recv(timeout=PATIENCE)
            seen += said if isinstance(said, bytes) else said.encode()
        assert b"segment.recursive" in seen


@pytest.mark.full
@pytest.mark.skipif(chromium() is None, reason="there is no Chromium")
def test_a_browser_shows_a_chunk(address: str, tmp_path: Path) -> None:
    with page(tmp_path) as browser:
        browser.hear()
        browser.open(address)
        _wait(browser, "published")
        fetched = "performance.getEntriesByType('resource').map(r => new URL(r.name).host)"
        assert set(browser.run(fetched)) == {address.split("/")[2]}
        browser.click(20, 8)
        browser.press("2")
        _wait(browser, "Neighbours", "index · ")
        browser.press("/")
        _wait(browser, "All chunks")  # the footer of the search line
        browser.press("parking")
        _wait(browser, "best first")
        assert "guideline" in browser.heard()  # a word of the chunks, not of the interface
        browser.picture(tmp_path / "seen.png")
        assert (tmp_path / "seen.png").stat().st_size > 20_000


def _wait(browser: Page, *wanted: str) -> None:
    """Wait until the browser has been told all of this."""
    end = time.monotonic() + PATIENCE
    while not all(one in browser.heard() for one in wanted):
        assert time.monotonic() < end, f"{wanted} are not shown; last: {browser.heard()[-2_000:]}"
        time.sleep(0.3)
