"""Computes what a claim says it is computed from; whatever goes wrong is told with its place in the file of claims."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from costmodel.decisions.audit.figures import NO_FILE, View
from costmodel.decisions.audit.units import Amount, Unit, summed
from costmodel.errors import CommandLineError, FileError, NoPriceError, QuantityError
from costmodel.prices.policy import policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.decisions.audit.claims import Assumption, Claim, Figure
    from costmodel.decisions.audit.figures import Figures
    from costmodel.documents.reader import Document
    from costmodel.errors import Mistake
    from costmodel.prices.book import PriceBook

Steps = tuple[Any, ...]
_SET = "--set "
_PLACED = re.compile(r"(?P<file>[^\n]*):\d+:\d+: (?P<message>[^\n]*)")


@dataclass(frozen=True)
class Computation:
    """A claim, ready to be computed.

    Attributes:
        claim: the claim.
        at: its path in the file.
        document: the file of claims.
        figures: computes figures of scenarios.
        quoted: figures quoted by other claims, by name.
        book: for exchange rates.
        changes: assumptions made, by name.
    """

    claim: Claim
    at: Steps
    document: Document
    figures: Figures
    quoted: Mapping[str, Amount]
    book: PriceBook
    changes: tuple[tuple[str, Assumption], ...] = ()

    def under(self, *changes: tuple[str, Assumption]) -> Computation:
        """The same claim under assumptions; models are exchanged last, so that paths still find the old names."""
        ordered = sorted(changes, key=lambda item: bool(item[1].models))
        return replace(self, changes=tuple(ordered))

    def computed(self) -> Amount:
        """What the claim's figure comes to.

        Raises:
            FileError: it cannot be computed, told with its place.
            NoPriceError: something in it has no price.
        """
        figure = self.claim.computed
        if figure is None:
            raise ValueError(self.claim.claim)  # a claim without a way to compute it is never computed
        return self.amount(figure, () if self.claim.figure else (self.claim.way,))

    def amount(self, figure: Figure, path: Steps) -> Amount:
        """A figure of the claim; its path is within the claim."""
        found = self._amount(figure, path)
        unit: Unit | None = figure.in_
        if unit is None:
            return found
        if not unit.fits(found.unit):
            raise self._wrong((*path, "in"), f"this is a figure in {_name(found.unit)}, not in {unit.text}")
        return found.within(unit)

    def _amount(self, figure: Figure, path: Steps) -> Amount:
        written = figure.amount or figure.quoted
        if written is not None:
            return written
        if figure.own is not None:
            return self.given(figure.own)
        if figure.claim is not None:
            return self.quoted[figure.claim]
        if figure.exchange is not None:
            return self._exchange(figure, path)
        if figure.figure is not None:
            return self._of_scenario(figure, path)
        name, parts = figure.operation
        amounts = [self.amount(part, (*path, name, index)) for index, part in enumerate(parts)]
        return self._operation(str(name), amounts, path)

    def given(self, name: str) -> Amount:
        """A number under `given`, under the assumptions made."""
        found = self.amount(self.claim.given[name], ("given", name))
        for _, change in self.changes:
            other = change.given(name, found)
            if not other.unit.fits(found.unit):
                message = f"'{name}' is given in {_name(found.unit)}, this assumption has {_name(other.unit)}"
                raise self._wrong((), message)
            found = other
        return found

    def _operation(self, name: str, amounts: list[Amount], path: Steps) -> Amount:
        first, *others = amounts
        if name == "product":
            for other in others:
                first = first.times(other)
            return first
        odd = next((other for other in others if not other.unit.fits(first.unit)), None)
        if odd is not None and name != "ratio":
            raise self._wrong(path, f"{name} of figures that cannot be compared: {first} and {odd}")
        if name == "sum":
            return summed(amounts)
        if name == "difference":
            return first._replace(number=first.number - others[0].within(first.unit).number)
        above, below = (first, others[0]) if name == "ratio" else (others[0], first)
        if not below.number:
            raise self._wrong(path, f"{name}: {below} is nothing to divide by")
        times = above.over(below)
        if name == "ratio":
            return times
        sign = -1 if name == "saving" else 1
        return times._replace(number=sign * (times.number - 1))

    def view(self, figure: Figure) -> View:
        """The scenario of a figure, under the assumptions made."""
        ref = figure.scenario or self.claim.scenario
        if ref is None:
            raise ValueError(figure.figure)  # refused when the file is read
        return View(ref.file, {**ref.set, **figure.set}, tuple(change for _, change in self.changes))

    def views(self) -> list[View]:
        """The scenarios that the claim's figure is computed from, each once."""
        claim = self.claim
        named = [claim.computed, *claim.given.values()]
        found = [part for figure in named if figure is not None for part, _ in figure.parts(())]
        views = [self.view(figure) for figure in found if figure.figure is not None]
        return list({view.key: view for view in views}.values())

    def data(self, view: View) -> Any:
        """What a scenario says, under the assumptions made.

        Raises:
            FileError: an assumption cannot be made about it.
        """
        try:
            return self.figures.document(view).data
        except FileError as error:
            raise FileError(self._told(mistake, view, ()) for mistake in error.mistakes) from None
        except CommandLineError as error:
            raise self._wrong((), str(error)) from None

    def _of_scenario(self, figure: Figure, path: Steps) -> Amount:
        view = self.view(figure)
        try:
            return self.figures.amount(view, str(figure.figure))
        except FileError as error:
            raise FileError(self._told(mistake, view, path) for mistake in error.mistakes) from None
        except (CommandLineError, QuantityError) as error:
            raise self._wrong(self._at_fault(str(error), figure, path), str(error)) from None
        except NoPriceError as error:
            raise self._unpriced(error, view, path) from None

    def _at_fault(self, message: str, figure: Figure, path: Steps) -> Steps:
        """Where a mistake stands that a scenario's own file does not have: at the scenario, or at the figure."""
        if not message.startswith((f"'{_SET}", NO_FILE)):
            return (*path, "figure")
        return (*path, "scenario") if figure.scenario is not None else ("scenario",)

    def _exchange(self, figure: Figure, path: Steps) -> Amount:
        from_, to = figure.exchange or ("", "")
        day = figure.on
        if day is None:
            raise ValueError(from_)  # refused when the file is read
        try:
            rate = self.book.exchange().rate(from_, to, day, policy().fx_max_age_days.value)
        except NoPriceError as error:
            raise error.at(self.document.mistake((*self.at, *path), str(error))) from None
        self.figures.rates[from_, to, rate.on.isoformat()] = rate
        return Amount.parse(f"1 {to}/{from_}")._replace(number=rate.rate)

    def _wrong(self, path: Steps, message: str) -> FileError:
        return FileError([self._mistake(path, message)])

    def _mistake(self, path: Steps, message: str) -> Mistake:
        """A mistake in the claim, or in the last assumption made about it."""
        if not self.changes:
            return self.document.mistake((*self.at, *path), message)
        name = self.changes[-1][0]
        told = f"under this assumption the claim '{self.claim.claim[:60]}' cannot be computed: {message}"
        return self.document.mistake(("assumptions", name), f"{told}; leave it out of what the claim may 'try'")

    def _told(self, mistake: Mistake, view: View, path: Steps) -> Mistake:
        """A mistake of a scenario: where it stands there, or where the claim or an assumption sets a value."""
        if self.changes:
            return self._mistake(path, mistake.message)
        if not mistake.file.startswith(_SET):
            return mistake
        return self.document.mistake((*self.at, *self._setting(mistake.file, view, path)), mistake.message)

    def _setting(self, text: str, view: View, path: Steps) -> Steps:
        """Where a value is set."""
        name = max((key for key in view.settings if text.startswith(f"{_SET}{key}")), key=len, default="")
        for place in ((*path, "set"), (*path, "scenario", "set"), ("scenario", "set")):
            node = self.document.data
            for step in (*self.at, *place):
                node = node.get(step, {}) if isinstance(node, dict) else node[step] if isinstance(node, list) else {}
            if name in node:
                return (*place, name)
        return path

    def _unpriced(self, error: NoPriceError, view: View, path: Steps) -> NoPriceError:
        match = _PLACED.match(str(error))
        if match is None:
            return error.at(self._mistake((*path, "figure"), str(error)))
        if self.changes or match["file"].startswith(_SET):
            place = self._setting(match["file"], view, path)
            return error.at(self._mistake(place, match["message"]))
        return error


def _name(unit: Unit) -> str:
    return unit.text or "plain numbers"
