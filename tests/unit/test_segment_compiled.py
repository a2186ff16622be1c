"""A library that was built of other source is not used; one without source beside it is."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from ops.segment import compiled
from ops.segment.compiled import Cutter, available

SOURCE = compiled.SOURCE
TEXT = b"One. Two three.\n\nFour five six. Seven."

COMPILER = os.environ.get("CC") or "cc"
pytest.importorskip("hatchling")
pytestmark = [
    pytest.mark.skipif(shutil.which(COMPILER.split()[0]) is None, reason="no C compiler"),
    pytest.mark.skipif(not SOURCE.exists(), reason="the source is not there"),
]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the source and the library that the hook builds of it, which is used."""
    from hatch_build import CompileHook

    folder = tmp_path / "ops" / "segment"
    folder.mkdir(parents=True)
    shutil.copy(SOURCE, folder)
    data: dict[str, object] = {"artifacts": []}
    app = SimpleNamespace(display_warning=pytest.fail)
    hook = SimpleNamespace(target_name="wheel", root=str(tmp_path), app=app)
    CompileHook.initialize(hook, "standard", data)  # type: ignore[arg-type]
    assert data["artifacts"] == ["ops/segment/_cut.so"]
    monkeypatch.setattr(compiled, "BUILT", folder / "_cut.so")
    monkeypatch.setattr(compiled, "SOURCE", folder / "_cut.c")
    compiled._library.cache_clear()
    yield folder
    monkeypatch.undo()
    compiled._library.cache_clear()


def test_what_was_built_of_this_source_is_used(
    built: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert available()
    assert not caplog.records
    assert _cut() == [(0, 15), (17, 31), (32, 38)]


def test_an_installed_library_needs_no_source(built: Path) -> None:
    (built / "_cut.c").unlink()
    assert available()


def test_another_source_is_noticed_once_and_python_cuts(
    built: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (built / "_cut.c").open("a") as source:
        source.write("/* newer */\n")
    with caplog.at_level(logging.WARNING):
        assert not available()
        assert _cut() == _cut() == [(0, 15), (17, 31), (32, 38)]
    (said,) = (record.getMessage() for record in caplog.records)
    assert said.startswith("_cut.so was built of another _cut.c")
    assert "`make`" in said


def test_a_library_from_before_hashes_is_noticed(
    built: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old = built / "old.c"
    old.write_text("long chunkbook_cut(void) { return 0; }\n")
    command = [*COMPILER.split(), "-fPIC", "-shared", "-o", str(built / "_old.so"), str(old)]
    subprocess.run(command, check=True)
    (built / "_old.so").replace(built / "_cut.so")
    with caplog.at_level(logging.WARNING):
        assert not available()
    assert len(caplog.records) == 1


def _cut() -> list[tuple[int, int]]:
    cutter = Cutter(16)
    cutter.add(TEXT)
    starts, ends, _ = cutter.spans
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
