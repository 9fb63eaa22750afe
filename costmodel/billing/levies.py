"""What comes after the bill: minimum charges, taxes and fees, as lines of their own."""

from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import model_validator

from costmodel.documents.model import Model, Share, Text, Truth
from costmodel.equations import charges as equations
from costmodel.runtimes.operations import some

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from costmodel.billing.bill import Entry
    from costmodel.quantities import Month


class Levy(Model):
    """A tax or fee on each month's bill that is not recovered."""

    name: Text
    """What it is called."""
    rate: Share
    """Of its base."""
    kind: Literal["vat", "withholding_tax", "payment_fee", "other"] = "other"
    """vat: the part of value added tax that cannot be recovered."""
    base: Literal["bill", "bill and levies above"] = "bill"
    """What the rate is applied to."""
    grossed_up: Truth = False
    """A withholding tax that the buyer pays on top: rate / (1 - rate) of the base."""

    @model_validator(mode="after")
    def _leaves_something(self) -> "Levy":
        if self.grossed_up and self.rate == 1:
            raise ValueError("a tax of 100 % cannot be paid on top: nothing would be left for the seller")
        return self


class LevyLine(NamedTuple):
    """One line after the bill.

    Attributes:
        base: money it is computed from, in the reporting currency.
        cost: money, in the reporting currency.
        model: the offer it belongs to; empty for a line on the whole bill.
        grossed_up, kind, base_name: as the scenario states them.
        minimum, entry: of a minimum charge: the minimum, and an entry with its credit and exchange rates.
    """

    month: "Month"
    name: str
    base: Fraction
    rate: Fraction | None
    cost: Fraction
    model: str = ""
    grossed_up: bool = False
    kind: str = "other"
    base_name: str = "bill"
    minimum: Fraction | None = None
    entry: "Entry | None" = None


def minimum_lines(entries: "Iterable[Entry]") -> "list[LevyLine]":
    """Top-ups to providers' minimum charges of a month, by offer.

    All charges of the offer in the month count; the minimum is the one in force where its first request is made.
    """
    groups: dict[tuple[Month, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.month, entry.model), []).append(entry)
    found = []
    for (month, model), members in groups.items():
        first = min(members, key=lambda entry: entry.start)
        minimum = first.tariff.minimum_charge
        if minimum is None:
            continue
        contracted = sum((charge.contracted_cost for entry in members for charge in entry.charges), Fraction(0))
        missing = equations.minimum_top_up(contracted, minimum.amount)
        if some(missing):
            _, cost = first.converted(missing)
            line = LevyLine(month, "minimum charge", contracted, None, cost, model)
            found.append(line._replace(kind="minimum_charge", minimum=minimum.amount, entry=first))
    return found


def levy_lines(bills: "Iterable[tuple[Month, Fraction]]", levies: "Sequence[Levy]") -> "list[LevyLine]":
    """Taxes and fees of each month, in the order of the scenario.

    Args:
        bills: each month's bill, minimum charges included, in the reporting currency.
        levies: what is added.
    """
    found = []
    for month, bill in bills:
        above = bill
        for levy in levies:
            base = bill if levy.base == "bill" else above
            compute = equations.grossed_up_levy if levy.grossed_up else equations.levy
            cost = compute(base, levy.rate)
            above += cost
            found.append(LevyLine(month, levy.name, base, levy.rate, cost, "", levy.grossed_up, levy.kind, levy.base))
    return found
