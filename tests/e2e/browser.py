"""Drives a headless Chromium through its DevTools protocol."""

from __future__ import annotations

import base64
import itertools
import json
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE = 120
"""Seconds; a start takes about 3 on a quiet machine."""
HEAR = """
window.heard = "";
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...told) {
    super(...told);
    this.addEventListener("message", async (event) => {
      const data = event.data instanceof Blob ? await event.data.arrayBuffer() : event.data;
      window.heard += typeof data === "string" ? data : new TextDecoder().decode(data);
    });
  }
};
"""
"""Run before the page's own script."""
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The browser's program, if there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Page:
    """One page of the browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to one call of the protocol."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, address: str) -> None:
        self.call("Page.enable")
        self.call("Page.navigate", url=address)

    def run(self, script: str) -> Any:
        """What a piece of JavaScript comes to."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    def hear(self) -> None:
        """Keep what the pages opened from now on receive: a canvas has no text to read."""
        self.call("Page.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=HEAR)

    def heard(self) -> str:
        """What the page has received so far, without the escape sequences."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", str(self.run("window.heard")))

    def click(self, x: int, y: int) -> None:
        """Click a place; the terminal has the keys then."""
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, text: str) -> None:
        """Type, key by key."""
        for character in text:
            key = {"key": character, "text": character}
            self.call("Input.dispatchKeyEvent", type="keyDown", **key)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=character)

    def picture(self, path: Path) -> None:
        """Take a screenshot."""
        taken = self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(taken["data"]))


@contextmanager
def page(folder: Path) -> Iterator[Page]:
    """A browser with a profile of its own, and its page."""
    program = chromium()
    assert program is not None
    command = [
        program,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--remote-debugging-port=0",
        "--window-size=1280,800",
        f"--user-data-dir={folder / 'profile'}",
        "about:blank",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = _port(folder / "profile" / "DevToolsActivePort", process)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=PATIENCE) as answer:
            pages = [one for one in json.load(answer) if one["type"] == "page"]
        with connect(pages[0]["webSocketDebuggerUrl"], max_size=None) as socket:
            yield Page(socket)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()


def _port(told: Path, process: subprocess.Popen[bytes]) -> int:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, "the browser has ended"
        with suppress(OSError, ValueError, IndexError):
            return int(told.read_text().splitlines()[0])
        time.sleep(0.1)
    raise AssertionError("the browser does not start")
