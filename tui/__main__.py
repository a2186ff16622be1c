"""`python -m tui` is the command `chunkbook`."""

from __future__ import annotations

from tui.cli import main

main()
