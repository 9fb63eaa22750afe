"""Where a usage cube is cut, so that one price holds in each of its cells: the union over rate cards.

Cuts are of four kinds: the size of a request, the instant, units that are charged request by request (rounded up,
with a minimum, in brackets), and meters that are kept apart because not every offer has a price for them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain
from math import lcm
from typing import TYPE_CHECKING, Literal, NamedTuple

from costmodel.errors import NoPriceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from costmodel.prices.card import RateCard
    from costmodel.prices.hours import Hours
    from costmodel.prices.meters import Meters
    from costmodel.prices.tariff import Measure, Shape
    from costmodel.usage.cube import Cut

HALF_HOUR_US = 1_800_000_000
"""Microseconds in the half-hours of UTC that a fine cube is counted by."""

SIZE = "input"
"""The meter that is the size of a request."""

Grain = Literal["half-hour", "day", "month"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FINEST = 1_000_000  # parts of a unit that a price may be rounded to; finer steps would not fit 64-bit sums
_WIDEST = 1_000_000_000  # from here on, rounding up would differ by the tolerance of `equations.tokens.billable_units`
_TWO_DAYS = timedelta(days=2)
_SAMPLE_YEARS = range(2020, 2036)  # in which the clocks of a window's zone are looked at


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 UTC.

    >>> microseconds(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (at - _EPOCH) // _MICROSECOND


def instant_of(at_us: int) -> datetime:
    """The instant so many microseconds after the start of 1970 UTC."""
    return _EPOCH + at_us * _MICROSECOND


def threshold(cut: Cut) -> int:
    """The largest whole size below a cut.

    >>> from fractions import Fraction
    >>> threshold((Fraction(200_000), True)), threshold((Fraction(200_000), False))
    (200000, 199999)
    """
    limit, below = cut
    return limit.__floor__() if below else limit.__ceil__() - 1


class Cuts(NamedTuple):
    """Where a cube is cut.

    Attributes:
        sizes: largest input tokens of each band of request sizes but the last, rising.
        edges: instants at which a price row begins or ends, in microseconds since 1970 UTC, rising.
        windows: daily windows that prices depend on.
        measures: what is counted request by request.
        apart: meters whose requests are kept apart, because not every offer has a price for them.
    """

    sizes: tuple[int, ...] = ()
    edges: tuple[int, ...] = ()
    windows: tuple[Hours, ...] = ()
    measures: tuple[Measure, ...] = ()
    apart: tuple[str, ...] = ()

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where windows open or close inside half-hours, in microseconds after the half-hour."""
        return tuple(sorted({offset for window in self.windows for offset in _offsets(window)}))

    @property
    def instants(self) -> tuple[int, ...]:
        """The edges that lie inside a half-hour."""
        return tuple(edge for edge in self.edges if edge % HALF_HOUR_US)


def cuts_of(cards: Iterable[RateCard], meters: Meters, counted: Iterable[str]) -> Cuts:
    """The cuts that rate cards ask for, of one price book or several.

    Args:
        cards: of all models that may be in the log.
        meters: what can be counted.
        counted: the meters that the log has.

    Raises:
        NoPriceError: a price is rounded to steps that cannot be counted in whole numbers.
    """
    used, there = tuple(cards), tuple(counted)
    sizes, edges = set(), set()
    windows: dict[Hours, None] = {}
    measures: dict[Measure, None] = {}
    for card in used:
        sizes |= {threshold(cut) for cut in card.size_cuts()}
        edges |= {microseconds(edge) for edge in card.edges()}
        windows |= dict.fromkeys(card.windows())
        for measure in sorted(card.shaped_measures(), key=str):
            if measure.meter in there and measure.shape is not None:
                scale(measure.shape, f"{measure.meter}' of '{card.name}")
                measures[measure] = None
    may_be_unpriced = [name for name in there if name not in _ALWAYS]
    unpriced = {name for name in may_be_unpriced if name not in meters}
    for card in used:
        unpriced |= card.meters_without_price(may_be_unpriced)
    apart = tuple(name for name in may_be_unpriced if name in unpriced)
    return Cuts(tuple(sorted(sizes)), tuple(sorted(edges)), tuple(windows), tuple(measures), apart)


_ALWAYS = ("input", "output")  # nearly every request has both: to keep them apart would part nothing


def scale(shape: Shape, what: str = "") -> int:
    """The number by which billed units are multiplied so that they are whole.

    Args:
        shape: how units of a request are charged.
        what: the meter it is about, for the message.

    Raises:
        NoPriceError: the steps are too fine or too wide to be counted in whole numbers.
    """
    steps = (shape.increment, shape.minimum, shape.above, shape.up_to)
    found = lcm(*(step.denominator for step in steps if step is not None))
    widest = max((step for step in steps if step is not None), default=0)
    if found > _FINEST or widest * found >= _WIDEST:
        raise NoPriceError(
            f"The price of '{what}' is charged in steps ({shape}) that cannot be counted in whole numbers: "
            f"they must be whole multiples of {1 / _FINEST:.6f} and, as whole numbers, below {_WIDEST:_}."
        )
    return found


@lru_cache(maxsize=64)
def _offsets(window: Hours) -> tuple[int, ...]:
    """Where a window opens or closes inside half-hours; each month of many years has each offset of its zone."""
    months = [datetime(year, month, 1, tzinfo=UTC) for year in _SAMPLE_YEARS for month in range(1, 13)]
    found = {
        microseconds(at) % HALF_HOUR_US
        for begin in months
        for at in chain.from_iterable(window.windows(begin - _TWO_DAYS, begin + 4 * _TWO_DAYS))
    }
    # The span of days that is looked at begins and ends at midnight UTC, which is no offset.
    return tuple(sorted(found - {0}))


def uncovered(cuts: Cuts, grain: Grain, card: RateCard, span: tuple[datetime, datetime], counted: Iterable[str]) -> str:
    """What a rate card depends on that a cube is not cut at, in words; empty where there is nothing.

    Args:
        cuts: where the cube is cut.
        grain: what half-hours the cube counts as one.
        card: the rate card.
        span: from the first instant of the cube to its last.
        counted: the meters that the cube has.
    """
    there = set(counted)
    for cut in card.size_cuts() if SIZE in there else ():
        if threshold(cut) not in cuts.sizes:
            return f"a request size of {int(cut[0]):_} input tokens"
    for measure in sorted(card.shaped_measures(), key=str):
        if measure.meter in there and measure not in cuts.measures:
            return f"the units of '{measure.meter}' of each request ({measure.shape})"
    windows = [window for window in card.windows() if window not in cuts.windows] if grain != "half-hour" else []
    if windows:
        return f"the hours {windows[0]}"
    times = card.time_cuts(*span) if grain == "half-hour" else sorted(card.edges())
    missing = next((at for at in times if span[0] < at < span[1] and not _is_cut(cuts, grain, at)), None)
    return f"{missing:%Y-%m-%dT%H:%M:%SZ}, when a price changes" if missing else ""


def _is_cut(cuts: Cuts, grain: Grain, at: datetime) -> bool:
    at_us = microseconds(at)
    if grain == "half-hour" and not at_us % HALF_HOUR_US:
        return True
    if at_us in cuts.edges:
        return True
    if grain == "half-hour":
        return at_us % HALF_HOUR_US in cuts.offsets
    midnight = (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
    return midnight and (grain == "day" or at.day == 1)
