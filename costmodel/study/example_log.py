"""A made-up usage log of a scenario, to try things on: requests as its forecast says, drawn with a fixed seed.

How many requests there are is drawn around the forecast with the spread of a count (Poisson, by its normal
approximation), when they are made is drawn from the scenario's hours, and how large they are from its measured profile.
The generator is Python's Mersenne Twister: the same seed gives the same log, byte for byte.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, timedelta
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CommandLineError
from costmodel.quantities import half_up
from costmodel.study.cost import book_for, forecast_of, told
from costmodel.usage.logs.shapes.families import shipped_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from fractions import Fraction

    from costmodel.prices.book import PriceBook
    from costmodel.prices.hours import Hours
    from costmodel.quantities import Month, Number
    from costmodel.scenario import Scenario
    from costmodel.usage.cube import Cell
    from costmodel.usage.workload import Part

MOST_ROWS = 1_000_000
_SHAPE = "costmodel"  # the family of plain columns that a log is written in


def example_log(scenario: Scenario, month: Month | None = None, *, seed: int, book: PriceBook | None = None) -> str:
    """A made-up usage log of one month, as CSV in order of time.

    Args:
        scenario: with a mix of models.
        month: of the horizon; its first by default.
        seed: the same gives the same log.
        book: prices; those that the scenario asks for by default.

    Raises:
        CommandLineError: the month is not in the horizon, there are too many requests, or something that the columns
            of a log cannot say.
        FileError: the scenario cannot be computed with.
        NoPriceError: a model is unknown.
    """
    start, count = scenario.horizon.start, scenario.horizon.months
    wanted, months = month or start, [start.later(index) for index in range(count)]
    if wanted not in months:
        raise CommandLineError(f"{wanted} is not in the scenario's {count} months from {start}")
    forecast = forecast_of(scenario, book or book_for(scenario), months, None)
    cube, _ = told(scenario, forecast.cube)
    cells = [cell for cell in cube.cells if cell.month == wanted and cell.requests]
    expected = sum((cell.requests for cell in cells), 0)
    if expected > MOST_ROWS:
        raise CommandLineError(f"the month has {int(expected):,} requests: an example log has {MOST_ROWS:,} at most")
    drawn = _Drawn(Random(seed), told(scenario, forecast.parts))  # noqa: S311 - no secret is drawn
    return _csv(sorted(row for cell in cells for row in drawn.rows(cell)))


class _Row(NamedTuple):
    """One request."""

    at: datetime
    model: str
    tier: str
    region: str
    labels: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, int], ...]


class _Drawn:
    """Draws the requests of cells."""

    def __init__(self, random: Random, parts: Mapping[tuple[str, str, str], Part]) -> None:
        self._random, self._parts = random, parts

    def rows(self, cell: Cell) -> Iterator[_Row]:
        """The requests of a cell."""
        part = self._parts[cell.workload, cell.step, cell.model]
        hours: Hours | None = part.spec.get("hours")
        windows = hours.windows(cell.start, cell.end) if hours else [(cell.start, cell.end)]
        points = [(weight, units) for weight, units in part.sizes.points if cell.band.holds(units["input"])]
        sizes, weights = [units for _, units in points], [float(weight) for weight, _ in points]
        for _ in range(self._count(cell.requests)):
            units = self._random.choices(sizes, weights)[0]
            yield _Row(
                self._instant(windows), cell.model, cell.tier, cell.region, cell.labels, tuple(_whole(units).items())
            )

    def _count(self, expected: Number) -> int:
        mean = float(expected)
        return max(0, round(self._random.gauss(mean, mean**0.5)))

    def _instant(self, windows: Sequence[tuple[datetime, datetime]]) -> datetime:
        lengths = [(end - begin).total_seconds() for begin, end in windows]
        begin, end = self._random.choices(windows, lengths)[0]
        return begin + timedelta(seconds=self._random.randrange(int((end - begin).total_seconds())))


def _whole(units: Mapping[str, Fraction]) -> dict[str, int]:
    """Units as a log counts them."""
    return {meter: int(half_up(amount, 0)) for meter, amount in units.items() if meter != "request" and amount}


def _csv(rows: Sequence[_Row]) -> str:
    shape = next(shape for shape in shipped_shapes() if shape.shape == _SHAPE)
    names = {meter: number.path.text for meter, counted in shape.meters.items() if (number := counted.number)}
    used = dict.fromkeys(meter for row in rows for meter, _ in row.units)
    unknown = [meter for meter in used if meter not in names]
    if unknown:
        raise CommandLineError(f"an example log has no column for {', '.join(unknown)}: only {', '.join(names)}")
    labels = list(dict.fromkeys(name for row in rows for name, _ in row.labels))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["time", "model", "tier", "region", *labels, *(names[meter] for meter in used)])
    for row in rows:
        said, units = dict(row.labels), dict(row.units)
        at = f"{row.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        counts = (units.get(meter, 0) for meter in used)
        writer.writerow([at, row.model, row.tier, row.region, *(said.get(name, "") for name in labels), *counts])
    return text.getvalue()
