"""A notebook from Python: load a file, plan it, run it, look at a cell on a sample."""

from __future__ import annotations

__all__ = ["Notebook"]

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.file.model import Model

if TYPE_CHECKING:
    from pipelines.correcting.desk import Desk
    from pipelines.events import Observer, RunReport
    from pipelines.looking.sample import Preview, Sampler
    from pipelines.planning.plan import CellPlan
    from pipelines.workspace import Workspace
    from storage import Reader


@dataclass(frozen=True)
class Notebook:
    """A notebook file that was read and found right.

    ```python
    notebook = Notebook.load("notebooks/demo.yaml")
    notebook.sample("chunks", 3)          # in Jupyter: the chunks over their source
    notebook.run().as_json()
    ```
    """

    model: Model

    @classmethod
    def load(cls, path: str | Path) -> Notebook:
        """Read a notebook file.

        Raises:
            NotebookError: it is wrong; lists every problem with line and column.
        """
        from pipelines.file.parse import read

        return cls(read(Path(path)))

    @cached_property
    def workspace(self) -> Workspace:
        """The notebook with its store and models; opened when first needed."""
        from pipelines.workspace import Workspace

        return Workspace(self.model)

    def plan(self, *, retry: bool = False) -> tuple[CellPlan, ...]:
        """What a run would do now, cell by cell."""
        return self.workspace.plan(retry=retry)

    def run(
        self,
        cells: Sequence[str] | None = None,
        *,
        retry: bool = False,
        observer: Observer | None = None,
    ) -> RunReport:
        """Bring everything up to date in this process, without Dagster."""
        from pipelines.running.run import Options, run

        options = Options(cells=tuple(cells) if cells is not None else None, retry=retry)
        return run(self.workspace, options, observer or (lambda event: None))

    def desk(self, author: str = "") -> Desk:
        """Where published chunks are edited; see `pipelines.correcting.desk`."""
        from pipelines.correcting.desk import Desk

        return Desk(self.workspace, author)

    def sample(self, cell: str, n: int = 5) -> Preview:
        """What a cell makes of `n` documents; nothing is stored."""
        sampler = self._sampler
        sampler.count = n
        return sampler.preview(cell)

    @cached_property
    def _sampler(self) -> Sampler:
        from pipelines.looking.sample import Sampler

        return Sampler(self.workspace)

    def reader(self) -> Reader | None:
        """What the last published run left; None before the first."""
        return self.workspace.store.reader(self.model.name)
