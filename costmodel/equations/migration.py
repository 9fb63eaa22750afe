"""From one provider to another: shares, what is paid twice, commitments and savings.

Every function takes numbers of any runtime (exact, array, draws, traced) and returns one of the same. Shares are
fractions of 1, money is in one currency. Method: the project's own definitions, docs/method.md, where no other source
is named.
"""

from __future__ import annotations

from typing import Any

from costmodel.runtimes.operations import divide, maximum, minimum, step

DAYS_PER_YEAR = 365
MONTHS_PER_YEAR = 12


def ramp_share(initial_share: Any, share_of_step: Any, highest_share: Any, steps: int) -> Any:
    """Share of the requests that the new provider answers after some steps of a ramp.

    Args:
        initial_share: share it begins with.
        share_of_step: share that each step adds.
        highest_share: share at which the ramp ends.
        steps: steps that have been taken.

    Returns:
        Share of all requests.

    >>> from fractions import Fraction
    >>> [str(ramp_share(Fraction(5, 100), Fraction(20, 100), 1, steps)) for steps in (0, 2, 5)]
    ['1/20', '9/20', '1']
    """
    reached = minimum(initial_share + steps * share_of_step, highest_share)
    return step("share at the new provider", reached, "of requests")


def share_sent_again(new_share: Any, error_share: Any) -> Any:
    """Share of all requests that fail at the new provider and are sent again to the old one.

    Args:
        new_share: share of all requests that goes to the new provider.
        error_share: share of those that fail.

    Returns:
        Share of all requests; each of them is paid at both providers.

    >>> from fractions import Fraction
    >>> share_sent_again(Fraction(25, 100), Fraction(4, 100))
    Fraction(1, 100)
    """
    return step("share sent again", new_share * error_share, "of requests")


def cost_of_share(cost_of_all: Any, share: Any) -> Any:
    """Cost of a share of the requests, where all of them would cost so much.

    Args:
        cost_of_all: money for all requests of a span of time, at one provider.
        share: share of them that is sent there, 1 being all; more where some are sent twice.

    Returns:
        Money.

    >>> from fractions import Fraction
    >>> cost_of_share(200, Fraction(1, 4))
    Fraction(50, 1)
    """
    return step("cost", cost_of_all * share, "money")


def commitment_of_days(minimum_a_month: Any, days_in_force: Any, days_of_month: Any) -> Any:
    """Minimum that a contract asks for in a month of which it covers some days.

    Args:
        minimum_a_month: money for a whole month.
        days_in_force: days of the month on which the contract runs.
        days_of_month: all days of it.

    Returns:
        Money.

    >>> commitment_of_days(310, 10, 31)
    Fraction(100, 1)
    """
    return step("minimum of the month", divide(minimum_a_month * days_in_force, days_of_month), "money")


def prepaid_unused(balance: Any, bills: Any) -> Any:
    """Money paid in advance that the bills do not use up: it is lost.

    Args:
        balance: money that was paid in advance.
        bills: money that is drawn from it until it lapses.

    Returns:
        Money; 0 where the bills use all of it.

    >>> prepaid_unused(1200, 450), prepaid_unused(1200, 1500)
    (750, 0)
    """
    return step("prepaid balance lost", maximum(balance - bills, 0), "money")


def saving_of_move(unchanged_cost: Any, cost: Any) -> Any:
    """What a change of provider saves over a span of time.

    Args:
        unchanged_cost: money, had nothing changed.
        cost: money with the change, everything in it.

    Returns:
        Money; negative where the change costs more than it saves.

    >>> saving_of_move(4200, 680)
    3520
    """
    return step("saving", unchanged_cost - cost, "money")


def requests_of_twelve_months(requests_of_month: Any) -> Any:
    """Requests of a year in which every month is like one.

    Args:
        requests_of_month: requests of that month.

    Returns:
        Requests a year.

    >>> requests_of_twelve_months(30_000)
    360000
    """
    return step("requests a year", requests_of_month * MONTHS_PER_YEAR, "requests")


def requests_of_calendar_year(requests_of_month: Any, days_of_month: Any) -> Any:
    """Requests of a year of 365 days in which every day is like a mean day of one month.

    Args:
        requests_of_month: requests of that month.
        days_of_month: its days.

    Returns:
        Requests a year.

    >>> requests_of_calendar_year(31_000, 31)
    Fraction(365000, 1)
    """
    return step("requests a year", divide(requests_of_month, days_of_month) * DAYS_PER_YEAR, "requests")


def yearly_saving(saving_of_request: Any, requests_a_year: Any) -> Any:
    """What is saved in a year at the saving of one request.

    Args:
        saving_of_request: money that one request costs less, on average.
        requests_a_year: requests in the year.

    Returns:
        Money a year.

    >>> from fractions import Fraction
    >>> yearly_saving(Fraction(1, 1000), 360_000)
    Fraction(360, 1)
    """
    return step("saving a year", saving_of_request * requests_a_year, "money a year")


def yearly_minimums(minimums_of_month: Any) -> Any:
    """What is paid in a year because bills are below minimum charges, where every month is like one.

    Args:
        minimums_of_month: money that is missing to them in that month.

    Returns:
        Money a year.

    >>> yearly_minimums(10)
    120
    """
    return step("minimum charges a year", minimums_of_month * MONTHS_PER_YEAR, "money a year")
