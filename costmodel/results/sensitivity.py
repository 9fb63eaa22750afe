"""What a result hangs on: break-evens, one number changed, two numbers changed, and named cases."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from costmodel.prices.policy import places_of
from costmodel.quantities import decimal_text, grouped, half_up, magnitude, significant
from costmodel.results.estimate import SCHEMA_VERSION, shown_places
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from costmodel.distributions import Distribution

Number: TypeAlias = Fraction | float
_WRITTEN_DIGITS = 12  # of a value as text: what 64-bit arithmetic holds after a few operations
_EXACT_DIGITS, _SHOWN_DIGITS = 6, 4  # a number of up to six digits is shown as it is, a longer one with four
_JSON_DIGITS = 10
_AMBIGUOUS_PLACES = 3  # one to three digits, a point and three more could be thousands: a zero behind them says no
_HUNDRED = 100
_ALIKE = Fraction(1, 1_000_000)  # distances no farther apart than this are one
_SMALL, _SMALL_DIGITS = Fraction(1, 10), 3  # an amount of money below a tenth is shown with three digits


class Parameter(NamedTuple):
    """A number of a scenario, and how it is written there.

    Attributes:
        path: where it stands.
        name: the path as text, as for `--set`.
        value: today's, in the unit in which it is computed with: 0.02 for 2 %.
        distribution: what it may be instead; None where one number is stated.
        low, high: the least and the greatest value that may stand there; None where no limit was met.
        above_low: whether it must be more than `low`.
        unit: what stands after the number, with the space before it.
        scale: what the number written is multiplied by to compute with it: a hundredth for percent.
    """

    path: tuple[Any, ...]
    name: str
    value: Fraction
    distribution: Distribution | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    above_low: bool = False
    unit: str = ""
    scale: Fraction = Fraction(1)

    @property
    def currency(self) -> str:
        """The currency of an amount of money; empty for anything else."""
        code = self.unit.strip()[:3]
        return code if len(code) == 3 and code.isascii() and code.isalpha() and code.isupper() else ""  # noqa: PLR2004

    def text(self, value: Fraction) -> str:
        """A value as it may be written in a scenario.

        >>> Parameter((), "", Fraction(1), unit=" %", scale=Fraction(1, 100)).text(Fraction("0.425"))
        '42.5 %'
        """
        digits = decimal_text(significant(value / self.scale, _WRITTEN_DIGITS))
        return digits + "0" * (len(digits.partition(".")[2]) == _AMBIGUOUS_PLACES) + self.unit

    def shown(self, value: Number) -> str:
        """A value for reading, in the unit that was written.

        >>> Parameter((), "", Fraction(15), unit=" USD").shown(Fraction("1.575"))
        '1.58 USD'
        """
        written = Fraction(value) / self.scale
        if self.currency:
            small = written and abs(written) < _SMALL
            places = _SMALL_DIGITS - magnitude(written) if small else places_of(self.currency)
            rounded = half_up(written, places)
            return grouped(rounded, 0 if rounded.denominator == 1 else places) + self.unit
        if significant(written, _EXACT_DIGITS) != written:
            written = half_up(written, max(_SHOWN_DIGITS - magnitude(written), 0))
        return grouped(written) + self.unit


class End(NamedTuple):
    """One end of an interval: its value, and `crossing` (through 0), `step` (a jump), or `end` of the search."""

    value: Fraction
    kind: str


class Interval(NamedTuple):
    """Values of a number between two ends."""

    low: End
    high: End


class Nearest(NamedTuple):
    """The boundary nearest to today's value.

    Attributes:
        end: where it lies, and what happens there.
        distance: from today's value, as a share of it; None where that is 0.
        worth_above: whether it is worth it above the boundary, rather than below.
    """

    end: End
    distance: Fraction | None
    worth_above: bool


class BreakEven(NamedTuple):
    """For which values of one number the work is worth it.

    Attributes:
        parameter: the number.
        searched: lowest and highest value that were looked at.
        worth_it: intervals in which the net present value is above 0, ascending.
        nearest: the boundary nearest to today's value; None where the sign never changes.
    """

    parameter: Parameter
    searched: tuple[Fraction, Fraction]
    worth_it: tuple[Interval, ...]
    nearest: Nearest | None


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
        margin = float(max(abs(self.least), abs(self.most)) / 10**_JSON_DIGITS)
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


class _Shown:
    """Results that consist of tables."""

    def tables(self) -> list[Table]:
        """What is shown."""
        raise NotImplementedError

    def __str__(self) -> str:
        return "\n\n".join(table.plain() for table in self.tables())

    def _repr_html_(self) -> str:
        return "".join(table.html() for table in self.tables())


@dataclass(frozen=True)
class BreakEvens(_Shown):
    """Break-evens of every number of a scenario, the nearest first.

    Attributes:
        title: name of the scenario.
        option: model or mix.
        currency: of the outcome.
        outcome: net present value of the scenario as it stands.
        items: one for each number.
        not_searched: numbers that could not be searched, with the reason.
    """

    title: str
    option: str
    currency: str
    outcome: Fraction
    items: tuple[BreakEven, ...]
    not_searched: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """What the result hangs on."""
        return hangs_on(self.items)

    def tables(self) -> list[Table]:
        """One row for each number at which the sign changes."""
        headings = ("number", "now", "break-even", "away", "how", "worth it", "searched")
        columns = tuple(Column(name, numeric=name in {"now", "break-even", "away"}) for name in headings)
        changing = [item for item in self.items if item.nearest is not None]
        notes = [f"{self.sentence}.", "Worth it: a net present value above 0. Each number alone, all others as stated."]
        if len(changing) < len(self.items):
            notes.append(f"Never changes the sign: {_names(item for item in self.items if item.nearest is None)}.")
        notes += [f"Not searched: {name}: {why}" for name, why in self.not_searched]
        title = f"{self.title}: break-evens, {self.option}, net present value {_money(self.outcome, self.currency)}"
        rows = [_break_even_row(item, item.nearest) for item in changing if item.nearest is not None]
        return [Table(title, columns, tuple(rows), (), tuple(notes))]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            **_head("break_even", self.title, self.option, self.currency),
            "net_present_value": decimal_text(self.outcome),
            "hangs_on": self.sentence,
            "numbers": [_break_even_json(item) for item in self.items],
            "not_searched": _reasons(self.not_searched),
        }

    def to_pandas(self) -> pd.DataFrame:
        """One row for each interval in which it is worth it."""
        import pandas as pd

        names = ("path", "value", "low", "low_kind", "high", "high_kind")
        rows = [
            (item.parameter.name, float(item.parameter.value), float(low.value), low.kind, float(high.value), high.kind)
            for item in self.items
            for low, high in item.worth_it
        ]
        return pd.DataFrame(rows, columns=list(names))


def hangs_on(break_evens: Sequence[BreakEven]) -> str:
    """What the result hangs on: the two nearest break-evens in words, without a full stop.

    Args:
        break_evens: the nearest first.
    """
    near = [item for item in break_evens if item.nearest is not None]
    if near:
        told = [near[0], *[item for item in near[1:] if not _same(near[0], item)][:1]]
        return f"It hangs on {' and '.join(f'{item.parameter.name} ({_in_words(item)})' for item in told)}"
    if not break_evens:
        return "It hangs on no number of the scenario: none could be changed"
    stays = "stays worth it" if any(item.worth_it for item in break_evens) else "is not worth it"
    return f"It hangs on no single number: over every range searched it {stays}"


def _same(first: BreakEven, second: BreakEven) -> bool:
    """Whether two numbers are factors of one product, such as records a day and days: their break-evens are one."""
    if first.parameter.path[:-1] != second.parameter.path[:-1] or first.nearest is None or second.nearest is None:
        return False
    near, other = first.nearest.distance, second.nearest.distance
    return near is not None and other is not None and abs(near - other) < _ALIKE


def _in_words(item: BreakEven) -> str:
    now, nearest = f"{item.parameter.shown(item.parameter.value)} now", item.nearest
    if nearest is None:
        return now
    return f"{now}; worth it {'from' if nearest.worth_above else 'up to'} {item.parameter.shown(nearest.end.value)}"


_HOW = {"crossing": "gradually", "step": "in one step"}


def _break_even_row(item: BreakEven, nearest: Nearest) -> tuple[str, ...]:
    shown = item.parameter.shown
    return (
        item.parameter.name,
        shown(item.parameter.value),
        shown(nearest.end.value),
        "" if nearest.distance is None else f"{grouped(half_up(nearest.distance * _HUNDRED, 1), 1)} %",
        _HOW[nearest.end.kind],
        "; ".join(_range(item, interval) for interval in item.worth_it) or "never",
        f"{_from(item)} to {shown(item.searched[1])}",
    )


def _from(item: BreakEven) -> str:
    parameter, (low, _) = item.parameter, item.searched
    just_above = parameter.above_low and parameter.low is not None and parameter.low < low
    return f"above {parameter.shown(parameter.low or 0)}" if just_above else parameter.shown(low)


def _range(item: BreakEven, interval: Interval) -> str:
    """An interval in words; an end of the search is none of the scenario's, and is left open."""
    low, high = (item.parameter.shown(end.value) for end in interval)
    if interval.low.kind == "end":
        return f"up to {high}"
    return f"from {low}" if interval.high.kind == "end" else f"{low} to {high}"


def _break_even_json(item: BreakEven) -> dict[str, Any]:
    nearest = item.nearest
    return {
        **_parameter_json(item.parameter),
        "searched": [_digits(value) for value in item.searched],
        "worth_it": [
            {name: {"value": _digits(end.value), "kind": end.kind} for name, end in interval._asdict().items()}
            for interval in item.worth_it
        ],
        "nearest": None
        if nearest is None
        else {
            "value": _digits(nearest.end.value),
            "kind": nearest.end.kind,
            "distance": None if nearest.distance is None else _digits(nearest.distance),
            "worth_it": "above" if nearest.worth_above else "below",
        },
    }


@dataclass(frozen=True)
class OneWay(_Shown):
    """Each number alone between a low and a high value, the largest swing first.

    Attributes:
        title: name of the scenario.
        option: model or mix.
        currency: of the outcome.
        outcome: net present value with every number at its base.
        rows: one for each number that changes the outcome.
        how: what the low and high values are, in words.
        without_effect: numbers that change nothing between their low and high.
        not_computed: numbers that could not be changed alone, with the reason.
    """

    title: str
    option: str
    currency: str
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
            f"{row.parameter.name} goes further between its low and high: from "
            f"{_money(row.least, self.currency)} to {_money(row.most, self.currency)}."
            for row in self.rows
            if row.beyond_ends
        ]
        if self.without_effect:
            count = len(self.without_effect)
            some = "1 number changes nothing in its" if count == 1 else f"{count} numbers change nothing in their"
            found.append(f"{some} range: {', '.join(self.without_effect)}.")
        return (*found, *(f"Not computed: {name}: {why}" for name, why in self.not_computed))

    def tables(self) -> list[Table]:
        """One row for each number."""
        headings = ("low", "base", "high", "at low", "at base", "at high", "swing")
        outcomes = [value for row in self.rows for value in (row.least, row.most)]
        places = shown_places([Fraction(value) for value in outcomes], self.currency)
        rows = [self._row(row, places) for row in self.rows]
        title = f"{self.title}: net present value {self.currency} by one number at a time, {self.option}"
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

    def _records(self) -> list[dict[str, Any]]:
        names = ("low", "high", "outcome_low", "outcome_base", "outcome_high", "least", "most", "swing")
        return [
            {**_parameter_json(row.parameter), **{name: _digits(getattr(row, name)) for name in names}}
            for row in self.rows
        ]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            **_head("one_way_sensitivity", self.title, self.option, self.currency),
            "net_present_value": decimal_text(self.outcome),
            "numbers": self._records(),
            "without_effect": list(self.without_effect),
            "not_computed": _reasons(self.not_computed),
            "notes": list(self.notes),
        }

    def to_pandas(self) -> pd.DataFrame:
        """One row for each number."""
        import pandas as pd

        return pd.DataFrame(self._records())


@dataclass(frozen=True)
class TwoWay(_Shown):
    """The outcome for every pair of values of two numbers.

    Attributes:
        title: name of the scenario.
        option: model or mix.
        currency: of the outcome.
        first, second: the numbers: a row for each value of the first, a column for each of the second.
        outcomes: net present value, by row and column.
        break_evens: values of the second at which the sign changes between two columns, by row.
    """

    title: str
    option: str
    currency: str
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
        title = f"{self.title}: net present value {self.currency} by {down.name} and {across.name}, {self.option}"
        note = f"Across: {across.name}. Break-even: its value where the sign changes between two columns."
        return [Table(title, columns, tuple(rows), (), (note,))]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        axes = {"first": self.first, "second": self.second}
        return {
            **_head("two_way_sensitivity", self.title, self.option, self.currency),
            **{
                name: {**_parameter_json(axis.parameter), "values": [_digits(value) for value in axis.values]}
                for name, axis in axes.items()
            },
            "outcomes": [[_digits(value) for value in row] for row in self.outcomes],
            "break_evens": [[_digits(value) for value in row] for row in self.break_evens],
        }

    def to_pandas(self) -> pd.DataFrame:
        """A row for each value of the first number, a column for each of the second."""
        import pandas as pd

        index, columns = (
            pd.Index([float(value) for value in axis.values], name=axis.parameter.name)
            for axis in (self.first, self.second)
        )
        return pd.DataFrame(self.outcomes, index=index, columns=columns)


@dataclass(frozen=True)
class NamedCases(_Shown):
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
                "never" if row.payback_months is None else grouped(half_up(Fraction(row.payback_months), 1), 1),
            )
            for row in self.rows
        ]
        said = {row.case: row.settings for row in self.rows if row.settings}
        notes = [f"{case}: {', '.join(f'{name} {value}' for name, value in items)}." for case, items in said.items()]
        return [Table(f"{self.title}: named cases, {self.currency}", columns, tuple(rows), (), tuple(notes))]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        head = _head("named_cases", self.title, "", self.currency)
        return {**{key: value for key, value in head.items() if key != "option"}, "cases": self._records()}

    def _records(self) -> list[dict[str, Any]]:
        return [
            {
                "case": row.case,
                "option": row.option,
                "net_present_value": decimal_text(row.net_present_value),
                "net_total": decimal_text(row.net_total),
                "payback_months": None if row.payback_months is None else _digits(row.payback_months),
                "settings": dict(row.settings),
            }
            for row in self.rows
        ]

    def to_pandas(self) -> pd.DataFrame:
        """One row for each case and option; money as exact `Fraction` objects."""
        import pandas as pd

        return pd.DataFrame([row._replace(settings=()) for row in self.rows]).drop(columns="settings")


def _head(kind: str, title: str, option: str, currency: str) -> dict[str, Any]:
    return {"schema_version": SCHEMA_VERSION, "kind": kind, "title": title, "option": option, "currency": currency}


def _parameter_json(parameter: Parameter) -> dict[str, Any]:
    return {"path": parameter.name, "value": _digits(parameter.value), "shown": parameter.shown(parameter.value)}


def _reasons(items: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"path": name, "reason": why} for name, why in items]


def _digits(value: Number) -> float:
    """A number of ten significant digits, as JSON has it."""
    return float(f"{float(value):.{_JSON_DIGITS}g}")


def _money(value: Number, currency: str) -> str:
    amount = Fraction(value)
    places = shown_places([amount], currency) if amount else places_of(currency)
    return f"{grouped(half_up(amount, places), places)} {currency}"


def _names(items: Iterable[BreakEven]) -> str:
    return ", ".join(item.parameter.name for item in items)
