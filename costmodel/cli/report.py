"""`costmodel report`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from costmodel.cli.options import LOCALE, listed, scenario_options

if TYPE_CHECKING:
    from costmodel.cli.options import Given
    from costmodel.results.labels import Locale

_KINDS = {
    ".xlsx": "an Excel workbook with live formulas",
    ".html": "a what-if page that can be mailed, or with --as board a report to print",
}


@click.command("report")
@click.argument("scenario", type=click.Path(path_type=Path), metavar="SCENARIO")
@click.option(
    "--to",
    "file",
    required=True,
    metavar="FILE.xlsx|.html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="An Excel workbook with live formulas, or a page: by the ending of the name.",
)
@click.option(
    "--as",
    "kind",
    type=click.Choice(("whatif", "board")),
    help="Which page: one to change numbers in (whatif, if not said), or a report to read and print (board).",
)
@click.option("--models", metavar="A,B,…", help="These models, each alone, in place of the scenario's mix.")
@click.option("--quiet", is_flag=True, help="Print no messages on stderr.")
@LOCALE
@scenario_options
def command(scenario: Path, quiet: bool, given: Given, **asked: Any) -> int:
    """What a scenario comes to, as a file for other people: a workbook, a what-if page, or a report for a board."""
    from costmodel.files import write_whole

    wanted = _Asked(scenario, given, **asked)
    wanted.require_sense()
    write_whole(wanted.file, wanted.made())
    if not quiet:
        click.echo(f"Written: {wanted.file}", err=True)
    return 0


class _Asked(NamedTuple):
    """What is asked for."""

    scenario: Path
    given: Given
    file: Path
    kind: str | None
    models: str | None
    locale: Locale

    @property
    def ending(self) -> str:
        """Of the file's name."""
        return self.file.suffix.lower()

    def require_sense(self) -> None:
        """The ending is one that is written, and all options go with it.

        Raises:
            CommandLineError: they do not.
        """
        from costmodel.errors import CommandLineError

        if self.ending not in _KINDS:
            there = ", ".join(f"{ending} ({words})" for ending, words in _KINDS.items())
            ending = f"'{self.file.suffix}'" if self.file.suffix else "a name without an ending"
            raise CommandLineError(f"--to: {ending} is not written. End the name with one of: {there}")
        if self.ending != ".html" and self.kind:
            raise CommandLineError(f"--as {self.kind} is a page: end the name of --to with .html, or leave --as out")
        if self.ending != ".html" and self.locale != "en":
            raise CommandLineError(
                f"--locale {self.locale}: a workbook is in English. Excel shows its numbers as your own machine does; "
                "leave --locale out, or write a page (.html)"
            )

    def made(self) -> str | bytes:
        """What is written."""
        loaded = self.given.scenario(self.scenario)
        book, models = self.given.book(loaded), listed(self.models)
        if self.kind == "board":
            from costmodel.reports.board import board_report, papers_of

            return board_report(papers_of(loaded, models, book), self.locale, self.again)
        from costmodel.study.traced import traced_model

        model = traced_model(loaded, models, book)
        if self.ending == ".html":
            from costmodel.reports.page import whatif_page

            return whatif_page(model, self.locale)
        from costmodel.reports.workbook import workbook

        return workbook(model)

    @property
    def again(self) -> str:
        """The command that makes this again, as one line; files by their names alone."""
        words = ["costmodel", "report", self.scenario.name, "--as", str(self.kind), "--to", self.file.name]
        words += [word for setting in self.given.settings for word in ("--set", setting)]
        words += [word for overlay in self.given.overlays for word in ("--overlay", overlay.name)]
        words += ["--prices", self.given.version] if self.given.version else []
        words += ["--models", self.models] if self.models else []
        words += ["--locale", self.locale] if self.locale != "en" else []
        return shlex.join(words)
