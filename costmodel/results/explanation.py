"""Where a figure comes from: the equations that made it, with names and with numbers, and the price row behind it."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations import charges, tokens
from costmodel.errors import CostmodelError
from costmodel.prices.schema import STANDARD
from costmodel.quantities import decimal_text
from costmodel.runtimes.operations import step
from costmodel.runtimes.prose import Sentence, number_text, sentences
from costmodel.runtimes.trace import cell
from costmodel.usage.cube import Band
from costmodel.usage.workload import forecast_requests

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from costmodel.billing.bill import Charge, Entry
    from costmodel.billing.levies import LevyLine
    from costmodel.prices.exchange import ExchangeRate
    from costmodel.prices.schema import PriceRow
    from costmodel.prices.tariff import PriceLine
    from costmodel.results.lines import Line


class Explanation(NamedTuple):
    """One figure, explained.

    Attributes:
        title: which figure.
        cost: the figure, in the reporting currency.
        steps: the computation, in order.
        facts: price row, source, validity and adjustments, as label and text.
    """

    title: str
    cost: Fraction
    steps: tuple[Sentence, ...]
    facts: tuple[tuple[str, str], ...]

    def plain(self) -> str:
        """As text."""
        lines = [self.title, ""]
        for sentence in self.steps:
            numbers = [] if sentence.result.startswith(f"{sentence.numbers} ") else [sentence.numbers]
            said = [sentence.symbols, *numbers, sentence.result]
            lines += [f"  {sentence.name}", *(f"    = {text}" for text in said)]
        wide = max((len(label) for label, _ in self.facts), default=0)
        lines += ["", *(f"  {label.ljust(wide)}  {text}" for label, text in self.facts)]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "title": self.title,
            "cost": decimal_text(self.cost),
            "steps": [sentence._asdict() for sentence in self.steps],
            "facts": dict(self.facts),
        }


def explanation_text(found: Sequence[Explanation], currency: str, most: int) -> str:
    """Explanations as text: the sum of all, then the largest of them."""
    ranked = sorted(found, key=lambda item: -abs(item.cost))
    parts = []
    if len(found) > 1:
        total = sum((item.cost for item in found), Fraction(0))
        parts.append(
            f"{len(found)} lines, together {decimal_text(total)} {currency}: the sum of\n"
            + "\n".join(f"  {item.title}" for item in ranked[:most])
        )
        if len(found) > most:
            parts[-1] += f"\n  … and {len(found) - most} smaller lines: name more with --at (month=…, model=…, meter=…)"
    return "\n\n".join([*parts, *(item.plain() for item in ranked[:most])])


def explanation_record(found: Sequence[Explanation], currency: str) -> dict[str, Any]:
    """Explanations as plain data."""
    total = sum((item.cost for item in found), Fraction(0))
    return {
        "schema_version": "1",
        "kind": "explanation",
        "currency": currency,
        "total": decimal_text(total),
        "lines": [item.to_json() for item in found],
    }


def explained(
    line: Line, currency: str, units: str, pricing_unit: str, exchange: Sequence[ExchangeRate] = ()
) -> Explanation:
    """Explain one line.

    Args:
        line: the line.
        currency: reporting currency.
        units: what the meter counts, in the plural.
        pricing_unit: what the price is for, such as `1,000,000 tokens`.
        exchange: the exchange rates used.

    Raises:
        CostmodelError: the computation shown does not give the figure of the bill; a fault of ours.
    """
    if line.levy is not None:
        return _levy(line.levy, currency)
    if line.entry is None or line.charge is None:
        return Explanation("No requests, no cost", line.cost, (), ())
    traced = _traced(line.entry, line.charge, currency, units)
    _require_same(traced.value, line.cost)
    title = f"{_what(line)}: {number_text(line.cost)} {currency}"
    facts = _facts(line.entry, line.charge, pricing_unit)
    facts += [
        ("exchange rate", f"{rate.to} for one {rate.from_} on {rate.on}, {rate.source}")
        for rate in exchange
        if rate.from_ == line.entry.billing_currency
    ]
    return Explanation(title, line.cost, tuple(sentences(traced)), tuple(facts))


def _require_same(shown: Fraction, billed: Fraction) -> None:
    """What the shown computation gives must be the figure of the bill."""
    if shown != billed:
        raise CostmodelError(f"the explanation gives {shown}, the bill {billed}: this is a fault of costmodel")


def _what(line: Line) -> str:
    """Which figure, in words: what is not the usual is named."""
    keys = line.keys
    words = [f"Cost of {keys['meter']} of {keys['model']} in {keys['month']}"]
    words += [keys["workload"]] if keys["workload"] != "workload" else []
    words += [f"step {keys['step']}"] if keys["step"] else []
    words += [f"service tier {keys['tier']}"] if keys["tier"] != STANDARD else []
    words += [keys["size"]] if keys["size"] != str(Band()) else []
    return ", ".join(words)


def _traced(entry: Entry, charge: Charge, currency: str, units: str) -> Any:
    quantity = _quantity(entry, charge, units)
    line = charge.contracted_price
    if line is None:
        return step("cost", quantity * 0, currency)
    per = cell("pricing unit", line.per, units)
    one = step("price of one", charges.unit_price(_price(line, entry.list_currency, units), per), entry.list_currency)
    return _converted(charges.charge(quantity, one, entry.list_currency), entry, currency)


def _converted(cost: Any, entry: Entry, currency: str) -> Any:
    """A cost in the list currency, after credit, exchange and escalation."""
    if entry.credit_rate != 1 or entry.billing_currency != entry.list_currency:
        rate = cell(
            f"{entry.billing_currency} paid for one {entry.list_currency} of credit",
            entry.credit_rate,
            entry.billing_currency,
        )
        cost = charges.billed_charge(cost, rate, entry.billing_currency)
    if entry.billing_currency != currency:
        rate = cell(f"{currency} for one {entry.billing_currency}", entry.exchange_rate, currency)
        cost = charges.reported_charge(cost, rate, currency)
    if entry.escalation_rate and entry.escalation_years:
        change = cell("yearly change of prices", entry.escalation_rate)
        cost = charges.escalated_charge(cost, change, entry.escalation_years, currency)
    return cost


def _price(line: PriceLine, currency: str, units: str) -> Any:
    pricing_unit = f"{currency} for {number_text(line.per)} {units}"
    price = cell("list price" if line.adjustments else "price", line.price, pricing_unit)
    for adjustment in line.adjustments:
        factor = cell(f"factor for {adjustment.name}", adjustment.multiply)
        price = charges.adjusted_price(price, factor, adjustment.add, pricing_unit)
    return price


def _quantity(entry: Entry, charge: Charge, units: str) -> Any:
    factors = entry.factors
    if factors is None:
        parts = [cell(part, entry.totals.get(part, 0), units) for part in charge.measure.minus]
        if charge.measure.shape is not None:
            return cell(f"billed {charge.meter}", charge.quantity, units)
        return step("quantity", tokens.remainder(cell(charge.meter, entry.totals[charge.meter], units), *parts), units)
    first = cell("records in the first month", factors.first_month_records, "records")
    if factors.daily is not None:
        daily = cell("records a day", factors.daily[0], "records"), cell("days a month", factors.daily[1], "days")
        first = tokens.records_from_days(*daily)
    growth = cell("growth a month", factors.monthly_growth)
    grown = tokens.month_counts if factors.counted else tokens.month_records
    records = grown(first, growth, factors.months_before)
    traced: Any = SimpleNamespace(
        records=records,
        requests_per_record=cell("requests a record", factors.requests_per_record),
        model_share=cell("share of the model", factors.model_share),
        tier_share=cell(f"share in service tier {entry.tier}", factors.tier_share),
        time_share=cell("share while this price is in force", factors.time_share),
        size_share=cell(f"share of requests of {entry.band}", factors.size_share),
        resubmitted=cell("share sent again", factors.resubmitted),
        adoption=None if factors.adoption is None else cell("share done with AI", factors.adoption),
    )
    _, billed = forecast_requests(traced)
    return tokens.meter_quantity(billed, _per_request(entry, charge, units), units)


def _per_request(entry: Entry, charge: Charge, units: str) -> Any:
    factors = entry.factors
    mean = factors.per_request if factors else {}
    if charge.measure.shape is not None:
        return cell(f"billed {charge.meter} a request", charge.quantity / entry.requests, units)
    whole = cell(f"{charge.meter} a request", mean[charge.meter], units)
    parts = [cell(f"{part} a request", mean.get(part, 0), units) for part in charge.measure.minus if mean.get(part)]
    if not parts:
        return whole
    return step(f"{charge.meter} at its own price, a request", tokens.remainder(whole, *parts), units)


def _levy(levy: LevyLine, currency: str) -> Explanation:
    title = f"{levy.name} in {levy.month}: {number_text(levy.cost)} {currency}"
    if levy.entry is not None and levy.minimum is not None:
        return _minimum(levy, levy.entry, title, currency)
    base = cell(levy.base_name, levy.base, currency)
    compute = charges.grossed_up_levy if levy.grossed_up else charges.levy
    traced = compute(base, cell("rate", levy.rate or 0), currency)
    _require_same(traced.value, levy.cost)
    about = (("base", f"the month's {levy.base_name}"), ("kind", levy.kind.replace("_", " ")))
    return Explanation(title, levy.cost, tuple(sentences(traced)), about)


def _minimum(levy: LevyLine, entry: Entry, title: str, currency: str) -> Explanation:
    unit = entry.list_currency
    month = cell("charges of the month", levy.base, unit)
    missing = step("top-up", charges.minimum_top_up(month, cell("minimum charge", levy.minimum, unit)), unit)
    traced = _converted(missing, entry, currency)
    _require_same(traced.value, levy.cost)
    facts = [("offer", levy.model), *row_facts(entry.tariff.row)]
    return Explanation(title, levy.cost, tuple(sentences(traced)), tuple(facts))


def _facts(entry: Entry, charge: Charge, pricing_unit: str) -> list[tuple[str, str]]:
    line, row = charge.contracted_price, entry.tariff.row
    facts = [("case", f"service tier {entry.tier}, region {entry.region}, {entry.band}")]
    if line is None:
        return [*facts, ("price", f"the contract prices no {charge.meter} apart")]
    price = "free" if line.free else f"{decimal_text(line.price)} {entry.list_currency} for {pricing_unit}"
    based = row.based_on is not None and entry.tariff.listed is not None
    listed = entry.tariff.listed.row if based and entry.tariff.listed else row
    facts.append(("price", f"{price} ({listed.source.kind})"))
    facts += [
        (
            f"adjustment '{item.name}'",
            f"x {decimal_text(item.multiply)}" + (f" + {decimal_text(item.add)}" if item.add else ""),
        )
        for item in line.adjustments
    ]
    if charge.measure.shape is not None:
        facts.append(("billed units", str(charge.measure.shape)))
    if based:
        facts += [(f"list price {label}", text) for label, text in row_facts(listed)]
        facts += [(f"contract {label}", text) for label, text in row_facts(row)]
    else:
        facts += row_facts(row)
    if entry.factors is not None:
        facts += [("tokens", source) for source in entry.factors.sources]
    return facts


def row_facts(row: PriceRow, ends: datetime | None = None) -> list[tuple[str, str]]:
    """Validity and source of a price row, as label and text; `ends`: where the next row begins."""
    start = f"{row.valid.from_:%Y-%m-%dT%H:%MZ}" + (
        " (first day seen; the true start may be earlier)" if row.valid.start else ""
    )
    end = row.valid.until or ends
    until = f"until {end:%Y-%m-%dT%H:%MZ}" if end else "until a later row begins"
    source = row.source
    read = f"{source.title or source.url}, read {source.retrieved}" + (f", via {source.via}" if source.via else "")
    facts = [("in force", f"from {start} {until}"), ("recorded", str(row.recorded)), ("source", read)]
    if source.url and source.title:
        facts.append(("address", source.url))
    if source.confidence:
        facts.append(("confidence", source.confidence))
    if source.note:
        facts.append(("note", source.note))
    if row.disagreement:
        facts.append(("sources disagree", row.disagreement))
    if row.credit:
        facts.append(
            (
                "credit",
                f"{decimal_text(row.credit.per_list_unit)} {row.credit.pays} for one unit of list price",
            )
        )
    return facts
