"""From the days that are seen to the cost of the whole month, and how far it may be off.

Weekdays and weekend days are two kinds, each with a mean and a spread of its own. Every function takes numbers of any
runtime (exact, array, traced) and returns one of the same; shares are fractions of 1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from costmodel.runtimes.operations import divide, real_power, safe_divide, step

_MONEY = "in the reporting currency"
_HALF = Fraction(1, 2)  # the power that is a square root


def projected_cost(
    cost_so_far: Any, weekdays_left: Any, weekday_mean: Any, weekend_days_left: Any, weekend_mean: Any
) -> Any:
    """Cost of the month: what is used, and the days to come at the mean of their kind.

    Args:
        cost_so_far: money, of the whole days of the month.
        weekdays_left: days to come that are weekdays.
        weekday_mean: money, mean cost of the weekdays seen.
        weekend_days_left: days to come that are weekend days.
        weekend_mean: money, mean cost of the weekend days seen.

    Returns:
        Money.

    >>> projected_cost(100, 5, 10, 2, 3)
    156
    """
    cost = cost_so_far + weekdays_left * weekday_mean + weekend_days_left * weekend_mean
    return step("projected cost", cost, _MONEY)


def day_mean(cost: Any, days: Any) -> Any:
    """Mean cost of a day of one kind.

    >>> from fractions import Fraction
    >>> day_mean(45, 4)
    Fraction(45, 4)
    """
    return step("mean of a day", divide(cost, days), _MONEY)


def day_variance(squared_deviations: Any, days: Any) -> Any:
    """Variance of the cost of a day, estimated from the days seen.

    Args:
        squared_deviations: sum of the squares of each day's cost less the mean.
        days: days seen, 2 or more.

    Returns:
        Money squared.

    Source: the sample variance, NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.6.

    >>> day_variance(18, 3)
    Fraction(9, 1)
    """
    return step("variance of a day", divide(squared_deviations, days - 1), "squared")


def error_variance(day_variance: Any, days_left: Any, days_seen: Any) -> Any:
    """Variance of the error of a sum of days to come that is projected by the mean of the days seen.

    The days to come vary, each for itself (their number times the variance of a day), and the mean is itself not quite
    right (the square of their number times the variance of the mean).

    Args:
        day_variance: money squared.
        days_left: days to come, m.
        days_seen: days seen, n.

    Returns:
        Money squared: m times the variance, plus m squared times the variance over n.

    Source: W. Q. Meeker, G. J. Hahn, L. A. Escobar, Statistical Intervals, 2nd ed., Wiley 2017: prediction interval for
    the mean of m future observations of a normal distribution; here for their sum, which is m times the mean.

    >>> error_variance(9, 4, 8)
    Fraction(54, 1)
    """
    variance = day_variance * (days_left + divide(days_left * days_left, days_seen))
    return step("variance of the error", variance, "squared")


def effective_degrees(weekday_variance: Any, weekday_degrees: Any, weekend_variance: Any, weekend_degrees: Any) -> Any:
    """Degrees of freedom of a sum of two estimated variances.

    Args:
        weekday_variance: variance of the error of the weekdays to come.
        weekday_degrees: its degrees of freedom: weekdays seen less 1.
        weekend_variance: the same of weekend days.
        weekend_degrees: its degrees of freedom.

    Returns:
        Degrees of freedom, no whole number as a rule. Where nothing varies, those of both together.

    Source: F. E. Satterthwaite, An approximate distribution of estimates of variance components, Biometrics Bulletin
    1946;2:110-114.

    >>> effective_degrees(4, 8, 4, 8)
    Fraction(16, 1)
    """
    both = weekday_variance + weekend_variance
    parts = safe_divide(weekday_variance * weekday_variance, weekday_degrees) + safe_divide(
        weekend_variance * weekend_variance, weekend_degrees
    )
    degrees = safe_divide(both * both, parts, weekday_degrees + weekend_degrees)
    return step("degrees of freedom", degrees, "degrees")


def interval_half_width(student_t: Any, error_variance: Any) -> Any:
    """How far the month may end from the projected cost, at the level for which t was taken.

    Args:
        student_t: quantile of Student's t distribution.
        error_variance: variance of the error of all days to come, money squared.

    Returns:
        Money: t times the standard error.

    Source: as `error_variance`.

    >>> interval_half_width(2, 9)
    Fraction(6, 1)
    """
    return step("half of the interval", student_t * real_power(error_variance, _HALF), _MONEY)
