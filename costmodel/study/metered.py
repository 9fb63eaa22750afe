"""What a usage log cost: files, cube, prices and bill put together."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from costmodel.billing.bill import Terms, bill
from costmodel.billing.levies import minimum_lines
from costmodel.billing.tariffs import priceable
from costmodel.errors import CommandLineError, NoPriceError, NotInForceError
from costmodel.prices.book import PriceBook
from costmodel.quantities import Month
from costmodel.results.estimate import BookReference
from costmodel.results.metered.metered import Counts, Metered, Unpriced
from costmodel.results.metered.metered_groups import PricedCell, add_units
from costmodel.results.notice import Notice
from costmodel.results.notices import notices
from costmodel.study.reported import Exchange, Report, paid_in
from costmodel.study.usage_log import offers_of, read_log
from costmodel.usage.cube import Cube
from costmodel.usage.logs.cube.cell_maker import DAY
from costmodel.usage.logs.cube.query import DUPLICATE
from costmodel.usage.logs.cube.slices import slices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from costmodel.billing.bill import Entry
    from costmodel.prices.tariff import Tariff
    from costmodel.quantities import Number
    from costmodel.study.usage_log import UsageLog
    from costmodel.usage.cube import Cell
    from costmodel.usage.logs.cube.cell_maker import Usage
    from costmodel.usage.logs.cube.fine import FineCube

K = TypeVar("K")
_MOST_NAMED = 20  # models that a warning names


def metered(log: UsageLog, books: Sequence[PriceBook] = (), report: Report | None = None) -> tuple[Metered, ...]:
    """What a usage log cost, under each price book; the log is read once.

    Args:
        log: the log.
        books: price books; the newest released one by default.
        report: how costs are reported.

    Raises:
        FileError: a file cannot be read.
        CommandLineError: what was asked for cannot be done.
        NoPriceError: no exchange rate is known.
    """
    used = books or (PriceBook.load(),)
    with TemporaryDirectory(prefix="costmodel-") as folder:
        cube = read_log(log, used, Path(folder)).cube
        return tuple(priced(cube, book, report or Report(by_day=log.by_day)) for book in used)


def priced(cube: FineCube, book: PriceBook, report: Report | None = None) -> Metered:
    """A fine cube under a price book. The log is not needed.

    Raises:
        NoPriceError: the book asks for a cut that the cube does not have, or no exchange rate is known.
        CommandLineError: what is billed in several currencies is reported in none.
    """
    wanted = report or Report()
    usage = slices(cube, lambda models: offers_of(book, models), by_day=wanted.by_day)
    offered = tuple(item.cell for item in usage if not item.unpriced)
    found, missing = priceable(Cube(offered), book.card)
    months = _months(usage)
    exchange = Exchange(book, wanted, _paid(found, book))
    terms = Terms(exchange.rate, Fraction(0), months[0]) if months else None

    def billed(cells: Cube) -> tuple[Entry, ...]:
        return bill(cells, book.card, terms) if terms is not None else ()

    by_cell = {id(item.cell): item for item in usage}
    overview = billed(_overview(cell for cell, _ in found))
    counts = Counts(cube.facts.rows_read, cube.facts.left_out, _unpriced(by_cell, missing))
    return Metered(
        currency=exchange.currency,
        months=months,
        priced=tuple(
            PricedCell(cell, tariff, exchange.factor(cell.model, tariff), by_cell[id(cell)].until)
            for cell, tariff in found
        ),
        billed=billed,
        levies=tuple(minimum_lines(overview)),
        counts=counts,
        book=BookReference.of(book),
        exchange=tuple(exchange.used.values()),
        notices=(*_left_out(counts), *(notices(overview, book, months, ()) if overview else ())),
        meters=book.meters,
        labels=(*cube.facts.labels, *([DAY] if wanted.by_day else [])),
    )


def as_far_as_priced(cube: FineCube, books: Iterable[PriceBook], report: Report) -> tuple[Metered, ...]:
    """The cube under each price book that can price it; a book that cannot is passed over."""
    found = []
    for book in books:
        with suppress(NoPriceError, CommandLineError):
            found.append(priced(cube, book, report))
    return tuple(found)


def _paid(found: Iterable[tuple[Cell, Tariff]], book: PriceBook) -> list[str]:
    """The currencies in which usage is paid."""
    models = {id(tariff): (cell.model, tariff) for cell, tariff in found}
    return [paid_in(tariff, book.card(model)) for model, tariff in models.values()]


def _months(usage: Sequence[Usage]) -> tuple[Month, ...]:
    """Every month from the first of the log to its last, whether its usage has a price or not."""
    if not usage:
        return ()
    first = min(item.cell.month for item in usage)
    last = max(_last_month(item) for item in usage)
    return tuple(first.later(index) for index in range((last.year - first.year) * 12 + last.month - first.month + 1))


def _last_month(usage: Usage) -> Month:
    """That of the last time of the usage; where it has no price, all months are one cell."""
    at = usage.until - timedelta(microseconds=1)
    return Month(at.year, at.month) if usage.unpriced else usage.cell.month


def _overview(cells: Iterable[Cell]) -> Cube:
    """The same usage without labels: few cells, enough for what is said about all."""
    found: dict[tuple[object, ...], list[Cell]] = {}
    for cell in cells:
        key = (cell.month, cell.model, cell.tier, cell.region, cell.start, id(cell.band))
        found.setdefault(key, []).append(cell)
    return Cube(tuple(_together(alike) for alike in found.values()))


def _together(alike: Sequence[Cell]) -> Cell:
    requests = sum((cell.requests for cell in alike), 0)
    return alike[0]._replace(
        labels=(),
        records=requests,
        requests=requests,
        totals=_added(cell.totals for cell in alike),
        shaped=_added(cell.shaped for cell in alike),
    )


def _added(counts: Iterable[Mapping[K, Number]]) -> dict[K, Number]:
    found: dict[K, Number] = {}
    for count in counts:
        add_units(found, count)
    return found


def _unpriced(usage: Mapping[int, Usage], missing: Iterable[tuple[Cell, NoPriceError]]) -> tuple[Unpriced, ...]:
    """What has no price, by model and reason."""
    found: dict[tuple[str, str], Unpriced] = {}
    for cell, why in _without(usage.values(), missing):
        key = (cell.model, why)
        before = found.get(key) or Unpriced(cell.model, why, 0, 0, {})
        months = sorted({*before.months, str(cell.month), str(_last_month(usage[id(cell)]))})
        units = {meter: before.units.get(meter, 0) + int(count) for meter, count in cell.totals.items()}
        found[key] = before._replace(
            rows=before.rows + usage[id(cell)].rows,
            requests=before.requests + int(cell.requests),
            units={**before.units, **units},
            months=(months[0], months[-1]),
        )
    return tuple(found.values())


def _without(usage: Iterable[Usage], missing: Iterable[tuple[Cell, NoPriceError]]) -> Iterator[tuple[Cell, str]]:
    """Usage without a price, and why; that an offer was not in force is said once, whenever it was used."""
    for item in usage:
        if item.unpriced:
            yield item.cell, item.unpriced
    once: dict[str, str] = {}
    for cell, error in missing:
        yield cell, once.setdefault(cell.model, str(error)) if isinstance(error, NotInForceError) else str(error)


def _left_out(counts: Counts) -> Iterator[Notice]:
    """Warnings of what the total leaves out."""
    bad = [f"{name} ({rows:,})" for name, rows in counts.left_out.items() if name != DUPLICATE]
    if bad:
        yield Notice("rows-left-out", "Rows that cannot be read as usage are not in the total", tuple(bad))
    if counts.left_out.get(DUPLICATE):
        twice = counts.left_out[DUPLICATE]
        about = (f"{twice:,} row{'' if twice == 1 else 's'}",)
        yield Notice("duplicates-left-out", "Rows whose key stood in another row are not in the total", about)
    if counts.unpriced:
        models = tuple(dict.fromkeys(item.model for item in counts.unpriced))
        one = counts.without_price == 1
        have, are = ("row has", "is") if one else ("rows have", "are")
        text = f"{counts.without_price:,} {have} no price and {are} not in the total"
        yield Notice("rows-without-price", text, models[:_MOST_NAMED])
