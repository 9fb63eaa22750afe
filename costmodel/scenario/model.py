"""The scenario file: what is to be estimated."""

from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SkipValidation, model_validator

from costmodel.billing.levies import Levy
from costmodel.documents.model import (
    Count,
    Currency,
    Day,
    Model,
    MoneyField,
    MonthField,
    Rate,
    Text,
)
from costmodel.documents.reader import Document, read_document
from costmodel.errors import FileError
from costmodel.quantities import Month, unambiguous
from costmodel.usage.spec import Alternatives, MixField, Request, Workload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.distributions import Distribution
    from costmodel.stated import Use

Steps = tuple[Any, ...]
MAX_YEAR = 2200  # no price table reaches so far
MAX_MONTHS = 600  # fifty years: longer than any contract, short enough to compute


def _months(value: int) -> int:
    if value > MAX_MONTHS:
        raise ValueError(f"a horizon of {value:,} months is longer than {MAX_MONTHS} months")
    return value


def _within_reach(value: Month) -> Month:
    if value.year > MAX_YEAR:
        raise ValueError(f"'{value}' lies after the year {MAX_YEAR}")
    return value


def _calendar_month(value: int) -> int:
    if value > 12:  # noqa: PLR2004 - months of a year
        raise ValueError(f"{value} is not a month of the year: write 1 to 12")
    return value


def _inside(value: str) -> str:
    path = PurePosixPath(value.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in value:
        raise ValueError("an overlay lies in the scenario's folder or below it; others are given with --overlay")
    return value


class Prices(Model):
    """Which prices are used."""

    version: Text | None = None
    """Released version of the price book, quoted; the newest if not said."""
    overlays: tuple[Annotated[Text, AfterValidator(_inside)], ...] = ()
    """Files of your own prices, beside the scenario."""
    fx_as_of: Day | None = None
    """The day of the exchange rates: the last rate on or before it is used for all months."""
    fx_max_age_days: Count | None = None
    """How old that rate may be, in days; the policy's limit if not said."""


class Horizon(Model):
    """The months that are estimated."""

    start: Annotated[MonthField, AfterValidator(_within_reach)]
    """First month."""
    months: Annotated[Count, AfterValidator(_months)]
    """How many."""
    fiscal_year_start: Annotated[Count, AfterValidator(_calendar_month)] = 1
    """First month of the fiscal year, 1 to 12."""


def _above_nothing(value: Fraction) -> Fraction:
    if value <= -1:
        raise ValueError("prices that fall by 100 % a year or more leave none")
    return value


def _above_no_wage(value: Fraction) -> Fraction:
    if value <= -1:
        raise ValueError("wages that fall by 100 % a year or more leave none")
    return value


class Escalation(Model):
    """Stated yearly changes of prices."""

    prices: Annotated[Rate, AfterValidator(_above_nothing)] = Fraction(0)
    """Yearly change of API prices, from the second year of the horizon on."""
    wages: Annotated[Rate, AfterValidator(_above_no_wage)] = Fraction(0)
    """Yearly change of wages, from the second year of the horizon on."""


_OTHER_KINDS = {
    "overlay": "an overlay of your own prices: give it with --overlay, or under 'prices: {overlays: [...]}'",
    "provider": "a price table: 'costmodel prices list' shows what is in the price book",
    "profile": "a workload profile: a scenario names it under 'tokens: {profile: ...}'",
    "schema_version": "a result: give the scenario it was made from",
}


def _refuse_other_kinds(document: Document) -> None:
    """A file of another kind is told what it is, not what it lacks."""
    data = document.data
    if isinstance(data, dict) and "scenario" not in data:
        for key, what in _OTHER_KINDS.items():
            if key in data:
                raise FileError([document.mistake((key,), f"this is no scenario, but {what}", of_key=True)])


Later = Annotated[Any, SkipValidation]


class Scenario(Request):
    """What is to be estimated; keys about requests hold for every workload that does not say its own."""

    scenario: Text
    """Its name."""
    description: Text | None = None
    """What it is about."""
    prices: Prices = Prices.model_construct()
    """Which prices are used."""
    horizon: Horizon
    """The months that are estimated."""
    currency: Currency
    """Currency in which everything is reported."""
    workload: Workload | None = None
    """The records and requests."""
    workloads: tuple[Workload, ...] = ()
    """Several kinds of work, instead of one."""
    mix: MixField | None = None
    """Models that share the work."""
    models: Alternatives | None = None
    """Models that each do all of it alone: alternatives, side by side, never added up."""
    taxes_and_fees: tuple[Levy, ...] = ()
    """Lines after the bill, in this order."""
    escalation: Escalation = Escalation.model_construct()
    """Stated changes of prices over the years."""
    budget: Annotated[MoneyField, BeforeValidator(unambiguous)] | None = None
    """What the horizon may cost, taxes and fees included."""
    roi: Later = None
    """Is it worth it: clinicians' work by hand against AI-assisted work."""
    migration: Later = None
    """A change of provider: before, during and after it."""
    uncertainty: Later = None
    """How uncertain numbers are computed with."""
    expect: dict[Text, dict[Text, Text]] = Field(default_factory=dict)
    """What it must come to: the regression test."""

    _document: Document = PrivateAttr()
    _stated: Any = PrivateAttr(default=None)
    _folder: Path | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _one_of_each(self) -> "Scenario":
        if (self.workload is None) == (not self.workloads):
            raise ValueError("give either 'workload' or a list of 'workloads'")
        if self.mix is not None and self.models is not None:
            raise ValueError("give 'mix' (models that share the work) or 'models' (each alone), not both")
        levies = [levy.name for levy in self.taxes_and_fees]
        same = sorted({name for name in levies if levies.count(name) > 1 or name == "minimum charge"})
        if same:
            raise ValueError(f"the name '{same[0]}' of a tax or fee is taken: give each a name of its own")
        names = [workload.name for workload in self.workloads]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two workloads are called '{twice[0]}': give each a 'name' of its own")
        return self

    @classmethod
    def load(cls, path: str | Path, settings: "Mapping[str, Any] | None" = None) -> "Scenario":
        """Read a scenario file.

        Args:
            path: the file.
            settings: values to set, by path such as `workload.records.per_day`.

        Raises:
            FileError: every mistake, each at its line.
            CommandLineError: a setting's path leads nowhere.
        """
        return cls.of(read_document(path), Path(path).parent, settings)

    @classmethod
    def of(
        cls, document: Document, folder: Path | None = None, settings: "Mapping[str, Any] | None" = None
    ) -> "Scenario":
        """A scenario from a document that was read."""
        from costmodel.documents.settings import with_settings
        from costmodel.scenario.reading import read

        changed = with_settings(document, settings) if settings else document
        _refuse_other_kinds(changed)
        scenario, found = read(changed, cls)
        scenario._document, scenario._folder, scenario._stated = changed, folder, found  # noqa: SLF001 - its own
        return scenario

    @classmethod
    def from_data(cls, data: "Mapping[str, Any]", folder: str | Path | None = None) -> "Scenario":
        """A scenario from a plain dict, as a notebook may make one; numbers as text or int, never as float."""
        return cls.of(Document("scenario", dict(data), (), {}), None if folder is None else Path(folder))

    def changed(self, settings: "Mapping[str, Any]") -> "Scenario":
        """The same scenario with other values, by path; `{"workload.records.per_day": "2000"}`."""
        return type(self).of(self._document, self._folder, settings)

    def case(self, name: str) -> "Scenario":
        """The scenario of a named case under `uncertainty`."""
        from costmodel.scenario.reading import case_document

        return type(self).of(case_document(self._document, self.uncertainty.cases[name]), self._folder)

    @property
    def document(self) -> Document:
        """The document it was read from."""
        return self._document

    @property
    def folder(self) -> Path | None:
        """The folder it was read from."""
        return self._folder

    @property
    def distributions(self) -> "Mapping[Steps, Distribution]":
        """Numbers that are stated as a distribution, by path; elsewhere in the scenario stands their mean."""
        found: Mapping[Steps, Distribution] = self._stated.distributions
        return found

    @property
    def evidence(self) -> "tuple[Use, ...]":
        """Published figures that it uses."""
        found: tuple[Use, ...] = self._stated.evidence
        return found

    def with_numbers(self, numbers: "Mapping[Steps, Any]") -> "Scenario":
        """The same scenario with numbers of any runtime, by path, unchecked: draws, traced cells, or exact ones.

        Raises:
            KeyError: no number stands at a path.
        """
        from costmodel.documents.numbers import with_number

        scenario = self
        for path, number in numbers.items():
            scenario = with_number(scenario, path, number)
        return scenario

    def number(self, path: "Steps") -> Fraction:
        """The number at a path, in the unit in which it is computed with: 0.02 for 2 %.

        Raises:
            KeyError: no number stands there.
        """
        from costmodel.documents.numbers import number_at

        return number_at(self, path)

    def all_workloads(self) -> list[tuple[Workload, tuple[Any, ...]]]:
        """Each workload with its path in the document."""
        if self.workload is not None:
            return [(self.workload, ("workload",))]
        return [(workload, ("workloads", index)) for index, workload in enumerate(self.workloads)]
