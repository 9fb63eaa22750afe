"""The tables of a comparison of providers: what each offer costs, and why some do not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text, grouped, half_up, significant
from costmodel.results.estimate import unit_cost_text
from costmodel.results.labels import money_text, say, sentences
from costmodel.results.providers.provider_comparison import shortened
from costmodel.results.table import Column, Table
from costmodel.results.ties import alike, equally_cheap
from costmodel.results.worth.words import payback_text

if TYPE_CHECKING:
    from fractions import Fraction

    from costmodel.results.labels import Said
    from costmodel.results.providers.provider_comparison import Present, ProviderComparison, Standing

_MOST_NAMES = 4  # of a note under a table of hundreds of offers
_HUNDRED = 100
_TENFOLD = 10  # a difference of so many times is told in whole percent
_OUT, _ESTIMATED = "*", "~"  # behind a name; before a cost


def cost_table(result: ProviderComparison) -> Table:
    """What each offer costs, with the difference to the cheapest and to the present one."""
    columns = (
        Column("offer"),
        Column(say("{currency} a month", currency=result.currency), numeric=True),
        Column("a year", numeric=True),
        Column("a record", numeric=True),
        *((Column("to cheapest", numeric=True), Column("%", numeric=True)) if result.cheapest else ()),
        *((Column("to present", numeric=True), Column("%", numeric=True)) if result.present else ()),
        *((Column("present value", numeric=True), Column("pays back", numeric=True)) if result.worth else ()),
    )
    rows = tuple(_cost_row(result, item) for item in result.ranked)
    title = say("{title}: providers compared, each alone, {period}", title=result.title, period=result.period)
    muted = frozenset(index for index, item in enumerate(result.ranked) if item.reasons)
    return Table(title, columns, rows, _present_row(result, len(columns)), _notes(result), _lead(result), muted)


def _cost_row(result: ProviderComparison, item: Standing) -> tuple[str, ...]:
    name = say("{name} (present)", name=item.name) if item is result.present_standing else item.name
    month, year, record = costs(result, item.total)
    return (
        say("{name} {sign}", name=name, sign=_OUT) if item.reasons else name,
        estimated_text(month, estimated=bool(item.token_counts)),
        year,
        record,
        *(_difference(result, item.total, result.cheapest.total) if result.cheapest else ()),
        *(_difference(result, item.total, result.present.total) if result.present else ()),
        *((_value(item.net_present_value), _payback(item)) if result.worth else ()),
    )


def costs(result: ProviderComparison, total: Fraction) -> tuple[str, str, str]:
    """A cost of the horizon as that of a month, of a year and of a record."""
    places = result.places
    return (
        grouped(result.month(total), places),
        grouped(result.year(total), places),
        unit_cost_text(result.record(total)),
    )


def estimated_text(cost: str, *, estimated: bool) -> str:
    """A cost, with the sign of an estimate where its tokens are one."""
    return f"{_ESTIMATED}{cost}" if estimated else cost


def cost_text(result: ProviderComparison, item: Standing) -> str:
    """A month of an offer, as the table has it."""
    return estimated_text(costs(result, item.total)[0], estimated=bool(item.token_counts))


def _difference(result: ProviderComparison, total: Fraction, other: Fraction) -> tuple[str, str]:
    more = result.month(total - other)
    share = percent_text((total - other) / other) if other else ""
    return _signed(half_up(more, result.places), result.places), share


def percent_text(share: Fraction) -> str:
    """A difference as a percentage, with its sign; large ones in whole percent.

    >>> from fractions import Fraction
    >>> percent_text(Fraction(1, 8)), percent_text(Fraction(-1, 2)), percent_text(Fraction(25, 2))
    ('+12.5 %', '-50.0 %', '+1,250 %')
    """
    places = 0 if abs(share) >= _TENFOLD else 1
    return f"{_signed(half_up(share * _HUNDRED, places), places)} %"


def _signed(number: Fraction, places: int) -> str:
    return f"{'+' if number > 0 else ''}{grouped(number, places)}"


def _value(value: Fraction | None) -> str:
    return "" if value is None else grouped(half_up(value), 0)


def _payback(item: Standing) -> str:
    return "" if item.payback is None else payback_text(item.payback)


def _present_row(result: ProviderComparison, count: int) -> tuple[str, ...]:
    """What is paid at present, where it is none of the offers."""
    present = result.present_beside
    if present is None:
        return ()
    name = say("{name} (present)", name=present.name)
    cells = [
        say("{name} {sign}", name=name, sign=_OUT) if present.reasons else name,
        *costs(result, present.total),
        *(_difference(result, present.total, result.cheapest.total) if result.cheapest else ()),
    ]
    return (*cells, *[""] * (count - len(cells)))


def _lead(result: ProviderComparison) -> str:
    cheapest, present = result.cheapest, result.present
    if cheapest is None:
        return say("No offer is eligible.")
    names, year = equally_cheap(result), costs(result, cheapest.total)[1]
    same = len(names) == len(result.eligible) > 1
    found = say(
        "{count} cost the same: {month} a month, {year:number} a year."
        if same
        else "Cheapest of {count}: {name}, {month} a month, {year:number} a year.",
        count=count_text(result),
        name=alike(names),
        month=money_text(cost_text(result, cheapest), result.currency),
        year=year,
    )
    return sentences((found, _against_present(result, cheapest, present) if present is not None else ""))


def count_text(result: ProviderComparison) -> Said:
    """How many offers are eligible."""
    number = len(result.eligible)
    return say("1 eligible offer") if number == 1 else say("{count} eligible offers", count=number)


def _against_present(result: ProviderComparison, cheapest: Standing, present: Present) -> Said:
    taken = say(" (taken: {what})", what=present.taken) if present.taken else ""
    standing = result.present_standing
    if standing is not None and equally_cheap(result) == (standing.name,):
        return say("It is the present one{taken}.", taken=taken)
    month = costs(result, present.total)[0] if standing is None else cost_text(result, standing)
    out = say(" (not eligible itself)") if result.present_reasons else ""
    template = "At present{taken}: {name}{out}, {month:number} a month"
    paid = say(template, taken=taken, name=present.name, out=out, month=month)
    saved = result.month(present.total - cheapest.total)
    if saved <= 0:
        return say("{paid}; no eligible offer is cheaper.", paid=paid)
    return say(
        "{paid}; the cheapest takes {saved:number} off it ({share:number}).",
        paid=paid,
        saved=grouped(saved, result.places),
        share=percent_text(-saved / result.month(present.total)),
    )


def _notes(result: ProviderComparison) -> tuple[str, ...]:
    notices = [
        f"Note: {notice.lead}: {shortened(notice.about, _MOST_NAMES)}" + (f". {notice.after}" if notice.after else "")
        for notice in result.notices
    ]
    return (
        say("Prices: {book}. Amounts in {currency}.", book=result.book.words, currency=result.currency),
        say(
            "A month is the mean of {period}; a year is twelve such months; differences are a month's.",
            period=result.period,
        ),
        *_marks(result),
        *_required(result),
        *([_ADOPTED] if result.adopted else []),
        *([_QUOTED] if result.quoted else []),
        *_exchange(result),
        *notices,
    )


def _required(result: ProviderComparison) -> list[Said]:
    told = "Required: {terms}. What is not known does not meet it."
    return [say(told, terms="; ".join(result.required))] if result.required else []


_OWN_COUNTS = say(
    "Tokens of a profile are counted by each offer's own vocabulary. 'estimate' and 'roi' count as measured, unless "
    "the scenario says 'tokenizer: own'."
)
ESTIMATED_NOTE = say("{sign} the tokens are an estimate, so the cost is one: a note says why.", sign=_ESTIMATED)
_ADOPTED = say(
    "present value, pays back: with the part of the records that is done with AI, as adoption grows. The costs beside "
    "them are those of all records."
)
_QUOTED = say("The quoted API cost is left out of the returns here: each offer's own bill stands in its place.")


def _marks(result: ProviderComparison) -> list[str]:
    """What the signs beside names and costs mean, and how tokens are counted."""
    out = say("{sign} not eligible: the reason stands below.", sign=_OUT)
    return [
        *([out] if result.present_reasons or any(item.reasons for item in result.standings) else []),
        *([_OWN_COUNTS] if result.own_counts else []),
        *([ESTIMATED_NOTE] if any(item.token_counts for item in result.standings) else []),
    ]


def _exchange(result: ProviderComparison) -> list[str]:
    return [
        say(
            "Exchange rate: {rate:number} {to} for one {of} on {day:day}.",
            rate=decimal_text(significant(rate.rate, 8)),
            to=rate.to,
            of=rate.from_,
            day=rate.on,
        )
        for rate in result.exchange
    ]


def reasons_table(result: ProviderComparison) -> Table:
    """Offers that are not eligible, and why."""
    offers: list[Standing | Present] = [*result.ranked, *([result.present_beside] if result.present_beside else [])]
    rows = tuple((item.name, "; ".join(item.reasons)) for item in offers if item.reasons)
    muted = frozenset(range(len(rows)))
    return Table(say("Not eligible"), (Column("offer"), Column("why")), rows, muted=muted)


def unpriced_table(result: ProviderComparison) -> Table:
    """Offers that have no price for the work, and why."""
    rows = tuple((item.name, item.reason) for item in result.unpriced)
    return Table(say("No price for this work"), (Column("offer"), Column("why")), rows)
