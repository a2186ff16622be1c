"""Keywords are the same bytes whatever the number of threads, the batch or its order."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CODE = """
import hashlib
from pathlib import Path
import polars as pl
from ops.context import Context
from ops.frames import Frames
from ops.inference.resources import LocalResources
from ops.keywords.frake import Frake

def text(seed, count):
    parts, state = [], seed
    for place in range(count):
        state = (1103515245 * state + 12345) % 2**31
        word = "word" + "".join(chr(97 + int(d)) for d in str(int((state / 2**31) ** 3 * 700)))
        parts.append(word + (". The" if place % 9 == 8 else ""))
    return " ".join(parts)

texts = [text(1, 1200), "Word graphs rank words. Central words are keywords.", text(2, 90)]
table = pl.DataFrame({"doc_id": ["a", "b", "c"], "text": texts})
context = Context(resources=LocalResources(Path()))
digest = hashlib.sha256()
for settings in ({"variant": "published"}, {}, {"tags": "none", "signals": True}):
    frake = Frake(language="en", **settings)
    whole = frake.apply(Frames({"documents": table}), context)["documents"]
    single = [frake.apply(Frames({"documents": table[i]}), context)["documents"] for i in (2, 0, 1)]
    assert pl.concat(single).sort("doc_id").equals(whole.sort("doc_id"))
    digest.update(whole.write_json().encode())
print(digest.hexdigest())
"""


@pytest.mark.slow
def test_threads_change_no_byte() -> None:
    digests = []
    for threads in ("1", "2"):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        env = {**os.environ, **dict.fromkeys(names, threads), "PYTHONHASHSEED": threads}
        done = subprocess.run(
            [sys.executable, "-c", CODE], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        digests.append(done.stdout.strip())
    assert len(digests[0]) == 64
    assert digests[0] == digests[1]
