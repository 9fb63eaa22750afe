"""The sheet of checks: what must hold, whatever is changed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.quantities import grouped
from costmodel.reports.workbook.inputs import OUTSIDE
from costmodel.reports.workbook.layout import CHECKS, INPUTS
from costmodel.reports.workbook.results import cost_rows, total_of
from costmodel.reports.workbook.styles import BAD_FILL, GOOD_FILL
from costmodel.runtimes.sheet import Spot, called, formula, ranges
from costmodel.study.traced_rows import CONSTANT, START

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.reports.workbook.layout import Layout
    from costmodel.reports.workbook.pen import Pen
    from costmodel.runtimes.trace import Cell
    from costmodel.study.traced_leaves import Leaf
    from costmodel.study.traced_usage import Guard

_TOP = 3
_COLUMNS = (("check", 84), ("is", 20), ("shall be", 20), ("passes", 10))
_MONEY = "#,##0.00;-#,##0.00"


class Check(NamedTuple):
    """One check.

    Attributes:
        words: what must hold.
        is_, shall: formulas of two numbers, without the sign of equality.
        values: the two numbers now.
        kind: how they are compared: `=` to half a cent, `<`, `<=`, `>` or `>=`.
        numbers: format.
    """

    words: str
    is_: str
    shall: str
    values: tuple[Fraction, Fraction]
    kind: str = "="
    numbers: str = _MONEY


def write_checks(pen: Pen, layout: Layout, inputs: tuple[int, int]) -> str:
    """Write the sheet.

    Returns:
        The place of the number of checks that fail.
    """
    pen.text(0, 0, "Checks", "title")
    pen.text(1, 0, "1 passes, 0 fails. The cover says whether all pass.", "subtitle")
    pen.head(_TOP - 1, _COLUMNS, (1, 2))
    pen.sheet.freeze_panes(_TOP, 0)
    found = list(_checks(layout, inputs))
    for at, check in enumerate(found, start=_TOP):
        pen.paragraph(at, 0, check.words, _COLUMNS[0][1])
        pen.formula((at, 1), f"={check.is_}", check.values[0], check.numbers)
        pen.formula((at, 2), f"={check.shall}", check.values[1], check.numbers)
        pen.formula((at, 3), _passes(layout, at, check.kind), 1, "0", "check")
    end = _TOP + len(found)
    span = f"D{_TOP + 1}:D{end}"
    pen.text(end + 1, 0, "checks that fail", "bold")
    pen.formula((end + 1, 3), f"=COUNTIF({span},0)+SUMPRODUCT(--ISERROR({span}))", 0, "0", "result")
    for value, colour in ((1, GOOD_FILL), (0, BAD_FILL)):
        rule = {"type": "cell", "criteria": "==", "value": value, "format": pen.fill(colour)}
        pen.sheet.conditional_format(_TOP, 3, end - 1, 3, rule)
    return str(Spot(end + 1, 3, fixed=True, sheet=CHECKS))


def _passes(layout: Layout, at: int, kind: str) -> str:
    here, there = f"B{at + 1}", f"C{at + 1}"
    if kind == "=":
        return f"=IF(ABS({here}-{there})<{layout.half_a_cent()},1,0)"
    return f"=IF({here}{kind}{there},1,0)"


def _checks(layout: Layout, inputs: tuple[int, int]) -> Iterator[Check]:
    yield from _sums(layout)
    yield from _flows(layout)
    yield from _shares(layout)
    for guard in layout.model.guards:
        yield from _guard(layout, guard)
    first, last = (str(Spot(row, OUTSIDE, fixed=True)) for row in inputs)
    words = "inputs outside the limits that the scenario has for them"
    yield Check(words, f"SUM({INPUTS}!{first}:{last})", "0", (Fraction(0), Fraction(0)), numbers="0")


def _sums(layout: Layout) -> Iterator[Check]:
    """The parts of a cost come to the sum of its months."""
    for option in layout.model.options:
        rows, cost = cost_rows(layout, option), layout.model.cost(option)
        if cost is None or not rows:
            continue
        parts, whole = [total_of(layout, row) for row in rows], total_of(layout, cost)
        added = called("SUM", ranges([part.place for part in parts]))
        values = sum((part.value for part in parts), Fraction(0)), whole.value
        yield Check(f"{option}: the parts of the cost come to the cost of all months", added, str(whole.place), values)


def _flows(layout: Layout) -> Iterator[Check]:
    """The last running total is the sum; the present value is that of the program's own function."""
    model = layout.model
    rate = next((leaf for leaf in model.leaves if leaf.path == ("roi", "discount_rate")), None)
    for option in model.options:
        flow, net = model.flow(option, "net flow"), model.figure(option, "net")
        if flow is None or net is None:
            continue
        so_far, last = model.flow(option, "net flow so far"), layout.months - 1
        if so_far is not None:
            values = so_far.cells[last].value, net.cells[CONSTANT].value
            words = f"{option}: the net flow so far ends at the net of the horizon"
            yield Check(words, str(layout.spot(so_far, last)), str(layout.spot(net, CONSTANT)), values)
        present = model.figure(option, "net_present_value")
        if rate is not None and present is not None:
            name, year = layout.names[id(rate.cell)], layout.constant(12)
            monthly = f"(1+{name})^(1/{year})-1"
            own = f"{layout.spot(flow, START)}+NPV({monthly},{layout.span(flow, 0, last)})"
            value = present.cells[CONSTANT].value
            words = f"{option}: the present value by discount factors is that of the spreadsheet's NPV function"
            yield Check(words, str(layout.spot(present, CONSTANT)), own, (value, value))


def _shares(layout: Layout) -> Iterator[Check]:
    """Shares of a mix, and of service tiers, come to 100 %."""
    wholes: dict[tuple[object, ...], list[Leaf]] = {}
    for leaf in layout.model.leaves:
        whole = _whole(leaf)
        if whole is not None:
            wholes.setdefault(whole, []).append(leaf)
    for whole, leaves in wholes.items():
        words = "shares of service tiers" if "service_tier" in whole else "shares of the mix"
        about = ", ".join(dict.fromkeys(leaf.about for leaf in leaves if leaf.about))
        added = ",".join(layout.names[id(leaf.cell)] for leaf in leaves)
        total = sum((leaf.cell.value for leaf in leaves), Fraction(0))
        about = f" ({about})" if about else ""
        yield Check(f"{words} come to 100 %{about}", f"SUM({added})", "1", (total, Fraction(1)), numbers="0.0##%")


def _whole(leaf: Leaf) -> tuple[object, ...] | None:
    """What a share is a part of; None for anything else."""
    if leaf.cell.unit != "%":
        return None
    if "service_tier" in leaf.path:
        return leaf.path[: leaf.path.index("service_tier") + 1]
    if "mix" in leaf.path and leaf.cell.name.startswith("share of "):
        return leaf.path[: leaf.path.index("mix") + 1]
    return None


def _guard(layout: Layout, guard: Guard) -> Iterator[Check]:
    text, value = _formula(layout, guard.cell), guard.cell.value
    if guard.other is not None:
        yield Check(guard.about, text, _formula(layout, guard.other), (value, guard.other.value))
        return
    for cut, kinds, words in ((guard.band.low, (">=", ">"), "from"), (guard.band.high, ("<", "<="), "up to")):
        if cut is not None:
            limit, below = cut
            about = f"{guard.about}, {words} {grouped(limit)}"
            yield Check(about, text, layout.constant(limit, "price band"), (value, limit), kinds[int(below)], "General")


def _formula(layout: Layout, cell: Cell) -> str:
    """A number of the model seen from this sheet."""
    refer = layout.referrer(0, "Calculation")
    place = refer(cell)
    return str(place) if place is not None else formula(cell, refer).removeprefix("=")
