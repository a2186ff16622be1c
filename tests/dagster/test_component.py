"""Notebooks inside another Dagster project."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from dagster.components.testing import create_defs_folder_sandbox

from pipelines.component import Notebooks


# What Dagster does with any component, it calls beta itself.
@pytest.mark.filterwarnings("ignore::dagster_shared.utils.warnings.BetaWarning")
def test_notebooks_as_a_component(folder: Path) -> None:
    with create_defs_folder_sandbox() as sandbox:
        place = sandbox.scaffold_component(
            component_cls=Notebooks,
            defs_path="handbooks",
            defs_yaml_contents={
                "type": "pipelines.component.Notebooks",
                "attributes": {"paths": ["*.yaml"]},
            },
        )
        shutil.copy(folder / "handbook.yaml", place)
        with sandbox.load_component_and_build_defs(place) as (component, definitions):
            assert isinstance(component, Notebooks)
            keys = definitions.get_repository_def().asset_graph.get_all_asset_keys()
    assert {key.to_user_string() for key in keys} == {
        "handbook/source",
        "handbook/chunks",
        "handbook/metadata",
    }
