"""The code location: every notebook that `CHUNKBOOK_NOTEBOOKS` names."""

__all__ = ["defs"]

import dagster as dg

from pipelines.orchestrate.build import build
from pipelines.orchestrate.dagster_home import notebook_paths

# Also what is started from an asset's page runs in one process.
defs = dg.Definitions.merge(
    build(notebook_paths()), dg.Definitions(executor=dg.in_process_executor)
)
