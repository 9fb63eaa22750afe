"""What changes a result: one number changed, two numbers changed, and named cases."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import decimal_text, grouped, half_up
from costmodel.results.estimate import shown_places
from costmodel.results.labels import say
from costmodel.results.parameters import (
    JSON_DIGITS,
    Number,
    Parameter,
    digits,
    head,
    money,
    parameter_json,
    reasons,
)
from costmodel.results.shown import Shown
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    import pandas as pd

    from costmodel.results.estimate import BookReference


class Swing(NamedTuple):
    """What one number does to the outcome, all others at their base.

    Attributes:
        parameter: the number.
        low, high: its values.
        outcome_low, outcome_base, outcome_high: net present value there, and at its base.
        least, most: of the net present value between low and high.
    """

    parameter: Parameter
    low: Number
    high: Number
    outcome_low: float
    outcome_base: Fraction
    outcome_high: float
    least: float
    most: float

    @property
    def swing(self) -> float:
        """Money between the least and the most."""
        return self.most - self.least

    @property
    def beyond_ends(self) -> bool:
        """Whether the outcome goes further between low and high than it does there."""
        ends = self.outcome_low, self.outcome_high
        margin = float(max(abs(self.least), abs(self.most)) / 10**JSON_DIGITS)
        return min(ends) - self.least > margin or self.most - max(ends) > margin


class Axis(NamedTuple):
    """The values of a number along one side of a two-way table."""

    parameter: Parameter
    values: tuple[Fraction, ...]


class NamedCase(NamedTuple):
    """One way of paying for the API in one named case.

    Attributes:
        case: its name.
        option: model or mix.
        net_present_value, net_total: money.
        payback_months: None where it never pays back.
        settings: what the case changes.
    """

    case: str
    option: str
    net_present_value: Fraction
    net_total: Fraction
    payback_months: Number | None
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class OneWay(Shown):
    """Each number alone between a low and a high value, the largest swing first.

    Attributes:
        title: name of the scenario.
        option: model or mix.
        currency: of the outcome.
        period: the horizon in words.
        book: prices.
        outcome: net present value with every number at its base.
        rows: one for each number that changes the outcome.
        how: what the low and high values are, in words.
        without_effect: numbers that change nothing between their low and high.
        not_computed: numbers that could not be changed alone, with the reason.
    """

    title: str
    option: str
    currency: str
    period: str
    book: BookReference
    outcome: Fraction
    rows: tuple[Swing, ...]
    how: tuple[str, ...] = ()
    without_effect: tuple[str, ...] = ()
    not_computed: tuple[tuple[str, str], ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below the table."""
        found = [*self.how]
        found += [
            say(
                "{name} goes further between its low and high: from {least:number} to {most:number}.",
                name=row.parameter.name,
                least=money(row.least, self.currency),
                most=money(row.most, self.currency),
            )
            for row in self.rows
            if row.beyond_ends
        ]
        if self.without_effect:
            count, names = len(self.without_effect), ", ".join(self.without_effect)
            one, several = (
                "1 number changes nothing in its range: {names}.",
                ("{count} numbers change nothing in their range: {names}."),
            )
            found.append(say(one, names=names) if count == 1 else say(several, count=count, names=names))
        return (*found, *(say("Not computed: {name}: {why}", name=name, why=why) for name, why in self.not_computed))

    def tables(self) -> list[Table]:
        """One row for each number."""
        headings = ("low", "base", "high", "at low", "at base", "at high", "swing")
        outcomes = [value for row in self.rows for value in (row.least, row.most)]
        places = shown_places([Fraction(value) for value in outcomes], self.currency)
        rows = [self._row(row, places) for row in self.rows]
        title = say(
            "{title}: net present value {currency} by one number at a time, {option}",
            title=self.title,
            currency=self.currency,
            option=self.option,
        )
        columns = (Column("number"), *(Column(name, numeric=True) for name in headings))
        return [Table(title, columns, tuple(rows), (), self.notes)]

    def _row(self, row: Swing, places: int) -> tuple[str, ...]:
        shown = row.parameter.shown
        outcomes = (row.outcome_low, row.outcome_base, row.outcome_high, row.swing)
        return (
            row.parameter.name,
            *(shown(value) for value in (row.low, row.parameter.value, row.high)),
            *(grouped(half_up(Fraction(value), places), places) for value in outcomes),
        )

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:  # noqa: ARG002 - sensitivities are floats
        """One row for each number."""
        names = ("low", "high", "outcome_low", "outcome_base", "outcome_high", "least", "most", "swing")
        return [
            {**parameter_json(row.parameter), **{name: digits(getattr(row, name)) for name in names}}
            for row in self.rows
        ]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            **head("one_way_sensitivity", self.title, self.option, self.currency),
            "net_present_value": decimal_text(self.outcome),
            "numbers": self.to_records(),
            "without_effect": list(self.without_effect),
            "not_computed": reasons(self.not_computed),
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class TwoWay(Shown):
    """The outcome for every pair of values of two numbers.

    Attributes:
        title: name of the scenario.
        option: model or mix.
        currency: of the outcome.
        period: the horizon in words.
        book: prices.
        first, second: the numbers: a row for each value of the first, a column for each of the second.
        outcomes: net present value, by row and column.
        break_evens: values of the second at which the sign changes between two columns, by row.
    """

    title: str
    option: str
    currency: str
    period: str
    book: BookReference
    first: Axis
    second: Axis
    outcomes: tuple[tuple[float, ...], ...]
    break_evens: tuple[tuple[Fraction, ...], ...]

    def tables(self) -> list[Table]:
        """A row for each value of the first number."""
        down, across = self.first.parameter, self.second.parameter
        places = shown_places([Fraction(value) for row in self.outcomes for value in row], self.currency)
        columns = (
            Column(down.name, numeric=True),
            *(Column(across.shown(value), numeric=True) for value in self.second.values),
            Column("break-even", numeric=True),
        )
        rows = [
            (
                down.shown(value),
                *(grouped(half_up(Fraction(outcome), places), places) for outcome in outcomes),
                "; ".join(across.shown(place) for place in turns),
            )
            for value, outcomes, turns in zip(self.first.values, self.outcomes, self.break_evens, strict=True)
        ]
        title = say(
            "{title}: net present value {currency} by {down} and {across}, {option}",
            title=self.title,
            currency=self.currency,
            down=down.name,
            across=across.name,
            option=self.option,
        )
        below = "Across: {name}. Break-even: its value where the sign changes between two columns."
        note = say(below, name=across.name)
        return [Table(title, columns, tuple(rows), (), (note,))]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        axes = {"first": self.first, "second": self.second}
        return {
            **head("two_way_sensitivity", self.title, self.option, self.currency),
            **{
                name: {**parameter_json(axis.parameter), "values": [digits(value) for value in axis.values]}
                for name, axis in axes.items()
            },
            "outcomes": [[digits(value) for value in row] for row in self.outcomes],
            "break_evens": [[digits(value) for value in row] for row in self.break_evens],
        }

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:  # noqa: ARG002 - sensitivities are floats
        """One row for each pair of values."""
        first, second = self.first, self.second
        return [
            {
                first.parameter.name: digits(down),
                second.parameter.name: digits(across),
                "net_present_value": digits(outcome),
            }
            for down, outcomes in zip(first.values, self.outcomes, strict=True)
            for across, outcome in zip(second.values, outcomes, strict=True)
        ]

    def to_pandas(self) -> pd.DataFrame:
        """A row for each value of the first number, a column for each of the second."""
        import pandas as pd

        index, columns = (
            pd.Index([float(value) for value in axis.values], name=axis.parameter.name)
            for axis in (self.first, self.second)
        )
        return pd.DataFrame(self.outcomes, index=index, columns=columns)


@dataclass(frozen=True)
class NamedCases(Shown):
    """The scenario as it stands beside its named cases.

    Attributes:
        title: name of the scenario.
        currency: of every amount.
        rows: every option of the scenario as it stands, then of each case.
    """

    title: str
    currency: str
    rows: tuple[NamedCase, ...]

    def tables(self) -> list[Table]:
        """One row for each case and option."""
        columns = (
            Column("case"),
            Column("option"),
            *(Column(name, numeric=True) for name in ("net present value", "net total", "payback months")),
        )
        places = shown_places(
            [amount for row in self.rows for amount in (row.net_present_value, row.net_total)], self.currency
        )
        rows = [
            (
                row.case,
                row.option,
                grouped(half_up(row.net_present_value, places), places),
                grouped(half_up(row.net_total, places), places),
                say("never") if row.payback_months is None else grouped(half_up(Fraction(row.payback_months), 1), 1),
            )
            for row in self.rows
        ]
        said = {row.case: row.settings for row in self.rows if row.settings}
        notes = [f"{case}: {', '.join(f'{name} {value}' for name, value in items)}." for case, items in said.items()]
        title = say("{title}: named cases, {currency}", title=self.title, currency=self.currency)
        return [Table(title, columns, tuple(rows), (), tuple(notes))]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        first = head("named_cases", self.title, "", self.currency)
        return {**{key: value for key, value in first.items() if key != "option"}, "cases": self.to_records()}

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """One row for each case and option."""
        number: Any = (lambda value: value) if exact else decimal_text
        return [
            {
                "case": row.case,
                "option": row.option,
                "net_present_value": number(row.net_present_value),
                "net_total": number(row.net_total),
                "payback_months": None if row.payback_months is None else digits(row.payback_months),
                "settings": dict(row.settings),
            }
            for row in self.rows
        ]
