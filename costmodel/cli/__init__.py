"""The command line: parse, call, print. One short file a command."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

import click

from costmodel import __version__
from costmodel.errors import CostmodelError

_COMMANDS = {
    "estimate": "cost by month, model and meter",
    "compare": "providers side by side: cost, terms, latency; the ranking over a range; the cheapest mix",
    "roi": "is it worth it: work by hand against AI-assisted work that a clinician reviews",
    "explain": "equation, numbers, price row and source behind a figure",
    "variance": "why the cost moved between two scenarios or results: volume, mix, intensity, price",
    "migrate": "before, during and after a change of provider",
    "audit": "recompute the figures that a vendor quotes",
    "report": "for other people: an Excel workbook with live formulas, a what-if page, or a report for a board",
    "usage": "what was really used: price a log, look into it, write FOCUS rows",
    "tokens": "count tokens of real texts, and make a workload profile",
    "check": "run every `expect:`; exit 1 where one is missed",
    "prices": "the price book: list, show, history, diff, check, release",
    "evidence": "published evidence for the parameters of a return on investment",
}
_INTERRUPTED = 130


class _Lazy(click.Group):
    """Loads a command's file when it is called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if name not in _COMMANDS:
            return None
        from importlib import import_module

        command: click.Command = import_module(f"costmodel.cli.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="costmodel")
def cli() -> None:
    """Exact, dated, sourced cost analytics for LLM APIs."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; every error is a message and an exit code, never a traceback.

    The process ends at once: everything is written and closed by then, and taking every object apart would cost an
    eighth of a cold start.
    """
    code = run(arguments)
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError, ValueError):
            stream.flush()
    os._exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    # There are no pydantic plugins here; looking for some in every installed package would cost part of each start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Reading files and defining models makes many objects and no garbage: look for cycles less often.
    gc.set_threshold(100_000)
    try:
        result = cli.main(arguments, prog_name="costmodel", standalone_mode=False)
    except CostmodelError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except Exception as error:  # the last handler: whatever is left is a fault of ours, and is said as one
        if os.environ.get("COSTMODEL_DEBUG"):
            raise
        click.echo(
            f"This is a fault of costmodel, not of your files ({type(error).__name__}). "
            "Please report it with the command you ran; COSTMODEL_DEBUG=1 shows where it happened.",
            err=True,
        )
        return 70
    return result if isinstance(result, int) else 0
