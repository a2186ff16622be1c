"""Where the interface keeps its files: settings, and what lasts from start to start."""

from __future__ import annotations

__all__ = ["settings_file", "state_file"]

import os
from pathlib import Path


def settings_file() -> Path:
    """The person's settings: `CHUNKBOOK_SETTINGS`, or the system's folder of settings."""
    if named := os.environ.get("CHUNKBOOK_SETTINGS"):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("chunkbook") / "settings.toml"


def state_file() -> Path:
    """What was last looked at: in the folder `CHUNKBOOK_STATE`, or the system's for states."""
    if named := os.environ.get("CHUNKBOOK_STATE"):
        return Path(named) / "tui.json"
    from platformdirs import user_state_path

    return user_state_path("chunkbook") / "tui.json"
