"""The command `chunkbook`: finds the subcommand, runs it, turns errors into exit codes.

Subcommands are imported when they are called, so that `--help` answers at once.
"""

from __future__ import annotations

__all__ = ["cli", "main"]

import os
import sys
from importlib import import_module
from typing import Final, NoReturn

import click

from ops.errors import ChunkbookError, NotebookError
from tui.exit_codes import ExitCode, code_of
from tui.interrupts import spare_imports

COMMANDS: Final = {
    "new": "Make a first notebook for a folder of documents.",
    "run": "Bring a notebook's results up to date.",
    "plan": "Say what a run would do, and do nothing.",
    "show": "Write a page with the chunks over their source.",
    "search": "Ask the published collection a question.",
    "lineage": "Tell where a chunk comes from.",
    "explain": "Tell why a document has the keywords that it has.",
    "edits": "List what was edited by hand, and what could not be kept.",
    "runs": "List the runs, and which of their results can still be read.",
    "diff": "Tell what changed in the chunks between two runs.",
    "rollback": "Show readers an earlier result again, and hold the schedule.",
    "release": "Let the schedule go on after a rollback.",
    "compare": "Say which of several segmenters to take.",
    "sweep": "Try parameters of a cell and say which to take.",
    "questions": "Make questions from the documents, to compare with.",
    "train": "Learn where to cut from a notebook's own documents.",
    "tui": "Open the terminal user interface.",
    "serve": "Open the interface in a browser on this machine.",
    "dev": "Open Dagster's web interface with the notebooks.",
    "ops": "List the ops, or describe one.",
    "apply": "Run one op over JSON lines or Parquet, as a filter.",
    "models": "Fetch or list the models.",
    "demo": "Run the demonstration notebook and show what it made.",
    "bench": "Measure, side by side with peers.",
    "completion": "Print the shell's completion script.",
}
"""Subcommand → one line of help; its module is tui.commands.<name>."""


class Lazy(click.Group):
    """A group that imports a subcommand only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"tui.commands.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from ops.registry import suggest

            hint = suggest(args[0], list(COMMANDS))
            raise click.UsageError(f"{error.message} ({hint})", ctx) from None


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Everything runs on this machine; no text leaves it.",
)
@click.version_option(package_name="chunkbook", message="%(prog)s %(version)s")
def cli() -> None:
    """Build, run and inspect chunking pipelines over your own documents."""


def main() -> NoReturn:
    """Entry point of the command."""
    spare_imports()
    try:
        code = cli(standalone_mode=False)  # what a subcommand exits with comes back as a value
    except click.Abort:
        _say("cancelled")
        sys.exit(ExitCode.CANCELLED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except NotebookError as error:
        _say(error.message)
        sys.exit(code_of(error))
    except ChunkbookError as error:
        _say(str(error))
        sys.exit(code_of(error))
    except KeyboardInterrupt:
        _say("cancelled; run again to go on where it stopped")
        sys.exit(ExitCode.CANCELLED)
    except BrokenPipeError:
        # The reader of our output has gone; that is its right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)
    sys.exit(code if isinstance(code, int) else ExitCode.OK)


def _say(text: str) -> None:
    click.echo(f"error: {text}", err=True)
