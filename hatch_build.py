"""Builds ops/segment/_cut.so while the package is installed; without a compiler it is left out."""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FLAGS = ("-std=c11", "-O3", "-Wall", "-Wextra", "-fPIC", "-shared")


class CompileHook(BuildHookInterface[Any]):
    """Plain C that is loaded through ctypes: neither Python's headers nor a library are needed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        source = Path(self.root, "ops", "segment", "_cut.c")
        built, fresh = source.with_suffix(".so"), source.with_suffix(".so.new")
        built.unlink(missing_ok=True)
        compiler = shlex.split(os.environ.get("CC", "cc"))
        # So that a library that was built of other source is noticed (ops/segment/compiled.py).
        made_of = f'-DSOURCE="{hashlib.sha256(source.read_bytes()).hexdigest()}"'
        command = [*compiler, *FLAGS, made_of, "-o", str(fresh), str(source)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            reason = getattr(error, "stderr", None) or str(error)
            self.app.display_warning(f"{source.name} was not compiled, Python does it: {reason}")
            return
        fresh.replace(built)
        build_data["artifacts"].append("ops/segment/_cut.so")
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
