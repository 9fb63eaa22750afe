"""`costmodel usage price`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from costmodel.cli.options import OVERLAYS, listed, output_options
from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.cli.output import Out
    from costmodel.prices.book import PriceBook
    from costmodel.results.metered import Metered
    from costmodel.results.metered_comparison import MeteredComparison
    from costmodel.study.reported import Report
    from costmodel.study.usage_log import Log
    from costmodel.usage.logs.columns import Source

MALFORMED, UNPRICED = "malformed", "unpriced"
_FILE = click.Path(path_type=Path, dir_okay=False)
_BY = "Group by month, day, year, model, provider, tier, region, size, meter or a column of the log."


@click.command("price")
@click.argument("logs", nargs=-1, type=click.Path(path_type=Path), metavar="LOG…")
@click.option("--mapping", type=_FILE, help="A mapping file, where the log is of no known family.")
@click.option("--by", metavar="DIMENSIONS", help=_BY)
@click.option("--label", "labels", multiple=True, metavar="NAME", help="Keep a column of the log; repeatable.")
@click.option("--prices", "versions", multiple=True, metavar="VERSION", help="Price book version; repeatable.")
@OVERLAYS
@click.option("--currency", metavar="CODE", help="Currency to report in; by default that of the bills.")
@click.option("--fx-as-of", metavar="DAY", help="The day of exchange rates.")
@click.option("--fx-max-age-days", type=click.IntRange(min=1), help="Greatest age of an exchange rate.")
@click.option("--key", metavar="COLUMN", help="What tells requests apart: the same one twice is refused.")
@click.option("--duplicates", type=click.Choice(["refuse", "drop"]), default="refuse", help="What to do with these.")
@click.option("--allow", multiple=True, type=click.Choice([MALFORMED, UNPRICED]), help="Exit 0 without these rows.")
@click.option("--bad-rows", type=_FILE, help="Write file, line and reason of every bad row.")
@click.option("--cube", "cubes", multiple=True, type=_FILE, help="A kept usage cube in place of a log; repeatable.")
@click.option("--save-cube", type=_FILE, help="Keep the usage cube: it can be priced again without the log.")
@click.option("--memory", default="500MB", show_default=True, help="What the scan may take; the rest goes to disk.")
@output_options
def command(out: Out, **options: Any) -> int:
    """What metered usage cost, exactly: each request at the price in force at its instant.

    Exit 3 where rows cannot be read as usage, 4 where usage has no price; the result is printed first.
    """
    given = _Given(**options)
    given.check()
    by = listed(given.by)
    books = given.books()
    with TemporaryDirectory(prefix="costmodel-") as folder:
        files = () if given.cubes else given.log(quiet=out.quiet).sources()
        result = _result(given, files, books, Path(folder), quiet=out.quiet)
    out.emit(result.tables(by), lambda: result.to_json(by), lambda: _rows(result, by))
    _tell(given, result.counts.left_out, files, out)
    return given.exit_code(result)


class _Given(NamedTuple):
    """The options."""

    logs: tuple[Path, ...]
    mapping: Path | None
    by: str | None
    labels: tuple[str, ...]
    versions: tuple[str, ...]
    overlays: tuple[Path, ...]
    currency: str | None
    fx_as_of: str | None
    fx_max_age_days: int | None
    key: str | None
    duplicates: str
    allow: tuple[str, ...]
    bad_rows: Path | None
    cubes: tuple[Path, ...]
    save_cube: Path | None
    memory: str

    def check(self) -> None:
        """What cannot stand together.

        Raises:
            CommandLineError: no log and no cube, or both; or what is for a log alone.
        """
        if bool(self.logs) == bool(self.cubes):
            raise CommandLineError("name a usage log, or kept usage cubes with --cube: one of the two")
        for_logs = (("--mapping", self.mapping), ("--label", self.labels), ("--key", self.key))
        told = [name for name, value in (*for_logs, ("--bad-rows", self.bad_rows)) if value]
        if self.cubes and told:
            raise CommandLineError(f"{told[0]} is for a log: a usage cube was made with its columns already")
        twice = [version for version in self.versions if self.versions.count(version) > 1]
        if twice:
            raise CommandLineError(f"--prices names version {twice[0]} twice: once is enough")

    @property
    def by_day(self) -> bool:
        """Whether days must be told apart."""
        return "day" in listed(self.by)

    def books(self) -> list[PriceBook]:
        """The price books, each with the user's own prices over it."""
        from costmodel.prices.book import PriceBook

        return [PriceBook.load(version=version, overlays=self.overlays) for version in self.versions or (None,)]

    def log(self, *, quiet: bool) -> Log:
        """The log; a dimension that no other usage has is a column of it."""
        from costmodel.cli.progress import bar
        from costmodel.results.lines import DIMENSIONS
        from costmodel.study.usage_log import Log

        columns = [name for name in listed(self.by) if name not in {*DIMENSIONS, "day"}]
        labels = tuple(dict.fromkeys((*(name for text in self.labels for name in listed(text)), *columns)))
        watched = bar("Reading the log", quiet=quiet)
        kept = self.save_cube is not None
        return Log(self.logs, self.mapping, labels, self.key, self.by_day, kept, self.memory, watched)

    def report(self) -> Report:
        """How costs are reported."""
        from costmodel.errors import QuantityError
        from costmodel.quantities import day
        from costmodel.study.reported import Report

        try:
            as_of = day(self.fx_as_of) if self.fx_as_of is not None else None
        except QuantityError as error:
            raise CommandLineError(f"--fx-as-of: {error}") from None
        if self.currency is not None and not (len(self.currency) == 3 and self.currency.isupper()):  # noqa: PLR2004 - ISO 4217
            raise CommandLineError(f"--currency: '{self.currency}' is not a currency code such as USD")
        return Report(self.currency, as_of, self.fx_max_age_days, self.by_day)

    def exit_code(self, result: Metered | MeteredComparison) -> int:
        """3 for rows that cannot be read, 4 for usage without a price, unless they are allowed."""
        left_out = dict(result.counts.left_out)
        duplicates = left_out.pop("duplicate", 0)
        if (left_out and MALFORMED not in self.allow) or (duplicates and self.duplicates == "refuse"):
            return 3
        return 4 if result.counts.unpriced and UNPRICED not in self.allow else 0


def _result(
    given: _Given, files: Sequence[Source], books: Sequence[PriceBook], folder: Path, *, quiet: bool
) -> Metered | MeteredComparison:
    """The usage under each price book; the log is read once."""
    from costmodel.results.metered_comparison import MeteredComparison
    from costmodel.study.metered import priced
    from costmodel.study.usage_log import kept_cube, usage_cube

    report = given.report()
    kept = kept_cube(given.cubes, folder) if given.cubes else None
    cube = kept or usage_cube(given.log(quiet=quiet), files, books, folder)
    if given.save_cube is not None:
        cube.save(given.save_cube)
    found = tuple(priced(cube, book, report) for book in books)
    return found[0] if len(found) == 1 else MeteredComparison(found)


def _rows(result: Metered | MeteredComparison, by: Sequence[str]) -> list[dict[str, Any]]:
    """The groups asked for, or every line."""
    return result.group_records(by) if by else result.to_records()


def _tell(given: _Given, left_out: Mapping[str, int], files: Sequence[Source], out: Out) -> None:
    """Where bad rows stand, and what files were given twice."""
    from costmodel.usage.logs.bad_rows import bad_rows, write_bad_rows

    for note in dict.fromkeys(note for source in files for note in source.notes):
        out.say(note)
    if not files or not set(left_out) - {"duplicate"}:
        return
    for row in bad_rows(files) if not out.quiet else ():
        out.say(f"{row.place}: {row.reason}")
    if given.bad_rows is not None:
        count = write_bad_rows(files, given.bad_rows)
        out.say(f"Written: {given.bad_rows}, {count:,} bad rows")
