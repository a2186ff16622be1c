"""What must stay light to import, seen from outside: a graph of imports cannot tell when."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "dagster",
    "lancedb",
    "llama_cpp",
    "networkx",
    "pyarrow",
    "scipy",
    "spacy",
    "textual",
)


@pytest.mark.parametrize(
    ("code", "also"),
    [
        ("import ops", ("polars", "pydantic")),
        ("import ops.registry; ops.registry.all_ops()", ()),
        ("import storage", ("polars",)),
        ("import pipelines; from pipelines.file.parse import read", ()),
        ("import sys; sys.argv = ['chunkbook', '--help']; import tui.cli", ("polars", "rich")),
        ("import tui.commands.run, tui.commands.plan, tui.commands.search", ()),
    ],
)
def test_imports_stay_light(code: str, also: tuple[str, ...]) -> None:
    probe = f"{code}\nimport sys\nprint(*(m for m in {(*HEAVY, *also)!r} if m in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_help_answers_and_lists_every_command() -> None:
    from tui.cli import COMMANDS, cli

    ran = subprocess.run(
        [sys.executable, "-m", "tui", "--help"], capture_output=True, text=True, check=True
    )
    for name in COMMANDS:
        assert f"  {name} " in ran.stdout
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert command.help
