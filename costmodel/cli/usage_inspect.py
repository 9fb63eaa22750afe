"""`costmodel usage inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.options import output_options

if TYPE_CHECKING:
    from costmodel.cli.output import Out
    from costmodel.usage.logs.reading.inspect import Inspection


@click.command("inspect", short_help="what a log is: families, models, bad rows, and a mapping to start from")
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="LOG…")
@click.option("--mapping", type=click.Path(path_type=Path), help="Your own mapping file.")
@click.option(
    "--save-mapping", type=click.Path(path_type=Path), help="Write the guessed mapping to a file, for review."
)
@click.option(
    "--bad-rows", type=click.Path(path_type=Path), help="Write file, line and reason of every bad row as CSV."
)
@output_options
def command(
    logs: tuple[Path, ...],
    mapping: Path | None,
    save_mapping: Path | None,
    bad_rows: Path | None,
    out: Out,
) -> int:
    """What a usage log is, before it is priced: its families, models, time and bad rows.

    Where the log is of no known family, a mapping file is guessed. Nothing of prompts or answers is read or shown.
    """
    from costmodel.results.metered.inspection import InspectionResult
    from costmodel.usage.logs.reading.inspect import inspect

    seen = inspect(logs, mapping)
    result = InspectionResult(seen)
    out.emit(result.tables(), result.to_json, result.to_records)
    _mapping(seen, save_mapping, shown=not out.quiet)
    if bad_rows is not None:
        _bad_rows(logs, mapping, bad_rows, quiet=out.quiet)
    return 3 if seen.reasons or not seen.families else 0


def _mapping(seen: Inspection, file: Path | None, *, shown: bool) -> None:
    """Show the guess, or write it down."""
    if not seen.guess and (file is not None or (shown and not seen.families)):
        click.echo(f"No mapping is guessed: {seen.no_guess}.", err=True)
    elif file is not None:
        from costmodel.files import write_whole

        write_whole(file, seen.guess)
        click.echo(f"Written: {file}. Check every line of it.", err=True)
    elif seen.guess and shown:
        click.echo(
            f"\nA mapping file to start from (--save-mapping FILE writes it):\n\n{seen.guess}", nl=False, err=True
        )


def _bad_rows(logs: tuple[Path, ...], mapping: Path | None, file: Path, *, quiet: bool) -> None:
    from costmodel.usage.logs.reading.bad_rows import write_bad_rows
    from costmodel.usage.logs.reading.reading import sources

    count = write_bad_rows(sources(logs, mapping), file)
    if not quiet:
        click.echo(f"Written: {file} ({count:,} bad rows)", err=True)
