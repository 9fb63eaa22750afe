"""Tables of a reconciliation: from the priced log to the bill, by model, and the lines that are not explained."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text, grouped, half_up, significant
from costmodel.results.adding_up import noted_once, rounding_note, shared_out
from costmodel.results.estimate import count_text, shown_places
from costmodel.results.metered.difference import (
    CAUSES,
    DAYS,
    NO_PRICE,
    ONLY_BILLED,
    ONLY_LOGGED,
    OTHER_PRICES,
    ROUNDING,
    SURCHARGE,
    UNEXPLAINED,
)
from costmodel.results.notice import notice_lines
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from costmodel.results.metered.difference import Line, Part
    from costmodel.results.metered.reconciliation import Reconciliation

_ZERO = Fraction(0)
_MOST_LINES, _MOST_MODELS = 20, 40
_WORDS = {
    OTHER_PRICES: "billed at the prices of {detail}",
    SURCHARGE: "{detail}",
    DAYS: "counted on the day before or after",
    ONLY_BILLED: "in the bill alone",
    ONLY_LOGGED: "in the log alone",
    NO_PRICE: "in the bill alone; usage of the model in the log has no price",
    ROUNDING: "rounding of the bill",
    UNEXPLAINED: "not explained",
}
_SHORT = {DAYS: "on other days", NO_PRICE: "no price in the book"}
_LISTED = (UNEXPLAINED, ONLY_BILLED, ONLY_LOGGED)


def reconciliation_tables(found: Reconciliation) -> list[Table]:
    """All tables, the notes below the last."""
    tables = [_bridge(found), _models(found)]
    tables += [_lines(found)] if _told(found) else []
    tables = noted_once(tables)
    tables[-1] = tables[-1]._replace(notes=(*tables[-1].notes, *_notes(found)))
    return tables


def _places(found: Reconciliation) -> int:
    return shown_places([found.priced, found.billed], found.currency)


def _bridge(found: Reconciliation) -> Table:
    """What leads from the priced log to the bill; shown so that it adds up."""
    places = _places(found)
    priced, billed = _totals(found)
    whole = half_up(found.billed + sum((item.amount for item in found.beside), _ZERO), places)
    parts = _parts(found)
    beside = shared_out([item.amount for item in found.beside], places, whole - billed) if found.beside else []
    rows = [("the log, priced", grouped(priced, places), "")]
    rows += [
        (_words(part), _signed(shown, part.amount, places), _share(found, part.amount))
        for part, shown in zip(found.parts, parts, strict=True)
    ]
    if found.beside:
        rows.append(("the bill, for usage", grouped(billed, places), ""))
    rows += [
        (f"beside usage: {item.kind}", _signed(shown, item.amount, places), "")
        for item, shown in zip(found.beside, beside, strict=True)
    ]
    columns = (Column("from the log to the bill"), Column(found.currency, numeric=True), Column("of log", numeric=True))
    totals = ("the bill", grouped(whole, places), "")
    amounts = [part.amount for part in found.parts] + [item.amount for item in found.beside]
    notes = rounding_note((*parts, *beside), amounts, places)
    return Table(f"Reconciliation: {_period(found)}", columns, tuple(rows), totals, notes, _lead(found))


def _totals(found: Reconciliation) -> tuple[Fraction, Fraction]:
    """What was priced and what was billed, as they are shown; what stands between them is shown so that it adds up."""
    places = _places(found)
    return half_up(found.priced, places), half_up(found.billed, places)


def _parts(found: Reconciliation) -> list[Fraction]:
    """The parts of the difference as they are shown."""
    priced, billed = _totals(found)
    return shared_out([part.amount for part in found.parts], _places(found), billed - priced) if found.parts else []


def _period(found: Reconciliation) -> str:
    whens = [line.when for line in found.lines]
    if not whens:
        return "no usage"
    return whens[0] if whens[0] == whens[-1] else f"{whens[0]} to {whens[-1]}"


def _words(part: Part) -> str:
    return _WORDS[part.cause].format(detail=part.detail)


def _share(found: Reconciliation, amount: Fraction) -> str:
    if not found.priced:
        return ""
    share = amount / found.priced * 100
    return f"{_signed(half_up(share, 2), share, 2)} %"


def _signed(shown: Fraction, exact: Fraction, places: int) -> str:
    """An amount with its sign; one that is there and shows as nothing in as few digits as it has."""
    if not shown and exact:
        return f"{'+' if exact > 0 else ''}{decimal_text(significant(exact, 2))}"
    return f"{'+' if shown > 0 else ''}{grouped(shown, places)}"


def _lead(found: Reconciliation) -> str:
    places = _places(found)
    pair = f"the log comes to {grouped(found.priced, places)} {found.currency}"
    text = f"The bill for usage is {grouped(found.billed, places)} {found.currency}, {pair}: {_off(found)}."
    text += _sum_words(found, "On one side alone", (ONLY_BILLED, ONLY_LOGGED, NO_PRICE))
    text += _sum_words(found, "Not explained", (UNEXPLAINED,))
    if not any(line.both for line in found.lines):
        text += " No model and day is on both sides: is it the same account and period?"
    elif any(part.cause != ROUNDING for part in found.parts) and not _told(found):
        text += " All of it is explained below."
    if found.too_coarse:
        text += _coarse(found)
    if not found.over:
        return f"{text} This is within the tolerance ({found.tolerance.text})."
    models = [model for model in found.over if model]
    if found.too_coarse and not models:
        return f"{text} It cannot be said to be within the tolerance ({found.tolerance.text})."
    of = f" by {len(models)} of {len(found.models)} models" if models else ", all models together"
    return f"{text} This is over the tolerance ({found.tolerance.text}){of}."


def _coarse(found: Reconciliation) -> str:
    """That rounding may hide too much, and what to do."""
    hidden = grouped(half_up(found.hidden, _places(found)), _places(found))
    return (
        f" The bill is too coarse to check: rounding alone may be {hidden} {found.currency}. Ask for one with more "
        "decimals, or say with --tolerance what you accept."
    )


def _sum_words(found: Reconciliation, words: str, causes: Sequence[str]) -> str:
    """What some causes come to, whatever the sign; empty where it is nothing."""
    amounts = [part.amount for line in found.lines for part in line.parts if part.cause in causes]
    whole = sum(map(abs, amounts), _ZERO)
    if not whole:
        return ""
    places, both = _places(found), abs(sum(amounts)) != whole
    pairs = zip(found.parts, _parts(found), strict=True)  # as the table below shows them
    shown = half_up(whole, places) if both else abs(sum((cost for part, cost in pairs if part.cause in causes), _ZERO))
    told = _signed(shown, whole, places).lstrip("+")
    return f" {words}: {told} {found.currency}{', in both directions' if both else ''}."


def _off(found: Reconciliation) -> str:
    places = _places(found)
    if not any(line.parts for line in found.lines):
        return "they agree to the last digit"
    if all(part.cause == ROUNDING for part in found.parts) and not found.too_coarse:
        return "they agree but for the rounding of the bill"
    if not found.total:
        return "the sums agree, what they are made of does not"
    priced, billed = _totals(found)
    shown = _signed(abs(billed - priced), abs(found.total), places).lstrip("+")
    return f"{shown} {found.currency} {'more' if found.total > 0 else 'less'}"


def _models(found: Reconciliation) -> Table:
    places, models = _places(found), found.models
    priced, billed = (
        shared_out([amount or _ZERO for amount in column], places, total) if column else []
        for total, column in zip(
            _totals(found), ([item.priced for item in models], [item.billed for item in models]), strict=True
        )
    )
    rows = [
        (
            item.model,
            count_text(item.requests) if item.requests else "",
            "" if item.priced is None else grouped(priced[place], places),
            "" if item.billed is None else grouped(billed[place], places),
            _signed(billed[place] - priced[place], item.difference, places),
            _why(item.parts),
        )
        for place, item in enumerate(models[:_MOST_MODELS])
    ]
    numbers = (Column(name, numeric=True) for name in ("requests", "priced", "billed", "difference"))
    total = sum(billed, _ZERO) - sum(priced, _ZERO)
    requests = count_text(sum((item.requests for item in models), _ZERO))
    sums = (grouped(sum(column, _ZERO), places) for column in (priced, billed))
    totals = ("total", requests, *sums, _signed(total, found.total, places), "")
    more = len(models) - _MOST_MODELS
    amounts = [
        amount or _ZERO for column in ("priced", "billed") for amount in (getattr(item, column) for item in models)
    ]
    notes = rounding_note((*priced, *billed), amounts, places)
    notes += (f"And {more:,} models with smaller differences: all are in the JSON.",) if more > 0 else ()
    title = f"By model, {found.currency}"
    return Table(title, (Column("model"), *numbers, Column("why")), tuple(rows), totals, notes)


def _why(parts: Iterable[Part]) -> str:
    """Causes in few words, those of the whole first."""
    order = sorted(parts, key=lambda part: CAUSES.index(part.cause))
    words = [_SHORT.get(part.cause) or (part.detail or part.cause) for part in order]
    return ", ".join(dict.fromkeys(words)) or "agrees"


def _told(found: Reconciliation) -> list[Line]:
    """The lines that somebody must look at, the largest first."""
    lines = [line for line in found.lines if any(part.cause in _LISTED for part in line.parts)]
    return sorted(lines, key=lambda line: (-abs(line.unrounded), line.key))


def _lines(found: Reconciliation) -> Table:
    places, told = _places(found), _told(found)
    rows = tuple(
        (
            line.when,
            line.model,
            count_text(line.requests) if line.requests else "",
            *("" if amount is None else grouped(amount, places) for amount in (line.priced, line.billed)),
            _signed(half_up(line.difference, places), line.difference, places),
            _why([part for part in line.parts if part.cause != ROUNDING]),
        )
        for line in told[:_MOST_LINES]
    )
    numbers = (Column(name, numeric=True) for name in ("requests", "priced", "billed", "difference"))
    columns = (Column(found.grain), Column("model"), *numbers, Column("why"))
    more = len(told) - _MOST_LINES
    notes = (f"And {more:,} more, smaller ones: all are in the JSON.",) if more > 0 else ()
    return Table(f"To look at, {found.currency}", columns, rows, (), notes)


def _notes(found: Reconciliation) -> Sequence[str]:
    notes = [
        f"Prices: {found.book}. The bill has {found.places} decimals: half of the last one is rounding in each row."
    ]
    if found.tried and any(part.cause != ROUNDING for part in found.parts):
        notes.append(f"Tried as well: {', '.join(found.tried)}.")
    for month, amount in found.outside:
        shown = grouped(amount, _places(found))
        notes.append(f"Note: The bill has nothing of {month}: {shown} {found.currency} of the log are not compared.")
    for rate in found.exchange:
        shown = decimal_text(significant(rate.rate, 8))
        notes.append(f"Exchange rate: {shown} {rate.to} for one {rate.from_} on {rate.on} ({rate.source}).")
    if found.beside:
        notes.append("Note: What the bill says is for no usage is shown, and not held against the log.")
    return (*notes, *notice_lines(found.notices))
