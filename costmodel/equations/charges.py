"""From quantities and prices to charges.

Every function takes numbers of any runtime (exact, array, traced) and returns one of the same. Names follow the
FinOps FOCUS specification 1.2 (list cost, contracted cost, billed cost). Money is in the currency of its price.
The last argument of some names the unit that `explain` shows; it changes no number.
"""

from __future__ import annotations

from typing import Any

from costmodel.runtimes.operations import divide, maximum, power, safe_divide, step


def adjusted_price(price: Any, multiply: Any, add: Any, unit: str = "a pricing unit") -> Any:
    """A price after one adjustment, such as batch at half price or a surcharge.

    Args:
        price: money for one pricing unit (often 1,000,000 tokens).
        multiply: factor.
        add: money added for one pricing unit, after the factor.
        unit: unit that `explain` shows.

    Returns:
        Money for one pricing unit.

    >>> from fractions import Fraction
    >>> adjusted_price(Fraction(2), Fraction(1, 2), 0)
    Fraction(1, 1)
    """
    return step("adjusted price", price * multiply + add, unit)


def unit_price(price: Any, per: Any) -> Any:
    """Price of one unit.

    Args:
        price: money for `per` units.
        per: units in one pricing unit.

    Returns:
        Money for one unit.

    >>> from fractions import Fraction
    >>> unit_price(Fraction(2), 1_000_000)
    Fraction(1, 500000)
    """
    return divide(price, per)


def charge(quantity: Any, price_of_one: Any, unit: str = "in the price's currency") -> Any:
    """Cost of a quantity.

    Args:
        quantity: units.
        price_of_one: money for one unit.
        unit: unit that `explain` shows.

    Returns:
        Money.

    >>> from fractions import Fraction
    >>> charge(9_000_000, Fraction(2, 1_000_000))
    Fraction(18, 1)
    """
    return step("cost", quantity * price_of_one, unit)


def billed_charge(contracted_cost: Any, credit_rate: Any, unit: str = "in the billing currency") -> Any:
    """What is really paid where credit is bought at a rate of its own.

    Args:
        contracted_cost: money in the list currency.
        credit_rate: money paid, in the billing currency, for one unit of the list currency.
        unit: unit that `explain` shows.

    Returns:
        Money in the billing currency.

    >>> billed_charge(100, 1)
    100
    """
    return step("billed cost", contracted_cost * credit_rate, unit)


def reported_charge(billed_cost: Any, exchange_rate: Any, unit: str = "in the reporting currency") -> Any:
    """A billed cost in the reporting currency.

    Args:
        billed_cost: money in the billing currency.
        exchange_rate: reporting currency for one unit of the billing currency.
        unit: unit that `explain` shows.

    Returns:
        Money in the reporting currency.

    >>> from fractions import Fraction
    >>> reported_charge(100, Fraction(14, 100))
    Fraction(14, 1)
    """
    return step("reported cost", billed_cost * exchange_rate, unit)


def escalated_charge(cost: Any, yearly_rate: Any, whole_years: int, unit: str = "in the reporting currency") -> Any:
    """A cost after a stated yearly change of prices, by whole years since the start.

    >>> from fractions import Fraction
    >>> escalated_charge(100, Fraction(3, 100), 1)
    Fraction(103, 1)
    """
    return step("escalated cost", cost * power(1 + yearly_rate, whole_years), unit)


def levy(base: Any, rate: Any, unit: str = "in the reporting currency") -> Any:
    """A tax or fee on a bill.

    Args:
        base: money that the rate is applied to.
        rate: of 1.
        unit: unit that `explain` shows.

    Returns:
        Money.

    >>> from fractions import Fraction
    >>> levy(1000, Fraction(10, 100))
    Fraction(100, 1)
    """
    return step("levy", base * rate, unit)


def grossed_up_levy(base: Any, rate: Any, unit: str = "in the reporting currency") -> Any:
    """A withholding tax that the buyer pays on top, because the seller wants the whole bill.

    The seller's gross amount is base / (1 - rate); the tax is the rate of that.

    >>> from fractions import Fraction
    >>> grossed_up_levy(950, Fraction(5, 100))
    Fraction(50, 1)
    """
    return step("levy", divide(base, 1 - rate) * rate, unit)


def minimum_top_up(cost: Any, minimum_cost: Any) -> Any:
    """What is added so that a month's bill reaches a provider's minimum.

    >>> minimum_top_up(30, 50), minimum_top_up(80, 50)
    (20, 0)
    """
    return maximum(minimum_cost - cost, 0)


def cost_per_record(cost: Any, records: Any) -> Any:
    """Mean cost of one record; 0 where there are none.

    >>> from fractions import Fraction
    >>> cost_per_record(Fraction(300), 1000)
    Fraction(3, 10)
    """
    return safe_divide(cost, records)


def share_of_total(part: Any, total: Any) -> Any:
    """A part as a share of its total; 0 where the total is 0.

    >>> share_of_total(25, 100)
    Fraction(1, 4)
    """
    return safe_divide(part, total)
