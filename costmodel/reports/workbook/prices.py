"""The sheet of prices: every price, factor and rate that is used, with its row of the price book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costmodel.quantities import grouped
from costmodel.reports.workbook.layout import PRICE_SHEET
from costmodel.reports.workbook.limits import Outside, price_limits
from costmodel.reports.workbook.styles import RATE, UNIT_PRICE
from costmodel.runtimes.sheet import Spot
from costmodel.study.traced_lines import PRICES
from costmodel.study.traced_rows import CONSTANT, Key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.prices.schema import PriceRow
    from costmodel.reports.workbook.layout import Layout
    from costmodel.reports.workbook.pen import Pen
    from costmodel.study.traced_leaves import Leaf
    from costmodel.study.traced_prices import PricePoint

_TOP = 3
_BEFORE = (("offer", 32), ("meter", 22), ("holds for", 34), ("price", 13), ("currency, for", 24))
_AFTER = (
    ("price of one unit", 17),
    ("outside?", 11),
    ("  in force from", 26),
    ("until", 17),
    ("recorded on", 13),
    ("kind", 11),
    ("source", 52),
    ("read on", 12),
    ("confidence", 11),
    ("note", 60),
)
_PRICE = 3
_CHANGE = (("adjustment", 18), ("factor", 11), ("added", 11))
_USUAL = frozenset({"service tier standard", "region global"})


def write_prices(pen: Pen, layout: Layout) -> Outside:
    """Write the sheet.

    Returns:
        Where prices and rates that may not be are counted.
    """
    model = layout.model
    changes = max((len(point.changes) for point in model.prices), default=0)
    between = [(f"{word} {number + 1}", wide) for number in range(changes) for word, wide in _CHANGE]
    pen.text(0, 0, "Prices", "title")
    said = f"Price book {model.book.name}. Change what is blue; the price of one unit follows."
    pen.text(1, 0, said, "subtitle")
    one = len(_BEFORE) + len(_CHANGE) * changes
    numeric = [_PRICE, one, *(len(_BEFORE) + place for place in range(one - len(_BEFORE)) if place % len(_CHANGE))]
    pen.head(_TOP - 1, [*_BEFORE, *between, *_AFTER], numeric)
    pen.sheet.freeze_panes(_TOP, 2)
    written: dict[int, tuple[int, int]] = {}
    priced = {id(leaf.cell): leaf for leaf in model.leaves}
    outside = one + 1
    for number, point in enumerate(model.prices):
        new = _write(pen, layout, (_TOP + number, len(_CHANGE) * changes), (number, point), written)
        _outside(pen, layout, (_TOP + number, outside), [priced[cell] for cell in new])
        for cell in new:
            _validated(pen, written[cell], priced[cell])
    at = _TOP + len(model.prices) + 1
    rates = [leaf for leaf in model.leaves if leaf.kind in {"rate", "minimum"}]
    if rates:
        _rates(pen, layout, (at, outside), rates)
    pen.sheet.print_area(0, 0, at + len(rates) + 1, outside + 5)
    count = sum(_wrong(leaf) for leaf in [*rates, *(priced[cell] for cell in written)])
    return Outside(PRICE_SHEET, Spot(_TOP, outside), Spot(at + len(rates), outside), count)


def _write(
    pen: Pen,
    layout: Layout,
    where: tuple[int, int],
    numbered: tuple[int, PricePoint],
    written: dict[int, tuple[int, int]],
) -> list[int]:
    """A row; returns which cells are met in it for the first time."""
    (at, wide), (number, point), before = where, numbered, len(written)
    pen.texts(at, 0, [point.offer, point.line.measure.meter, _case(point)])
    _leaf(pen, layout, (at, _PRICE), point.price, written)
    pen.text(at, 4, f"{point.currency} for {grouped(point.line.per)}", "unit")
    for index, (name, factor, added) in enumerate(point.changes):
        column = len(_BEFORE) + len(_CHANGE) * index
        pen.text(at, column, name)
        _leaf(pen, layout, (at, column + 1), factor, written)
        _leaf(pen, layout, (at, column + 2), added, written)
    column = len(_BEFORE) + wide
    _one(pen, layout, (at, column), point, Key(PRICES, str(number), "price of one"))
    start, *facts = _facts(point.row)
    pen.text(at, column + 2, start, "unit")
    pen.texts(at, column + 3, facts, "note")
    return list(written)[before:]


def _outside(pen: Pen, layout: Layout, place: tuple[int, int], leaves: Sequence[Leaf]) -> None:
    """How many of a row's blue numbers may not be."""
    texts = [price_limits(leaf).outside(layout.names[id(leaf.cell)], "0", "0") for leaf in leaves]
    if texts:
        pen.formula(place, f"={'+'.join(texts)}", sum(map(_wrong, leaves)), "0;0;-", "check")


def _wrong(leaf: Leaf) -> bool:
    return not price_limits(leaf).hold(leaf.cell.value)


def _one(pen: Pen, layout: Layout, place: tuple[int, int], point: PricePoint, key: Key) -> None:
    """The price of one unit; where another line has the same, its cell."""
    row = layout.model.rows.find(key)
    if row is None:
        text = f"={layout.referrer(CONSTANT)(point.unit)}"
    else:
        text = layout.formula(row, CONSTANT)
        layout.define(layout.unit_prices[key], PRICE_SHEET, *place)
    pen.formula(place, text, point.unit.value, UNIT_PRICE)


def _leaf(pen: Pen, layout: Layout, place: tuple[int, int], cell: Any, written: dict[int, tuple[int, int]]) -> None:
    """A blue cell for a number that is met for the first time; the same number again refers to it."""
    name = layout.names.get(id(cell))
    if name is None:
        return
    if id(cell) in written:
        pen.formula(place, f"={name}", cell.value, RATE)
        return
    written[id(cell)] = place
    pen.number(*place, cell.value, RATE, "input")
    layout.define(name, PRICE_SHEET, *place)


def _case(point: PricePoint) -> str:
    shape = f"; {point.line.measure.shape}" if point.line.measure.shape else ""
    words = [word for word in point.where.partition("; ")[2].split(", ") if word not in _USUAL]
    return (", ".join(words) or "every request") + shape


def _facts(row: PriceRow) -> list[str]:
    """What a reader must know of a price row."""
    source = row.source
    start = f"{row.valid.from_:%Y-%m-%d %H:%M}Z" + (" or earlier" if row.valid.start else "")
    end = f"{row.valid.until:%Y-%m-%d %H:%M}Z" if row.valid.until else "a later row"
    read = (source.title or source.url or "") + (f" ({source.url})" if source.title and source.url else "")
    read += f", via {source.via}" if source.via else ""
    notes = [text for text in (source.note, row.disagreement and f"sources disagree: {row.disagreement}") if text]
    return [
        start,
        end,
        str(row.recorded),
        source.kind,
        read,
        str(source.retrieved),
        source.confidence or "",
        "; ".join(notes),
    ]


def _validated(pen: Pen, place: tuple[int, int], leaf: Leaf) -> None:
    """A number of a kind that the checks let pass."""
    limits = price_limits(leaf)
    if limits.low is not None:
        rule: dict[str, Any] = {"validate": "decimal", "criteria": ">" if limits.above_low else ">=", "value": 0}
        pen.sheet.data_validation(*place, *place, rule | {"ignore_blank": False})


def _rates(pen: Pen, layout: Layout, where: tuple[int, int], rates: list[Leaf]) -> None:
    at, outside = where
    heads = {0: "rates and minimum charges", 2: "for", _PRICE: "value", 4: "unit", outside: "outside?"}
    for column in range(outside + 2):
        pen.text(at, column, heads.get(column, ""), "head right" if column == _PRICE else "head")
    pen.text(at, outside + 1, "  source", "head")
    for number, leaf in enumerate(rates, start=at + 1):
        name = layout.names[id(leaf.cell)]
        pen.texts(number, 0, [leaf.cell.name, "", leaf.about])
        pen.number(number, _PRICE, leaf.cell.value, RATE, "input")
        pen.text(number, 4, leaf.cell.unit, "unit")
        pen.text(number, outside + 1, leaf.source, "unit")
        _validated(pen, (number, _PRICE), leaf)
        _outside(pen, layout, (number, outside), [leaf])
        layout.define(name, PRICE_SHEET, number, _PRICE)
