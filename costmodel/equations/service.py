"""How long requests take and how much of them is possible: retries, throughput, availability. Never money.

Every function takes numbers of any runtime (exact, array, draws, traced) and returns one of the same. Shares are
fractions of 1. Each attempt of a request is answered, refused (HTTP status 429), or runs into the time limit, with the
same chances every time; what is refused or too slow is tried again, up to a number of times.
"""

from __future__ import annotations

from typing import Any

from costmodel.runtimes.operations import divide, power, safe_divide, step

SECONDS_PER_DAY = 86_400
SECONDS_PER_HOUR = 3_600
MINUTES_PER_DAY = 1_440


def share_tried_again(refused_share: Any, timeout_share: Any) -> Any:
    """Share of attempts that must be made again: refused, or too slow.

    >>> from fractions import Fraction
    >>> share_tried_again(Fraction(2, 100), Fraction(3, 100))
    Fraction(1, 20)
    """
    return step("share tried again", refused_share + timeout_share, "of attempts")


def expected_attempts(retry_share: Any, most_retries: int) -> Any:
    """Attempts that one request takes on average: 1 + q + q^2 + … + q^m.

    Args:
        retry_share: q, share of attempts that must be made again.
        most_retries: m, how often a request is tried again at most.

    Returns:
        Attempts.

    Source: the sum of a finite geometric series, (1 - q^(m+1)) / (1 - q), or m + 1 where q is 1.

    >>> from fractions import Fraction
    >>> expected_attempts(Fraction(1, 2), 2)
    Fraction(7, 4)
    """
    attempts = safe_divide(1 - power(retry_share, most_retries + 1), 1 - retry_share, most_retries + 1)
    return step("attempts of a request", attempts, "attempts")


def given_up_share(retry_share: Any, most_retries: int) -> Any:
    """Share of requests that stay without an answer after the last retry: q^(m+1).

    >>> from fractions import Fraction
    >>> given_up_share(Fraction(1, 10), 3)
    Fraction(1, 10000)
    """
    return step("share given up", power(retry_share, most_retries + 1), "of requests")


def backoff_wait(refused_share: Any, retry_share: Any, first_delay_seconds: Any, factor: Any, most_retries: int) -> Any:
    """Seconds that one request waits on average because it is refused, with exponential back-off.

    After its k-th refusal (k from 0) a request waits first delay x factor^k. It comes to its k-th attempt with a chance
    of q^k. The mean is p d (1 + qf + (qf)^2 + … + (qf)^(m-1)).

    Args:
        refused_share: p, share of attempts that are refused.
        retry_share: q, share of attempts that are refused or too slow.
        first_delay_seconds: d, seconds before the first retry.
        factor: f, by which each further delay is longer.
        most_retries: m, how often a request is tried again at most.

    Returns:
        Seconds a request.

    Source: truncated exponential back-off as in the vendor's code (1.0 x 2^attempt); status 429: RFC 6585, section 4.

    >>> from fractions import Fraction
    >>> backoff_wait(Fraction(1, 2), Fraction(1, 2), 1, 2, 3)
    Fraction(3, 2)
    """
    ratio = retry_share * factor
    delays = safe_divide(1 - power(ratio, most_retries), 1 - ratio, most_retries)
    return step("waiting after refusals", refused_share * first_delay_seconds * delays, "seconds a request")


def timeout_wait(timeout_share: Any, retry_share: Any, attempts: Any, timeout_seconds: Any, delay_seconds: Any) -> Any:
    """Seconds that one request loses on average in attempts that run into the time limit.

    Args:
        timeout_share: share of attempts that run into the limit.
        retry_share: share of attempts that are refused or too slow.
        attempts: attempts of one request on average.
        timeout_seconds: the limit.
        delay_seconds: pause before the next attempt; there is none after the last.

    Returns:
        Seconds a request.

    Source: the project's own definition, docs/method.md.

    >>> from fractions import Fraction
    >>> timeout_wait(Fraction(1, 10), Fraction(1, 10), Fraction(11, 10), 30, 1)
    Fraction(17, 5)
    """
    paused = safe_divide(timeout_share, retry_share) * (attempts - 1) * delay_seconds
    return step("lost in timeouts", timeout_share * attempts * timeout_seconds + paused, "seconds a request")


def request_seconds(
    latency_seconds: Any, retry_share: Any, attempts: Any, backoff_seconds: Any, lost_seconds: Any
) -> Any:
    """Seconds that one request takes on average, retries included; a refusal itself takes no time.

    Args:
        latency_seconds: of an attempt that is answered.
        retry_share: share of attempts that are refused or too slow.
        attempts: attempts of one request on average.
        backoff_seconds: waiting after refusals.
        lost_seconds: lost in timeouts.

    Returns:
        Seconds.

    Source: the project's own definition, docs/method.md.

    >>> from fractions import Fraction
    >>> request_seconds(2, Fraction(1, 2), Fraction(3, 2), 1, 0)
    Fraction(5, 2)
    """
    answered = latency_seconds * (1 - retry_share) * attempts
    return step("seconds of a request", answered + backoff_seconds + lost_seconds, "seconds")


def requests_per_day(concurrency: Any, seconds_of_request: Any) -> Any:
    """Requests that can be done in a day, if so many are always under way.

    Args:
        concurrency: requests under way at the same time.
        seconds_of_request: seconds that one takes.

    Returns:
        Requests a day.

    Source: Little, A Proof for the Queuing Formula L = lambda W, Operations Research 1961;9:383-387: lambda = L / W.

    >>> requests_per_day(20, 2)
    Fraction(864000, 1)
    """
    return step("requests possible", divide(concurrency * SECONDS_PER_DAY, seconds_of_request), "requests a day")


def hours_of_work(requests: Any, concurrency: Any, seconds_of_request: Any) -> Any:
    """Hours in which a number of requests is done, if so many are always under way.

    Args:
        requests: requests.
        concurrency: requests under way at the same time.
        seconds_of_request: seconds that one takes.

    Returns:
        Hours.

    Source: Little 1961, as for `requests_per_day`: W_total = N W / L.

    >>> hours_of_work(72_000, 20, 2)
    Fraction(2, 1)
    """
    return step("hours of work", divide(requests * seconds_of_request, concurrency * SECONDS_PER_HOUR), "hours")


def downtime_minutes(availability_share: Any, days: Any) -> Any:
    """Minutes in which a service may be down and still keep its service level agreement (SLA).

    Args:
        availability_share: share of the time in which it is up.
        days: days of the month: 30, or 30.4375 (365.25 / 12).

    Returns:
        Minutes.

    Source: Beyer et al., Site Reliability Engineering, O'Reilly 2016, appendix A (availability table): 99.9 % are
    43.2 minutes in 30 days.

    >>> from fractions import Fraction
    >>> downtime_minutes(Fraction("0.999"), 30)
    Fraction(216, 5)
    """
    return step("downtime", (1 - availability_share) * days * MINUTES_PER_DAY, "minutes")
