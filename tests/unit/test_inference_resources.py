"""What ops are handed: models by name, shared by the process, light to make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ops.context import Resources
from ops.errors import ModelError, UsageError
from ops.inference.resources import LocalResources
from tests.gguf_files import tiny_bert


def test_models_are_shared(model_files: None, tmp_path: Path) -> None:
    one, other = LocalResources(tmp_path), LocalResources(Path())
    assert one.embedder("minilm") is other.embedder("minilm")
    assert one.tokenizer("minilm") is other.tokenizer("minilm")


def test_paths_start_from_the_base(tmp_path: Path) -> None:
    tiny_bert(tmp_path / "tiny.gguf")
    resources: Resources = LocalResources(tmp_path)
    assert resources.embedder("tiny.gguf").dimensions == 32
    assert resources.tokenizer("tiny.gguf").count(["reddish blue"]) == [3]
    with pytest.raises(ModelError):
        LocalResources(tmp_path / "elsewhere").embedder("tiny.gguf")


def test_hashes_name_what_is_behind_a_name(model_files: None, tmp_path: Path) -> None:
    resources = LocalResources(tmp_path)
    assert resources.model_hash("embedder", "minilm") == resources.embedder("minilm").hash
    for name in ("minilm", "characters", "words"):
        assert resources.model_hash("tokenizer", name) == resources.tokenizer(name).hash
    with pytest.raises(ModelError):
        resources.model_hash("embedder", "smollm2")
    with pytest.raises(ModelError):
        resources.model_hash("text", "minilm")


def test_what_needs_no_model_counts_without_one() -> None:
    resources = LocalResources(Path())
    assert resources.tokenizer("characters").count(["four"]) == [4]
    assert resources.tokenizer("words").count(["four words are here"]) == [4]


def test_what_was_not_given_is_refused() -> None:
    resources = LocalResources(Path())
    with pytest.raises(UsageError):
        resources.vectors()
    with pytest.raises(UsageError):
        resources.collection()


def test_hashes_for_a_plan_need_no_heavy_module(model_files: None) -> None:
    code = """
import sys
from pathlib import Path
from ops.inference.resources import LocalResources
LocalResources(Path()).model_hash("embedder", "minilm")
print(*(m for m in ("llama_cpp", "numpy", "polars", "gguf", "tokenizers") if m in sys.modules))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_threads_wait_quietly_unless_told_otherwise(model_files: None) -> None:
    code = """
import os
from ops.inference.llama import library
library()
print(os.environ.get("GOMP_SPINCOUNT"), os.environ.get("OMP_WAIT_POLICY"))
"""
    for setting, wanted in (
        ({}, ["1000", "None"]),
        ({"GOMP_SPINCOUNT": "7"}, ["7", "None"]),
        ({"OMP_WAIT_POLICY": "active"}, ["None", "active"]),
    ):
        ran = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**_without_openmp(), **setting},
        )
        assert ran.stdout.split() == wanted
        assert ran.stderr == ""


def _without_openmp() -> dict[str, str]:
    import os

    return {k: v for k, v in os.environ.items() if k not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
