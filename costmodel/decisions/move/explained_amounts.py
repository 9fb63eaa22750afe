"""Requests and money of a change of provider, computed again with traced numbers, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.explained import all_requests, bill_of, label, renamed, total, unit_of, with_taxes, words
from costmodel.decisions.move.ramp import with_shares
from costmodel.decisions.move.settled import Extras, bills, levied, missing_to_minimum, moving, staying
from costmodel.documents.numbers import numbers_of
from costmodel.equations.charges import minimum_top_up
from costmodel.equations.migration import prepaid_unused, ramp_share, saving_of_move
from costmodel.results.migration.parts import Amounts, together
from costmodel.runtimes.operations import step
from costmodel.runtimes.trace import Cell, as_cell, cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from costmodel.billing.levies import LevyLine
    from costmodel.decisions.move.migrate import Workings
    from costmodel.results.migration.migration import MigrationResult
    from costmodel.results.migration.parts import Stage
    from costmodel.value.move import Migration

_NOTHING, _ALL = Fraction(0), Fraction(1)
_MOST_STAGES = 12  # that are shown one by one
EXTRAS = ("minimum_cost", "prepaid_lost_cost", "unchanged_minimum_cost", "unchanged_prepaid_lost_cost")
_COST = ("old_cost", "new_cost", "minimum_cost", "prepaid_lost_cost", "one_off_cost")
_UNCHANGED = ("unchanged_bills_cost", "unchanged_minimum_cost", "unchanged_prepaid_lost_cost")
BY_STAGE = tuple(name for name in Amounts._fields if name not in {*EXTRAS, "one_off_cost"})
PARTS = {"cost": _COST, "total": _COST, "unchanged_cost": _UNCHANGED, "saving": ("unchanged_cost", "cost")}


class Scope(NamedTuple):
    """The part of a change of provider that a figure is of.

    Attributes:
        places: of its slices.
        words: where it is, for a title; empty for the horizon.
        written: what selects it, after a comma.
    """

    places: tuple[int, ...]
    words: str = ""
    written: str = ""


@dataclass(frozen=True)
class TracedMove:
    """A change of provider whose figures can be computed again with traced numbers."""

    made: Workings
    result: MigrationResult

    @property
    def currency(self) -> str:
        """Of every amount."""
        return self.result.currency

    @cached_property
    def stated(self) -> Migration:
        """The section of the scenario, its numbers traced."""
        scenario = self.made.case.scenario
        numbers = numbers_of(scenario.migration, scenario.document.data["migration"])
        cells = {("migration", *path): cell(label(path), number) for path, number in numbers.items()}
        traced: Migration = scenario.with_numbers(cells).migration
        return traced

    @cached_property
    def levied(self) -> Fraction:
        """What is paid for one of a bill, taxes and fees included."""
        return levied(self.made.agreed.levies)(_ALL)

    @cached_property
    def moving(self) -> Extras:
        """What is paid beside the bills."""
        return Extras(self.made.slices, self.made.agreed, moving)

    @cached_property
    def staying(self) -> Extras:
        """The same, had nothing changed."""
        return Extras(self.made.slices, self.made.agreed, staying)

    def exact(self, scope: Scope) -> dict[str, Fraction]:
        """The figures of a scope in the result."""
        return together(self.result.spans[place].amounts for place in scope.places).figures()

    def figure(self, name: str, scope: Scope) -> Any:
        """One amount of a scope; what is made of other amounts shows these as numbers."""
        if name in PARTS:
            return self._composed(name, scope)
        if name in EXTRAS:
            return self._extra(name, scope)
        if name == "one_off_cost":
            parts = [cell(item, money, self.currency) for item, money in self.result.one_off.items()]
            return total(parts if self.moving.first in scope.places else ())
        return self._by_stage(name, scope)

    def _composed(self, name: str, scope: Scope) -> Any:
        exact = self.exact(scope)
        parts = {part: cell(words(part), exact[part], self.currency) for part in PARTS[name] if exact[part]}
        if name == "saving":
            return saving_of_move(parts.get("unchanged_cost", _NOTHING), parts.get("cost", _NOTHING))
        amounts = Amounts(**parts)  # type: ignore[arg-type]
        return amounts.unchanged_cost if name == "unchanged_cost" else amounts.cost

    def _by_stage(self, name: str, scope: Scope) -> Any:
        groups = [(stage, places) for stage, places in self.stages(scope) if self._is_some(name, places)]
        if len(groups) > _MOST_STAGES:
            return total(self._phases(name, groups))
        if len(groups) == 1:
            return getattr(self.amounts(*groups[0]), name)
        parts = [(stage, getattr(self.amounts(stage, places, deep=False), name)) for stage, places in groups]
        unit = unit_of(name, self.currency)
        return total(renamed(f"{words(name)}: {stage.name}", part, unit) for stage, part in parts)

    def _phases(self, name: str, groups: list[tuple[Stage, list[int]]]) -> Iterator[Any]:
        """Many stages, those of a phase taken together."""
        for phase, members in groupby(groups, key=lambda group: group[0].phase):
            places = tuple(place for _, inside in members for place in inside)
            yield cell(f"{words(name)}: {phase}", self.exact(Scope(places))[name], unit_of(name, self.currency))

    def _is_some(self, name: str, places: Sequence[int]) -> bool:
        return any(getattr(self.result.spans[place].amounts, name) for place in places)

    def stages(self, scope: Scope) -> list[tuple[Stage, list[int]]]:
        """The stages of a scope, each with the places of its slices."""
        grouped = groupby(scope.places, key=lambda place: self.result.spans[place].stage)
        return [(stage, list(places)) for stage, places in grouped]

    def amounts(self, stage: Stage, places: Sequence[int], *, deep: bool = True) -> Amounts:
        """Requests and bills of some slices of a stage; what is nothing stays a number.

        Args:
            stage: the stage.
            places: of the slices.
            deep: shares and bills are computed again too; else they are numbers.
        """
        requests = sum((self.made.slices[place].requests for place in places), _NOTHING)
        old = self.bill("old", places, deep=deep)
        new = self.bill("new", places, deep=deep) if stage.new_load else _NOTHING
        shares = self.shares(stage) if deep else _as_numbers(stage)
        made = bills(shares, cell("requests of the workload", requests, "requests"), old, new)
        exact = self.exact(Scope(tuple(places)))
        found: dict[str, Any] = {
            name: renamed(words(name), value, unit_of(name, self.currency))
            for name, value in made._asdict().items()
            if isinstance(value, Cell) and exact[name]
        }
        return Amounts(**found)

    def bill(self, side: str, places: Sequence[int], *, deep: bool = True, workload: str = "") -> Any:
        """What all requests of some slices would cost at the old or at the new models, taxes and fees included.

        Args:
            side: old or new.
            places: of the slices.
            deep: the bills of single models are shown; else the bill is a number.
            workload: whose requests; all by default.
        """
        entries = [entry for place in places for entry in getattr(self.made.slices[place], side)]
        entries = [entry for entry in entries if workload in {"", entry.workload}]
        found = bill_of(entries, self.currency)
        name = all_requests(side)
        if not deep:
            return cell(name, as_cell(found).value * self.levied, self.currency)
        if len({entry.model for entry in entries}) > 1:
            found = step(name, found, self.currency)
        return with_taxes(found, self.levied, self.currency)

    def shares(self, stage: Stage) -> Stage:
        """A stage whose shares are traced."""
        if stage.copied:
            return stage._replace(copied=cell("share copied", stage.copied))  # type: ignore[arg-type]
        if not stage.new_share:
            return stage
        share = self._share(stage)
        if not stage.failed or self.stated.canary is None:
            return stage._replace(new_share=share)
        return with_shares(stage, self.stated, share, self.stated.canary.error_rate)

    def _share(self, stage: Stage) -> Any:
        canary = self.result.stated.canary
        traced = self.stated.canary
        if canary is None or traced is None or stage.new_share == _ALL:
            return cell("share at the new provider", stage.new_share)
        rising = [item.new_share for item in self.made.stages if _NOTHING < item.new_share < canary.highest]
        if stage.new_share not in rising:
            return traced.highest
        taken = cell("steps taken", rising.index(stage.new_share), "steps")
        rise = _NOTHING if traced.step is None else traced.step
        return ramp_share(traced.initial, rise, traced.highest, taken)  # type: ignore[arg-type]

    def _extra(self, name: str, scope: Scope) -> Any:
        extras = self.staying if name.startswith("unchanged") else self.moving
        if name.endswith("minimum_cost"):
            return with_taxes(total(self._minimums(extras, scope)), self.levied, self.currency)
        drawn = extras.drawn()
        if drawn is None or drawn.place not in scope.places:
            return _NOTHING
        balance = cell("money paid in advance", self.made.agreed.balance, self.currency)
        used = [cell("bills until it lapses", drawn.bills, self.currency)]
        used += [cell("minimums until it lapses", drawn.minimums, self.currency)] if drawn.minimums else []
        return prepaid_unused(balance, total(used))

    def _minimums(self, extras: Extras, scope: Scope) -> Iterator[Any]:
        """What is missing to minimums: of the contract, and of the offers themselves."""
        least = cell("minimum a month", self.made.agreed.minimum, self.currency)
        for item in extras.commitments:
            if item.place in scope.places:
                bill = cell(f"bill of {item.month} under the contract", item.bill, self.currency)
                days = (
                    cell("days under the contract", item.days, "days"),
                    cell("days of the month", item.length, "days"),
                )
                missing = missing_to_minimum(bill, least, *days)
                yield step(f"missing to the minimum of {item.month}", missing, self.currency)
        for place, line in extras.own:
            if place in scope.places:
                yield self.own_minimum(line)

    def own_minimum(self, line: LevyLine) -> Any:
        """What is missing to the minimum charge of an offer in a month."""
        entry = line.entry
        unit = entry.list_currency if entry else self.currency
        charges = cell(f"charges of {line.model} in {line.month}", line.base, unit)
        missing = minimum_top_up(charges, cell("minimum charge", line.minimum or _NOTHING, unit))
        rate = entry.converted(_ALL)[1] if entry else _ALL
        reported = missing * cell(f"{self.currency} for one {unit}", rate, "" if rate == 1 else self.currency)
        return step(f"missing to the minimum charge of {line.model} in {line.month}", reported, self.currency)


_SHARES = {
    "new_share": "share at the new provider",
    "failed": "share that fails",
    "again": "share sent again",
    "copied": "share copied",
}


def _as_numbers(stage: Stage) -> Stage:
    """A stage whose shares are plain numbers with a name."""
    shares: dict[str, Any] = {name: getattr(stage, name) for name in _SHARES}
    cells: dict[str, Any] = {name: cell(_SHARES[name], share) for name, share in shares.items() if share}
    return stage._replace(**cells)
