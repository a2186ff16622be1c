"""What Dagster shows of a cell before it runs."""

from __future__ import annotations

__all__ = ["asset_key", "asset_specs", "chosen_cells"]

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ops.errors import ModelError, UsageError
from ops.frames import digest
from ops.registry import suggest
from pipelines.file.model import Cell, Model, Note
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from dagster import AssetKey, AssetSpec

    from ops.context import Resources


def asset_key(model: Model, cell: str) -> AssetKey:
    """The asset of a cell."""
    import dagster as dg

    return dg.AssetKey([model.name, cell])


def chosen_cells(model: Model, names: Sequence[str] | None) -> list[str] | None:
    """The named cells in the order of the notebook; None means all.

    Raises:
        UsageError: there is no cell of that name.
    """
    known = [cell.id for cell in model.cells]
    for name in names or ():
        if name not in known:
            raise UsageError(f"there is no cell {name!r}", hint=suggest(name, known))
    return None if names is None else [name for name in known if name in names]


def asset_specs(model: Model) -> list[AssetSpec]:
    """One for each cell. A missing model does not keep the notebook from being shown."""
    import dagster as dg

    workspace = Workspace(model)
    resources = workspace.unstored()
    specs = []
    versions = {cell.id: _code_version(cell, resources) for cell in model.cells}
    for cell in model.cells:
        version, missing = versions[cell.id]
        if "cutter" in cell.op.needs:  # as in `Workspace.fingerprints`
            above = workspace.wiring.above(cell.id)
            version = digest(version, *(versions[name][0] for name in above))
        specs.append(
            dg.AssetSpec(
                asset_key(model, cell.id),
                deps=[asset_key(model, above) for above in cell.inputs],
                description=_description(model, cell, missing),
                group_name=model.name,
                code_version=version,
                # Not the family alone: Dagster takes "segment" for a product and shows its logo.
                kinds={"chunkbook", cell.op.name, "lancedb"},
                skippable=True,
                metadata={
                    "op": cell.op.name,
                    "parameters": dg.MetadataValue.json(cell.op.model_dump(mode="json")),
                    "file": dg.MetadataValue.path(f"{model.path}:{cell.line}"),
                },
            )
        )
    return specs


def _code_version(cell: Cell, resources: Resources) -> tuple[str, str]:
    """The cell's fingerprint; or, with the reason, a stand-in while its model is missing."""
    names = cell.op.model_names()
    try:
        return cell.op.fingerprint({pair: resources.model_hash(*pair) for pair in names}), ""
    except (ModelError, UsageError) as error:
        unknown = cell.op.fingerprint(dict.fromkeys(names, ""))
        return f"without-model-{unknown}", str(error)


def _description(model: Model, cell: Cell, missing: str) -> str:
    """Markdown: the op in a sentence, its parameters, and the note above it in the notebook."""
    fields = type(cell.op).model_fields
    lines = [cell.op.summary()]
    if missing:
        lines += ["", "**A file it needs cannot be used**, so its code version is a stand-in:", ""]
        lines += [f"    {line}" for line in missing.splitlines()]
    if fields:
        lines += ["", "| parameter | value | meaning |", "|---|---|---|"]
    for name, value in cell.op.model_dump(mode="json").items():
        shown = json.dumps(value, ensure_ascii=False).replace("|", "\\|").replace("`", "'")
        extra = fields[name].json_schema_extra
        unit = f" {extra['unit']}" if isinstance(extra, dict) and extra.get("unit") else ""
        meaning = (fields[name].description or "").replace("|", "\\|")
        lines.append(f"| {name} | `{shown}`{unit} | {meaning} |")
    if note := _note_above(model, cell):
        lines += ["", "From the notebook:", "", *(f"> {line}" for line in note.splitlines())]
    return "\n".join(lines)


def _note_above(model: Model, cell: Cell) -> str:
    place = model.entries.index(cell)
    above = model.entries[place - 1] if place else None
    return above.text.strip() if isinstance(above, Note) else ""
