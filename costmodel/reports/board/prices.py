"""The table of every price that is paid: for which case, what it is made of, from which day, by which source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costmodel.prices.schema import GLOBAL, STANDARD
from costmodel.quantities import grouped
from costmodel.results.labels import labelled, listed, money_text, period_text, say, sentences
from costmodel.results.table import Column, Table
from costmodel.usage.cube import Band

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.billing.bill import Charge, Entry
    from costmodel.prices.schema import PriceRow
    from costmodel.prices.tariff import PriceLine
    from costmodel.reports.board.papers import Papers
    from costmodel.results.estimate import Estimate
    from costmodel.results.labels import Said

_COLUMNS = (
    Column("offer"),
    Column("meter"),
    Column("case"),
    Column("price", numeric=True),
    Column("for", numeric=True),
    Column("made of"),
    Column("in force from"),
    Column("source"),
)
_WHERE_NEEDED = (2, 5)  # columns that are left out where they say nothing


def price_table(papers: Papers) -> Table:
    """Every price that is paid, and every minimum charge, with its row and source."""
    rows = tuple(dict.fromkeys(row for bill in papers.bills for row in _rows(bill)))
    kept = [at for at in range(len(_COLUMNS)) if at not in _WHERE_NEEDED or any(row[at] for row in rows)]
    shown = tuple(tuple(row[at] for at in kept) for row in rows)
    return Table(say("Prices and their sources"), tuple(_COLUMNS[at] for at in kept), shown, (), _notes(papers))


def _rows(bill: Estimate) -> Iterator[tuple[str, ...]]:
    for line in bill.lines:
        if line.entry is not None and line.charge is not None and line.charge.contracted_price is not None:
            yield _price(bill, line.entry, line.charge, line.charge.contracted_price)
    for line in bill.lines:
        if line.entry is not None and line.entry.tariff.minimum_charge is not None:
            yield _minimum(line.entry, line.entry.tariff.minimum_charge.amount)


def _price(bill: Estimate, entry: Entry, charge: Charge, price: PriceLine) -> tuple[str, ...]:
    paid = price.unit_price * price.per * entry.credit_rate
    return (
        entry.model,
        labelled(charge.meter.replace("_", " ")),
        _case(entry, charge),
        say("free") if price.free else money_text(grouped(paid), entry.billing_currency),
        say("{count:number} {units}", count=grouped(price.per), units=labelled(bill.meters[charge.meter].units)),
        _made_of(entry, price),
        *_origin(entry),
    )


def _minimum(entry: Entry, amount: Any) -> tuple[str, ...]:
    paid = money_text(grouped(amount * entry.credit_rate), entry.billing_currency)
    return (entry.model, say("minimum charge"), "", paid, say("a month"), "", *_origin(entry))


def _case(entry: Entry, charge: Charge) -> str:
    """What the price is for, where that is not any request at the standard tier: empty for those."""
    case = entry.tariff.contracted.case
    hours = [] if case is None else sorted(map(str, case.hours))
    shape = charge.measure.shape
    words = [
        *([say("service tier {tier}", tier=labelled(entry.tier))] if entry.tier != STANDARD else []),
        *([say("region {region}", region=entry.region)] if entry.region != GLOBAL else []),
        *([say("request {size}", size=_digits(entry.band))] if entry.band != Band() else []),
        *(say("hours {window}", window=window) for window in hours),
        *([_digits(shape)] if shape is not None else []),
    ]
    return listed(words) if words else ""


def _digits(what: object) -> str:
    """Digits as tables have them."""
    return str(what).replace("_", ",")


def _made_of(entry: Entry, price: PriceLine) -> str:
    """The price as written and what changes it, in order; nothing where it is paid as written."""
    credit = entry.credit_rate != 1 or entry.billing_currency != entry.list_currency
    if not price.adjustments and not credit:
        return ""
    made: str = money_text(grouped(price.price), entry.list_currency)
    added = False  # a factor is of the whole sum before it
    for item in price.adjustments:
        if item.multiply != 1:
            made = say("({made})", made=made) if added else made
            made = say("{made} x {factor:number} ({name})", made=made, factor=grouped(item.multiply), name=item.name)
            added = False
        if item.add:
            template = "{made} + {amount:number} ({name})" if item.add > 0 else "{made} - {amount:number} ({name})"
            made = say(template, made=made, amount=grouped(abs(item.add)), name=item.name)
            added = True
    if not credit:
        return made
    rate = grouped(entry.credit_rate)
    return say(
        "{made} x {factor:number} (credit, {paid} for one {of})",
        made=say("({made})", made=made) if added else made,
        factor=rate,
        paid=entry.billing_currency,
        of=entry.list_currency,
    )


def _origin(entry: Entry) -> tuple[str, str]:
    """From when the price is in force, and where it was read; of a contract on the list, both rows."""
    rows = entry.tariff.rows
    first = max(row.valid.from_ for row in rows)
    source = _source(rows[0])
    for row in rows[1:]:
        source = say("{contract}; the list: {source}", contract=source, source=_source(row))
    return say("{day:day}", day=f"{first:%Y-%m-%d}"), source


def _source(row: PriceRow) -> Said:
    source = row.source
    where = ", ".join(word for word in (source.title, source.url) if word)
    return say("{where}, read {day:day}", where=where, day=source.retrieved)


def _notes(papers: Papers) -> tuple[str, ...]:
    """That prices change by the year, where the scenario says so: the table has them as they are before."""
    later = [
        entry
        for bill in papers.bills
        for entry in (line.entry for line in bill.lines)
        if entry is not None and entry.escalation_rate and entry.escalation_years
    ]
    if not later:
        return ()
    first = min(later, key=lambda entry: entry.month)
    change = say("A yearly change of prices by {share:number} is not in this table.", share=_percent(first))
    begin = str(first.month)
    return (sentences((change, say("The bill has it from {month} on.", month=period_text(begin, begin)))),)


def _percent(entry: Entry) -> str:
    return f"{grouped(entry.escalation_rate * 100)} %"
