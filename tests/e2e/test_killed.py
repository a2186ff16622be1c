"""A run killed at any moment, started again, gives the same tables as one left in peace."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines import Notebook
from tests.documents import WHOLE, write_documents, write_notebook
from tests.equality import assert_same_tables


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(3, marks=pytest.mark.slow),
        pytest.param(20, marks=[pytest.mark.slow, pytest.mark.full]),
    ],
)
def test_killed_at_random_moments(tmp_path: Path, kills: int, model_files: None) -> None:
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    places = []
    for name in ("peace", *(f"kill{n}" for n in range(kills))):
        folder = tmp_path / name
        write_documents(folder / "docs", 12, sections=3)
        write_notebook(folder, WHOLE, size=48, tokenizer="minilm")
        places.append(folder / "policies.yaml")
    peace, *victims = places
    began = time.monotonic()
    with _start(peace, None) as process:
        assert process.wait() == 0
    seconds = time.monotonic() - began
    undisturbed = Notebook.load(peace).workspace
    before: Path | None = None
    for victim in victims:
        with _start(before, victim) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.strip() == "go":
                    break
            time.sleep(chance.uniform(0.0, seconds * 0.6))
            process.kill()
        before = victim
    with _start(before, None) as process:
        assert process.wait() == 0
    for victim in victims:
        resumed = Notebook.load(victim).workspace
        try:
            assert_same_tables(undisturbed, resumed)
            assert all(plan.work.is_empty for plan in resumed.plan())
            assert resumed.store.reader("policies") is not None
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, {victim.parent.name}") from error
        shutil.rmtree(victim.parent)


def _start(finish: Path | None, begin: Path | None) -> subprocess.Popen[str]:
    names = [str(path) if path else "-" for path in (finish, begin)]
    command = [sys.executable, "-m", "tests.e2e.killed", *names]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
