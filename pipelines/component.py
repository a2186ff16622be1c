"""Notebooks as a component of a larger Dagster project."""

__all__ = ["Notebooks"]

import dagster as dg

from pipelines.orchestrate.build import build


class Notebooks(dg.Component, dg.Model, dg.Resolvable):
    """Notebook files, each an asset group with its checks, job, schedule and sensor.

    ```yaml
    type: pipelines.component.Notebooks
    attributes:
      paths: ["*.yaml"]
    ```
    """

    paths: list[str]
    """Paths or patterns, from the component's own folder."""

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        own = context.path / "defs.yaml"
        found = {path for pattern in self.paths for path in context.path.glob(pattern)}
        return build(sorted(found - {own}))
