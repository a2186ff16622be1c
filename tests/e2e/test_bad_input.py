"""Bad input: one clear error each, an exit code that is not 0, and the rest goes on."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.load.listing import Found, files_below
from pipelines import Notebook
from storage import Store
from tests.documents import write_documents, write_notebook
from tests.e2e.command import Command
from tui.exit_codes import ExitCode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_documents(tmp_path / "docs", 3)
    return tmp_path


def test_a_folder_that_is_not_there(tmp_path: Path, chunkbook: Command) -> None:
    ran = chunkbook("run", write_notebook(tmp_path))
    assert ran.code == ExitCode.SOURCE
    assert ran.err.count("error:") == 1
    assert "docs" in ran.err
    assert "Traceback" not in ran.err


def test_bad_documents_are_named_and_the_rest_goes_on(folder: Path, chunkbook: Command) -> None:
    docs = folder / "docs"
    (docs / "empty.txt").write_bytes(b"")
    (docs / "picture.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with zipfile.ZipFile(docs / "archive.docx", "w") as archive:
        archive.writestr("something", "else")
    (docs / "latin.txt").write_bytes("Grüße aus Köln".encode("latin-1"))
    (docs / "torn.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<<")
    (docs / "half.jsonl").write_text('{"id": 1, "text": "good"}\n{"id": 2, "te', encoding="utf-8")
    ran = chunkbook("run", write_notebook(folder), "--json")
    assert ran.code == ExitCode.DOCUMENTS_FAILED
    source, *others = ran.json["cells"]
    assert source["documents"]["failed"] == 6
    assert source["documents"]["added"] == 3
    reasons = {Path(uri).name: reason for uri, reason in source["failures"].items()}
    assert set(reasons) == {
        "empty.txt", "picture.pdf", "archive.docx", "latin.txt", "torn.pdf", "half.jsonl",
    }  # fmt: skip
    assert "empty" in reasons["empty.txt"]
    assert "UTF-8" in reasons["latin.txt"]
    assert "2" in reasons["half.jsonl"]
    assert all(cell["documents"]["added"] == 3 for cell in others)
    for name in reasons:
        assert name in ran.err


def test_files_of_other_formats_are_told_of(folder: Path, chunkbook: Command) -> None:
    for name in ("a.ppt", "b.PPT", "c.msg", "settings.yaml", ".hidden.msg"):
        (folder / "docs" / name).write_bytes(b"x")
    path = write_notebook(folder)
    said = "left out, since their format is not read: 2 .ppt, 1 .msg"
    assert said in chunkbook("plan", path).out
    ran = chunkbook("run", path, "--cell", "source", "--json")
    assert ran.code == ExitCode.OK
    assert ran.json["cells"][0]["passed_over"] == {".ppt": 2, ".msg": 1}
    assert said in chunkbook("run", path, "--cell", "source").out


@pytest.mark.parametrize("command", [("plan",), ("run", "--cell", "source")])
def test_a_folder_is_walked_once(
    folder: Path,
    chunkbook: Command,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    walked = []

    def walk(root: Path, *others: Any) -> Iterator[Found]:
        walked.append(root)
        return files_below(root, *others)

    monkeypatch.setattr("ops.load.files.files_below", walk)
    name, *options = command
    assert chunkbook(name, write_notebook(folder), *options).code == ExitCode.OK
    assert walked == [folder / "docs"]


@pytest.mark.slow
def test_a_line_of_fifty_megabytes(folder: Path, chunkbook: Command) -> None:
    sentence = "The quick brown fox jumps over the lazy dog and runs away. "
    (folder / "docs" / "line.txt").write_text(sentence * 850_000, encoding="utf-8")
    path = write_notebook(folder, size=400)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  - id: metadata\n    op: enrich.metadata\n", ""), "utf-8")
    ran = chunkbook("run", path, "--json")
    assert ran.code == ExitCode.OK
    assert all(cell["documents"]["added"] == 4 for cell in ran.json["cells"])
    assert ran.json["cells"][1]["rows"] > 25_000


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("segment.recursive", "segment.recursiv", "7:9", "did you mean 'segment.recursive'?"),
        ("{size: 60", "{size: 0", "8:20", "greater than or equal to 1"),
        ("{size: 60", "{sice: 60", "8:14", "did you mean 'size'?"),
        (
            "op: segment.recursive",
            "op: segment.recursive\n    input: index",
            "6:5",
            "in a circle: chunks → metadata → index → chunks",
        ),
    ],
)
def test_wrong_notebooks(
    folder: Path, chunkbook: Command, old: str, new: str, place: str, said: str
) -> None:
    path = write_notebook(folder)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    for command in ("run", "plan"):
        ran = chunkbook(command, path)
        assert ran.code == ExitCode.NOTEBOOK
        assert f"{path}:{place}: " in ran.err
        assert said in ran.err
    assert not (folder / ".chunkbook").exists()


def test_a_read_only_store(folder: Path, chunkbook: Command) -> None:
    path = write_notebook(folder)
    store = folder / ".chunkbook" / "lance"
    store.mkdir(parents=True)
    store.chmod(0o555)
    try:
        ran = chunkbook("run", path)
    finally:
        store.chmod(0o755)
    assert ran.code == ExitCode.STORE
    assert str(store) in ran.err
    assert ran.err.count("error:") == 1


def test_two_runs_at_once(folder: Path, chunkbook: Command) -> None:
    path = write_notebook(folder)
    Notebook.load(path).run()
    hold = (
        "import sys, time; from storage import Store\n"
        "with Store.open(sys.argv[1]).tables('policies').lease('elsewhere: the first run'):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    store = folder / ".chunkbook" / "lance"
    command = [sys.executable, "-c", hold, str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == "held"
        ran = chunkbook("run", path)
        first.kill()
    assert ran.code == ExitCode.BUSY
    assert "the first run" in ran.err
    assert chunkbook("run", path).code == ExitCode.OK
    assert Store.open(store).reader("policies") is not None


def test_a_source_that_suddenly_lists_nothing(folder: Path, chunkbook: Command) -> None:
    path = write_notebook(folder)
    assert chunkbook("run", path).code == ExitCode.OK
    for file in (folder / "docs").iterdir():
        file.unlink()
    ran = chunkbook("run", path)
    assert ran.code == ExitCode.SOURCE
    assert "--allow-empty" in ran.err
    kept = Notebook.load(path).reader()
    assert kept is not None
    assert kept.count("index") > 0
    ran = chunkbook("run", path, "--allow-empty", "--json")
    assert ran.code == ExitCode.OK
    assert ran.json["cells"][0]["documents"]["deleted"] == 3


def test_unknown_names_are_answered_with_the_nearest(folder: Path, chunkbook: Command) -> None:
    path = write_notebook(folder)
    ran = chunkbook("run", path, "--cell", "chunk")
    assert (ran.code, "did you mean 'chunks'?" in ran.err) == (ExitCode.USAGE, True)
    ran = chunkbook("ops", "segment.recursve")
    assert (ran.code, "did you mean 'segment.recursive'?" in ran.err) == (ExitCode.USAGE, True)
    ran = chunkbook("rum", path)
    assert (ran.code, "did you mean 'run'?" in ran.err) == (ExitCode.USAGE, True)
    ran = chunkbook("search", path, "anything")
    assert ran.code != ExitCode.OK
    ran = chunkbook("apply", "segment.recursive", "--set", "size=x", folder / "none.jsonl")
    assert ran.code == ExitCode.USAGE


def test_a_folder_without_documents_is_told_of(tmp_path: Path, chunkbook: Command) -> None:
    (tmp_path / "docs").mkdir()
    path = write_notebook(tmp_path)
    for ran in (chunkbook("plan", path), chunkbook("run", path), chunkbook("plan", path)):
        assert ran.code == ExitCode.OK
        assert "No documents were found" in ran.out
        assert "up to date" not in ran.out
    ran = chunkbook("show", path, "handbook")
    assert (ran.code, "there are none" in ran.err) == (ExitCode.USAGE, True)
    ran = chunkbook("sweep", path, "--set", "size=1")
    assert (ran.code, "cannot read --set size=1" in ran.err) == (ExitCode.USAGE, True)
