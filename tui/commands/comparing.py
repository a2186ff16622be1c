"""What `chunkbook compare` and `chunkbook sweep` share: options, running, table and picture."""

from __future__ import annotations

__all__ = ["comparing", "report"]

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui.commands.arguments import as_json, echo_json

if TYPE_CHECKING:
    from ops.evaluate.bootstrap import Interval
    from pipelines.looking.compare import Comparison, Variant

Command = TypeVar("Command", bound=Callable[..., Any])


def comparing(command: Command) -> Command:
    """The options of both commands."""
    for option in reversed(
        (
            click.option(
                "--questions",
                type=click.Path(dir_okay=False, exists=True, path_type=Path),
                help="CSV: question, document, and references, answer or keywords.",
            ),
            click.option("--sample", type=click.IntRange(1), help="So many documents, not all."),
            click.option("-k", type=click.IntRange(1, 100), default=5, help="Chunks a question."),
            click.option(
                "--mode",
                type=click.Choice(["vector", "hybrid", "text"]),
                help="How chunks are searched; without it as the notebook's collection is.",
            ),
            click.option(
                "--model",
                "embedder",
                help="What embeds them; without it the model of the collection, or minilm.",
            ),
            click.option(
                "-o",
                "--output",
                type=click.Path(dir_okay=False, path_type=Path),
                help="Picture of recall against IoU (SVG).",
            ),
            as_json,
        )
    ):
        command = option(command)
    return command


def report(
    variants: Sequence[Variant],
    *,
    questions: Path | None,
    sample: int | None,
    k: int,
    mode: Any,
    embedder: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Compare the variants; print the table and the advice, and draw the picture."""
    from ops.errors import UsageError
    from ops.evaluate.questions import read_questions
    from pipelines.looking.compare import ALL, compare

    if output is not None and questions is None:
        raise UsageError("without questions there is no recall to draw", hint="add --questions")
    asked = read_questions(questions) if questions else []
    found = compare(
        variants,
        asked,
        count=sample or ALL,
        k=k,
        mode=mode,
        embedder=embedder,
        said=lambda text: click.echo(text, err=True),
    )
    if output is not None:
        output.write_text(_picture(found), encoding="utf-8")
    if as_json:
        echo_json(found.as_json())
        return
    _print(found)
    if output is not None:
        click.echo(f"picture: {output}", err=True)


def _print(found: Comparison) -> None:
    from tui.commands.tables import print_table

    head = ["variant", "chunks", "tokens", "p5 to p95", "cut sentences", "coverage", "stability"]
    head += ["seconds", "to embed"]
    scores = ("recall", "precision", "omega", "iou", "keywords")
    shown = [name for name in scores if any(getattr(row, name) for row in found.variants)]
    rows = [
        (
            row.label,
            row.shape.chunks,
            f"{row.shape.tokens_mean:.0f}",
            f"{row.shape.tokens_p05:.0f} to {row.shape.tokens_p95:.0f}",
            f"{row.shape.sentences_cut:.0%}",
            f"{row.shape.coverage:.1%}",
            "" if row.stability is None else f"{row.stability:.0%}",
            f"{row.seconds:.2f}",
            f"{row.embed_tokens:,}",
        )
        for row in found.variants
    ]
    print_table(head, rows, title=f"{found.documents} documents", numbers=1)
    if shown:
        asked = [
            (row.label, *(_interval(getattr(row, name)) for name in shown))
            for row in found.variants
        ]
        each = f"{found.k} chunks" if found.k > 1 else "1 chunk"
        title = f"{found.questions} questions, {each} each, {found.mode} search"
        print_table(["variant", *shown], asked, title=title, numbers=1)
    for line in found.left_out[:10]:
        click.echo(f"left out: {line}", err=True)
    if len(found.left_out) > 10:
        click.echo(f"left out: {len(found.left_out) - 10} more", err=True)
    click.echo(found.advice)


def _interval(value: Interval | None) -> str:
    return "" if value is None else f"{value.mean:.3f} ({value.low:.3f} to {value.high:.3f})"


def _picture(found: Comparison) -> str:
    from ops.errors import UsageError
    from ops.export.front import Dot, front

    dots = [
        Dot(row.label, row.recall.mean, row.iou.mean, row.recall[1:], row.iou[1:])
        for row in found.variants
        if row.recall is not None and row.iou is not None
    ]
    if not dots:
        raise UsageError(
            "no question names ranges, so there is no picture",
            hint="give references or answers in the questions file",
        )
    return front(dots, f"{found.questions} questions, {found.k} chunks each")
