"""Pages that are generated, or that list what the code has, are true."""

from __future__ import annotations

import re
from pathlib import Path

from ops.describe import describe
from ops.registry import all_ops
from tui.cli import COMMANDS
from tui.commands.reference import reference
from tui.exit_codes import ExitCode

ROOT = Path(__file__).parents[2]


def test_the_reference_is_what_the_ops_say() -> None:
    found = reference([describe(kind) for kind in all_ops().values()])
    written = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert written == found, "run `make reference`"


def test_every_exit_code_is_explained() -> None:
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    assert listed == {int(code) for code in ExitCode}


def test_links_lead_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_names_only_commands_that_are_there() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^ {4}chunkbook (\w+)", page, re.MULTILINE))
    assert named
    assert named <= set(COMMANDS)
