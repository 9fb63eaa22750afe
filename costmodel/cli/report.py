"""`costmodel report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.options import listed, scenario_options

if TYPE_CHECKING:
    from costmodel.cli.options import Given
    from costmodel.study.traced import TracedModel

_KINDS = {".xlsx": "an Excel workbook with live formulas", ".html": "a what-if page that can be mailed"}


@click.command("report")
@click.argument("scenario", type=click.Path(path_type=Path), metavar="SCENARIO")
@click.option(
    "--to",
    "file",
    required=True,
    metavar="FILE.xlsx|.html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="An Excel workbook with live formulas, or a what-if page: by the ending of the name.",
)
@click.option("--models", metavar="A,B,…", help="These models, each alone, in place of the scenario's mix.")
@click.option("--quiet", is_flag=True, help="Print no messages on stderr.")
@scenario_options
def command(scenario: Path, file: Path, models: str | None, quiet: bool, given: Given) -> int:
    """What a scenario comes to, as a file for other people: an Excel workbook with live formulas, or a what-if page."""
    from costmodel.errors import CommandLineError
    from costmodel.files import write_whole

    if file.suffix.lower() not in _KINDS:
        there = ", ".join(f"{ending} ({words})" for ending, words in _KINDS.items())
        ending = f"'{file.suffix}'" if file.suffix else "a name without an ending"
        raise CommandLineError(f"--to: {ending} is not written. End the name with one of: {there}")
    from costmodel.study.traced import traced_model

    loaded = given.scenario(scenario)
    model = traced_model(loaded, listed(models), given.book(loaded))
    write_whole(file, _made(model, file.suffix.lower()))
    if not quiet:
        click.echo(f"Written: {file}", err=True)
    return 0


def _made(model: TracedModel, ending: str) -> str | bytes:
    if ending == ".html":
        from costmodel.reports.page import whatif_page

        return whatif_page(model)
    from costmodel.reports.workbook import workbook

    return workbook(model)
