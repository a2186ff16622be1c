"""Notebook files to Dagster definitions."""

__all__ = ["build", "notebook_definitions"]

import re
from collections.abc import Iterable
from pathlib import Path

import dagster as dg

from ops.errors import NotebookError, Problem
from pipelines.file.model import Model
from pipelines.file.parse import read
from pipelines.orchestrate.assets import notebook_assets
from pipelines.orchestrate.automation import (
    broken_files_sensor,
    notebook_job,
    notebook_schedule,
    source_sensor,
)
from pipelines.orchestrate.checks import Broken, broken_file
from pipelines.orchestrate.session import Session


def notebook_definitions(model: Model, session: Session | None = None) -> dg.Definitions:
    """Assets, checks, job, schedule and sensor of one notebook."""
    job = notebook_job(model)
    schedule = notebook_schedule(model, job)
    return dg.Definitions(
        assets=[notebook_assets(model, session)],
        jobs=[job],
        schedules=[schedule] if schedule else [],
        sensors=[source_sensor(model, job)],
    )


def build(paths: Iterable[Path]) -> dg.Definitions:
    """The definitions of these notebooks; one that is broken shows as a failed check."""
    found: dict[str, dg.Definitions] = {}
    places: dict[str, Path] = {}
    faults: list[tuple[Path, NotebookError]] = []
    for path in paths:
        try:
            model = read(path)
            if model.name in places:
                message = f"{places[model.name]} is called {model.name!r} too"
                hint = "give one of them another `name`"
                raise NotebookError(str(path), (Problem(message, hint=hint),))
            found[model.name] = notebook_definitions(model)
            places[model.name] = path
        except NotebookError as error:
            faults.append((path, error))
        except Exception as error:  # an op of another package may fail in any way
            problem = Problem(f"{type(error).__name__}: {error}")
            faults.append((path, NotebookError(str(path), (problem,))))
    return dg.Definitions.merge(*found.values(), *_broken(faults, set(found)))


def _broken(faults: Iterable[tuple[Path, NotebookError]], taken: set[str]) -> list[dg.Definitions]:
    broken = []
    for path, error in faults:
        name = unused = re.sub(r"\W+", "_", path.stem, flags=re.ASCII)
        number = 1
        while unused in taken:
            number += 1
            unused = f"{name}_{number}"
        taken.add(unused)
        broken.append(Broken(path, unused, error))
    if not broken:
        return []
    assets, checks = zip(*(broken_file(file) for file in broken), strict=True)
    sensor = broken_files_sensor(broken)
    return [dg.Definitions(assets=assets, asset_checks=checks, sensors=[sensor])]
