"""Options of the commands that price a usage log, and what follows from them: its books, its cube, its result."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import click

from costmodel.cli.options import OVERLAYS, F, listed, with_options
from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.cli.output import Out
    from costmodel.prices.book import PriceBook
    from costmodel.results.metered.metered import Counts, Metered
    from costmodel.study.reported import Report
    from costmodel.study.usage_log import UsageLog
    from costmodel.usage.logs.shapes.columns import Source

MALFORMED, UNPRICED = "malformed", "unpriced"
_FILE = click.Path(path_type=Path, dir_okay=False)
_OPTIONS = (
    click.argument("logs", nargs=-1, type=click.Path(path_type=Path), metavar="LOG…"),
    click.option("--mapping", type=_FILE, help="A mapping file, where the log is of no known family."),
    click.option("--label", "labels", multiple=True, metavar="NAME", help="Keep a column of the log; repeatable."),
    click.option("--prices", "versions", multiple=True, metavar="VERSION", help="Price book version; repeatable."),
    OVERLAYS,
    click.option("--currency", metavar="CODE", help="Currency to report in; by default that of the bills."),
    click.option("--fx-as-of", metavar="DAY", help="The day of exchange rates."),
    click.option("--fx-max-age-days", type=click.IntRange(min=1), help="Greatest age of an exchange rate."),
    click.option("--key", metavar="COLUMN", help="What tells requests apart: the same one twice is refused."),
    click.option(
        "--duplicates", type=click.Choice(["refuse", "drop"]), default="refuse", help="What to do with these."
    ),
    click.option("--allow", multiple=True, type=click.Choice([MALFORMED, UNPRICED]), help="Exit 0 without these rows."),
    click.option("--bad-rows", type=_FILE, help="Write file, line and reason of every bad row."),
    click.option("--cube", "cubes", multiple=True, type=_FILE, help="A kept usage cube in place of a log; repeatable."),
    click.option("--save-cube", type=_FILE, help="Keep the usage cube: it can be priced again without the log."),
    click.option(
        "--store",
        type=click.Path(path_type=Path, file_okay=False),
        help="A folder that keeps what was counted of each file: a growing log is read once.",
    ),
    click.option("--memory", default="500MB", show_default=True, help="What the scan may take; the rest goes to disk."),
    click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", help="What scans the log."),
    click.option("--master", metavar="URL", help="The Spark that scans, such as spark://HOST:7077 or local[*]."),
)


def log_options(command: F) -> F:
    """The log and how it is priced, handed on as `logged`."""

    @wraps(command)
    def packed(**options: Any) -> Any:
        taken = {name: options.pop(name) for name in Logged._fields}
        return command(**options, logged=Logged(**taken))

    return with_options(cast("F", packed), _OPTIONS)


class Found(NamedTuple):
    """Metered usage under each price book, and where it was read.

    Attributes:
        results: one for each price book.
        files: what was read; none where a kept cube was priced.
        beside: the same under further price books, as far as they can price it.
        said: what a reader should know of how the log was read.
    """

    results: tuple[Metered, ...]
    files: tuple[Source, ...]
    beside: tuple[Metered, ...] = ()
    said: tuple[str, ...] = ()


class Logged(NamedTuple):
    """What the options say."""

    logs: tuple[Path, ...]
    mapping: Path | None
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
    store: Path | None
    memory: str
    engine: str
    master: str | None

    def check(self) -> None:
        """What cannot stand together.

        Raises:
            CommandLineError: no log and no cube, or both; or what is for a log alone.
        """
        if bool(self.logs) == bool(self.cubes):
            raise CommandLineError("name a usage log, or kept usage cubes with --cube: one of the two")
        for_logs = (("--mapping", self.mapping), ("--label", self.labels), ("--key", self.key))
        told = [name for name, value in (*for_logs, ("--bad-rows", self.bad_rows), ("--store", self.store)) if value]
        if self.cubes and told:
            raise CommandLineError(f"{told[0]} is for a log: a usage cube was made with its columns already")
        if self.master is not None and self.engine != "spark":
            raise CommandLineError("--master names a Spark: say --engine spark beside it")
        here = (("--cube", self.cubes), ("--store", self.store), ("--key", self.key), ("--bad-rows", self.bad_rows))
        alone = [name for name, value in here if value] if self.engine == "spark" else []
        if alone:
            raise CommandLineError(f"{alone[0]} is for one machine: leave it out, or --engine spark")
        twice = [version for version in self.versions if self.versions.count(version) > 1]
        if twice:
            raise CommandLineError(f"--prices names version {twice[0]} twice: once is enough")

    @property
    def of_log_alone(self) -> dict[str, object]:
        """The options that say something of a log or how it is priced, beside the price book; empty where not given."""
        names = (
            "mapping",
            "label",
            "key",
            "bad-rows",
            "currency",
            "fx-as-of",
            "fx-max-age-days",
            "allow",
            "save-cube",
            "store",
        )
        return {f"--{name}": getattr(self, {"label": "labels"}.get(name, name.replace("-", "_"))) for name in names}

    def found(self, by: Sequence[str], out: Out, further: Sequence[PriceBook] = ()) -> Found:
        """The usage under each price book; the log is read once.

        Args:
            by: dimensions that are asked for; one that no other usage has is a column of the log.
            out: where progress is told.
            further: price books that are tried beside.
        """
        from costmodel.study.metered import as_far_as_priced, priced
        from costmodel.study.usage_log import read_kept, read_log

        self.check()
        books, log, report = self._books(), self._log(by, quiet=out.quiet), self._report(by)
        with TemporaryDirectory(prefix="costmodel-") as folder:
            place = Path(folder)
            read = read_kept(self.cubes, place) if self.cubes else read_log(log, [*books, *further], place)
            cube, files, said = read
            if self.save_cube is not None:
                cube.save(self.save_cube)
            beside = as_far_as_priced(cube, further, report)
            return Found(tuple(priced(cube, book, report) for book in books), files, beside, said)

    def tell(self, found: Found, out: Out) -> None:
        """Where bad rows stand, and what files were given twice."""
        from costmodel.usage.logs.reading.bad_rows import bad_rows, write_bad_rows

        left_out: Mapping[str, int] = found.results[0].counts.left_out
        for note in dict.fromkeys((*found.said, *(note for source in found.files for note in source.notes))):
            out.say(note)
        if not found.files or not set(left_out) - {"duplicate"}:
            return
        for row in bad_rows(found.files) if not out.quiet else ():
            out.say(f"{row.place}: {row.reason}")
        if self.bad_rows is not None:
            count = write_bad_rows(found.files, self.bad_rows)
            out.say(f"Written: {self.bad_rows}, {count:,} bad rows")

    def exit_code(self, *counted: Counts) -> int:
        """3 for rows that cannot be read, 4 for usage without a price, unless they are allowed."""
        left_out = dict(counted[0].left_out)
        duplicates = left_out.pop("duplicate", 0)
        if (left_out and MALFORMED not in self.allow) or (duplicates and self.duplicates == "refuse"):
            return 3
        return 4 if any(counts.unpriced for counts in counted) and UNPRICED not in self.allow else 0

    def _books(self) -> list[PriceBook]:
        """The price books, each with the user's own prices over it."""
        from costmodel.prices.book import PriceBook

        return [PriceBook.load(version=version, overlays=self.overlays) for version in self.versions or (None,)]

    def _log(self, by: Sequence[str], *, quiet: bool) -> UsageLog:
        from costmodel.cli.progress import bar
        from costmodel.results.lines import DIMENSIONS
        from costmodel.study.usage_log import UsageLog

        columns = [name for name in by if name not in {*DIMENSIONS, "day"}]
        labels = tuple(dict.fromkeys((*(name for text in self.labels for name in listed(text)), *columns)))
        watched = bar("Reading the log", quiet=quiet)
        kept = self.save_cube is not None
        log = UsageLog(self.logs, self.mapping, labels, self.key, "day" in by, kept, self.memory, watched, self.store)
        if self.engine != "spark":
            return log
        from costmodel.usage.logs.elsewhere.spark import Spark

        return log._replace(spark=Spark(self.master))

    def _report(self, by: Sequence[str]) -> Report:
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
        return Report(self.currency, as_of, self.fx_max_age_days, "day" in by)
