"""One row of a FOCUS 1.2 file: its columns, and how many digits each number has.

Source: FinOps Open Cost and Usage Specification (FOCUS) 1.2, https://focus.finops.org, columns and attributes.
"""

# ruff: noqa: N815 - the names of columns are those of the specification

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import UsageError
from costmodel.quantities import decimal_text

if TYPE_CHECKING:
    from datetime import datetime

FOCUS_VERSION = "1.2"
DIGITS = 38  # of a 128-bit decimal, which every warehouse has
# A cost is a price times a quantity and has the decimals of both, so it is exact: 12 + 12 = 24, with 14 digits before.
_FACTOR, _COST = 12, 24


class Row(NamedTuple):
    """One charge. The columns have the names of FOCUS 1.2; ours begin with `x_`. None is null.

    Numbers are whole: in units of the last decimal of their column (`PLACES`), so that a price times a quantity is the
    cost to the digit. `number` turns one back.

    Attributes:
        BilledCost, EffectiveCost, ContractedCost, ListCost: money in the billing currency; the first three are equal,
            because nothing is prepaid here.
        ConsumedQuantity: units that were used; null where the charge is not for usage.
        PricingQuantity: pricing units that are charged.
        ListUnitPrice, ContractedUnitPrice: money for one pricing unit, in the billing currency.
        PricingCurrencyEffectiveCost: as EffectiveCost, in the currency of the price list.
        x_ReportedCost: as BilledCost, in the currency of the result that the rows come from.
        x_PriceEscalation: the factor that a scenario puts on today's prices; null where it puts none.
        x_PriceNote: what a reader must know about the prices or quantities of this row, such as that one is rounded.
    """

    BilledCost: int
    BillingAccountId: str
    BillingCurrency: str
    BillingPeriodEnd: datetime
    BillingPeriodStart: datetime
    ChargeCategory: str
    ChargeFrequency: str
    ChargePeriodEnd: datetime
    ChargePeriodStart: datetime
    ContractedCost: int
    EffectiveCost: int
    InvoiceIssuerName: str
    ListCost: int
    PricingCurrency: str
    PricingCurrencyEffectiveCost: int
    ProviderName: str
    PublisherName: str
    ServiceCategory: str
    ServiceName: str
    ServiceSubcategory: str
    x_InputKind: str
    x_InputSha256: str
    x_PriceBookVersion: str
    x_ReportedCost: int
    x_ReportingCurrency: str
    AvailabilityZone: None = None
    BillingAccountName: None = None
    ChargeClass: None = None
    ChargeDescription: str | None = None
    CommitmentDiscountStatus: None = None
    ConsumedQuantity: int | None = None
    ConsumedUnit: str | None = None
    ContractedUnitPrice: int | None = None
    InvoiceId: None = None
    ListUnitPrice: int | None = None
    PricingCategory: str | None = None
    PricingCurrencyContractedUnitPrice: int | None = None
    PricingCurrencyListUnitPrice: int | None = None
    PricingQuantity: int | None = None
    PricingUnit: str | None = None
    RegionId: str | None = None
    RegionName: str | None = None
    SkuId: str | None = None
    SkuMeter: str | None = None
    SkuPriceDetails: str | None = None
    SkuPriceId: str | None = None
    Tags: str | None = None
    x_InputName: str | None = None
    x_ListPriceSource: str | None = None
    x_Meter: str | None = None
    x_Model: str | None = None
    x_OwnPrices: str | None = None
    x_PriceBookSha256: str | None = None
    x_PriceEscalation: int | None = None
    x_PriceNote: str | None = None
    x_PriceRecorded: str | None = None
    x_PriceRetrieved: str | None = None
    x_PriceSource: str | None = None
    x_PriceSourceKind: str | None = None
    x_PriceValidFrom: datetime | None = None
    x_ServiceTier: str | None = None
    x_SizeBand: str | None = None
    x_Step: str | None = None
    x_Workload: str | None = None


COLUMNS = tuple(sorted(Row._fields, key=lambda name: (name.startswith("x_"), name)))
"""The columns in the order of a file: those of FOCUS by the alphabet, then ours."""

COSTS = (
    "BilledCost",
    "ContractedCost",
    "EffectiveCost",
    "ListCost",
    "PricingCurrencyEffectiveCost",
    "x_ReportedCost",
)
FACTORS = (
    "ConsumedQuantity",
    "ContractedUnitPrice",
    "ListUnitPrice",
    "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyListUnitPrice",
    "PricingQuantity",
    "x_PriceEscalation",
)
PLACES = dict.fromkeys(COSTS, _COST) | dict.fromkeys(FACTORS, _FACTOR)
"""Decimals of each column that holds a number."""
_TOO_LARGE = 10**DIGITS
_SCALES = {name: 10**places for name, places in PLACES.items()}

INSTANTS = frozenset(
    {"BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart", "x_PriceValidFrom"}
)
"""The columns that hold an instant; what is neither that nor a number is a text."""


def units(column: str, value: Fraction) -> int:
    """A number in units of the last decimal of its column, rounded half up where it has more.

    Raises:
        UsageError: too large for the column.

    >>> from fractions import Fraction
    >>> units("PricingQuantity", Fraction(2, 3))
    666666666667
    """
    found, left = divmod(value.numerator * _SCALES[column], value.denominator)
    return checked(column, found + (2 * left >= value.denominator))


def checked(column: str, found: int) -> int:
    """Units of a column, if it can hold as many.

    Raises:
        UsageError: it cannot.
    """
    if found >= _TOO_LARGE:
        digits = DIGITS - PLACES[column]
        raise UsageError(
            f"{column} is {decimal_text(number(column, found), 2)}, and a FOCUS file holds {digits} digits before the "
            "point there. Divide the usage into smaller parts, such as days or departments."
        )
    return found


def number(column: str, found: int) -> Fraction:
    """The number that units of a column stand for.

    >>> number("PricingQuantity", 2_500_000_000_000)
    Fraction(5, 2)
    """
    return Fraction(found, _SCALES[column])
