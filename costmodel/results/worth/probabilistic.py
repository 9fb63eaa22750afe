"""A return on investment whose numbers are uncertain: chances, what it is worth to know more, what to measure first."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import grouped, half_up
from costmodel.results.estimate import SCHEMA_VERSION
from costmodel.results.labels import period_text, say
from costmodel.results.notice import Notice, notice_lines
from costmodel.results.shown import Shown
from costmodel.results.worth.records import ten_digits

if TYPE_CHECKING:
    from costmodel.quantities import Month
    from costmodel.results.estimate import BookReference
    from costmodel.results.table import Table

DO_NOTHING = "do nothing"
_METHODS = {"sobol": say("scrambled Sobol points"), "monte-carlo": say("random draws")}


class Figure(NamedTuple):
    """A simulated figure and its standard error, which is None where it is not known."""

    value: float
    standard_error: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"value": ten_digits(self.value), "standard_error": _digits(self.standard_error)}


class Histogram(NamedTuple):
    """How the draws of one option spread.

    Attributes:
        edges: of the bins, ascending, money; 0 is one of them where it lies inside, and all options have the same.
        shares: of all draws in each bin.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]


class UncertainOption(NamedTuple):
    """One way of paying for the API.

    Attributes:
        name: model, mix, or that the cost is quoted.
        mean: of the net present value, money.
        low, median, high: of the net present value; between low and high it lies with the probability of the interval.
        chance_positive: probability of a net present value above 0.
        chance_of_payback: probability that the cumulative flow stays at or above 0 from some month up to
            `payback_months` on.
        histogram: how its draws spread.
    """

    name: str
    mean: Figure
    low: float
    median: float
    high: float
    chance_positive: float
    chance_of_payback: float
    histogram: Histogram


class Standing(NamedTuple):
    """One option, doing nothing among them, at one value of a freed hour.

    Attributes:
        option: its name.
        net_benefit: mean of net present value + value of an hour x present value of the freed hours in no flow.
        chance_best: probability that it is the best of all.
        expected_loss: what it is expected to fall short of the best.
    """

    option: str
    net_benefit: float
    chance_best: float
    expected_loss: float


class AtValue(NamedTuple):
    """What to choose at one value of a freed hour.

    Attributes:
        value_of_hour: money.
        standings: of doing nothing and of every option.
        best: the option with the highest mean net benefit.
        evpi: expected value of perfect information, money.
    """

    value_of_hour: float
    standings: tuple[Standing, ...]
    best: Standing
    evpi: Figure


class Knowing(NamedTuple):
    """What it is worth to know one number, or several that move together.

    Attributes:
        names: their paths.
        words: their distributions in words.
        evppi: expected value of partial perfect information, money, for each value of a freed hour.
        first_order, total: shares of the variance of the net present value: of the number alone, and with all
            interactions; None for several numbers, and where nothing varies.
    """

    names: tuple[str, ...]
    words: tuple[str, ...]
    evppi: tuple[Figure, ...]
    first_order: float | None = None
    total: float | None = None

    @property
    def name(self) -> str:
        """Its name, or the names of all."""
        return " + ".join(self.names)


@dataclass(frozen=True)
class Probabilistic(Shown):
    """What an uncertain return on investment comes to.

    Attributes:
        title: name of the scenario.
        currency: of every amount.
        months: the horizon.
        book: prices.
        scenario_sha256: hash of the scenario as used.
        method, draws, seed: of the draws.
        interval: probability inside the interval.
        payback_months: the payback whose probability is told.
        options: in the order given.
        values: for each value of a freed hour, ascending.
        knowing: what is worth knowing, the most valuable first.
        indices_of: the option whose variance is divided; None where nothing varies.
        notices: warnings.
        explained: how the standard errors and the values of knowing were computed.
    """

    title: str
    currency: str
    months: tuple[Month, ...]
    book: BookReference
    scenario_sha256: str
    method: str
    draws: int
    seed: int
    interval: Fraction
    payback_months: int
    options: tuple[UncertainOption, ...]
    values: tuple[AtValue, ...]
    knowing: tuple[Knowing, ...]
    indices_of: str | None = None
    notices: tuple[Notice, ...] = ()
    explained: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        """The finding of the simulation, for the option that is best on average."""
        best = max(self.options, key=lambda option: option.mean.value)
        return say(
            "With its uncertain numbers drawn it comes to {mean:number} {currency} on average, a gain in "
            "{chance:number} of 100 draws; the figures above take each number at its mean.",
            mean=grouped(half_up(Fraction(best.mean.value), 0)),
            currency=self.currency,
            chance=grouped(half_up(Fraction(best.chance_positive) * 100, 0)),
        )

    def option(self, name: str) -> UncertainOption:
        """The option of a name.

        Raises:
            KeyError: there is none.
        """
        return {option.name: option for option in self.options}[name]

    def tables(self) -> list[Table]:
        """Each option; which is best by the value of an hour; what to measure first."""
        from costmodel.results.worth import probabilistic_tables as shown

        return [shown.options_table(self), shown.values_table(self), shown.knowing_table(self)]

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below the tables: draws, prices, warnings."""
        drawn = say(
            "Computed from {draws:number} {method}, seed {seed}. Prices: {book}. Amounts in {currency}.",
            draws=grouped(self.draws),
            method=_METHODS[self.method],
            seed=self.seed,
            book=self.book.words,
            currency=self.currency,
        )
        return (drawn, *self.explained, *notice_lines(self.notices))

    @property
    def period(self) -> str:
        """The horizon in words."""
        return period_text(self.months[0], self.months[-1])

    def to_json(self) -> dict[str, Any]:
        """As plain data: numbers of ten significant digits."""
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": "probabilistic",
            "title": self.title,
            "currency": self.currency,
            "period": {"start": str(self.months[0]), "months": len(self.months)},
            "method": self.method,
            "draws": self.draws,
            "seed": self.seed,
            "interval": ten_digits(self.interval),
            "payback_months": self.payback_months,
            "options": [_option_json(option) for option in self.options],
            "values_of_hour": [_value_json(at) for at in self.values],
            "what_to_measure_first": [self._knowing_json(item) for item in self.knowing],
            "variance_of": self.indices_of,
            "price_book": self.book.to_json(),
            "scenario_sha256": self.scenario_sha256,
            "notes": list(self.explained),
            "warnings": [{"code": notice.code, "text": notice.text} for notice in self.notices],
        }

    def _knowing_json(self, item: Knowing) -> dict[str, Any]:
        return {
            "numbers": list(item.names),
            "distributions": list(item.words),
            "expected_value_of_partial_perfect_information": [
                {"value_of_hour": ten_digits(at.value_of_hour), **figure.to_json()}
                for at, figure in zip(self.values, item.evppi, strict=True)
            ],
            "first_order_index": _digits(item.first_order),
            "total_index": _digits(item.total),
        }

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:  # noqa: ARG002 - draws are floats
        """One row for each value of a freed hour and each option, doing nothing among them."""
        known = {option.name: option for option in self.options}
        return [
            {"value_of_hour": at.value_of_hour, **item._asdict(), "best": item.option == at.best.option}
            | {"evpi": at.evpi.value, "evpi_standard_error": at.evpi.standard_error}
            | _present_values(known.get(item.option))
            for at in self.values
            for item in at.standings
        ]

    def __repr__(self) -> str:
        return f"<Probabilistic {self.title!r} of {self.draws:,} draws>"


def _digits(value: float | None) -> Any:
    return None if value is None else ten_digits(value)


def _option_json(option: UncertainOption) -> dict[str, Any]:
    shares = {name: ten_digits(getattr(option, name)) for name in ("low", "median", "high")}
    return {
        "name": option.name,
        "net_present_value": {**option.mean.to_json(), **shares},
        "chance_positive": ten_digits(option.chance_positive),
        "chance_of_payback": ten_digits(option.chance_of_payback),
    }


def _value_json(at: AtValue) -> dict[str, Any]:
    return {
        "value_of_hour": ten_digits(at.value_of_hour),
        "best": at.best.option,
        "chance_best": ten_digits(at.best.chance_best),
        "expected_value_of_perfect_information": at.evpi.to_json(),
        "options": [
            {
                "name": item.option,
                **{name: ten_digits(value) for name, value in zip(item._fields[1:], item[1:], strict=True)},
            }
            for item in at.standings
        ],
    }


def _present_values(option: UncertainOption | None) -> dict[str, Any]:
    """What a row says of an option whatever an hour is worth; of doing nothing, nothing is uncertain."""
    if option is None:
        return dict.fromkeys(("net_present_value", "standard_error", "low", "median", "high"), 0.0)
    return {
        "net_present_value": option.mean.value,
        "standard_error": option.mean.standard_error,
        **{name: getattr(option, name) for name in option._fields[2:-1]},
    }
