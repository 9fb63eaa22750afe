"""`costmodel usage focus`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.focus_accounts import accounts_of, require_providers
from costmodel.cli.log_options import log_options
from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.cli.log_options import Logged
    from costmodel.cli.output import Out
    from costmodel.results.estimate import Estimate
    from costmodel.results.focus.rows import Focus

_FORMATS = ("table", "csv", "parquet", "json", "markdown")


@click.command("focus")
@log_options
@click.option("--daily", is_flag=True, help="Of a log: rows of each day in place of each month.")
@click.option(
    "--scenario",
    type=click.Path(path_type=Path),
    help="In place of a log, a forecast: what the invoices of a scenario would say.",
)
@click.option(
    "--model", metavar="MODEL", help="Of a scenario: the one model that does all the work, in place of a mix."
)
@click.option(
    "--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change a value of the scenario; repeatable."
)
@click.option(
    "--billing-account",
    "accounts",
    multiple=True,
    metavar="[PROVIDER=]ID",
    help="Your account at a provider, or at all; repeatable.",
)
@click.option(
    "--format",
    "-f",
    "format_",
    type=click.Choice(_FORMATS),
    help="By default a table of sums, or what the ending of --output says.",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file instead of the screen."
)
@click.option("--quiet", is_flag=True, help="Print no messages on stderr.")
def command(
    logged: Logged,
    daily: bool,
    scenario: Path | None,
    model: str | None,
    settings: tuple[str, ...],
    accounts: tuple[str, ...],
    format_: str | None,
    output: Path | None,
    quiet: bool,
) -> int:
    """A bill as rows of FOCUS 1.2, the open format of cost and usage that cost tools read: of a log or a scenario.

    Exit 3 where rows of the log cannot be read as usage, 4 where usage has no price; the rows of the rest are written.
    """
    from costmodel.cli.output import Out
    from costmodel.results.focus.rows import Focus

    _require_one(logged, scenario, {"--model": model, "--set": settings, "--daily": daily})
    owners = accounts_of(accounts)
    if scenario is None:
        return _of_log(logged, owners, Out(format_, output, quiet), daily=daily)
    focus = Focus.of(_estimate(scenario, [model] if model else [], settings, logged), owners)
    require_providers(owners, focus)
    write(focus, format_, output, quiet=quiet)
    return 0


def _require_one(logged: Logged, scenario: Path | None, others: Mapping[str, object]) -> None:
    """A log, kept cubes or a scenario, with the options of that alone.

    Raises:
        CommandLineError: none or several of them, or an option of another.
    """
    if not (logged.logs or logged.cubes or scenario):
        raise CommandLineError("name a usage log, kept usage cubes with --cube, or a --scenario: one of them")
    if len(logged.versions) > 1:
        raise CommandLineError("--prices names several versions: FOCUS rows are of one price book")
    if scenario is None:
        told = [name for name in ("--model", "--set") if others[name]]
        if told:
            raise CommandLineError(f"{told[0]} is for a scenario: a log says what was used")
        return
    if logged.logs or logged.cubes:
        raise CommandLineError("a usage log and a --scenario cannot be one bill: name one of the two")
    options = {"--daily": others["--daily"], **logged.of_log_alone}
    told = [name for name, value in options.items() if value]
    if told:
        raise CommandLineError(f"{told[0]} is for a usage log: a scenario says it itself")


def _of_log(logged: Logged, owners: Mapping[str, str], out: Out, *, daily: bool) -> int:
    from costmodel.files import contents_sha256
    from costmodel.results.focus.rows import Focus
    from costmodel.usage.logs.reading.files import found_files

    found = logged.found(["day"] if daily else [], out)
    files = logged.cubes or found_files(logged.logs).files
    sha256 = contents_sha256([*files, *([logged.mapping] if logged.mapping else [])])
    (result,) = found.results
    focus = Focus.of_log(result, "usage cube" if logged.cubes else "usage log", sha256, owners)
    require_providers(owners, focus)
    write(focus, out.asked, out.file, quiet=out.quiet)
    logged.tell(found, out)
    return logged.exit_code(result.counts)


def write(focus: Focus, format_: str | None, output: Path | None, *, quiet: bool) -> None:
    """Write FOCUS rows in the format asked for, or the one that the ending of the file says.

    Raises:
        CommandLineError: Parquet for the screen, or the file cannot be written.
    """
    from costmodel.cli.output import Out, write_text

    endings = {".csv": "csv", ".parquet": "parquet"}
    asked = format_ or (endings.get(output.suffix.lower()) if output else None)
    if asked not in endings.values():
        Out(asked, output, quiet).emit(focus.tables(), focus.to_json, focus.to_records)
        return
    if asked == "csv":
        write_text(focus.to_csv(), output)
    elif output is not None:
        focus.to_parquet(output)
    else:
        raise CommandLineError("Parquet is not for the screen: say --output FILE.parquet")
    out = Out(asked, output, quiet)
    for note in (*focus.notes, *([f"Written: {output}"] if output else [])):
        out.say(note)


def _estimate(path: Path, models: Sequence[str], settings: tuple[str, ...], logged: Logged) -> Estimate:
    """What a scenario costs, by its mix or by one model.

    Raises:
        CommandLineError: it compares models, each of which does all the work alone.
    """
    from costmodel.cli.options import Given
    from costmodel.results.comparison import Comparison
    from costmodel.study import estimate

    given = Given(settings, logged.overlays, logged.versions[0] if logged.versions else None)
    scenario = given.scenario(path)
    found = estimate(scenario, models=models, book=given.book(scenario))
    estimates = found.estimates if isinstance(found, Comparison) else (found,)
    if len(estimates) > 1:
        there = ", ".join(item.alternative for item in estimates)
        raise CommandLineError(
            f"'{path}' has {len(estimates)} models that each do all the work alone; an invoice has one of them. "
            f"Choose one with --model. There are: {there}"
        )
    return estimates[0]
