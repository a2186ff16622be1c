"""Notebook files: what is right, and every mistake with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.errors import NotebookError
from pipelines.file.cron import is_cron
from pipelines.file.model import Note
from pipelines.file.parse import parse, read

PATH = Path("handbook.yaml")

GOOD = """\
name: handbook
cells:
  - note: Policies.
  - id: source
    op: load.files
    params: {path: docs, include: ["**/*.md"]}
  - id: chunks
    op: segment.recursive
    params: {size: 128}
schedule: {cron: "0 2 * * *", timezone: Europe/Berlin}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(NotebookError) as caught:
        parse(text, PATH)
    return [str(problem) for problem in caught.value.problems]


def test_a_good_file() -> None:
    model = parse(GOOD, PATH)
    assert model.name == "handbook"
    assert isinstance(model.entries[0], Note)
    assert [cell.id for cell in model.cells] == ["source", "chunks"]
    assert model.cell("chunks").inputs == ("source",)
    assert model.cell("chunks").line == 7
    assert model.schedule is not None
    assert model.schedule.timezone == "Europe/Berlin"


def test_a_misspelt_op_and_a_misspelt_parameter_are_both_told() -> None:
    text = GOOD.replace("segment.recursive", "segment.recursve").replace("include", "inclde")
    first, second = problems(text)
    assert first.startswith("6:26: cell 'source': load.files has no parameter 'inclde'")
    assert "did you mean 'include'?" in first
    assert second.startswith("8:9: cell 'chunks': there is no op 'segment.recursve'")
    assert "did you mean 'segment.recursive'?" in second


def test_a_parameter_out_of_bounds() -> None:
    (problem,) = problems(GOOD.replace("128", "0"))
    assert problem.startswith("9:20: cell 'chunks': size: input should be greater than or equal")


def test_an_unknown_parameter_hides_no_other_fault() -> None:
    text = GOOD.replace("{size: 128}", "{sice: 9, size: 0, overlap: many}")
    first, second, third = problems(text)
    assert "has no parameter 'sice' (did you mean 'size'?)" in first
    assert "size: input should be greater than or equal to 1" in second
    assert "overlap: input should be a valid integer" in third
    # What may follow from it is not told: here that `path` is missing.
    (only,) = problems(GOOD.replace("{path: docs", "{pth: docs"))
    assert "has no parameter 'pth'" in only


def test_endless_depth_is_a_problem_of_the_file() -> None:
    (problem,) = problems("cells: " + "[" * 3000 + "]" * 3000)
    assert "within each other" in problem


def test_a_problem_without_a_place_reads_well(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match=r"none\.yaml: there is no such file"):
        read(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    "cron",
    ["0 2 * * *", "*/15 8-18 * * mon-fri", "0 0 1,15 JAN-jun 7", "0 0 L * *", "0 22-6/2 * * 5-1"],
)
def test_cron_schedules(cron: str) -> None:
    assert is_cron(cron)


@pytest.mark.parametrize(
    "cron",
    [
        "99 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "*/0 * * * *",
        "a b c d e",
        "* * 31 2 *",
        "* * * *",
        "* * * * * *",
        "@daily",
        "",
        "0 0 * jan- *",
        "1,,2 * * * *",
    ],
)
def test_no_cron_schedules(cron: str) -> None:
    assert not is_cron(cron)


def test_broken_yaml_has_a_place() -> None:
    (problem,) = problems(GOOD.replace("{size: 128}", "{size: 128"))
    assert "not valid YAML" in problem
    assert problem[0].isdigit()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: handbook", "name: Hand Book", "cannot be a notebook's name"),
        ("name: handbook", "nme: handbook", "did you mean 'name'?"),
        ("id: chunks", "id: Chunks!", "cannot be a cell's id"),
        ("0 2 * * *", "at two", "not a cron schedule"),
        ("Europe/Berlin", "Europe/Atlantis", "no time zone"),
        ("path: docs", 'path: "${CHUNKBOOK_NO_SUCH}"', "the environment has no CHUNKBOOK_NO_SUCH"),
        ("op: load.files", "op: 7", "needs an `op`"),
    ],
)
def test_mistakes(old: str, new: str, said: str) -> None:
    assert any(said in problem for problem in problems(GOOD.replace(old, new)))


def test_variables_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHUNKBOOK_DOCS", "elsewhere")
    model = parse(GOOD.replace("path: docs", 'path: "${CHUNKBOOK_DOCS}/docs"'), PATH)
    assert model.cell("source").op.model_dump()["path"] == "elsewhere/docs"


def test_empty_and_absent_files(tmp_path: Path) -> None:
    for text in ("", "[]", "name: x\ncells: []\n"):
        assert problems(text)
    with pytest.raises(NotebookError, match="no such file"):
        read(tmp_path / "none.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"name: \xff")
    with pytest.raises(NotebookError, match="not UTF-8"):
        read(binary)
