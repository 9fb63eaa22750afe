"""A change of provider: the finding, the figures of each day and stage, and everything needed to defend them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from costmodel.quantities import decimal_text
from costmodel.results.estimate import SCHEMA_VERSION, shown_costs
from costmodel.results.migration.parts import Amounts, Day, Span, together
from costmodel.results.notice import notice_lines
from costmodel.results.shown import Shown

if TYPE_CHECKING:
    from datetime import date, datetime

    from costmodel.prices.exchange import ExchangeRate
    from costmodel.quantities import Month
    from costmodel.results.estimate import BookReference
    from costmodel.results.migration.parts import Outlook, Quoted, Side, Stage
    from costmodel.results.notice import Notice
    from costmodel.results.table import Table
    from costmodel.value.move import Migration as Stated


@dataclass(frozen=True)
class MigrationResult(Shown):
    """A change of provider.

    Attributes:
        title: name of the scenario.
        currency: of every amount.
        months: the horizon.
        stated: the section of the scenario, with the mean of each distribution.
        old_models, new_models: by their full names.
        stages: in order; those of no length are left out.
        spans: amounts between every two instants at which something changes.
        one_off: what is paid once, by name.
        outlook: break-even, saving a year, a month before and after.
        service: how the old and the new provider answer.
        quoted: a cost that somebody quotes.
        book, scenario_sha256, exchange, notices: as in an estimate.
    """

    title: str
    currency: str
    months: tuple[Month, ...]
    stated: Stated
    old_models: tuple[str, ...]
    new_models: tuple[str, ...]
    stages: tuple[Stage, ...]
    spans: tuple[Span, ...]
    one_off: dict[str, Fraction]
    outlook: Outlook
    service: tuple[Side, Side]
    quoted: Quoted | None
    book: BookReference
    scenario_sha256: str
    exchange: tuple[ExchangeRate, ...]
    notices: tuple[Notice, ...]

    @cached_property
    def total(self) -> Amounts:
        """Amounts of the horizon."""
        return together(span.amounts for span in self.spans)

    @property
    def rolled_back(self) -> bool:
        """Whether everything goes back to the old provider."""
        return self.stages[-1].name == "rolled back"

    @property
    def end(self) -> datetime:
        """The instant at which the change is over."""
        return self.stages[-1].start

    @property
    def period(self) -> str:
        """The horizon in words."""
        first, last = self.months[0], self.months[-1]
        return str(first) if first == last else f"{first} to {last}"

    def phase(self, name: str) -> Amounts:
        """Amounts before, during or after the change."""
        return together(span.amounts for span in self.spans if span.stage.phase == name)

    def stage(self, stage: Stage) -> Amounts:
        """Amounts of a stage."""
        return together(span.amounts for span in self.spans if span.stage == stage)

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """Amounts of each day."""
        spans: dict[date, list[Span]] = {}
        for span in self.spans:
            spans.setdefault(span.start.date(), []).append(span)
        found: list[Day] = []
        for day, inside in spans.items():
            phases = {span.stage.phase for span in inside}
            phase = "during" if "during" in phases else inside[-1].stage.phase
            amounts = together(span.amounts for span in inside)
            before = found[-1].cumulative_saving if found else Fraction(0)
            found.append(Day(day, phase, amounts, before + amounts.saving))
        return tuple(found)

    @property
    def finding(self) -> str:
        """What it saves a year, when it has paid back, what is lost, and what is quoted against it."""
        from costmodel.results.migration.words import finding

        return finding(self)

    def tables(self, *, daily: bool = False) -> list[Table]:
        """The tables shown.

        Args:
            daily: every day too.
        """
        from costmodel.results.migration import tables as shown

        found = [shown.phases_table(self), *shown.stages_tables(self), *shown.further_tables(self)]
        found += [shown.days_table(self)] if daily else []
        return [*found[:-1], found[-1]._replace(notes=(*found[-1].notes, *self.notes))]

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below the tables: how it is computed, price book, exchange rates, warnings."""
        from costmodel.results.migration.words import explained

        rates = (
            f"Exchange rate: {decimal_text(rate.rate, 8)} {rate.to} for one {rate.from_} on {rate.on}."
            for rate in self.exchange
        )
        prices = f"Prices: {self.book}. Amounts in {self.currency}."
        return (*explained(self), prices, *rates, *notice_lines(self.notices))

    def to_json(self) -> dict[str, Any]:
        """As plain data: money as decimal strings, unrounded; the same inputs give the same bytes."""
        from costmodel.results.migration.records import record

        return {"schema_version": SCHEMA_VERSION, "kind": "migration", **record(self)}

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """One row for each day."""
        from costmodel.results.migration.records import day_records

        return day_records(self, exact=exact)

    def __repr__(self) -> str:
        saving = shown_costs([self.outlook.saving_a_year], self.currency)[0]
        return f"<MigrationResult {self.title!r}: {saving} {self.currency} saved a year, {self.period}>"
