"""The file of a budget: lines with an amount a month, and when to alert."""

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from costmodel.documents.model import (
    Count,
    Model,
    MoneyField,
    MonthField,
    Rate,
    Share,
    Text,
    in_order,
    listed,
    load,
    validated,
)
from costmodel.documents.reader import read_document
from costmodel.errors import FileError
from costmodel.quantities import Money, unambiguous

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.documents.reader import Document
    from costmodel.errors import Mistake

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_LEAST = 7  # days of a week: fewer may hold no weekend day at all
_NOT_OF_A_LINE = ("month", "year", "day", "meter", "workload", "step")


def _some(value: Money) -> Money:
    if value.amount <= 0:
        raise ValueError(f"a budget of {value} has no share that could be used: write more than 0")
    return value


def _above_nothing(value: Fraction) -> Fraction:
    if value <= 0:
        raise ValueError("an alert at 0 % would always sound: write more, such as 80 %")
    return value


def _inside(value: Fraction) -> Fraction:
    if value in {0, 1}:
        raise ValueError("a level of 0 % says nothing, and 100 % has no end: write one such as 90 %")
    return value


def _whole_week(value: int) -> int:
    if value < _LEAST:
        raise ValueError(f"{value} days hold too few weekend days to know their spread: write {_LEAST} or more")
    return value


def _one_or_more(entry: Any) -> BeforeValidator:
    """One entry may stand without the brackets of a list, for editors too."""
    return BeforeValidator(listed, json_schema_input_type=entry | tuple[entry, ...])


Level = Annotated[Share, AfterValidator(_inside)]
Days = Annotated[Count, AfterValidator(_whole_week)]
Weekend = Annotated[tuple[Weekday, ...], _one_or_more(Weekday)]
AlertShares = Annotated[tuple[Annotated[Rate, AfterValidator(_above_nothing)], ...], _one_or_more(Rate)]
Texts = Annotated[tuple[Text, ...], _one_or_more(Text)]


class Alerts(Model):
    """Shares of a budget; more than that is an alert."""

    actual: AlertShares = ()
    """Of what is used so far, such as [80 %, 100 %]."""
    projected: AlertShares = ()
    """Of what the month is projected to end with, such as 100 %."""

    @model_validator(mode="after")
    def _asks(self) -> "Alerts":
        if not (self.actual or self.projected):
            raise ValueError("no share is given: add 'actual', 'projected' or both, such as {actual: [80 %, 100 %]}")
        return self


class ProjectionTerms(Model):
    """How the end of a month is projected, where it differs from what is shipped."""

    level: Level | None = None
    """Of the prediction interval, such as 90 %."""
    least_days: Days | None = None
    """Whole days that must be seen; 7 or more."""
    window_days: Days | None = None
    """Whole days that are looked back on at most."""
    weekend: Weekend | None = None
    """Days of the week that are no weekdays."""


class BudgetLine(Model):
    """One line."""

    name: Text
    """What it is called."""
    amount: Annotated[MoneyField, BeforeValidator(unambiguous), AfterValidator(_some)]
    """Money for a month."""
    month: MonthField | None = None
    """The one month it holds for; every month where it is left out."""
    where: dict[Text, Annotated[Texts, Field(min_length=1)]] = Field(default_factory=dict)
    """Usage that counts: values by label, provider, model, tier or region. All usage where it is left out."""
    alerts: Alerts | None = None
    """Its own alerts, in place of those of the file."""


class BudgetFile(Model):
    """A budget."""

    budget: Text
    """Whose it is."""
    alerts: Alerts
    """When to alert."""
    projection: ProjectionTerms = ProjectionTerms()
    """How the end of the month is projected, where it differs from what is shipped."""
    may_have_no_usage: Texts = ()
    """Values under `where` that are right although the log may have no usage of theirs."""
    lines: Annotated[tuple[BudgetLine, ...], Field(min_length=1)]
    """The lines. They may overlap: one for all, one for each department."""


class Terms(NamedTuple):
    """How a month end is projected.

    Attributes:
        level: of the prediction interval, of 1.
        least_days, window_days: whole days that must be seen, and that are looked back on at most.
        weekend: days of the week, 0 for Monday.
    """

    level: Fraction
    least_days: int
    window_days: int
    weekend: frozenset[int]


class Budget(NamedTuple):
    """A file of a budget as it was read.

    Attributes:
        file: what it says.
        document: for the place of a mistake that only the usage shows.
    """

    file: BudgetFile
    document: "Document"

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What its lines tell usage apart by."""
        return tuple(dict.fromkeys(name for line in self.file.lines for name in line.where))

    @property
    def terms(self) -> Terms:
        """How a month end is projected: as the file says, else as shipped."""
        own, shipped = self.file.projection, _shipped()
        weekend = own.weekend if own.weekend is not None else shipped.weekend.value
        return Terms(
            own.level or shipped.level.value,
            own.least_days or shipped.least_days.value,
            own.window_days or shipped.window_days.value,
            frozenset(map(_WEEK.index, weekend)),
        )

    def mistake(self, number: int, keys: tuple[Any, ...], message: str, *, of_key: bool = False) -> "Mistake":
        """A mistake in one of the lines."""
        return self.document.mistake(("lines", number, *keys), message, of_key=of_key)


def read_budget(path: str | Path, name: str | None = None) -> Budget:
    """Read a file of a budget.

    Raises:
        FileError: every mistake in it, each at its line and column.
    """
    document = read_document(path, name)
    budget = Budget(validated(document, BudgetFile), document)
    found = list(_mistakes(budget))
    if found:
        raise FileError(in_order(found))
    return budget


def _mistakes(budget: Budget) -> "Iterator[Mistake]":
    """Lines that stand twice, and what a line cannot be told apart by."""
    seen: dict[str, set[object]] = {}
    for number, line in enumerate(budget.file.lines):
        months = seen.setdefault(line.name, set())
        if line.month in months or (months and (line.month is None or None in months)):
            yield budget.mistake(number, ("name",), f"the line '{line.name}' stands twice for the same month")
        months.add(line.month)
        for name in line.where:
            if name in _NOT_OF_A_LINE:
                message = f"a line holds for a month and cannot be cut by {name}: use a label, provider, model or tier"
                yield budget.mistake(number, ("where", name), message, of_key=True)
    terms = budget.terms
    if terms.window_days < terms.least_days:
        message = f"only {terms.window_days} days are looked back on, and {terms.least_days} must be seen"
        yield budget.document.mistake(("projection",), message, of_key=True)
    if terms.weekend and len(terms.weekend) == len(_WEEK):
        yield budget.document.mistake(("projection", "weekend"), "this leaves no weekday")


class _Level(Model):
    """A shipped level."""

    value: Level
    """The level."""
    source: Text
    """Where it comes from."""


class _Days(Model):
    """A shipped number of days."""

    value: Days
    """The days."""
    source: Text
    """Where it comes from."""


class _Weekend(Model):
    """The shipped weekend."""

    value: Weekend
    """Days of the week."""
    source: Text
    """Where they come from."""


class _Shipped(Model):
    """What `projection.yaml` states."""

    level: _Level
    """Of the prediction interval."""
    least_days: _Days
    """Whole days that must be seen."""
    window_days: _Days
    """Whole days that are looked back on."""
    weekend: _Weekend
    """Days that are no weekdays."""


class _ShippedFile(Model):
    """`projection.yaml`."""

    projection: _Shipped
    """How a month end is projected."""


@cache
def _shipped() -> _Shipped:
    return load(Path(__file__).with_name("projection.yaml"), _ShippedFile, "projection.yaml").projection
