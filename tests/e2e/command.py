"""The command line, called in this process."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from tui.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Command:
    """Calls `chunkbook …` and captures what it says."""

    def __init__(self, capfd: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.capfd = capfd
        self.patch = patch

    def __call__(self, *arguments: object) -> Ran:
        self.capfd.readouterr()
        self.patch.setattr(sys, "argv", ["chunkbook", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = self.capfd.readouterr()
        return Ran(int(stopped.value.code or 0), out, err)
