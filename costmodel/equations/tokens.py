"""From records to requests to tokens.

Every function takes numbers of any runtime (exact, array, traced) and returns one of the same. Units stand in the
docstrings; shares and rates are fractions of 1. Method: the project's own definitions, docs/method.md.
"""

from __future__ import annotations

from typing import Any

from costmodel.runtimes.operations import ceil, divide, half_up, maximum, minimum, power, safe_divide, step


def records_from_days(records_per_day: Any, days_per_month: Any) -> Any:
    """Records in the first month.

    Args:
        records_per_day: records.
        days_per_month: days on which records are made, of that month.

    Returns:
        Records a month.

    >>> records_from_days(1000, 30)
    30000
    """
    return step("records in the first month", records_per_day * days_per_month, "records")


def month_records(first_month_records: Any, monthly_growth: Any, months_before: int) -> Any:
    """Whole records in a month, growing from the first month; a rounded month is never compounded.

    Args:
        first_month_records: records in the first month.
        monthly_growth: growth a month, of 1.
        months_before: months that lie before this one (0 for the first).

    Returns:
        Records, rounded half up to whole records.

    >>> from fractions import Fraction
    >>> int(month_records(1000, Fraction(2, 100), 2))
    1040
    """
    return step("records", half_up(first_month_records * power(1 + monthly_growth, months_before)), "records")


def month_counts(first_month_count: Any, monthly_growth: Any, months_before: int) -> Any:
    """Records behind counts of requests or tokens that a mix states: they grow as they are, unrounded.

    Args:
        first_month_count: in the first month; need not be whole where tokens are counted.
        monthly_growth: growth a month, of 1.
        months_before: months that lie before this one (0 for the first).

    Returns:
        Records.

    >>> from fractions import Fraction
    >>> month_counts(Fraction(1001, 2), Fraction(0), 3)
    Fraction(1001, 2)
    """
    return step("records", first_month_count * power(1 + monthly_growth, months_before), "records")


def input_of_total(total: Any, input_part: Any, output_part: Any) -> Any:
    """Input tokens of a request whose total and input:output ratio are known.

    Args:
        total: input and output tokens together.
        input_part: left side of the ratio.
        output_part: right side of the ratio.

    Returns:
        Tokens.

    >>> from fractions import Fraction
    >>> int(input_of_total(2000, Fraction(1), Fraction(3)))
    500
    """
    return total * divide(input_part, input_part + output_part)


def output_of_input(input_tokens: Any, output_per_input: Any) -> Any:
    """Output tokens of a request from its input tokens.

    >>> from fractions import Fraction
    >>> int(output_of_input(800, Fraction(3, 10)))
    240
    """
    return input_tokens * output_per_input


def remainder(whole: Any, *parts: Any) -> Any:
    """What is left of a meter after the parts that have a price of their own.

    Args:
        whole: units of the whole meter (all input tokens).
        parts: units of its parts (cache reads, cache writes …).

    Returns:
        Units.

    >>> remainder(1000, 400, 100)
    500
    """
    left = whole
    for part in parts:
        left = left - part
    return left


def part_of_each(whole: Any, share: Any) -> Any:
    """A part of each request's tokens, such as 40 % read from cache.

    >>> from fractions import Fraction
    >>> int(part_of_each(1500, Fraction(40, 100)))
    600
    """
    return whole * share


def requests_of_tokens(tokens: Any, tokens_per_request: Any) -> Any:
    """Requests that a number, or a share, of tokens makes: fewer where requests are larger.

    In a mix by tokens a model's share of the requests is this, over its sum for all models.

    Args:
        tokens: input and output tokens, or the model's share of them.
        tokens_per_request: input and output tokens of one request.

    Returns:
        Requests, or their weight in a mix; 0 where requests have no tokens.

    >>> requests_of_tokens(10_000_000, 2000)
    Fraction(5000, 1)
    """
    return safe_divide(tokens, tokens_per_request)


def billed_requests(requests: Any, resubmitted: Any) -> Any:
    """Requests that are billed, those sent again included, with the same tokens.

    Args:
        requests: requests that were needed.
        resubmitted: share of requests that are sent, and billed, once more.

    Returns:
        Requests.

    >>> from fractions import Fraction
    >>> int(billed_requests(1000, Fraction(2, 100)))
    1020
    """
    return step("billed requests", requests * (1 + resubmitted), "requests")


def slice_requests(
    records: Any,
    requests_per_record: Any,
    model_share: Any,
    tier_share: Any,
    time_share: Any,
    size_share: Any,
) -> Any:
    """Requests of one cell of the cube.

    Args:
        records: records in the month.
        requests_per_record: calls that one record takes.
        model_share: share of the requests that go to the model.
        tier_share: share of those sent in the service tier.
        time_share: share of those made while one price is in force.
        size_share: share of those whose size falls into one size band.

    Returns:
        Requests, before any are sent again.

    >>> from fractions import Fraction
    >>> int(slice_requests(30000, 1, Fraction(1, 5), 1, 1, 1))
    6000
    """
    return step(
        "requests",
        records * requests_per_record * model_share * tier_share * time_share * size_share,
        "requests",
    )


def meter_quantity(requests: Any, units_per_request: Any, unit: str = "units") -> Any:
    """Units of a meter in all requests of a cell.

    >>> meter_quantity(6000, 1500)
    9000000
    """
    return step("quantity", requests * units_per_request, unit)


def within_bracket(quantity: Any, above: Any, up_to: Any) -> Any:
    """The part of one request's units that lies in a marginal price bracket (above, up_to].

    >>> within_bracket(150_000, 128_000, 200_000)
    22000
    """
    return maximum(minimum(quantity, up_to) - above, 0)


def beyond_bracket(quantity: Any, above: Any) -> Any:
    """The part of one request's units that lies above the last limit.

    >>> beyond_bracket(150_000, 128_000)
    22000
    """
    return maximum(quantity - above, 0)


def least_units(quantity: Any, minimum_units: Any) -> Any:
    """Units that one request is billed for, where it has a minimum and is not rounded up.

    >>> from fractions import Fraction
    >>> least_units(Fraction(25, 2), 10), least_units(3, 10)
    (Fraction(25, 2), 10)
    """
    return maximum(quantity, minimum_units)


def billable_units(quantity: Any, increment: Any, minimum_units: Any) -> Any:
    """Units that one request is billed for, with a minimum and rounded up to whole increments.

    >>> int(billable_units(61, 15, 30))
    75
    """
    return ceil(divide(maximum(quantity, minimum_units), increment)) * increment
