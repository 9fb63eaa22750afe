"""Several estimates side by side: alternatives that are never added up."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.equations.charges import share_of_total
from costmodel.errors import CommandLineError
from costmodel.quantities import decimal_text, grouped, half_up, largest_remainder
from costmodel.results.estimate import SCHEMA_VERSION, count_text, shown_places, unit_cost_text
from costmodel.results.labels import listed, say
from costmodel.results.notice import NOT_USED, joined, notice_lines
from costmodel.results.shown import Shown
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.results.estimate import Estimate
    from costmodel.results.explanation import Explanation
    from costmodel.results.lines import Group
from costmodel.results.notice import Notice


@dataclass(frozen=True)
class Comparison(Shown):
    """Alternatives: one scenario with one model each, or several scenarios.

    Attributes:
        title: what is compared.
        estimates: in the order given.
        several_scenarios: whether they are of more than one scenario, so that a model alone names none of them.
    """

    title: str
    estimates: tuple[Estimate, ...]
    several_scenarios: bool = False

    @property
    def currency(self) -> str:
        """The common currency; empty where there are several."""
        found = {estimate.currency for estimate in self.estimates}
        return found.pop() if len(found) == 1 else ""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Warnings of all, each once."""
        everywhere = [
            {about for notice in estimate.notices if notice.code == NOT_USED for about in notice.about}
            for estimate in self.estimates
        ]
        found = joined(notice for estimate in self.estimates for notice in estimate.notices)
        unused = set.intersection(*everywhere)  # what one alternative does not use, another may
        kept = [
            notice._replace(about=tuple(item for item in notice.about if item in unused))
            if notice.code == NOT_USED
            else notice
            for notice in found
        ]
        return tuple(notice for notice in kept if notice.about)

    def name_of(self, estimate: Estimate) -> str:
        """What an alternative is called: its model, or its scenario."""
        if self.several_scenarios and estimate.alternative:
            return f"{estimate.title} / {estimate.alternative}"
        return estimate.alternative or estimate.title

    @property
    def same_work(self) -> bool:
        """Whether all do the same work in the same time, so that one can be called so many times dearer."""
        return bool(self.currency) and len({(item.months, item.records) for item in self.estimates}) == 1

    def __getitem__(self, name: str) -> Estimate:
        for estimate in self.estimates:
            if self.name_of(estimate) == name:
                return estimate
        raise KeyError(name)

    def by(self, *dimensions: str) -> dict[str, list[Group]]:
        """Each alternative's lines, grouped."""
        return {self.name_of(estimate): estimate.by(*dimensions) for estimate in self.estimates}

    def explain(self, **selection: str) -> list[Explanation]:
        """Explain the lines selected of one alternative: they are never added up.

        Raises:
            CommandLineError: `model` names none of them.
        """
        chosen, rest = self.chosen(selection)
        return chosen.explain(**rest)

    def chosen(self, selection: Mapping[str, str]) -> tuple[Estimate, dict[str, str]]:
        """The alternative that a selection names, as `alternative` (all of it) or as `model`, and the rest of it.

        Raises:
            CommandLineError: it names none.
        """
        rest = dict(selection)
        name = rest.pop("alternative", None) or rest.get("model", "")
        for item in self.estimates:
            if name in {self.name_of(item), item.alternative}:
                return item, rest
        there = ", ".join(self.name_of(item) for item in self.estimates)
        raise CommandLineError(
            f"each model stands alone here: name one of them as 'alternative', or as 'model'. There are: {there}"
        )

    def tables(self) -> list[Table]:
        """One row an alternative, the cheapest named."""
        return [self.table()]

    def table(self, by: Sequence[str] = ()) -> Table:
        """One row an alternative; with dimensions, one row for each of their values."""
        cheapest = min(estimate.total for estimate in self.estimates)
        places = shown_places([estimate.total for estimate in self.estimates], self.currency)
        monthly = shown_places([estimate.total / len(estimate.months) for estimate in self.estimates], self.currency)
        columns = (
            Column("alternative"),
            *(Column(name) for name in by),
            Column("records", numeric=True),
            Column("requests", numeric=True),
            *([] if "meter" in by else [Column("input", numeric=True), Column("output", numeric=True)]),
            Column(say("cost {currency}", currency=self.currency) if self.currency else "cost", numeric=True),
            *([] if "month" in by else [Column("a month", numeric=True)]),
            Column("a record", numeric=True),
            *([Column("x cheapest", numeric=True)] if self.same_work and not by else []),
        )
        rows = []
        for estimate in self.estimates:
            groups = estimate.by(*by)
            rounded = largest_remainder([group.cost for group in groups], places)
            shown = [grouped(cost, places) for cost in rounded]
            for group, text in zip(groups, shown, strict=True):
                rows.append(self._row(estimate, group, text, (cheapest, monthly), by))
        title = say("{title}: each alone, {period}", title=self.title, period=self._period())
        return Table(title, columns, tuple(rows), (), self.notes)

    def _row(
        self, estimate: Estimate, group: Group, cost: str, scale: tuple[Fraction, int], by: Sequence[str]
    ) -> tuple[str, ...]:
        cheapest, monthly = scale
        months = len(estimate.months)
        times = half_up(share_of_total(estimate.total, cheapest), 2)
        return (
            self.name_of(estimate),
            *group.key,
            count_text(group.records),
            count_text(group.requests),
            *(
                []
                if "meter" in by
                else [count_text(group.totals.get(meter, Fraction(0))) for meter in ("input", "output")]
            ),
            cost if self.currency else f"{cost} {estimate.currency}",
            *([] if "month" in by else [grouped(group.cost / months, monthly)]),
            unit_cost_text(group.cost_per_record),
            *([grouped(times, 2) if times else ""] if self.same_work and not by else []),
        )

    def _period(self) -> str:
        periods = list(dict.fromkeys(estimate.period for estimate in self.estimates))
        return periods[0] if len(periods) == 1 else say("periods differ: {periods}", periods=listed(periods))

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below the table."""
        said = dict.fromkeys(note for estimate in self.estimates for note in estimate.facts)
        return (*said, *notice_lines(self.notices))

    def to_json(self, by: Sequence[str] = ()) -> dict[str, Any]:
        """As plain data. Alternatives are not added up: `total` is null, `totals` has each."""
        first = self.estimates[0]
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": "comparison",
            "title": self.title,
            "currency": self.currency or None,
            "total": None,
            "totals": {self.name_of(estimate): decimal_text(estimate.total) for estimate in self.estimates},
            "lines": self.to_records(),
            "price_book": first.book.to_json(),
            "estimates": [
                {key: value for key, value in estimate.to_json().items() if key != "lines"}
                for estimate in self.estimates
            ],
            "warnings": [{"code": notice.code, "text": notice.text} for notice in self.notices],
            **({"groups": self._groups(by)} if by else {}),
        }

    def _groups(self, by: Sequence[str]) -> list[dict[str, Any]]:
        from costmodel.results.records import group_records

        return [
            {"alternative": self.name_of(estimate), **record}
            for estimate in self.estimates
            for record in group_records(estimate.by(*by), by)
        ]

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """The lines of all alternatives."""
        from costmodel.results.records import line_records

        return [
            {"alternative": self.name_of(estimate), **record}
            for estimate in self.estimates
            for record in line_records(estimate.lines, estimate.meters, exact=exact)
        ]

    def __repr__(self) -> str:
        return f"<Comparison {self.title!r} of {len(self.estimates)}>"
