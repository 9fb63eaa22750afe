"""The tables of a comparison of providers: list prices, what procurement asks, cost against latency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text
from costmodel.results.providers.provider_comparison import NOT_KNOWN, PRICES_SHOWN, shortened, value_text
from costmodel.results.providers.provider_tables import cost_text, count_text
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    from costmodel.results.providers.provider_comparison import ProviderComparison, Standing

_LATENCY = "latency_ms"
_ALWAYS = ("baa",)  # a term that is shown even where no offer's is known
_PLAIN = "list"
_MOST_NAMES = 4  # of offers in a note


def prices_table(result: ProviderComparison) -> Table:
    """List prices, how well each is known, and the day on which it was read."""
    meters = [meter for meter in PRICES_SHOWN if any(meter in item.list_prices for item in result.standings)]
    marked = any(str(item.price) != _PLAIN for item in result.standings)
    columns = (
        Column("offer"),
        *(Column(meter.replace("_", " "), numeric=True) for meter in meters),
        *([Column("price")] if marked else []),
        Column("read"),
    )
    rows = tuple(
        (
            item.name,
            *(_list_price(result, item, meter) for meter in meters),
            *([str(item.price)] if marked else []),
            (item.list_read or item.price.checked).isoformat(),
        )
        for item in result.ranked
    )
    return Table("List prices of 1,000,000 tokens", columns, rows, (), _price_notes(result, marked=marked))


def _list_price(result: ProviderComparison, item: Standing, meter: str) -> str:
    if meter not in item.list_prices:
        return ""
    high = _price_text(item.list_prices[meter])
    low = f"{_price_text(item.lowest_prices[meter])} to " if meter in item.lowest_prices else ""
    return low + high + ("" if item.list_currency == result.currency else f" {item.list_currency}")


def _price_text(price: Fraction) -> str:
    text = decimal_text(price)
    return text + ("0" * (2 - len(text.partition(".")[2])) if "." in text else ".00")


def _price_notes(result: ProviderComparison, *, marked: bool) -> tuple[str, ...]:
    day = f"{result.months[0].start:%Y-%m-%d}"
    found = [
        f"On {day}, standard tier, requests of the smallest size, in {result.currency} where nothing else is said.",
        "read: the day on which the price was last read.",
    ]
    if any(item.lowest_prices for item in result.standings):
        found.append("With 'to': by the hour, the lowest and the highest. The bill takes each request at its own hour.")
    if marked:
        found.append("price: list, quoted by somebody else, or contracted; stale: not read lately.")
    paid = [item.name for item in result.ranked if item.list_read is not None]
    if paid:
        names = shortened(paid, _MOST_NAMES)
        found.append(f"This is the list; the costs above are those of a contract: {names}.")
    return tuple(found)


def terms_table(result: ProviderComparison) -> Table:
    """What procurement asks, with the day on which each was read."""
    names = [name for name in _term_names(result) if name != _LATENCY]
    days = {name: _one_day(result, name) for name in (*names, _LATENCY)}
    timed = any(item.latency_ms is not None for item in result.standings)
    columns = (
        Column("offer"),
        Column("context window", numeric=True),
        *([Column("latency")] if timed else []),
        *(Column(_heading(name)) for name in names),
    )
    rows = tuple(
        (
            item.name,
            NOT_KNOWN if item.context_window is None else f"{item.context_window:,}",
            *([_latency(result, item, days[_LATENCY])] if timed else []),
            *(_dated(item, name, days[name]) for name in names),
        )
        for item in result.ranked
    )
    return Table("Terms", columns, rows, (), _term_notes(result, days, timed=timed))


def _heading(name: str) -> str:
    return name.upper() if name in _ALWAYS else name.removesuffix("_ms").replace("_", " ")


def _term_names(result: ProviderComparison) -> list[str]:
    """Terms of which something is known of any offer, and those that are always shown."""
    names = dict.fromkeys(name for item in result.standings for name in item.terms)
    known = {name for item in result.standings for name, fact in item.terms.items() if fact.value is not None}
    return [name for name in names if name in known or name in _ALWAYS]


def _one_day(result: ProviderComparison, name: str) -> date | None:
    """The day on which a term was read, where it is the same of every offer."""
    days = {item.terms[name].on for item in result.standings if item.terms[name].value is not None}
    return days.pop() if len(days) == 1 else None


def _dated(item: Standing, name: str, day: date | None) -> str:
    fact = item.terms[name]
    return str(fact if day is None else fact._replace(on=None))


def _latency(result: ProviderComparison, item: Standing, day: date | None) -> str:
    fact = item.terms[_LATENCY]
    if item.latency_ms is None:
        return NOT_KNOWN
    words = f"{result.latency_class(item.latency_ms)}, {value_text(item.latency_ms)} ms"
    return words + (", quoted" if fact.quoted else "") + (f" ({fact.on})" if fact.on and day is None else "")


def _term_notes(result: ProviderComparison, days: dict[str, date | None], *, timed: bool) -> tuple[str, ...]:
    by_day: dict[date, list[str]] = {}
    for name, day in days.items():
        if day is not None:
            by_day.setdefault(day, []).append(_heading(name))
    return (
        *(f"Read on {day}: {', '.join(names)}." for day, names in sorted(by_day.items())),
        *(["Behind a term stands the day on which it was read."] if None in _known_days(result, days) else []),
        *([f"latency: {_class_words(result)}."] if timed else ["latency: not known of any of these."]),
        *_quoted_notes(result),
    )


def _known_days(result: ProviderComparison, days: dict[str, date | None]) -> set[date | None]:
    known = {name for item in result.standings for name, fact in item.terms.items() if fact.value is not None}
    return {day for name, day in days.items() if name in known}


def _class_words(result: ProviderComparison) -> str:
    return ", ".join(
        f"{item.name} below {value_text(item.below_ms)} ms" if item.below_ms is not None else f"else {item.name}"
        for item in result.classes
    )


def _quoted_notes(result: ProviderComparison) -> list[str]:
    """What is behind latencies that somebody else than the provider states."""
    by_source: dict[str, list[str]] = {}
    for item in result.ranked:
        fact = item.terms[_LATENCY]
        if fact.quoted:
            by_source.setdefault(fact.source, []).append(item.name + (f" ({fact.note})" if fact.note else ""))
    return [
        f"quoted: a latency that a vendor states of others, and nobody here has measured. {source}: {', '.join(names)}."
        for source, names in by_source.items()
    ]


def frontier_table(result: ProviderComparison) -> Table:
    """The offers than which none is both faster and cheaper."""
    quoted = any(item.terms[_LATENCY].quoted for item in result.frontier)
    columns = (
        Column("offer"),
        Column(f"{result.currency} a month", numeric=True),
        Column("latency ms", numeric=True),
        *([Column("as")] if quoted else []),
    )
    rows = tuple(
        (
            item.name,
            cost_text(result, item),
            "" if item.latency_ms is None else value_text(item.latency_ms),
            *([_said(item)] if quoted else []),
        )
        for item in result.frontier
    )
    known = sum(item.latency_ms is not None for item in result.eligible)
    note = (
        f"No eligible offer is both cheaper and faster than one of these. The latency of {known} of "
        f"{count_text(result)} is known."
    )
    return Table("Cost against latency", columns, rows, (), (note,))


def _said(item: Standing) -> str:
    fact = item.terms[_LATENCY]
    return (fact.note or "quoted") if fact.quoted else ""
