"""Texts to measure on."""

from __future__ import annotations

__all__ = ["corpora", "descriptions"]

from importlib.metadata import distributions
from pathlib import Path


def corpora(data: Path | None) -> tuple[str, dict[str, str]]:
    """What the texts are, and name → text: the public corpora, else what every machine has."""
    if data is not None:
        files = sorted((data / "chunking_evaluation" / "corpora").glob("*.md"))
        if files:
            texts = {file.stem: file.read_text(encoding="utf-8") for file in files}
            return "chunking_evaluation", texts
    return "descriptions of installed packages", descriptions()


def descriptions() -> dict[str, str]:
    """Name → long description of each installed distribution that has one."""
    found = {}
    for distribution in distributions():
        text = str(distribution.metadata.json.get("description") or "")
        if len(text) > 500:
            found[distribution.metadata["Name"]] = text
    return dict(sorted(found.items()))
