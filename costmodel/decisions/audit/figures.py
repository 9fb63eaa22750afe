"""Figures of scenarios, by the keys that `expect:` uses, each with its unit; every scenario is computed once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.audit.changes import changed_document
from costmodel.decisions.audit.units import Amount, Unit, unit_of
from costmodel.documents.reader import read_document
from costmodel.documents.settings import with_settings
from costmodel.errors import CommandLineError
from costmodel.prices.reading import digest
from costmodel.results.comparison import Comparison
from costmodel.results.lines import grouped_lines, selection_of
from costmodel.results.notice import Notice
from costmodel.results.worth.records import is_money, way_figures, worth_figures
from costmodel.scenario import Scenario
from costmodel.study import book_for, estimate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from costmodel.decisions.audit.claims import Assumption
    from costmodel.documents.reader import Document
    from costmodel.prices.book import PriceBook
    from costmodel.prices.exchange import ExchangeRate
    from costmodel.results.estimate import BookReference, Estimate
    from costmodel.results.worth.return_on_investment import ReturnOnInvestment

NO_FILE = "there is no file"
_UNITS = (
    ("minutes", "minutes/record"), ("hours", "hours"), ("capacity_of_post", "hours"), ("posts", "posts"),
    ("hires", "posts"), ("records", "records"), ("months", "months"),
)  # fmt: skip
_PLAIN_MARKS = ("share", "return_on", "ratio", "rate", "index", "adoption")
# Figures from which costs are taken that a scenario may leave out; and the notices that say so.
_NET = ("net", "return_on", "ratio", "index", "payback", "break_even")
_OF_A_NET_SUM = frozenset({"one-off-left-out", "errors-left-out"})
_DISCOUNT = "roi.discount_rate"
# Figures that are no flow: they are the same for a month and for a year.
_STOCKS = ("posts", "per_record", "minutes", "hourly", "usable_hour", "record_cost", "payback")


class View(NamedTuple):
    """A scenario as it is looked at.

    Attributes:
        file: from the folder of the claims.
        settings: values set over it, by path.
        changes: assumptions made about it, in order.
    """

    file: str
    settings: Mapping[str, Any]
    changes: tuple[Assumption, ...] = ()

    @property
    def key(self) -> tuple[str, str, tuple[int, ...]]:
        """What tells it from others."""
        return self.file, json.dumps(self.settings, default=str), tuple(id(change) for change in self.changes)


@dataclass(frozen=True)
class Figures:
    """Computes figures of scenarios, each scenario once.

    Attributes:
        folder: of the claims.
        version: of the price book, in place of the scenarios' own.
        overlays: files of the user's own prices.
    """

    folder: Path
    version: str | None = None
    overlays: tuple[Path, ...] = ()
    notices: list[Notice] = field(default_factory=list)
    books: dict[str, BookReference] = field(default_factory=dict)
    rates: dict[tuple[str, str, str], ExchangeRate] = field(default_factory=dict)
    _documents: dict[Any, Document] = field(default_factory=dict)
    _scenarios: dict[Any, Scenario] = field(default_factory=dict)
    _books: dict[Any, PriceBook] = field(default_factory=dict)
    _results: dict[Any, Any] = field(default_factory=dict)

    def document(self, view: View) -> Document:
        """The scenario file as it is looked at.

        Raises:
            FileError, CommandLineError: it cannot be read, or a value cannot be set.
        """
        if view.key not in self._documents:
            self._documents[view.key] = self._read(view)
        return self._documents[view.key]

    def _read(self, view: View) -> Document:
        if view.changes:
            *before, last = view.changes
            file = last.scenarios.get(view.file, view.file)
            return changed_document(self.document(View(file, view.settings, tuple(before))), last)
        if view.settings:
            return with_settings(self.document(View(view.file, {})), view.settings)
        path = self.folder / view.file
        if not path.is_file():
            raise CommandLineError(f"{NO_FILE} '{view.file}' from the folder of the claims")
        return read_document(path, str(path))

    def sha256(self, view: View) -> str:
        """The hash of the scenario as used."""
        return digest(self.document(view).data)

    def amount(self, view: View, figure: str) -> Amount:
        """A figure of a scenario.

        Args:
            view: the scenario.
            figure: such as `month 1, model openai/gpt-4.1: cost` or `roi, month 1: staff_cost_before`.

        Raises:
            CommandLineError: there is no such figure.
            FileError, NoPriceError: as `estimate`.
        """
        key, colon, name = (part.strip() for part in figure.rpartition(":"))
        if not colon or not key or not name:
            raise CommandLineError(f"'{figure}' names no figure: write such as 'month 1, model openai/gpt-4.1: cost'")
        first, _, rest = key.partition(",")
        roi = first.strip() == "roi"
        selection = {
            what: _renamed(value, view.changes) if what in {"model", "alternative", "option"} else value
            for what, value in selection_of((rest or "total") if roi else key).items()
        }
        value, unit, monthly = (self._worth if roi else self._billed)(view, selection, name)
        if monthly and not any(mark in name for mark in _STOCKS) and unit.powers:
            unit = unit_of(f"{unit.text}/month")
        return Amount(Fraction(value), unit)

    def _scenario(self, view: View) -> Scenario:
        if view.key not in self._scenarios:
            document = self.document(view)
            folder = (self.folder / _file(view)).parent
            self._scenarios[view.key] = Scenario.of(document, folder)
        return self._scenarios[view.key]

    def book(self, scenario: Scenario) -> PriceBook:
        """The prices of a scenario."""
        key = (scenario.folder, self.version or scenario.prices.version, scenario.prices.overlays)
        if key not in self._books:
            self._books[key] = book_for(scenario, self.overlays, self.version)
        return self._books[key]

    def _billed(self, view: View, selection: dict[str, str], name: str) -> tuple[Any, Unit, bool]:
        scenario = self._scenario(view)
        wanted = selection.get("alternative", selection.get("model", ""))
        alone = (wanted,) if wanted in (scenario.models or {}) else ()
        result = self._estimated(view, scenario, alone)
        chosen, rest = result.chosen(selection) if isinstance(result, Comparison) else (result, selection)
        group = grouped_lines(chosen.select(rest), ())[0]
        found = {each: getattr(group, each) for each in ("cost", "cost_per_record", "records", "requests")}
        value = _named({**found, **group.totals}, name)
        monthly = "month" in rest or len(chosen.months) == 1
        return value, _bill_unit(name, chosen), monthly

    def _estimated(self, view: View, scenario: Scenario, alone: Sequence[str]) -> Estimate | Comparison:
        key = (*view.key, "bill", *alone)
        if key not in self._results:
            found = estimate(scenario, models=alone, book=self.book(scenario))
            self._results[key] = found
            if not view.changes:
                for item in found.estimates if isinstance(found, Comparison) else (found,):
                    self._note(item, item.notices)
        result: Estimate | Comparison = self._results[key]
        return result

    def _worth(self, view: View, selection: dict[str, str], name: str) -> tuple[Any, Unit, bool]:
        from costmodel.study.worth import case_of, result_of

        key = (*view.key, "roi")
        if key not in self._results:
            scenario = self._scenario(view)
            if scenario.roi is None:
                raise CommandLineError("this scenario has no 'roi' to take a figure of")
            self._results[key] = result_of(case_of(scenario, book=self.book(scenario)))
        result: ReturnOnInvestment = self._results[key]
        of_a_month = "month" in selection or name in way_figures(result.ways)
        if not view.changes:
            self._note(result, _needed(result.notices, "" if of_a_month else name))
        value = _named(worth_figures(result, selection), name)
        if value is None:
            raise CommandLineError(f"this scenario has no {name.replace('_', ' ')}: there is no such figure")
        monthly = of_a_month or len(result.months) == 1
        return value, _worth_unit(name, result.currency), monthly

    def _note(self, result: Estimate | ReturnOnInvestment, notices: Sequence[Notice]) -> None:
        self.notices.extend(map(_brief, notices))
        self.books[str(result.book)] = result.book
        self.rates.update({(rate.from_, rate.to, rate.on.isoformat()): rate for rate in result.exchange})


def _brief(notice: Notice) -> Notice:
    """A notice about how sources disagree, with the names alone: a claim is not about that."""
    if notice.code != "sources-disagree":
        return notice
    about = tuple(dict.fromkeys(item.partition(" (")[0] for item in notice.about))
    return Notice(notice.code, "Sources disagree about prices", about, "'costmodel prices show NAME' says how.")


def _needed(notices: Sequence[Notice], figure: str) -> list[Notice]:
    """The notices about a return that bear on one of its figures: only a sum over the horizon lacks what is left out.

    Args:
        notices: of the result.
        figure: its name; empty where it is of a month.
    """
    if any(mark in figure for mark in _NET):
        return list(notices)
    kept = (notice for notice in notices if notice.code not in _OF_A_NET_SUM)
    parts = ((notice, tuple(item for item in notice.about if not item.startswith(_DISCOUNT))) for notice in kept)
    return [notice._replace(about=about) for notice, about in parts if about]


def _file(view: View) -> str:
    """The file that is read in the end."""
    file = view.file
    for change in reversed(view.changes):
        file = change.scenarios.get(file, file)
    return file


def _renamed(model: str, changes: Sequence[Assumption]) -> str:
    for change in changes:
        model = change.models.get(model, model)
    return model


def _named(found: Mapping[str, Any], name: str) -> Any:
    if name in found:
        return found[name]
    raise CommandLineError(f"there is no figure '{name}'. There are: {', '.join(found)}")


def _bill_unit(name: str, result: Estimate) -> Unit:
    units = {"cost": result.currency, "cost_per_record": f"{result.currency}/record"}
    return unit_of(units.get(name) or (name if name in {"records", "requests"} else result.meters[name].units))


def _worth_unit(name: str, currency: str) -> Unit:
    if is_money(name):
        below = {"loaded_hourly_cost": "/hour", "usable_hour_cost": "/hour"}
        return unit_of(currency + below.get(name, "/record" if name.startswith("record_cost") else ""))
    if any(mark in name for mark in _PLAIN_MARKS):
        return unit_of("times")
    return unit_of(next((unit for mark, unit in _UNITS if mark in name), "times"))
