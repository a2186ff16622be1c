"""GGUF headers: read as the gguf package does, and never past the end of a broken file."""

from __future__ import annotations

import contextlib
from pathlib import Path

import gguf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.errors import ModelError
from ops.inference.gguf_header import read_header
from tests.gguf_files import WORDS, tiny_bert


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bert(tmp_path_factory.mktemp("models") / "tiny.gguf")


def test_it_reads_what_the_gguf_package_reads(tiny: Path) -> None:
    header = read_header(tiny)
    theirs = gguf.GGUFReader(tiny)
    for name, field in theirs.fields.items():
        if not name.startswith("GGUF."):
            found = header.metadata[name]
            wanted = field.contents()
            assert (list(found) if isinstance(found, tuple) else found) == wanted, name
    assert [t.name for t in header.tensors] == [t.name for t in theirs.tensors]
    assert [header.data + t.offset for t in header.tensors] == [
        t.data_offset for t in theirs.tensors
    ]


def test_it_knows_the_model(tiny: Path) -> None:
    header = read_header(tiny)
    assert header.architecture == "bert"
    assert header.context == 16
    assert header.own("pooling_type") == 1
    assert header.metadata["tokenizer.ggml.tokens"] == WORDS


def test_it_knows_how_long_the_file_must_be(tiny: Path) -> None:
    header = read_header(tiny)
    assert tiny.stat().st_size - 32 < header.size() <= tiny.stat().st_size


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1))
def test_a_header_cut_anywhere_is_an_error_of_ours(tiny: Path, share: float) -> None:
    raw = tiny.read_bytes()
    cut = tiny.with_name("cut.gguf")
    cut.write_bytes(raw[: int((read_header(tiny).data - 33) * share)])
    with pytest.raises(ModelError, match=r"cut\.gguf"):
        read_header(cut)


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 900), value=st.integers(0, 255))
def test_a_wrong_byte_is_read_or_refused_but_never_worse(tiny: Path, at: int, value: int) -> None:
    raw = bytearray(tiny.read_bytes())
    raw[at] = value
    wrong = tiny.with_name("wrong.gguf")
    wrong.write_bytes(raw)
    with contextlib.suppress(ModelError):
        read_header(wrong)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a GGUF"),
        (b"GGU", "not a GGUF"),
        (b"%PDF-1.7 and so on", "not a GGUF"),
        (b"GGUF\x63\x00\x00\x00" + bytes(16), "version 99"),
    ],
)
def test_what_is_no_gguf_is_named_so(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=reason):
        read_header(path)
