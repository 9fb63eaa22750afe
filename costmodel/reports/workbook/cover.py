"""The first and the last sheet: how to read the workbook, and what it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costmodel.quantities import decimal_text
from costmodel.reports.workbook.layout import AUDIT, CALCULATION, CHECKS, INPUTS, PRICE_SHEET, RESULTS
from costmodel.reports.workbook.results import Amount, records_of, total_of
from costmodel.reports.workbook.styles import BAD_FILL, GOOD_FILL
from costmodel.study.traced_rows import CONSTANT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.reports.workbook.checks import Failing
    from costmodel.reports.workbook.layout import Layout
    from costmodel.reports.workbook.pen import Pen
    from costmodel.study.traced import TracedModel

_WIDE = 100
_NUMERIC = 2  # columns before those of numbers
_SHEETS = (
    (INPUTS, "every number that the model starts from, with unit, limits and source: change the blue ones"),
    (PRICE_SHEET, "every price that is used, with its row of the price book, its source and the day it was read"),
    (CALCULATION, "every step of every month; formulas printed from the equations of the program"),
    (RESULTS, "what each option comes to, and charts"),
    (CHECKS, "what must hold, whatever is changed"),
    (AUDIT, "versions, hashes, sources, warnings, and the figures as delivered"),
)


def write_cover(pen: Pen, layout: Layout, fails: Failing) -> None:
    """Write the cover.

    Args:
        pen: of the sheet.
        layout: places.
        fails: how many checks fail.
    """
    pen.sheet.set_column(0, 0, 24)
    pen.sheet.set_column(1, 1, _WIDE)
    pen.sheet.hide_gridlines(2)
    pen.text(0, 0, layout.model.scenario.scenario, "title")
    at = 2
    for label, text in _about(layout.model):
        pen.text(at, 0, label, "note")
        pen.paragraph(at, 1, text, _WIDE)
        at += 1
    at = _master(pen, at + 1, fails)
    at = _sheets(pen, at + 1)
    _key(pen, at + 1)


def _about(model: TracedModel) -> Iterator[tuple[str, str]]:
    """What the workbook is about, as label and text."""
    scenario, (first, last) = model.scenario, (model.months[0], model.months[-1])
    yield "what", scenario.description or "What LLM APIs cost, and whether the work they do is worth it."
    yield "period", str(first) if first == last else f"{first} to {last}, {len(model.months)} months"
    yield "currency", scenario.currency
    yield "prices", str(_reference(model.result))
    if scenario.roi is not None:
        yield "finding as delivered", model.result.finding  # type: ignore[union-attr]
    if scenario.roi is None and not any(map(model.cost, model.options)):
        yield "not in here", "Any cost: nothing is used. Give the scenario records, and make the workbook anew."
    if scenario.migration is not None:
        yield "not in here", "The change of provider: 'costmodel migrate' computes it. This is the work as it is now."


def _reference(result: Any) -> Any:
    return result.book if hasattr(result, "book") else result.estimates[0].book


def _master(pen: Pen, at: int, fails: Failing) -> int:
    place, count = fails
    good, one, more, where = "all checks pass", " check fails", " checks fail", ": see the sheet of checks"
    pen.text(at, 0, "master check", "bold")
    text = f'=IF({place}=0,"{good}",{place}&IF({place}=1,"{one}","{more}")&"{where}")'
    shown = f"{count}{one if count == 1 else more}{where}" if count else good
    pen.formula((at, 1), text, shown, "", "bold")
    for sign, colour in (("=", GOOD_FILL), ("<>", BAD_FILL)):
        rule = {"type": "formula", "criteria": f"={place}{sign}0", "format": pen.fill(colour)}
        pen.sheet.conditional_format(at, 1, at, 1, rule)
    return at + 1


def _sheets(pen: Pen, at: int) -> int:
    pen.texts(at, 0, ["sheet", "what it holds"], "head")
    for number, (name, words) in enumerate(_SHEETS, start=at + 1):
        pen.sheet.write_url(number, 0, f"internal:'{name}'!A1", None, name)
        pen.text(number, 1, words, "wrapped")
    return at + len(_SHEETS) + 1


def _key(pen: Pen, at: int) -> None:
    pen.texts(at, 0, ["colour", "what it means"], "head")
    pen.number(at + 1, 0, 1000, "#,##0", "input")
    pen.text(at + 1, 1, "an input or a price: change it")
    pen.number(at + 2, 0, 1000, "#,##0", "formula")
    pen.text(at + 2, 1, "a formula: it follows")
    pen.number(at + 3, 0, 1000, "#,##0", "fixed")
    pen.text(at + 3, 1, "fixed: limits, the calendar, constants of the equations")
    notes = (
        (
            "Each month's formula names inputs and prices by name, other steps by their place. No number stands in it "
            "but 0 and 1: 60 minutes, 12 months and a million units have cells of their own."
        ),
        "The size of a request decides which price holds: the checks say where a changed size leaves its price band.",
        "Months, models and the dates of prices are those of the scenario. To change them, make the workbook anew.",
    )
    for number, text in enumerate(notes, start=at + 5):
        pen.text(number, 0, "note" if number == at + 5 else "", "note")
        pen.paragraph(number, 1, text, _WIDE, "note wrapped")


def write_audit(pen: Pen, layout: Layout) -> None:
    """Write what the workbook was made of."""
    from costmodel import __version__

    pen.sheet.set_column(0, 0, 34)
    pen.sheet.set_column(1, 1, _WIDE)
    pen.sheet.set_column(2, 4, 18)
    pen.text(0, 0, "Audit trail", "title")
    pen.text(1, 0, "What this workbook was made of. The same files give the same bytes.", "subtitle")
    pen.texts(3, 0, ["what", "which"], "head")
    at = 4
    for label, text in _trail(layout, __version__):
        pen.text(at, 0, label, "note")
        pen.paragraph(at, 1, text, _WIDE)
        at += 1
    _compare(pen, layout, at + 1)


def _compare(pen: Pen, layout: Layout, at: int) -> None:
    """What was delivered beside what it is now."""
    for column, text in enumerate(("figure", "option", "as delivered", "now", "change")):
        pen.text(at, column, text, "head" if column < _NUMERIC else "head right")
    for row, (label, option, amount, numbers) in enumerate(_delivered(layout), start=at + 1):
        pen.texts(row, 0, [label, option])
        pen.number(row, 2, amount.value, numbers)
        pen.formula((row, 3), f"={amount.place}", amount.value, numbers)
        pen.formula((row, 4), f"=D{row + 1}-C{row + 1}", 0, numbers)


def _trail(layout: Layout, version: str) -> Iterator[tuple[str, str]]:
    model = layout.model
    results: Any = getattr(model.result, "estimates", (model.result,))
    book = results[0].book
    yield "program", f"costmodel {version}"
    yield "scenario", model.scenario.scenario
    yield "scenario, sha256", results[0].scenario_sha256
    yield "price book", book.version
    yield "price book, sha256", book.sha256 or "not released"
    for name, sha256 in book.overlays:
        yield "own prices", f"{name}, sha256 {sha256}"
    rates = {rate.from_: rate for result in results for rate in result.exchange}
    for rate in rates.values():
        yield "exchange rate", f"{decimal_text(rate.rate)} {rate.to} for one {rate.from_} on {rate.on}, {rate.source}"
    for leaf in model.idle:
        yield (
            "no effect here",
            f"{leaf.cell.name}{f' ({leaf.about})' if leaf.about else ''}: no figure of this workbook depends on it",
        )
    for notice in model.result.notices:
        yield "warning", notice.text


def _delivered(layout: Layout) -> Iterator[tuple[str, str, Amount, str]]:
    """The figures as the program computed them, and where they stand."""
    model, currency = layout.model, layout.model.scenario.currency
    for option in model.options:
        if model.cost(option) is not None:
            cost = total_of(layout, model.cost(option))
            yield "API cost", option, cost, layout.numbers(currency, [cost.value])
        for name in ("net", "net_present_value"):
            row = model.figure(option, name)
            if row is not None:
                place = str(layout.spot(row, CONSTANT))
                value = row.cells[CONSTANT].value
                yield name.replace("_", " "), option, Amount(place, value), layout.numbers(currency, [value])
    yield "records", "", records_of(layout), "#,##0"
