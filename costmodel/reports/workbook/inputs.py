"""The sheet of inputs: every number that the model starts from and that is no price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costmodel.documents.settings import path_text
from costmodel.reports.workbook.layout import INPUTS
from costmodel.reports.workbook.limits import Outside
from costmodel.reports.workbook.styles import input_format
from costmodel.runtimes.sheet import Spot

if TYPE_CHECKING:
    from costmodel.reports.workbook.layout import Layout
    from costmodel.reports.workbook.limits import Limits
    from costmodel.reports.workbook.pen import Pen
    from costmodel.study.traced_leaves import Leaf

_SOURCE_WIDTH = 60
_COLUMNS = (
    ("input", 58),
    ("value", 15),
    ("unit", 14),
    ("lowest", 12),
    ("highest", 12),
    ("outside?", 11),
    ("source", _SOURCE_WIDTH),
    ("key in the scenario", 40),
    ("name in formulas", 46),
)
VALUE, LOW, HIGH, OUTSIDE, SOURCE = 1, 3, 4, 5, 6
_TOP = 3
_SECTIONS = {
    "workload": "Records and requests",
    "workloads": "Records and requests",
    "mix": "Mix of models",
    "models": "Requests of single models",
    "taxes_and_fees": "Taxes and fees",
    "escalation": "Changes over the years",
    "roi": "Work, pay and returns",
}


def write_inputs(pen: Pen, layout: Layout, limits: dict[int, Limits]) -> Outside:
    """Write the sheet.

    Returns:
        Where inputs outside their limits are counted.
    """
    pen.text(0, 0, "Inputs", "title")
    pen.text(1, 0, "Change what is blue. Everything else follows. Limits are those of the scenario file.", "subtitle")
    pen.head(_TOP - 1, _COLUMNS, (VALUE, LOW, HIGH))
    pen.sheet.freeze_panes(_TOP, 2)
    at, section, count = _TOP, "", 0
    for leaf in _in_order(layout):
        if _section(leaf) != section:
            section = _section(leaf)
            at = _part(pen, at, section)
        _write(pen, layout, at, leaf, limits[id(leaf.cell)])
        count += not limits[id(leaf.cell)].hold(leaf.cell.value)
        at += 1
    return Outside(INPUTS, Spot(_TOP, OUTSIDE), Spot(at - 1, OUTSIDE), count)


def write_constants(pen: Pen, layout: Layout, at: int) -> None:
    """Write the constants that formulas name, below the inputs."""
    at = _part(pen, at, "Constants: leave these alone")
    for constant in layout.constants.values():
        pen.text(at, 0, constant.words)
        pen.number(at, VALUE, constant.value, "General")
        pen.text(at, 2, constant.unit, "unit")
        pen.texts(at, SOURCE, ["the equations", "", constant.name], "note")
        layout.define(constant.name, INPUTS, at, VALUE)
        at += 1
    pen.sheet.print_area(0, 0, at - 1, SOURCE)


def _in_order(layout: Layout) -> list[Leaf]:
    shown = [leaf for leaf in layout.model.leaves if leaf.kind in {"scenario", "size"}]
    sections = list(dict.fromkeys([*_SECTIONS.values(), *(_section(leaf) for leaf in shown)]))
    return sorted(shown, key=lambda leaf: sections.index(_section(leaf)))


def _section(leaf: Leaf) -> str:
    if leaf.kind == "size":
        return "Size of requests"
    return _SECTIONS.get(str(leaf.path[0]), "Requests")


def _part(pen: Pen, at: int, text: str) -> int:
    for column in range(len(_COLUMNS)):
        pen.text(at, column, text if column == 0 else "", "part")
    return at + 1


def _write(pen: Pen, layout: Layout, at: int, leaf: Leaf, limits: Limits) -> None:
    numbers = input_format(leaf.cell.unit, leaf.cell.value)
    name = layout.names[id(leaf.cell)]
    pen.text(at, 0, ": ".join(word for word in (leaf.about, leaf.cell.name) if word))
    pen.number(at, VALUE, leaf.cell.value, numbers, "input")
    pen.text(at, 2, "" if leaf.cell.unit == "%" else leaf.cell.unit, "unit")
    for column, limit in ((LOW, limits.low), (HIGH, limits.high)):
        if limit is not None:
            pen.number(at, column, limit, numbers)
    value = leaf.cell.value
    outside = limits.outside(name, f"D{at + 1}", f"E{at + 1}")
    pen.formula((at, OUTSIDE), f"={outside}", int(not limits.hold(value)), "0;0;-", "check")
    if (limits.low, limits.high) != (None, None):
        pen.sheet.data_validation(at, VALUE, at, VALUE, _validation(limits, leaf, value))
    key = path_text(leaf.path) if leaf.path else ""
    pen.paragraph(at, SOURCE, leaf.source, _SOURCE_WIDTH, "note wrapped")
    pen.texts(at, SOURCE + 1, [key, name], "note")
    layout.define(name, INPUTS, at, VALUE)


def _validation(limits: Limits, leaf: Leaf, value: Any) -> dict[str, Any]:
    low = None if limits.low is None else float(limits.low)
    high = None if limits.high is None else float(limits.high)
    rule: dict[str, Any] = {"validate": "decimal", "error_title": "Outside its limits", "ignore_blank": False}
    if low is not None and high is not None and not limits.above_low:
        rule |= {"criteria": "between", "minimum": low, "maximum": high}
    elif low is not None:
        rule |= {"criteria": ">" if limits.above_low else ">=", "value": low}
    else:
        rule |= {"criteria": "<=", "value": high}
    words = f"The scenario takes a number {_words(limits)} here."
    return rule | {
        "error_message": words,
        "input_title": leaf.cell.name[:32],
        "input_message": f"Delivered with {float(value):g}.",
    }


def _words(limits: Limits) -> str:
    low = "" if limits.low is None else f"{'above' if limits.above_low else 'from'} {float(limits.low):g}"
    high = "" if limits.high is None else f"up to {float(limits.high):g}"
    return " ".join(word for word in (low, high) if word)
