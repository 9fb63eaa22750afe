"""The usage cube: what is priced, whatever it came from.

A forecast's cube holds fractions, a metered one integers. Each cell lies in one month, one span of time, one band of
request sizes, one service tier and region, so that one tariff prices all of it.
"""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from costmodel.prices.tariff import Measure
    from costmodel.quantities import Month, Number

Cut = tuple[Fraction, bool]


class Band(NamedTuple):
    """A band of request sizes (all input tokens of one request); an end that is None is open.

    Attributes:
        low, high: cuts as in `SizeLimit.cut`: the limit, and whether the limit itself lies below the cut.
    """

    low: Cut | None = None
    high: Cut | None = None

    @property
    def inside(self) -> Fraction:
        """A size that lies in the band."""
        if self.low is None:
            if self.high is None:
                return Fraction(0)
            return self.high[0] if self.high[1] else self.high[0] / 2
        if not self.low[1]:
            return self.low[0]
        return self.low[0] + 1 if self.high is None else (self.low[0] + self.high[0]) / 2

    def holds(self, size: Fraction) -> bool:
        """Whether a size lies in the band."""
        above = self.low is None or size > self.low[0] or (size == self.low[0] and not self.low[1])
        return above and (self.high is None or size < self.high[0] or (size == self.high[0] and self.high[1]))

    def __str__(self) -> str:
        words = []
        if self.low is not None:
            words.append(f"{'>' if self.low[1] else '>='} {int(self.low[0]):_}")
        if self.high is not None:
            words.append(f"{'<=' if self.high[1] else '<'} {int(self.high[0]):_}")
        return f"input {' and '.join(words)}" if words else "any size"


class Factors(NamedTuple):
    """What the requests of a forecast cell are made of, so that every figure can be explained.

    Attributes:
        first_month_records: records in the first month, before growth.
        counted: whether a mix states counts, which are not rounded to whole records.
        daily: records a day and days a month that they come from; None where the month is stated.
        monthly_growth, months_before: growth and the months before this one.
        records: whole records in the month.
        requests_per_record, model_share, tier_share, time_share, size_share, resubmitted: as in
            `equations.tokens.slice_requests` and `billed_requests`.
        adoption: share of the records that is done with AI at all; None where all are.
        per_request: mean units of each meter in one request of the cell.
        largest: most input and output tokens together, and most output tokens, of any request of the cell.
        sources: where the numbers come from, in words.
    """

    first_month_records: Fraction
    counted: bool
    daily: tuple[Fraction, Fraction] | None
    monthly_growth: Fraction
    months_before: int
    records: Fraction
    requests_per_record: Fraction
    model_share: Fraction
    tier_share: Fraction
    time_share: Fraction
    size_share: Fraction
    resubmitted: Fraction
    per_request: Mapping[str, Fraction]
    largest: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0))
    adoption: Fraction | None = None
    sources: tuple[str, ...] = ()


class Cell(NamedTuple):
    """Usage that one tariff prices.

    Attributes:
        month: charge period.
        workload, step: which work it is; step is empty where a record takes one kind of call.
        labels: the user's labels, sorted.
        model: `provider/model`.
        tier, region: as billed.
        start, end: span of time, half-open, in which the price is constant.
        band: band of request sizes.
        records: records that these requests serve.
        requests: billed requests.
        totals: units by meter, parts included in their wholes; `request` among them.
        shaped: units of the measures that must be taken request by request.
        factors: what it is made of; None for metered usage.
    """

    month: Month
    workload: str
    step: str
    labels: tuple[tuple[str, str], ...]
    model: str
    tier: str
    region: str
    start: datetime
    end: datetime
    band: Band
    records: Number
    requests: Number
    totals: Mapping[str, Number]
    shaped: Mapping[Measure, Number] = MappingProxyType({})
    factors: Factors | None = None


class Cube(NamedTuple):
    """All cells, in the order of months, workloads, steps and models."""

    cells: tuple[Cell, ...]
