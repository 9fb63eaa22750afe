"""The lines of a bill, and how they are selected and grouped."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.documents.model import did_you_mean
from costmodel.equations.charges import cost_per_record, share_of_total
from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from costmodel.billing.bill import Charge, Entry
    from costmodel.billing.levies import LevyLine
    from costmodel.quantities import Month

DIMENSIONS = ("month", "year", "workload", "step", "model", "provider", "tier", "region", "size", "meter")
AFTER = "taxes and fees"
_CALENDAR = ("day", "month", "year")
_MOST_MONTHS = 10_000  # beyond any horizon


class Line(NamedTuple):
    """One line: a charge of an entry, or a levy.

    Attributes:
        keys: value of each dimension, and of each label.
        entry, charge: what it is a charge for; None for a levy.
        levy: the levy; None for a charge.
        cost: money in the reporting currency.
    """

    keys: Mapping[str, str]
    entry: Entry | None
    charge: Charge | None
    levy: LevyLine | None
    cost: Fraction

    def key(self, dimension: str) -> str:
        """Value of a dimension or label; taxes and fees have a place of their own in each."""
        return self.keys.get(dimension, AFTER if self.levy is not None else "")


def bill_lines(entries: Iterable[Entry], levies: Iterable[LevyLine], fiscal_start: int) -> tuple[Line, ...]:
    """All lines of a bill: charges in order, then levies."""
    found = []
    for entry in entries:
        keys = {
            "month": str(entry.month),
            "year": fiscal_year(entry.month, fiscal_start),
            "workload": entry.workload,
            "step": entry.step,
            "model": entry.model,
            "provider": entry.model.partition("/")[0],
            "tier": entry.tier,
            "region": entry.region,
            "size": str(entry.band),
            **dict(entry.labels),
        }
        found += [Line({**keys, "meter": charge.meter}, entry, charge, None, charge.cost) for charge in entry.charges]
        if not entry.charges:
            found.append(Line({**keys, "meter": ""}, entry, None, None, Fraction(0)))
    for levy in levies:
        keys = dict.fromkeys(DIMENSIONS, AFTER) | {
            "month": str(levy.month),
            "year": fiscal_year(levy.month, fiscal_start),
            "meter": levy.name,
        }
        if levy.model:
            keys |= {"model": levy.model, "provider": levy.model.partition("/")[0]}
        found.append(Line(keys, None, None, levy, levy.cost))
    return tuple(found)


def fiscal_year(month: Month, start: int) -> str:
    """The fiscal year a month lies in, named by the calendar year in which it begins.

    >>> from costmodel.quantities import Month
    >>> fiscal_year(Month(2027, 3), 7), fiscal_year(Month(2027, 3), 1)
    ('2026/27', '2027')
    """
    if start == 1:
        return str(month.year)
    first = month.year if month.month >= start else month.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def dimensions_of(lines: Iterable[Line]) -> list[str]:
    """The dimensions there are: the fixed ones and the labels."""
    return list(dict.fromkeys((*DIMENSIONS, *(key for line in lines for key in line.keys))))


def require_dimensions(asked: Iterable[str], lines: Sequence[Line]) -> None:
    """Every dimension asked for must exist.

    Raises:
        CommandLineError: one does not.
    """
    there = dimensions_of(lines)
    for name in asked:
        if name not in there:
            hint = did_you_mean(name, there, listed=False)
            raise CommandLineError(f"there is no dimension '{name}'{hint} There are: {', '.join(there)}")


def selected(lines: Sequence[Line], selection: Mapping[str, str], first: Month) -> list[Line]:
    """The lines that a selection names.

    Args:
        lines: all lines.
        selection: value by dimension; a month is `2026-12`, or its number in the horizon.
        first: first month of the horizon.

    Raises:
        CommandLineError: an unknown dimension, or a value that no line has.
    """
    require_dimensions(selection, lines)
    found = list(lines)
    for name, asked in selection.items():
        numbered = name == "month" and asked.isascii() and asked.isdecimal()
        value = str(first.later(min(int(asked), _MOST_MONTHS) - 1)) if numbered else asked
        narrowed = [line for line in found if line.key(name) == value]
        if not narrowed:
            there = list(dict.fromkeys(line.key(name) for line in found if line.key(name)))
            shown = ", ".join(there[:12]) + (" …" if len(there) > 12 else "")  # noqa: PLR2004 - fits a line or two
            hint = "" if numbered else did_you_mean(value, there, listed=False)
            raise CommandLineError(f"no line has {name} '{asked}'{hint or '.'} There are: {shown or 'none'}")
        found = narrowed
    return found


class Group(NamedTuple):
    """Lines taken together.

    Attributes:
        key: value of each dimension grouped by.
        records: records served; steps of one record count once.
        requests: billed requests.
        totals: units by meter, of which one may include another: input has what is read from cache. Of a group of one
            meter its billed units, so that groups of meters add up.
        quantities: billed units by meter: none includes another.
        cost: money in the reporting currency.
        share: of the total, of 1.
        cost_per_record: money.
    """

    key: tuple[str, ...]
    records: Fraction
    requests: Fraction
    totals: Mapping[str, Fraction]
    quantities: Mapping[str, Fraction]
    cost: Fraction
    share: Fraction
    cost_per_record: Fraction


def grouped_lines(lines: Sequence[Line], by: Sequence[str]) -> list[Group]:
    """Lines grouped by dimensions: days, months and years by the calendar, others in order of first appearance.

    Raises:
        CommandLineError: a dimension does not exist.
    """
    require_dimensions(by, lines)
    total = sum((line.cost for line in lines), Fraction(0))
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        groups.setdefault(tuple(line.key(name) for name in by), []).append(line)
    found = [_group(key, groups[key], total) for key in keys_in_order(groups, by)]
    return [group._replace(totals=group.quantities) for group in found] if "meter" in by else found


def keys_in_order(keys: Iterable[tuple[str, ...]], by: Sequence[str]) -> list[tuple[str, ...]]:
    """Keys of groups by each of their values: dates by the calendar, others in order of first appearance.

    >>> keys_in_order([("2026-11", "b"), ("2026-10", "a"), ("2026-10", "b")], ["month", "model"])
    [('2026-10', 'b'), ('2026-10', 'a'), ('2026-11', 'b')]
    """
    found = list(keys)
    ranks: list[dict[str, int]] = []
    for place, name in enumerate(by):
        values = list(dict.fromkeys(key[place] for key in found))
        if name in _CALENDAR:
            values.sort(key=lambda value: (0, value) if value[:1].isdecimal() else (1, ""))  # taxes and fees come last
        ranks.append({value: rank for rank, value in enumerate(values)})
    return sorted(found, key=lambda key: tuple(rank[value] for value, rank in zip(key, ranks, strict=True)))


def _group(key: tuple[str, ...], members: Sequence[Line], total: Fraction) -> Group:
    entries = list({id(line.entry): line.entry for line in members if line.entry is not None}.values())
    quantities: dict[str, Fraction] = {}
    totals: dict[str, Fraction] = {}
    for line in members:
        if line.charge is not None:
            quantities[line.charge.meter] = quantities.get(line.charge.meter, Fraction(0)) + line.charge.quantity
    for entry in entries:
        for meter, units in entry.totals.items():
            totals[meter] = totals.get(meter, Fraction(0)) + units
    cost = sum((line.cost for line in members), Fraction(0))
    records = records_served(entries)
    return Group(
        key,
        records,
        sum((Fraction(entry.requests) for entry in entries), Fraction(0)),
        totals,
        quantities,
        cost,
        Fraction(share_of_total(cost, total)),
        Fraction(cost_per_record(cost, records)),
    )


def records_served(entries: Iterable[Entry]) -> Fraction:
    """Records behind entries: several steps of one record count it once."""
    steps: dict[tuple[Month, str], dict[str, Fraction]] = {}
    for entry in entries:
        by_step = steps.setdefault((entry.month, entry.workload), {})
        by_step[entry.step] = by_step.get(entry.step, Fraction(0)) + entry.records
    return sum((max(by_step.values()) for by_step in steps.values()), Fraction(0))


def selection_of(key: str) -> dict[str, str]:
    """What `month 1, model openai/gpt-4.1` selects, as in `expect:`; `total` selects everything.

    Raises:
        CommandLineError: it selects nothing.

    >>> selection_of("month 1, meter input")
    {'month': '1', 'meter': 'input'}
    """
    found = {}
    for part in [] if key.strip() == "total" else key.split(","):
        name, _, value = part.strip().partition(" ")
        if not value.strip():
            raise CommandLineError(
                f"'{part.strip()}' selects nothing: write 'total', 'month 1' or 'model provider/model'"
            )
        found[name] = value.strip()
    return found
