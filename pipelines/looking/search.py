"""Questions to what a notebook published, with the models that the notebook names."""

from __future__ import annotations

__all__ = [
    "Answer",
    "Mode",
    "ask",
    "collection_of",
    "embed_question",
    "embedding_model",
    "searched",
]

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ops.errors import UsageError
from ops.registry import suggest
from pipelines.file.model import Model
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from storage import Reader, SearchHit

Mode: TypeAlias = Literal["text", "vector", "hybrid"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Hits, best first, and how they were found."""

    mode: Mode
    hits: list[SearchHit]


def ask(
    model: Model,
    question: str,
    *,
    mode: Mode | None = None,
    k: int = 5,
    collection: str | None = None,
) -> Answer:
    """Search a notebook's published collection.

    Raises:
        UsageError: nothing is published, or the collection has no vectors.
    """
    workspace = Workspace(model, read_only=True)
    reader = workspace.store.reader(model.name)
    if reader is None:
        hint = f"`chunkbook run {model.path}` makes a collection"
        raise UsageError(f"{model.name} has nothing published yet", hint=hint)
    name = collection_of(reader, collection)
    embedding = embedding_model(workspace, name)
    if mode is None:
        mode = "hybrid" if embedding else "text"
    vector: Any = None
    if mode != "text":
        if embedding is None:
            hint = "add an embed.llama cell above it, or use --mode text"
            raise UsageError(f"the collection {name!r} has no vectors", hint=hint)
        vector = embed_question(workspace, embedding, question)
    return Answer(mode, reader.search(name, question, mode=mode, vector=vector, k=k))


def collection_of(reader: Reader, wanted: str | None) -> str:
    """The index cell meant: the only one, or the one named."""
    names = reader.collections()
    if wanted is not None:
        if wanted not in names:
            raise UsageError(f"there is no collection {wanted!r}", hint=suggest(wanted, names))
        return wanted
    if len(names) != 1:
        said = f"there are {len(names)} collections" if names else "there is no index cell"
        hint = f"name one with --collection: {', '.join(names)}" if names else "add index.lancedb"
        raise UsageError(said, hint=hint)
    return names[0]


def embed_question(workspace: Workspace, model: str, question: str) -> Any:
    """The unit vector (dimensions,) of a question."""
    return workspace.unstored().embedder(model).embed([question])[0]


def embedding_model(workspace: Workspace, collection: str) -> str | None:
    """The model whose vectors a collection holds."""
    wired = workspace.wiring.cells.get(collection)
    if wired is None or "vector" not in wired.reads.get("chunks", {}):
        return None
    embed = workspace.wiring.cells[wired.reads["chunks"]["vector"]].cell.op
    return next((name for kind, name in embed.model_names() if kind == "embedder"), None)


def searched(workspace: Workspace) -> tuple[Mode, str | None]:
    """How the collection of a notebook is searched, and the model of its vectors, if it has some.

    The collection that its questions are put to, else the first with vectors, else the first; a
    notebook without one is taken to be searched by vectors.
    """
    wanted = workspace.model.questions
    names = [cell.id for cell in workspace.model.cells if "collection" in cell.op.creates]
    if wanted is not None:
        names = [wanted.collection]
    models = filter(None, (embedding_model(workspace, name) for name in names))
    model = next(models, None)
    if wanted is not None and wanted.mode:
        return wanted.mode, model
    if not names:
        return "vector", model
    return ("hybrid" if model else "text"), model
