"""`costmodel usage focus`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.options import scenario_options
from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.cli.options import Given
    from costmodel.results.estimate import Estimate
    from costmodel.results.focus.rows import Focus

_FORMATS = ("table", "csv", "parquet", "json", "markdown")


@click.command("focus")
@click.option(
    "--scenario",
    required=True,
    type=click.Path(path_type=Path),
    help="A forecast as FOCUS rows: what the invoices of a scenario would say.",
)
@click.option("--model", metavar="MODEL", help="The one model that does all the work, in place of the scenario's mix.")
@click.option(
    "--billing-account",
    "accounts",
    multiple=True,
    metavar="[PROVIDER=]ID",
    help="Your account at a provider, or at all; repeatable.",
)
@scenario_options
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
    scenario: Path,
    model: str | None,
    accounts: tuple[str, ...],
    given: Given,
    format_: str | None,
    output: Path | None,
    quiet: bool,
) -> int:
    """A bill as rows of FOCUS 1.2, the open format of cost and usage that cost tools read."""
    from costmodel.results.focus.rows import Focus

    owners = accounts_of(accounts)
    focus = Focus.of(_estimate(scenario, [model] if model else [], given), owners)
    require_providers(owners, focus)
    write(focus, format_, output, quiet=quiet)
    return 0


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


def _estimate(path: Path, models: Sequence[str], given: Given) -> Estimate:
    """What a scenario costs, by its mix or by one model.

    Raises:
        CommandLineError: it compares models, each of which does all the work alone.
    """
    from costmodel.results.comparison import Comparison
    from costmodel.study import estimate

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


def accounts_of(texts: Sequence[str]) -> dict[str, str]:
    """Billing accounts by provider; under the empty name, that of all others.

    Raises:
        CommandLineError: empty, or one provider has two.
    """
    found: dict[str, str] = {}
    for text in texts:
        provider, _, account = text.partition("=") if "=" in text else ("", "", text)
        if not account.strip():
            raise CommandLineError(
                f"--billing-account '{text}' names no account: write openai=org-123, or only org-123"
            )
        if provider.strip() in found:
            raise CommandLineError(f"--billing-account gives two accounts for {provider.strip() or 'all providers'}")
        found[provider.strip()] = account.strip()
    return found


def require_providers(accounts: Mapping[str, str], focus: Focus) -> None:
    """Every provider that an account is given for must have charges.

    Raises:
        CommandLineError: one has none.
    """
    from costmodel.documents.model import did_you_mean

    there = list(dict.fromkeys(entry.model.partition("/")[0] for entry in focus.entries))
    for provider in accounts:
        if provider and provider not in there:
            raise CommandLineError(
                f"--billing-account: nothing is charged by '{provider}'{did_you_mean(provider, there, listed=False)} "
                f"There are: {', '.join(there)}"
            )
