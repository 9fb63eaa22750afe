"""What comes after the bill as FOCUS rows: minimum charges as adjustments; taxes and fees, divided by provider."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations.charges import escalated_charge, minimum_top_up
from costmodel.quantities import decimal_text
from costmodel.results.focus.prices import source_parts
from costmodel.results.focus.row import COSTS, Row, number, units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.billing.levies import LevyLine
    from costmodel.quantities import Month
    from costmodel.results.focus.origin import Origin

_TAXES = frozenset({"vat", "withholding_tax"})
_HUNDRED = 100


class Payee(NamedTuple):
    """To whom, and in which currencies, a month's charges go."""

    month: Month
    provider: str
    pricing_currency: str
    billing_currency: str


class Bills:
    """What the charges of each month and payee come to, column by column: the base of taxes and fees."""

    def __init__(self) -> None:
        self._sums: dict[Payee, dict[str, int]] = {}

    def add(self, month: Month, row: Row) -> None:
        """Count a charge."""
        payee = Payee(month, row.ProviderName, row.PricingCurrency, row.BillingCurrency)
        sums = self._sums.setdefault(payee, dict.fromkeys(COSTS, 0))
        for name in COSTS:
            sums[name] += getattr(row, name)

    def of(self, month: Month) -> Iterator[tuple[Payee, dict[str, int]]]:
        """The payees of a month, each with its costs by column."""
        return ((payee, sums) for payee, sums in self._sums.items() if payee.month == month)


def minimum_row(origin: Origin, line: LevyLine) -> Row:
    """The top-up to a provider's minimum charge of a month."""
    entry = line.entry
    if entry is None or line.minimum is None:
        raise ValueError(f"'{line.name}' is no minimum charge")
    escalation = escalated_charge(1, entry.escalation_rate, entry.escalation_years)
    own = Fraction(minimum_top_up(line.base, line.minimum) * escalation)
    cost = units("BilledCost", own * entry.credit_rate)
    parts = origin.parts(line.model, line.month) | _period(line.month) | source_parts(entry.tariff.row)
    parts |= dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), cost)
    return Row(
        **parts,
        BillingCurrency=entry.billing_currency,
        PricingCurrency=entry.list_currency,
        PricingCurrencyEffectiveCost=units("PricingCurrencyEffectiveCost", own),
        ChargeCategory="Adjustment",
        ChargeFrequency="One-Time",
        ChargeDescription=f"top-up of {line.model} to its minimum charge of "
        f"{decimal_text(line.minimum)} {entry.list_currency} a month",
        x_Model=line.model,
        x_PriceEscalation=None if escalation == 1 else units("x_PriceEscalation", Fraction(escalation)),
        x_ReportedCost=units("x_ReportedCost", line.cost),
    )


def levy_rows(origin: Origin, line: LevyLine, bill: Fraction, bills: Bills) -> Iterator[Row]:
    """A tax or fee on a month's bill, one row for each payee.

    It is the same share of every part of the bill, so each part is known exactly.

    Args:
        origin: what the rows are made from.
        line: the tax or fee.
        bill: the month's bill, minimum charges included, in the reporting currency.
        bills: what it consists of.
    """
    if not bill:
        return
    factor = line.cost / bill
    of_base = f"{decimal_text((line.rate or 0) * _HUNDRED)} % of the {line.base_name}"
    for payee, sums in bills.of(line.month):
        parts = origin.parts(payee.provider, line.month) | _period(line.month)
        parts |= {name: units(name, factor * number(name, cost)) for name, cost in sums.items()}
        yield Row(
            **parts,
            BillingCurrency=payee.billing_currency,
            PricingCurrency=payee.pricing_currency,
            ChargeCategory="Tax" if line.kind in _TAXES else "Adjustment",
            ChargeFrequency="Usage-Based",
            ChargeDescription=f"{line.name}: {of_base}{', paid on top' if line.grossed_up else ''}",
        )


def _period(month: Month) -> dict[str, Any]:
    return {"ChargePeriodStart": month.start, "ChargePeriodEnd": month.end}
