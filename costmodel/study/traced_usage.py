"""Requests of a scenario, traced: the forecast of `usage.workload` with cells in place of its numbers.

The size of a request decides its price. Which requests lie in which size band stays as the scenario has it: the share
of each band and its mean tokens are leaves where they were measured, and a guard where somebody states one size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations.tokens import input_of_total, output_of_input
from costmodel.prices.schema import STANDARD
from costmodel.runtimes.operations import step
from costmodel.usage.cube import Band, Cell
from costmodel.usage.months import first_month
from costmodel.usage.sizes import SizeBand, Sizes, Spec, sizes_of
from costmodel.usage.spec import Request, Tokens
from costmodel.usage.workload import Forecast, Part

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from costmodel.billing.bill import Entry
    from costmodel.study.traced_leaves import Leaves
    from costmodel.usage.spec import Records
    from costmodel.usage.workload import Task

Kind = tuple[str, str, str]


class Asked(NamedTuple):
    """What one model is asked in one task."""

    task: Task
    part: Part
    records: Records


class TracedSizes(Sizes):
    """Sizes of traced cells, whose mean has a name."""

    __slots__ = ()

    @property
    def mean_tokens(self) -> Any:
        """Mean input and output tokens of one request."""
        return step("tokens a request", super().mean_tokens, "tokens")


class Guard(NamedTuple):
    """What must hold for the formulas to be those of the scenario.

    Attributes:
        about: in words.
        cell: a number that must stay in its band of request sizes, because its price is the one of that band; or that
            must be equal to the other.
        band: of request sizes.
        other: the number that it must be equal to.
    """

    about: str
    cell: Any
    band: Band = Band()
    other: Any = None


@dataclass(frozen=True)
class Known(Forecast):
    """A forecast with plain numbers that keeps the sizes of requests, by workload, step and model."""

    sizes: dict[Kind, Sizes] = field(default_factory=dict, kw_only=True)

    def _part(self, task: Task, name: str, entry: Any, share: Fraction) -> Part:
        part = super()._part(task, name, entry, share)
        self.sizes[task.workload.name, task.name, part.card.name] = part.sizes
        return part


@dataclass(frozen=True)
class TracedForecast(Forecast):
    """A forecast with traced numbers; it makes a cell when it is asked for one.

    Attributes:
        exact: the sizes of requests in plain numbers, with their bands.
        leaves: takes what was measured.
        asked: what is asked of whom, by workload, step and model.
        bands: size bands, by what is asked.
        guards: what must hold for the formulas to be those of the scenario.
    """

    exact: dict[Kind, Sizes] = field(kw_only=True)
    leaves: Leaves = field(kw_only=True)
    asked: dict[Kind, Asked] = field(default_factory=dict, kw_only=True)
    bands: dict[Kind, dict[Band, SizeBand]] = field(default_factory=dict, kw_only=True)
    guards: list[Guard] = field(default_factory=list, kw_only=True)

    def cell(self, entry: Entry, index: int, time_share: Any) -> Cell:
        """The requests of an entry in a month, traced; its span of time is empty, so that no price changes in it.

        Args:
            entry: of the bill with plain numbers, of this month or another.
            index: the month, 0 for the first.
            time_share: share of the month's requests that the entry's price is in force for.
        """
        kind = entry.workload, entry.step, entry.model
        task, part, records = self.asked[kind]
        tiers = part.spec.get("service_tier") or {STANDARD: 1}
        what = time_share, entry.tier, tiers[entry.tier], self.bands[kind][entry.band]
        return self._cell(task, part, (records, index), (entry.start, entry.start), what)

    def _cells(self, task: Task, part: Part, records: Records) -> Iterator[Cell]:
        self.asked[task.workload.name, task.name, part.card.name] = Asked(task, part, records)
        return iter(())

    def _monthly(self, workload: Any, path: tuple[Any, ...]) -> Iterator[Cell]:  # noqa: ARG002 - as in the forecast
        return iter(())

    def _parts(self, task: Task) -> tuple[list[Part], Records]:
        parts, records = super()._parts(task)
        named = [part._replace(share=step("share of the model", part.share, "of requests")) for part in parts]
        return named, records

    def _counted(self, task: Task, requests: Fraction) -> Records:
        counted = super()._counted(task, requests)
        if task.workload.records.stated:
            per_record = Spec(task.step, task.workload, self.top).get("requests_per_record", 1)
            stated = first_month(counted, self.months[0])
            self.guards.append(
                Guard("the mix counts as many records as the scenario states", requests / per_record, other=stated)
            )
        return counted

    def _part(self, task: Task, name: str, entry: Any, share: Fraction) -> Part:
        card = self._card(name)
        kind = task.workload.name, task.name, card.name
        layers = entry, task.step, task.workload, self.top
        tokens: Tokens | None = Spec(*layers).get("tokens")
        exact = self.exact[kind]
        measured = tokens is not None and tokens.profile is not None
        known = exact.bands(card)
        pairs = [self._measured(band, tokens, card.name) if measured else self._stated(tokens) for band in known]
        found = [
            sizes_of(Spec(_asking(pair), *layers), card, self.folder, task.path)
            if tokens is not None
            else sizes_of(Spec(*layers), card, self.folder, task.path)
            for pair in pairs
        ]
        self.bands[kind] = {
            band.band: self._band(band, sizes, kind, measured=measured)
            for band, sizes in zip(known, found, strict=True)
        }
        points = tuple(
            (self.bands[kind][band.band].share, sizes.points[0][1]) for band, sizes in zip(known, found, strict=True)
        )
        return Part(card, Spec(*layers), share, TracedSizes(points, exact.source, exact.doubts))

    def _band(self, exact: SizeBand, sizes: Sizes, kind: Kind, *, measured: bool) -> SizeBand:
        """A band with traced units; mean billed units of requests that are measured one by one are leaves."""
        ((_, units),) = sizes.points
        words = ", ".join(word for word in kind if word not in {"", "workload"})
        if not measured and exact.band != Band():
            self.guards.append(
                Guard(f"input tokens of a request stay in their price band: {words}", units["input"], exact.band)
            )
        share: Any = exact.share
        if share != 1:
            share = self.leaves.other("size", f"share of requests of {exact.band}", share, "%", words, "the profile")
        shaped: Any = {
            measure: self.leaves.other("size", f"billed {measure.meter} a request ({measure.shape})", mean, "", words)
            if measured
            else measure.of(units)
            for measure, mean in exact.shaped.items()
        }
        return exact._replace(share=share, totals=units, shaped=shaped)

    def _stated(self, tokens: Tokens | None) -> tuple[Any, Any]:
        """Input and output tokens of a request as somebody states them."""
        if tokens is None:
            return 0, 0
        if tokens.total is not None and tokens.input_to_output is not None:
            words = "the scenario, input_to_output"
            left, right = (
                self.leaves.other("size", f"{name} part of the tokens", part, "parts", "", words)
                for name, part in zip(("input", "output"), tokens.input_to_output, strict=True)
            )
            into = step("input tokens a request", input_of_total(tokens.total, left, right), "tokens")
            return into, tokens.total - into
        if tokens.output_per_input is not None:
            return tokens.input, output_of_input(tokens.input, tokens.output_per_input)
        return tokens.input, tokens.output

    def _measured(self, band: SizeBand, tokens: Any, model: str) -> tuple[Any, Any]:
        """Mean input and output tokens of the measured requests of a band, images not counted."""
        words = f"profile {tokens.profile}" + (f", {model}" if tokens.tokenizer == "own" else "")
        words += f", {band.band}" if band.band != Band() else ""
        images = band.totals.get("input_image", 0)
        means = {"input": band.totals["input"] - images, "output": band.totals["output"]}
        into, out = (
            self.leaves.other(
                "size", f"mean {name} tokens a request", mean, "tokens", words, f"profile {tokens.profile}"
            )
            for name, mean in means.items()
        )
        return into, out


def _asking(pair: tuple[Any, Any]) -> Request:
    """What says of a request how many tokens it has, and nothing else."""
    return Request.model_construct(tokens=Tokens.model_construct(input=pair[0], output=pair[1]))
