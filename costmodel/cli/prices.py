"""`costmodel prices …`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.options import OVERLAYS, output_options
from costmodel.cli.output import write_text
from costmodel.files import write_whole

if TYPE_CHECKING:
    from costmodel.cli.output import Out
    from costmodel.prices.book import PriceBook

_VERSION = click.option("--prices", "version", metavar="VERSION", help="Price book version; the newest by default.")
_ON = click.option("--on", metavar="DAY", help="The day prices are read for; today by default.")
_FOLDER = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A price folder of your own.",
)


@click.group("prices")
def command() -> None:
    """The price book."""


def _book(folder: Path | None, version: str | None, overlays: tuple[Path, ...] = ()) -> PriceBook:
    from costmodel.prices.book import PriceBook

    return PriceBook.load(folder, version, overlays)


def _day(text: str | None) -> datetime:
    """The start of a day, or now."""
    from costmodel.errors import CommandLineError, QuantityError
    from costmodel.quantities import instant

    try:
        return instant(text) if text else datetime.now(UTC)
    except QuantityError as error:
        raise CommandLineError(f"--on: {error}") from None


def _folder(folder: Path | None) -> Path:
    from costmodel.shipped import shipped_folder

    return folder or shipped_folder("pricing")


@command.command("list", short_help="every offer with its prices on a day")
@click.option("--provider", help="One provider only.")
@_ON
@_VERSION
@OVERLAYS
@_FOLDER
@output_options
def list_(
    provider: str | None,
    on: str | None,
    version: str | None,
    overlays: tuple[Path, ...],
    folder: Path | None,
    out: Out,
) -> None:
    """Every offer with its prices on a day."""
    from costmodel.errors import CommandLineError
    from costmodel.results.price_tables import listing

    book = _book(folder, version, overlays)
    if provider is not None and provider not in book.provider_names():
        raise CommandLineError(f"there is no provider '{provider}'. There are: {', '.join(book.provider_names())}")
    table, records = listing(book, _day(on), provider)
    record = {
        "schema_version": "1",
        "kind": "prices",
        "price_book": {"version": book.name, "sha256": book.sha256},
        "offers": records,
    }
    out.emit([table], lambda: record, lambda: records)


@command.command("show", short_help="one offer's price in force: rates, source, age, terms")
@click.argument("model")
@_ON
@_VERSION
@OVERLAYS
@_FOLDER
@output_options
def show(
    model: str,
    on: str | None,
    version: str | None,
    overlays: tuple[Path, ...],
    folder: Path | None,
    out: Out,
) -> None:
    """The price of one offer in force on a day: rates, conditions, source, age, terms."""
    _detail(_book(folder, version, overlays), model, _day(on), out, everything=False)


@command.command("history", short_help="every price row of one offer")
@click.argument("model")
@_ON
@_VERSION
@OVERLAYS
@_FOLDER
@output_options
def history(
    model: str, on: str | None, version: str | None, overlays: tuple[Path, ...], folder: Path | None, out: Out
) -> None:
    """Every price row of one offer, oldest first, withdrawn ones included."""
    _detail(_book(folder, version, overlays), model, _day(on), out, everything=True)


def _detail(book: PriceBook, model: str, at: datetime, out: Out, *, everything: bool) -> None:
    from costmodel.results.price_tables import details

    text, record = details(book, model, at, everything=everything)
    out.emit_text(text, record)


@command.command("diff", short_help="what changed between two versions")
@click.argument("earlier")
@click.argument("later")
@_FOLDER
@output_options
def diff(earlier: str, later: str, folder: Path | None, out: Out) -> None:
    """What changed between two versions; `working` is the state that is not released yet."""
    from costmodel.prices.release import changes, read_tables
    from costmodel.prices.versions import version_date

    tables = read_tables(_folder(folder))
    found = changes(tables, version_date(tables.versions, earlier), version_date(tables.versions, later))
    lines = [str(change) for change in found] or ["no difference"]
    record = {
        "schema_version": "1",
        "kind": "price_changes",
        "earlier": earlier,
        "later": later,
        "changes": [{"sign": item.sign, "what": item.what, "text": item.text} for item in found],
    }
    out.emit_text("\n".join([f"Price book {earlier} → {later}", "", *lines]), record)


@command.command("check", short_help="check every file and every released hash")
@_FOLDER
@click.option("--quiet", is_flag=True, help="Print nothing where all is well.")
def check(folder: Path | None, quiet: bool) -> int:
    """Check every price file and every released hash; exit 3 for mistakes, 1 where a version no longer holds."""
    from costmodel.prices.release import check_versions, read_tables

    tables = read_tables(_folder(folder))
    broken = check_versions(tables)
    for line in broken:
        click.echo(line, err=True)
    if not broken and not quiet:
        offers = sum(len(document.data["offers"]) for document in tables.providers.values())
        rows = sum(len(offer["prices"]) for item in tables.providers.values() for offer in item.data["offers"])
        names = ", ".join(version.version for version in tables.versions) or "none"
        counted = f"{len(tables.providers)} providers, {offers} offers, {rows} price rows: no mistake."
        write_text(f"{counted}\nReleased versions whose hashes hold: {names}.\n", None)
    return 1 if broken else 0


@command.command("release", short_help="release the book as a version")
@click.argument("version")
@click.option("--note", required=True, help="One line: what is new.")
@click.option("--date", "on", metavar="DAY", help="The day it is dated; today by default.")
@_FOLDER
def release(version: str, note: str, on: str | None, folder: Path | None) -> None:
    """Release the book as a version: its hashes are added to versions.yaml."""
    from costmodel.prices import release as releasing

    place = _folder(folder)
    made, text = releasing.release(place, version, _day(on).date(), note)
    write_whole(place / "versions.yaml", text)
    write_text(f"Released {made.version}, dated {made.date}, sha256 {made.sha256}\n", None)


@command.command("schema", short_help="the JSON schema of a file, for editors")
@click.argument(
    "kind",
    type=click.Choice(
        [
            "provider",
            "overlay",
            "scenario",
            "meters",
            "claims",
            "constraints",
            "evidence",
            "mapping",
            "bill",
            "showback",
            "budget",
        ]
    ),
)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
def schema(kind: str, output: Path | None) -> None:
    """The JSON schema of a file, for editors."""
    from costmodel.schemas import schema_text

    write_text(schema_text(kind), output)
