"""The end of a month, projected from the days seen: means of weekdays and weekend days, and a prediction interval."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.equations import projection as equations
from costmodel.results.metered.budget_lines import Projection

if TYPE_CHECKING:
    from collections.abc import Sequence

_ZERO = Fraction(0)
_LEAST_OF_A_KIND = 2  # a spread needs two
_DIGITS = 12  # of a quantile of Student's t


class Kind(NamedTuple):
    """Weekdays, or weekend days.

    Attributes:
        name: in words.
        costs: money of each day seen, days without usage among them.
        left: days to come.
    """

    name: str
    costs: Sequence[Fraction]
    left: int

    @property
    def mean(self) -> Fraction:
        """Of a day; 0 where none is left, since nothing is projected by it."""
        return Fraction(equations.day_mean(sum(self.costs, _ZERO), len(self.costs))) if self.left else _ZERO

    @property
    def error(self) -> Fraction:
        """Variance of the error of the days to come."""
        if not self.left:
            return _ZERO
        squares = sum(((cost - self.mean) ** 2 for cost in self.costs), _ZERO)
        variance = equations.day_variance(squares, len(self.costs))
        return Fraction(equations.error_variance(variance, self.left, len(self.costs)))


def too_few(weekdays: Kind, weekend: Kind, least_days: int) -> str:
    """Why the days seen are too few to project from, in words; empty where they are enough."""
    seen = len(weekdays.costs) + len(weekend.costs)
    if not weekdays.left + weekend.left:
        return ""  # the month is over
    if seen < least_days:
        return f"{_days(seen, 'whole day')} {'is' if seen == 1 else 'are'} seen, {least_days} are needed"
    for kind in (weekdays, weekend):
        if kind.left and len(kind.costs) < _LEAST_OF_A_KIND:
            return f"{_days(len(kind.costs), kind.name)} seen, {_LEAST_OF_A_KIND} are needed to know their spread"
    return ""


def _days(count: int, name: str) -> str:
    return f"{count} {name}" + ("" if count == 1 else "s")


def projected(cost: tuple[Fraction, Fraction], kinds: tuple[Kind, Kind], level: Fraction) -> Projection:
    """What the month is projected to end with.

    Args:
        cost: money of the whole days of the month; and the same with the day that is not over, below which no month
            can end.
        kinds: weekdays and weekend days, enough of them: see `too_few`.
        level: of the interval, of 1.
    """
    (so_far, used), (weekdays, weekend) = cost, kinds
    means = (weekdays.left, weekdays.mean, weekend.left, weekend.mean)
    end = Fraction(equations.projected_cost(so_far, *means))
    errors = (weekdays.error, weekend.error)
    half = _ZERO
    if any(errors):
        degrees = equations.effective_degrees(errors[0], len(weekdays.costs) - 1, errors[1], len(weekend.costs) - 1)
        half = Fraction(equations.interval_half_width(_student_t(Fraction(degrees), level), sum(errors, _ZERO)))
    return Projection(max(end, used), max(end - half, used), max(end + half, used))


def _student_t(degrees: Fraction, level: Fraction) -> Fraction:
    """The quantile of Student's t distribution between whose negative and itself lies the level.

    Statistics leave exact numbers here: the quantile is a float of 12 digits.
    """
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    return Fraction(f"{float(stdtrit(float(degrees), float((1 + level) / 2))):.{_DIGITS}g}")
