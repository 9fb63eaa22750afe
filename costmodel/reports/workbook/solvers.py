"""Rates of return and payback: what is solved for over a row of flows, with the program's own functions.

These are no equations of the model. The row of flows is; what solves it in Python stands in `value/returns.py`, and a
test holds both against each other.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.reports.workbook.layout import BEFORE, FIRST, FIXED, NAME, NUMBERS_ROW, UNIT
from costmodel.runtimes.sheet import Spot, column_letters
from costmodel.study.traced_rows import START

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from costmodel.reports.workbook.layout import Layout
    from costmodel.reports.workbook.pen import Pen
    from costmodel.value.measures import Measures
    from costmodel.value.returns import Payback

NEVER, NONE, NOT_FOUND = "never", "none", "not found"
_NEARER = 4  # steps to a first guess: of thousands of random rows of flows, IRR then finds the rate of all


class Solved(NamedTuple):
    """Where the figures of an option stand: row numbers of the calculation, from 0."""

    rate: int
    payback: int
    whole_months: int
    discounted: int

    def at(self, name: str) -> str:
        """A figure seen from another sheet."""
        return str(Spot(getattr(self, name), FIXED, fixed=True, sheet="Calculation"))


class Solver:
    """Writes the rows of one option.

    Args:
        pen: of the calculation.
        layout: places.
        option: its name.
        measures: exact figures, for the values shown before anything is recalculated.
        at: the first free row.
    """

    def __init__(self, pen: Pen, layout: Layout, option: str, measures: Measures, at: int) -> None:
        self._pen, self._layout, self._option, self._measures, self.next = pen, layout, option, measures, at
        self._columns = [BEFORE, *range(FIRST, FIRST + layout.months)]

    def write(self) -> Solved:
        """Write the rows."""
        self._heading()
        nets = self._values("net flow")
        rate = self._rate(nets)
        payback, whole = self._payback("net flow so far", nets, self._measures.payback, "net flow")
        present = self._values("present value of the net flow")
        discounted, _ = self._payback(
            "present value so far", present, self._measures.discounted_payback, "present value"
        )
        return Solved(rate, payback, whole, discounted)

    def _heading(self) -> None:
        words = f"Rate of return and payback: {self._option}"
        for column in range(FIRST + self._layout.months):
            self._pen.text(self.next + 1, column, words if column == NAME else "", "part")
        self.next += 2

    def _values(self, name: str) -> list[Fraction]:
        row = self._row(name)
        return [row.cells[column].value for column in range(START, self._layout.months)]

    def _row(self, name: str) -> Any:
        return self._layout.model.flow(self._option, name)

    def _sheet_row(self, name: str) -> int:
        return self._layout.rows[self._layout.model.rows.number(self._row(name))]

    def _by_month(self, name: str, formulas: Sequence[str], values: Sequence[Any], unit: str = "") -> int:
        """A row of formulas, one a column from the start; None where there is none."""
        at = self.next
        self._pen.texts(at, NAME, [name, "", unit], "note")
        for column, text, value in zip(self._columns, formulas, values, strict=True):
            if text:
                self._pen.formula((at, column), text, value, "0")
        self.next += 1
        return at

    def _alone(self, name: str, formula: str, value: Any, unit: str, numbers: str) -> int:
        at = self.next
        shown = numbers != "0" or "whole" in name
        self._pen.text(at, NAME, name, "bold" if shown else "note")
        self._pen.text(at, UNIT, unit, "note")
        self._pen.formula((at, FIXED), formula, value, numbers, "result" if shown else "formula")
        self.next += 1
        return at

    def _cell(self, row: int, column: int) -> str:
        return f"{column_letters(column)}{row + 1}"

    def _span(self, row: int, first: int = BEFORE) -> str:
        return f"{self._cell(row, first)}:{self._cell(row, self._columns[-1])}"

    def _rate(self, nets: Sequence[Fraction]) -> int:
        flow, at = self._sheet_row("net flow"), self.next
        signs: list[int] = list(accumulate((_sign(net) for net in nets), _carried))
        texts = [f"=SIGN({self._cell(flow, BEFORE)})"]
        for last, column in pairwise(self._columns):
            here = self._cell(flow, column)
            texts.append(f"=IF({here}=0,{self._cell(at, last)},SIGN({here}))")
        self._by_month("direction of the net flow: 1 in, -1 out", texts, signs)
        turns = [
            f"=IF(AND({self._cell(at, last)}<>0,{self._cell(at, last)}<>{self._cell(at, column)}),1,0)"
            for last, column in pairwise(self._columns)
        ]
        turned = [int(last not in {0, sign}) for last, sign in pairwise(signs)]
        changes = self._by_month("turns from in to out, or back", ["", *turns], [0, *turned])
        total = self._alone("turns", f"=SUM({self._span(changes, FIRST)})", sum(turned), "", "0")
        year = self._layout.constant(12)
        guess = self._cell(self._guess(nets, flow), FIXED)
        solved = f'IFERROR((1+IRR({self._span(flow)},{guess}))^{year}-1,"{NOT_FOUND}")'
        unique = self._measures.rates.unique
        text = f'=IF({self._cell(total, FIXED)}=1,{solved},"{NONE}")'
        return self._alone("internal rate of return", text, NONE if unique is None else unique, "a year", "0.0%")

    def _guess(self, nets: Sequence[Fraction], flow: int) -> int:
        """Rows that lead to a rate a month near the one that is looked for: IRR gives up where it begins far from it.

        Where flows turn once, all money out lies before all money in, or behind it. At a rate, each has a present value
        and a mean month; the rate at which both values would be the same, were the months of each its mean one, is
        nearer. The first rate is 0, at which a flow is its own present value.
        """
        months = f"{self._cell(NUMBERS_ROW, BEFORE)}:{self._cell(NUMBERS_ROW, self._columns[-1])}"
        row, rate, present = flow, 0.0, [float(net) for net in nets]
        for number in range(_NEARER):
            at, before = self.next, "" if row == flow else f"(1+{self._cell(row, FIXED)})*"
            rate = _nearer(rate, present)
            self._pen.texts(at, NAME, [f"first guess of the rate of return, step {number + 1}", "", "a month"], "note")
            text = _nearer_text(before, self._span(row), months)
            self._pen.formula((at, FIXED), text, rate, "0.0000%")
            if number < _NEARER - 1:
                present = [_at_rate(float(net), rate, month) for month, net in enumerate(nets)]
                for column, value in zip(self._columns, present, strict=True):
                    there, month = self._cell(flow, column), f"{column_letters(column)}${NUMBERS_ROW + 1}"
                    text = f"=IFERROR({there}/(1+${self._cell(at, FIXED)})^{month},0)"
                    self._pen.formula((at, column), text, value, "#,##0.00")
            row, self.next = at, at + 1
        return row

    def _payback(self, so_far: str, flows: Sequence[Fraction], exact: Payback, name: str) -> tuple[int, int]:
        total, share = self._sheet_row(so_far), self._sheet_row(f"share of the month until the {name} so far is 0")
        tolerance = self._layout.tolerance()
        texts = [
            f"=IF({self._cell(total, column)}<-{tolerance},{column_letters(column)}${NUMBERS_ROW + 1},-1)"
            for column in self._columns
        ]
        below = [number if value < 0 else -1 for number, value in enumerate(accumulate(flows))]
        marked = self._by_month(f"number of the month if the {so_far} is below 0", texts, below, "months")
        last = self._alone(
            f"last month in which the {so_far} is below 0", f"=MAX({self._span(marked)})", max(below), "", "0"
        )
        here, end = self._cell(last, FIXED), self._layout.horizon()
        inside = f"{here}+INDEX({self._span(share, FIRST)},1,{here}+1)"
        words = "payback" if name == "net flow" else "payback, discounted"
        months = NEVER if exact.months is None else exact.months
        text = f'=IF({here}<0,0,IF({here}={end},"{NEVER}",{inside}))'
        interpolated = self._alone(words, text, months, "months", "0.0")
        whole = NEVER if exact.whole_months is None else exact.whole_months
        text = f'=IF({here}<0,0,IF({here}={end},"{NEVER}",{here}+1))'
        return interpolated, self._alone(f"{words}, in whole months", text, whole, "months", "0")


def _nearer_text(before: str, flows: str, months: str) -> str:
    """The formula of a nearer rate, of present values at the one before."""
    into, out = f'SUMIF({flows},">0")', f'SUMIF({flows},"<0")'
    mean_in, mean_out = (f"SUMPRODUCT(({flows}{sign}0)*{flows}*{months})" for sign in "><")
    return f"=IFERROR({before}(-{into}/{out})^(1/({mean_in}/{into}-{mean_out}/{out}))-1,0)"


def _nearer(rate: float, present: Sequence[float]) -> float:
    """The same, as computed now; 0 where flows of one direction are missing."""
    into, out = (sum(value for value in present if value * sign > 0) for sign in (1, -1))
    try:
        mean_in, mean_out = (
            sum(month * value for month, value in enumerate(present) if value * sign > 0) / total
            for sign, total in ((1, into), (-1, out))
        )
        return float((1 + rate) * (-into / out) ** (1 / (mean_in - mean_out)) - 1)
    except (ZeroDivisionError, OverflowError):
        return 0.0


def _at_rate(flow: float, rate: float, month: int) -> float:
    """The present value of a flow; 0 where a number would be too large."""
    try:
        return float(flow / (1 + rate) ** month)
    except (ZeroDivisionError, OverflowError):
        return 0.0


def _carried(last: int, sign: int) -> int:
    """The direction of the flows so far: a flow of 0 has none of its own."""
    return sign or last


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)
