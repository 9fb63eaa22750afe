"""A priced usage log held against a bill, by day (or month) and model."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.decisions.reconcile.bill_notices import bill_notices
from costmodel.decisions.reconcile.causes import explained
from costmodel.decisions.reconcile.known import Known
from costmodel.decisions.reconcile.limits import limits
from costmodel.documents.reader import read_document
from costmodel.errors import CommandLineError, NoPriceError
from costmodel.prices.book import PriceBook
from costmodel.prices.versions import WORKING, read_versions
from costmodel.quantities import Money, exact, unambiguous
from costmodel.results.metered.difference import MONTH, Line
from costmodel.results.metered.metered_groups import grouped_cells
from costmodel.results.metered.reconciliation import Reconciliation, Tolerance
from costmodel.usage.logs.cube.cell_maker import DAY
from costmodel.usage.logs.shapes.columns import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from costmodel.decisions.reconcile.bill import Bill
    from costmodel.results.metered.metered import Metered

_ZERO = Fraction(0)
_MOST_TRIED = 6  # other versions of the price book


def reconcile(
    metered: Metered, bill: Bill, book: PriceBook, *, further: Sequence[Metered] = (), tolerance: str = ""
) -> Reconciliation:
    """Where a priced log and a bill differ, and why.

    Args:
        metered: the log; with days told apart, unless the bill has months alone.
        bill: the bill.
        book: the price book of the log: what names of models stand for.
        further: the same log under other price books, which may fit the bill.
        tolerance: how far it may be off: `0.5 %` of the bill, or `10 USD`; nothing but rounding by default.

    Raises:
        CommandLineError: they are in different currencies, or the tolerance cannot be read.
        QuantityError: the tolerance is no number.
    """
    if metered.currency != bill.currency:
        raise CommandLineError(
            f"the bill is in {bill.currency} and the log is priced in {metered.currency}: leave --currency out, or "
            f"write --currency {bill.currency}"
        )
    by_month = DAY not in metered.labels
    every = _lines(metered, bill, book, by_month=by_month)
    months = {item.day[:MONTH] for item in bill.lines} | set(bill.months)
    lines = [line for line in every if line.when[:MONTH] in months]
    prices = {_name(other, metered): _costs(other, by_month=by_month) for other in further}
    unpriced = frozenset(
        (month, item.model) for item in metered.counts.unpriced for month in months if item.used_in(month)
    )
    found = explained(lines, Known(bill.places, prices, unpriced, bool(metered.exchange)))
    billed = sum((line.billed or _ZERO for line in found), _ZERO)
    return Reconciliation(
        currency=bill.currency,
        grain="month" if by_month else DAY,
        lines=found,
        beside=bill.beside,
        outside=_by_month(line for line in every if line.when[:MONTH] not in months),
        places=bill.places,
        tolerance=_tolerance(tolerance, billed, bill.currency),
        book=metered.book,
        counts=metered.counts,
        exchange=metered.exchange,
        notices=(*bill_notices(bill, found, book, {model for _, model in unpriced}), *metered.notices),
        tried=tuple(prices),
        coarsest=limits().rounding.value * abs(billed),
    )


def other_books(book: PriceBook, overlays: Sequence[Path] = ()) -> list[PriceBook]:
    """The price books that may fit a bill where one does not: the list prices, and other versions, the newest first.

    Args:
        book: the one that does not.
        overlays: files of the user's own prices that lie over it.
    """
    versions = [item.version for item in read_versions(read_document(book.folder / "versions.yaml"))]
    others = [name for name in (WORKING, *reversed(versions)) if name != book.name][:_MOST_TRIED]
    listed = [PriceBook.load(book.folder, book.name)] if overlays else []
    return [*listed, *(PriceBook.load(book.folder, name, overlays) for name in others)]


def _by_month(lines: Iterable[Line]) -> tuple[tuple[str, Fraction], ...]:
    found: dict[str, Fraction] = {}
    for line in lines:
        found[line.when[:MONTH]] = found.get(line.when[:MONTH], _ZERO) + (line.priced or _ZERO)
    return tuple(sorted(found.items()))


def _name(other: Metered, metered: Metered) -> str:
    """What another price book is called beside that of the log."""
    without = " without your own prices" if metered.book.overlays and not other.book.overlays else ""
    return f"price book {other.book.version}{without}"


def _lines(metered: Metered, bill: Bill, book: PriceBook, *, by_month: bool) -> list[Line]:
    """Every model of every day or month, on both sides."""
    found = {
        group.key: Line(*_key(group.key), group.requests, group.cost, None, 0)
        for group in grouped_cells(metered.priced, (), ("month" if by_month else DAY, "model"))
    }
    for levy in metered.levies:
        key = (str(levy.month), f"{levy.model}: {levy.name}")
        found[key] = Line(*_key(key), _ZERO, levy.cost, None, 0)
    names: dict[str, str] = {}
    for item in bill.lines:
        model = names.setdefault(item.model, _offer(item.model, book))
        key = (item.day[:MONTH] if by_month else item.day, model)
        line = found.get(key) or Line(*key, _ZERO, None, None, 0)
        found[key] = line._replace(billed=(line.billed or _ZERO) + item.amount, rows=line.rows + item.rows)
    return sorted(found.values(), key=lambda line: line.key)


def _key(key: Iterable[str]) -> tuple[str, str]:
    when, model = key
    return when, model


def _offer(name: str, book: PriceBook) -> str:
    """The offer that a name on the bill stands for, as the log has it; the name itself where there is none."""
    if shown(name) != name or not book.knows(name):
        return shown(name)
    try:
        return book.card(name).name
    except NoPriceError:
        return name


def _costs(metered: Metered, *, by_month: bool) -> dict[tuple[str, str], Fraction]:
    groups = grouped_cells(metered.priced, (), ("month" if by_month else DAY, "model"))
    return {_key(group.key): group.cost for group in groups}


def _tolerance(text: str, billed: Fraction, currency: str) -> Tolerance:
    text = text.strip()
    if not text:
        return Tolerance("none beyond rounding", _ZERO)
    if text.startswith("-"):
        raise CommandLineError(f"--tolerance: '{text}' is negative: it holds in both directions, leave the sign out")
    if text.endswith("%"):
        return Tolerance(text, exact(text[:-1].rstrip()) / 100 * abs(billed))
    if " " not in text:
        raise CommandLineError(
            f"--tolerance: '{text}' may be a share or money: write '{text} %' or '{text} {currency}'"
        )
    amount, given = Money.parse(unambiguous(text))
    if given != currency:
        raise CommandLineError(f"--tolerance: it is in {given}, and the bill in {currency}: write {currency}")
    return Tolerance(text, amount)
