"""Pieces of a long bench, kept as files so that a run that was stopped goes on where it was.

Nothing is kept unless `CHUNKBOOK_BENCH_KEEP` names a folder; empty it to measure everything again.
"""

from __future__ import annotations

__all__ = ["KEEP", "Pieces", "pieces"]

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.result import Figure, Progress

KEEP: Final = "CHUNKBOOK_BENCH_KEEP"


@dataclass(frozen=True, slots=True)
class Pieces:
    """What was measured already, by name; JSON files in a folder, if there is one.

    `stamp` names what all of it hangs on (model, texts); pieces of another stamp are not used.
    """

    folder: Path | None
    stamp: Mapping[str, str]
    progress: Progress

    def value(self, name: str, make: Callable[[], Any]) -> Any:
        """A piece, measured now or before; anything that JSON can hold."""
        if self.folder is None:
            return make()
        path = self.folder / f"{name}.json"
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = {}
        if known.get("stamp") == dict(self.stamp):
            self.progress(f"{name}: measured before")
            return known["value"]
        value = make()
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        raw = json.dumps({"stamp": dict(self.stamp), "value": value})
        draft.write_text(raw, encoding="utf-8")
        draft.replace(path)
        # As it will be read the next time: tuples become lists now, not only then.
        return json.loads(raw)["value"]

    def figures(self, name: str, make: Callable[[], Sequence[Figure]]) -> list[Figure]:
        """A piece that is some figures."""
        found = self.value(name, lambda: [asdict(figure) for figure in make()])
        return [Figure(**each) for each in found]


def pieces(bench: str, stamp: Mapping[str, str], progress: Progress) -> Pieces:
    """Those of a bench, in the folder that the environment names."""
    named = os.environ.get(KEEP)
    return Pieces(Path(named) / bench if named else None, stamp, progress)
