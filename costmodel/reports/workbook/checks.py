"""The sheet of checks: what must hold, whatever is changed."""

from __future__ import annotations

from fractions import Fraction
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CostmodelError
from costmodel.quantities import grouped
from costmodel.reports.workbook.layout import CHECKS, HALF_A_CENT, SHARE_TOLERANCE
from costmodel.reports.workbook.results import Amount, cost_rows, total_of
from costmodel.reports.workbook.styles import BAD_FILL, GOOD_FILL
from costmodel.runtimes.sheet import Spot, called, formula, ranges
from costmodel.study.traced_rows import CONSTANT, START
from costmodel.value.returns import PERIODS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from costmodel.reports.workbook.layout import Layout
    from costmodel.reports.workbook.limits import Outside
    from costmodel.reports.workbook.pen import Pen
    from costmodel.runtimes.trace import Cell
    from costmodel.study.traced_rows import Row
    from costmodel.study.traced_usage import Guard

_TOP = 3
_COLUMNS = (("check", 84), ("is", 20), ("shall be", 20), ("to within", 13), ("passes", 10))
_PASSES = 4
_COMPARED = {"<": lt, "<=": le, ">": gt, ">=": ge}


class Check(NamedTuple):
    """One check.

    Attributes:
        words: what must hold.
        is_, shall: formulas of two numbers, without the sign of equality.
        values: the two numbers now.
        kind: how they are compared: `=`, to half a cent and to a tiny share of the whole, `<`, `<=`, `>` or `>=`.
        numbers: format.
        whole: of which a difference is a share: its formula and value; the second number where nothing is said.
    """

    words: str
    is_: str
    shall: str
    values: tuple[Fraction, Fraction]
    kind: str = "="
    numbers: str = "General"
    whole: tuple[str, Fraction] | None = None

    @property
    def within(self) -> Fraction:
        """The difference up to which two numbers are the same."""
        whole = self.values[1] if self.whole is None else self.whole[1]
        return min(HALF_A_CENT, SHARE_TOLERANCE * abs(whole))

    @property
    def passes(self) -> bool:
        """Whether it holds now."""
        here, there = self.values
        return abs(here - there) <= self.within if self.kind == "=" else bool(_COMPARED[self.kind](here, there))


class Failing(NamedTuple):
    """How many checks fail: where that stands, and how many do now."""

    place: str
    now: int


def write_checks(pen: Pen, layout: Layout, outside: Sequence[Outside]) -> Failing:
    """Write the sheet.

    Args:
        pen: of the sheet.
        layout: places.
        outside: of each sheet with numbers to change, those that may not stand there.

    Raises:
        CostmodelError: the parts of what was computed do not come to the whole; a fault of ours.
    """
    pen.text(0, 0, "Checks", "title")
    pen.text(1, 0, "1 passes, 0 fails. The cover says whether all pass.", "subtitle")
    pen.head(_TOP - 1, _COLUMNS, (1, 2))
    pen.sheet.freeze_panes(_TOP, 0)
    found = list(_checks(layout, outside))
    for at, check in enumerate(found, start=_TOP):
        pen.paragraph(at, 0, check.words, _COLUMNS[0][1])
        pen.formula((at, 1), f"={check.is_}", check.values[0], check.numbers)
        pen.formula((at, 2), f"={check.shall}", check.values[1], check.numbers)
        if check.kind == "=":
            pen.formula((at, 3), _within(layout, at, check), check.within, "General")
        pen.formula((at, _PASSES), _passes(at, check.kind), int(check.passes), "0", "check")
    end, count = _TOP + len(found), sum(not check.passes for check in found)
    span = f"E{_TOP + 1}:E{end}"
    pen.text(end + 1, 0, "checks that fail", "bold")
    pen.formula((end + 1, _PASSES), f"=COUNTIF({span},0)+SUMPRODUCT(--ISERROR({span}))", count, "0", "result")
    for value, colour in ((1, GOOD_FILL), (0, BAD_FILL)):
        rule = {"type": "cell", "criteria": "==", "value": value, "format": pen.fill(colour)}
        pen.sheet.conditional_format(_TOP, _PASSES, end - 1, _PASSES, rule)
    return Failing(str(Spot(end + 1, _PASSES, fixed=True, sheet=CHECKS)), count)


def _within(layout: Layout, at: int, check: Check) -> str:
    """Half a cent; of small amounts less, because half a cent may be all there is."""
    whole = f"ABS(C{at + 1})" if check.whole is None else check.whole[0]
    return f"=MIN({layout.half_a_cent()},{layout.share_tolerance()}*{whole})"


def _passes(at: int, kind: str) -> str:
    here, there = f"B{at + 1}", f"C{at + 1}"
    return f"=IF(ABS({here}-{there})<=D{at + 1},1,0)" if kind == "=" else f"=IF({here}{kind}{there},1,0)"


def _checks(layout: Layout, outside: Sequence[Outside]) -> Iterator[Check]:
    for check in (*_sums(layout), *_flows(layout)):
        _require(check)
        yield check
    yield from _shares(layout)
    for guard in layout.model.guards:
        yield from _guard(layout, guard)
    for item in outside:
        yield Check(item.words, f"SUM({item.span})", "0", (Fraction(item.now), Fraction(0)), numbers="0")


def _require(check: Check) -> None:
    """What the program adds up itself must come out: no file says otherwise."""
    if not check.passes:
        here, there = (grouped(value, 6) for value in check.values)
        raise CostmodelError(
            f"the workbook is not written, because a check of it fails: {check.words}: {here} is not {there}"
        )


def _sums(layout: Layout) -> Iterator[Check]:
    """The parts of a cost come to the sum of its months."""
    for option in layout.model.options:
        rows, cost = cost_rows(layout, option), layout.model.cost(option)
        if cost is None or not rows:
            continue
        parts, whole = [total_of(layout, row) for row in rows], total_of(layout, cost)
        added = called("SUM", ranges([part.place for part in parts]))
        values = sum((part.value for part in parts), Fraction(0)), whole.value
        words = f"{option}: the parts of the cost come to the cost of all months"
        yield Check(words, added, str(whole.place), values, numbers=_money(layout, values))


def _money(layout: Layout, values: Iterable[Fraction]) -> str:
    return layout.numbers(layout.model.scenario.currency, values)


def _flows(layout: Layout) -> Iterator[Check]:
    """The last running total is the sum; the present value is that of the program's own function."""
    model = layout.model
    rate = next((leaf for leaf in model.leaves if leaf.path == ("roi", "discount_rate")), None)
    for option in model.options:
        flow, net = model.flow(option, "net flow"), model.figure(option, "net")
        if flow is None or net is None:
            continue
        so_far, last, moved = model.flow(option, "net flow so far"), layout.months - 1, _moved(layout, flow)
        if so_far is not None:
            values = so_far.cells[last].value, net.cells[CONSTANT].value
            words = f"{option}: the net flow so far ends at the net of the horizon"
            places = str(layout.spot(so_far, last)), str(layout.spot(net, CONSTANT))
            yield Check(words, *places, values, numbers=_money(layout, values), whole=(str(moved.place), moved.value))
        present = model.figure(option, "net_present_value")
        if rate is not None and present is not None:
            name, year = layout.names[id(rate.cell)], layout.constant(12)
            monthly = f"(1+{name})^(1/{year})-1"
            own = f"{layout.spot(flow, START)}+NPV({monthly},{layout.span(flow, 0, last)})"
            values = present.cells[CONSTANT].value, _present(flow, rate.cell.value, layout.months)
            words = f"{option}: the present value by discount factors is that of the spreadsheet's NPV function"
            places = str(layout.spot(present, CONSTANT)), own
            yield Check(words, *places, values, numbers=_money(layout, values), whole=(str(moved.place), moved.value))


def _moved(layout: Layout, flow: Row) -> Amount:
    """All money that flows, in or out: what a difference of flows is small beside."""
    value = sum((abs(cell.value) for cell in flow.cells.values()), Fraction(0))
    return Amount(f"SUMPRODUCT(ABS({layout.span(flow, START, layout.months - 1)}))", value)


def _present(flow: Row, rate: Fraction, months: int) -> Fraction:
    """What a spreadsheet's NPV comes to, with the rate of a month in floating point as there."""
    monthly = float(1 + rate) ** (1 / PERIODS_PER_YEAR) - 1
    flows = [float(value) for value in flow.values(months)]
    start = flow.cells[START].value if START in flow.cells else Fraction(0)
    return start + Fraction(sum(value / (1 + monthly) ** month for month, value in enumerate(flows, start=1)))


def _shares(layout: Layout) -> Iterator[Check]:
    """Shares of a mix, and of service tiers, come to 100 %."""
    for whole, leaves in layout.model.wholes.items():
        words = "shares of service tiers" if "service_tier" in whole else "shares of the mix"
        about = ", ".join(dict.fromkeys(leaf.about for leaf in leaves if leaf.about))
        added = ",".join(layout.names[id(leaf.cell)] for leaf in leaves)
        total = sum((leaf.cell.value for leaf in leaves), Fraction(0))
        about = f" ({about})" if about else ""
        yield Check(f"{words} come to 100 %{about}", f"SUM({added})", "1", (total, Fraction(1)), numbers="0.0##%")


def _guard(layout: Layout, guard: Guard) -> Iterator[Check]:
    text, value = _formula(layout, guard.cell), guard.cell.value
    if guard.other is not None:
        yield Check(guard.about, text, _formula(layout, guard.other), (value, guard.other.value), numbers="#,##0.0###")
        return
    for cut, kinds, words in ((guard.band.low, (">=", ">"), "from"), (guard.band.high, ("<", "<="), "up to")):
        if cut is not None:
            limit, below = cut
            about = f"{guard.about}, {words} {grouped(limit)}"
            yield Check(about, text, layout.constant(limit, "price band"), (value, limit), kinds[int(below)])


def _formula(layout: Layout, cell: Cell) -> str:
    """A number of the model seen from this sheet."""
    refer = layout.referrer(0, "Calculation")
    place = refer(cell)
    return str(place) if place is not None else formula(cell, refer).removeprefix("=")
