"""The tables of a comparison of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text, grouped, half_up, significant
from costmodel.results.estimate import unit_cost_text
from costmodel.results.provider_comparison import NOT_KNOWN, PRICES_SHOWN, shortened, value_text
from costmodel.results.table import Column, Table
from costmodel.results.worth_words import months_text

if TYPE_CHECKING:
    from fractions import Fraction

    from costmodel.results.provider_comparison import Present, ProviderComparison, Standing

_MOST_NAMES = 4  # of a note under a table of hundreds of offers
_HUNDRED = 100
_ALWAYS = ("baa",)  # a term that is shown even where no offer's is known


def cost_table(result: ProviderComparison) -> Table:
    """What each offer costs, with the difference to the cheapest and to the present one."""
    currency, beside = result.currency, any(item.reasons for item in result.standings)
    columns = (
        Column("offer"),
        *(Column(meter.replace("_", " "), numeric=True) for meter in PRICES_SHOWN),
        Column(f"{currency} a month", numeric=True),
        Column("a year", numeric=True),
        Column("a record", numeric=True),
        *((Column("to cheapest", numeric=True), Column("%", numeric=True)) if result.cheapest else ()),
        *((Column("to present", numeric=True), Column("%", numeric=True)) if result.present else ()),
        *((Column("present value", numeric=True), Column("pays back", numeric=True)) if result.worth else ()),
        Column("latency"),
        *((Column("frontier"),) if result.frontier else ()),
        *((Column("price"),) if _marked(result) else ()),
        *((Column("not eligible"),) if beside else ()),
    )
    rows = tuple(_cost_row(result, item, beside=beside) for item in result.ranked)
    title = f"{result.title}: providers compared, each alone, {result.period}"
    muted = frozenset(index for index, item in enumerate(result.ranked) if item.reasons)
    return Table(title, columns, rows, _present_row(result, len(columns)), _notes(result), _lead(result), muted)


def _cost_row(result: ProviderComparison, item: Standing, *, beside: bool) -> tuple[str, ...]:
    worth = [_value(item.net_present_value), _payback(item)] if result.worth else []
    mark = " (present)" if result.present and item.name == result.present.name else ""
    return (
        item.name + mark,
        *(_list_price(result, item, meter) for meter in PRICES_SHOWN),
        *_costs(result, item.total),
        *(_difference(result, item.total, result.cheapest.total) if result.cheapest else ()),
        *(_difference(result, item.total, result.present.total) if result.present else ()),
        *worth,
        result.latency_class(item.latency_ms),
        *(("yes" if item.name in result.on_frontier else "",) if result.frontier else ()),
        *((str(item.price),) if _marked(result) else ()),
        *(("; ".join(item.reasons),) if beside else ()),
    )


def _marked(result: ProviderComparison) -> bool:
    """Whether any price is more, or less, than a list price that was read lately."""
    return any(str(item.price) != "list" for item in result.standings)


def _list_price(result: ProviderComparison, item: Standing, meter: str) -> str:
    if meter not in item.list_prices:
        return ""
    text = decimal_text(item.list_prices[meter])
    text += "0" * (2 - len(text.partition(".")[2])) if "." in text else ".00"
    return text if item.list_currency == result.currency else f"{text} {item.list_currency}"


def _costs(result: ProviderComparison, total: Fraction) -> tuple[str, str, str]:
    places = result.places
    return (
        grouped(result.month(total), places),
        grouped(result.year(total), places),
        unit_cost_text(result.record(total)),
    )


def _difference(result: ProviderComparison, total: Fraction, other: Fraction) -> tuple[str, str]:
    more = result.month(total - other)
    share = percent_text((total - other) / other) if other else ""
    return _signed(half_up(more, result.places), result.places), share


def percent_text(share: Fraction) -> str:
    """A difference as a percentage, with its sign.

    >>> from fractions import Fraction
    >>> percent_text(Fraction(1, 8)), percent_text(Fraction(-1, 2))
    ('+12.5 %', '-50.0 %')
    """
    return f"{_signed(half_up(share * _HUNDRED, 1), 1)} %"


def _signed(number: Fraction, places: int) -> str:
    return f"{'+' if number > 0 else ''}{grouped(number, places)}"


def _value(value: Fraction | None) -> str:
    return "" if value is None else grouped(half_up(value), 0)


def _payback(item: Standing) -> str:
    if item.payback is None:
        return ""
    text = months_text(item.payback)
    return {"never": "never", "0.0": "at once"}.get(text, f"{text} months")


def _present_row(result: ProviderComparison, count: int) -> tuple[str, ...]:
    """What is paid at present, where it is none of the offers."""
    present = result.present
    if present is None or any(item.name == present.name for item in result.standings):
        return ()
    cells = [
        f"{present.name} (present)",
        *[""] * len(PRICES_SHOWN),
        *_costs(result, present.total),
        *(_difference(result, present.total, result.cheapest.total) if result.cheapest else ()),
    ]
    return (*cells, *[""] * (count - len(cells)))


def _lead(result: ProviderComparison) -> str:
    cheapest, present = result.cheapest, result.present
    if cheapest is None:
        return "No offer is eligible."
    month, year, _ = _costs(result, cheapest.total)
    count = _count(len(result.eligible))
    words = [f"Cheapest of {count}: {cheapest.name}, {month} {result.currency} a month, {year} a year."]
    if present is not None:
        words.append(_against_present(result, cheapest, present))
    return " ".join(words)


def _count(number: int) -> str:
    return "1 eligible offer" if number == 1 else f"{number} eligible offers"


def _against_present(result: ProviderComparison, cheapest: Standing, present: Present) -> str:
    if cheapest.name == present.name:
        return "It is the present one."
    paid = f"At present: {present.name}, {_costs(result, present.total)[0]} a month"
    saved = result.month(present.total - cheapest.total)
    if saved <= 0:
        return f"{paid}; no eligible offer is cheaper."
    share = f" ({percent_text(-saved / result.month(present.total))})"
    return f"{paid}; the cheapest takes {grouped(saved, result.places)} off it{share}."


def _notes(result: ProviderComparison) -> tuple[str, ...]:
    shown = f"Prices: {result.book}. Amounts in {result.currency}."
    said = [
        f"A month is the mean of {result.period}; a year is twelve such months; differences are a month's.",
        _prices_note(result),
        *([f"Required: {'; '.join(result.required)}. What is not known does not meet it."] if result.required else []),
        *_exchange(result),
        *(
            ["The quoted API cost is left out of the returns here: each offer's own bill stands in its place."]
            * result.quoted
        ),
    ]
    notices = [
        f"Note: {notice.lead}: {shortened(notice.about, _MOST_NAMES)}" + (f". {notice.after}" if notice.after else "")
        for notice in result.notices
    ]
    return (shown, *said, *notices)


def _prices_note(result: ProviderComparison) -> str:
    return (
        f"input, cache read, output: list price for 1,000,000 tokens on {result.months[0].start:%Y-%m-%d}, standard "
        f"tier, requests of the smallest size, in {result.currency} where nothing else is said."
    )


def _exchange(result: ProviderComparison) -> list[str]:
    return [
        f"Exchange rate: {decimal_text(significant(rate.rate, 8))} {rate.to} for one {rate.from_} on {rate.on}."
        for rate in result.exchange
    ]


def terms_table(result: ProviderComparison) -> Table:
    """What procurement asks, with the day on which each was read."""
    names = [name for name in _term_names(result) if name != "latency_ms"]
    columns = (
        Column("offer"),
        Column("latency"),
        Column("context window", numeric=True),
        *(Column(name.upper() if name in _ALWAYS else name.replace("_", " ")) for name in names),
        Column("price"),
        Column("read"),
    )
    rows = tuple(
        (
            item.name,
            _latency(result, item),
            NOT_KNOWN if item.context_window is None else f"{item.context_window:,}",
            *(str(item.terms[name]) for name in names),
            str(item.price),
            item.price.checked.isoformat(),
        )
        for item in result.ranked
    )
    notes = (
        "Behind each term stands the day on which it was read.",
        "price: list, quoted by somebody else, or contracted; stale: not read lately.",
        f"latency: {_class_words(result)}.",
    )
    return Table("Terms", columns, rows, (), notes)


def _term_names(result: ProviderComparison) -> list[str]:
    """Terms of which something is known of any offer, and those that are always shown."""
    names = dict.fromkeys(name for item in result.standings for name in item.terms)
    known = {name for item in result.standings for name, fact in item.terms.items() if fact.value is not None}
    return [name for name in names if name in known or name in _ALWAYS]


def _latency(result: ProviderComparison, item: Standing) -> str:
    fact = item.terms["latency_ms"]
    if item.latency_ms is None:
        return NOT_KNOWN
    return f"{result.latency_class(item.latency_ms)}, {value_text(item.latency_ms)} ms ({fact.on})"


def _class_words(result: ProviderComparison) -> str:
    return ", ".join(
        f"{item.name} below {value_text(item.below_ms)} ms" if item.below_ms is not None else f"else {item.name}"
        for item in result.classes
    )


def frontier_table(result: ProviderComparison) -> Table:
    """The offers than which none is both faster and cheaper."""
    columns = (Column("offer"), Column(f"{result.currency} a month", numeric=True), Column("latency ms", numeric=True))
    rows = tuple(
        (item.name, _costs(result, item.total)[0], "" if item.latency_ms is None else value_text(item.latency_ms))
        for item in result.frontier
    )
    known = sum(item.latency_ms is not None for item in result.eligible)
    note = (
        f"No eligible offer is both cheaper and faster than one of these. The latency of {known} of "
        f"{_count(len(result.eligible))} is known."
    )
    return Table("Cost against latency", columns, rows, (), (note,))


def unpriced_table(result: ProviderComparison) -> Table:
    """Offers that have no price for the work, and why."""
    rows = tuple((item.name, item.reason) for item in result.unpriced)
    return Table("No price for this work", (Column("offer"), Column("why")), rows)
