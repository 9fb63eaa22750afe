"""`costmodel usage reconcile`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.log_options import log_options
from costmodel.cli.options import output_options
from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from costmodel.cli.log_options import Logged
    from costmodel.cli.output import Out


@click.command("reconcile")
@log_options
@click.argument("bill", type=click.Path(path_type=Path), metavar="BILL")
@click.option(
    "--tolerance", metavar="LIMIT", default="", help="'0.5 %' of the bill, or '10 USD'; by default, rounding."
)
@click.option(
    "--bill-mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A mapping file, where BILL is of no known kind.",
)
@click.option(
    "--by", type=click.Choice(["day", "month"]), help="By default days, or months where the bill has no days."
)
@output_options
def command(logged: Logged, bill: Path, tolerance: str, bill_mapping: Path | None, by: str | None, out: Out) -> int:
    """Hold metered usage against what was billed: by day and model, with the difference explained as far as it can be.

    BILL is a FOCUS file, the answers of OpenRouter with their cost (which may be LOG itself), or day, model, amount and
    currency. Exit 1 where a model, or all together, are further off than the tolerance.
    """
    from costmodel.decisions.reconcile.bill import read_bill
    from costmodel.decisions.reconcile.reconcile import other_books, reconcile
    from costmodel.errors import QuantityError
    from costmodel.prices.book import PriceBook

    if len(logged.versions) > 1:
        raise CommandLineError("--prices names several versions: a bill is held against one; the others are tried too")
    logged.check()
    billed = read_bill(bill, bill_mapping)
    grain = by or ("month" if billed.by_month else "day")
    if by == "day" and billed.by_month:
        raise CommandLineError(f"'{bill}' has charges of more than a day, so days cannot be compared: leave --by out")
    book = PriceBook.load(version=logged.versions[0] if logged.versions else None, overlays=logged.overlays)
    asked = logged._replace(currency=logged.currency or billed.currency)
    found = asked.found(["day"] if grain == "day" else [], out, other_books(book, logged.overlays))
    try:
        result = reconcile(found.results[0], billed, book, further=found.beside, tolerance=tolerance)
    except QuantityError as error:
        raise CommandLineError(f"--tolerance: {error}") from None
    out.emit(result.tables(), result.to_json, result.to_records)
    logged.tell(found, out)
    return max(logged.exit_code(result.counts), 1 if result.over else 0)
