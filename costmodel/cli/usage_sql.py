"""`costmodel usage sql`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.options import OVERLAYS, listed, output_options
from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from costmodel.cli.output import Out
    from costmodel.prices.book import PriceBook
    from costmodel.usage.logs.cube.dialects import Dialect
    from costmodel.usage.logs.elsewhere.warehouse import Wanted
    from costmodel.usage.logs.shapes.shape import Time

_NAMES = ("snowflake", "bigquery", "trino", "databricks", "postgres", "duckdb", "spark")
_TABLE = re.compile(r"""[\w$."`-]{1,300}""")


@click.command("sql")
@click.option("--dialect", type=click.Choice(_NAMES), required=True, help="The warehouse that shall run it.")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="A mapping file that names the columns of the table.",
)
@click.option("--table", default="usage_log", show_default=True, help="The table, as the warehouse wants its name.")
@click.option("--label", "labels", multiple=True, metavar="NAME", help="Keep a column of the table; repeatable.")
@click.option("--model", "models", multiple=True, metavar="NAME", help="Cut for the prices of these models alone.")
@click.option("--prices", "versions", multiple=True, metavar="VERSION", help="Price book version; repeatable.")
@OVERLAYS
@output_options
def command(
    dialect: str,
    mapping: Path,
    table: str,
    labels: tuple[str, ...],
    models: tuple[str, ...],
    versions: tuple[str, ...],
    overlays: tuple[Path, ...],
    out: Out,
) -> int:
    """The query that a data warehouse runs on its own usage log; its answer is priced by `usage price --cube`.

    No price is in the query: it adds up tokens, apart wherever a price may change.
    """
    from costmodel.prices.book import PriceBook
    from costmodel.usage.logs.cube.cuts import cuts_of
    from costmodel.usage.logs.cube.dialects import DIALECTS
    from costmodel.usage.logs.elsewhere.warehouse import Wanted, warehouse_query
    from costmodel.usage.logs.shapes.families import load_mapping

    if not _TABLE.fullmatch(table) or "--" in table:
        raise CommandLineError(f"--table: '{table[:60]}' is no name of a table: write one such as finance.usage_log")
    names = tuple(dict.fromkeys(name for text in labels for name in listed(text)))
    books = [PriceBook.load(version=version, overlays=overlays) for version in versions or (None,)]
    wanted = Wanted(table, load_mapping(mapping).shapes, names)
    cards = [book.card(model) for book in books for model in models] or [
        card for book in books for card in book.offers()
    ]
    cuts = cuts_of(cards, books[0].meters, wanted.source.meters)
    spoken = DIALECTS[dialect]
    text = "\n".join([*_heading(wanted, spoken, books), "", warehouse_query(wanted, cuts, spoken)])
    out.emit_text(text, {"dialect": dialect, "run_in_tests": spoken.runs, "query": text})
    return 0


def _heading(wanted: Wanted, dialect: Dialect, books: Sequence[PriceBook]) -> Iterator[str]:
    """What a person should know who runs it."""
    from costmodel.usage.logs.shapes.columns import shown

    yield f"-- Usage of {wanted.table}, added up for {', '.join(book.name for book in books)} ({dialect.name})."
    yield "-- Save the whole answer, with its heading, as CSV or Parquet. Then: costmodel usage price --cube ANSWER"
    if not dialect.runs:
        yield f"-- NOT RUN: our tests check the grammar of {dialect.name} alone. Compare a day that you know first."
    yield "-- It takes these columns, named exactly as the table shows them:"
    for column, kind in _columns(wanted).items():
        yield f"--   {shown(dialect.quoted(column))}: {kind}"


def _columns(wanted: Wanted) -> dict[str, str]:
    """The columns that are read, and what they must be."""
    from costmodel.usage.logs.shapes.used import used_paths

    shape = wanted.source.shapes[0]
    numbers = [*shape.meters.values(), *([shape.requests] if shape.requests else [])]
    numbers += [item for total in shape.totals for item in (total.whole, total.equals)]
    found = {path.column: _time(time) for time in shape.time for path in time.path}
    found |= {number.path.column: "whole numbers" for counted in numbers for number in counted.numbers()}
    for path in used_paths([shape], wanted.labels):
        found.setdefault(path.column, "texts")
    return found


def _time(time: Time) -> str:
    if time.kind != "text":
        return f"whole {time.kind} since 1970 UTC"
    return f"times without zone, taken as {time.zone}" if time.zone else "instants: timestamps with time zone"
