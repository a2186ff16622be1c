"""Naming models: the known ones, files of one's own, and everything that can be wrong with them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ops.errors import ModelError
from ops.inference import models
from ops.inference.models import KNOWN, MINILM, demand, folder, listing, resolve
from ops.inference.records import Records
from tests.gguf_files import tiny_bert


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of models."""
    monkeypatch.setenv("CHUNKBOOK_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def test_the_folder_can_be_named(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folder() == kept
    monkeypatch.delenv("CHUNKBOOK_MODELS")
    assert folder().parts[-2:] == ("chunkbook", "models")


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_model_that_is_missing_says_how_to_get_it(kept: Path, name: str) -> None:
    with pytest.raises(ModelError) as caught:
        resolve(name, Path())
    assert str(kept) in caught.value.message
    assert "chunkbook models pull" in caught.value.hint


def test_a_known_model_that_is_cut_says_how_to_get_it(kept: Path) -> None:
    kept.mkdir()
    (kept / MINILM.file).write_bytes(b"GGUF" + bytes(1000))
    with pytest.raises(ModelError, match="damaged") as caught:
        resolve("minilm", Path())
    assert "chunkbook models pull" in caught.value.hint
    assert not [model for model in listing() if model.present]


def test_a_file_is_found_from_the_notebooks_folder(kept: Path, tmp_path: Path) -> None:
    tiny_bert(tmp_path / "tiny.gguf")
    found = resolve("tiny.gguf", tmp_path)
    assert found.path == tmp_path / "tiny.gguf"
    assert (found.architecture, found.context, found.embeds) == ("bert", 16, True)
    absolute = resolve(str(tmp_path / "tiny.gguf"), Path())
    assert (absolute.path, absolute.sha256) == (found.path, found.sha256)


def test_a_truncated_file_says_how_much_is_there(kept: Path, tmp_path: Path) -> None:
    path = tiny_bert(tmp_path / "tiny.gguf")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ModelError, match=r"truncated: [\d,]+ of [\d,]+ bytes"):
        resolve("tiny.gguf", tmp_path)


@pytest.mark.parametrize(
    ("name", "reason", "hint"),
    [
        ("minilmm", "no model 'minilmm'", "did you mean 'minilm'"),
        ("none.gguf", "no model file", "notebook"),
        ("folder", "not a file", ""),
        ("text.txt", "not a GGUF file", ""),
    ],
)
def test_a_wrong_name_says_what_is_wrong(
    kept: Path, tmp_path: Path, name: str, reason: str, hint: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.txt").write_text("A letter, not a model.")
    with pytest.raises(ModelError, match=reason) as caught:
        resolve(name, tmp_path)
    assert hint in caught.value.hint


def test_a_hash_is_taken_once(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny_bert(tmp_path / "tiny.gguf")
    first = resolve("tiny.gguf", tmp_path)
    models._checked.cache_clear()  # as in another process

    def never(path: Path) -> str:
        raise AssertionError("hashed again")

    monkeypatch.setattr(models, "sha256_of", never)
    assert resolve("tiny.gguf", tmp_path) == first
    os.utime(path, ns=(1, 1))
    with pytest.raises(AssertionError, match="hashed again"):
        resolve("tiny.gguf", tmp_path)


def test_another_content_has_another_hash(kept: Path, tmp_path: Path) -> None:
    path = tiny_bert(tmp_path / "tiny.gguf")
    first = resolve("tiny.gguf", tmp_path)
    tiny_bert(path, seed=1)
    os.utime(path, ns=(1, 1))
    assert resolve("tiny.gguf", tmp_path).sha256 != first.sha256


def test_records_that_are_damaged_are_made_anew(kept: Path, tmp_path: Path) -> None:
    kept.mkdir()
    (kept / "files.json").write_text("{ no json")
    tiny_bert(tmp_path / "tiny.gguf")
    found = resolve("tiny.gguf", tmp_path)
    rows = json.loads((kept / "files.json").read_text())
    assert [row["sha256"] for row in rows.values()] == [found.sha256]
    assert Records(kept).get(tmp_path / "absent") is None
    (tmp_path / "tiny.gguf").unlink()
    other = tiny_bert(tmp_path / "other.gguf")
    resolve("other.gguf", tmp_path)
    assert list(json.loads((kept / "files.json").read_text())) == [str(other.resolve())]


def test_a_model_is_refused_for_what_it_cannot_do(model_files: None, tmp_path: Path) -> None:
    writer = resolve("smollm2", tmp_path)
    with pytest.raises(ModelError, match="does not embed") as caught:
        demand(writer, "embedder")
    assert '"minilm"' in caught.value.hint
    encoder = resolve("minilm", tmp_path)
    with pytest.raises(ModelError, match="does not write text"):
        demand(encoder, "text")
    for use in ("embedder", "tokenizer"):
        demand(encoder, use)
    for use in ("text", "tokenizer"):
        demand(writer, use)


def test_the_default_models_are_those_expected(model_files: None) -> None:
    found = {model.name: model for model in listing()}
    assert all(model.present for model in found.values())
    assert found["minilm"].sha256 == MINILM.sha256
    assert (found["minilm"].context, found["smollm2"].context) == (512, 8192)
