"""Tables of a variance: the bridge from one cost to the other, the reasons, by model and month, what changed."""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import TYPE_CHECKING, Any

from costmodel.quantities import grouped, half_up
from costmodel.results.adding_up import ROUNDED, noted_once, rounding_note, shared_out
from costmodel.results.estimate import BookReference, shown_places
from costmodel.results.metered.metered_tables import without
from costmodel.results.table import Column, Table
from costmodel.results.variance.variance import EFFECTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.results.variance.variance import Group, Limit, Variance

_ALWAYS = ("volume", "mix", "intensity", "price")
_MOST_REASONS = 8
_MOST_CHANGES = 40
_BILL = "taxes and fees"
_WORDS = {
    "volume": "how many {volume}",
    "requests": "how many requests a record takes",
    "mix": "which models do the work",
    "intensity": "how many tokens or other units a request takes",
    "price": "what is paid for a unit",
    "exchange": "what the billing currency is worth",
    "fixed": "what does not depend on requests: subscriptions, capacity",
    "levies": "taxes, fees and minimum charges",
}
_FACTORS = {
    "volume": "{volume}",
    "requests": "requests a record",
    "mix": "share of each model",
    "intensity": "units a request",
    "price": "unit price",
    "exchange": "exchange rate",
}


def variance_tables(found: Variance, *, monthly: bool) -> list[Table]:
    """All tables, the notes below the last."""
    tables = [_bridge(found)]
    tables += [_reasons(found)] if found.findings else []
    tables.append(_groups(found, found.by_model, "model"))
    tables += [_groups(found, found.by_month, "month")] if monthly else []
    tables = noted_once(tables)
    tables += [_changed(found)] if found.changes else []
    tables[-1] = tables[-1]._replace(notes=(*tables[-1].notes, *_notes(found)))
    return tables


def _places(found: Variance) -> int:
    return shown_places([max(found.base.total, found.head.total)], found.currency)


def _totals(found: Variance) -> tuple[Fraction, Fraction]:
    """Both totals as they are shown."""
    places = _places(found)
    return half_up(found.base.total, places), half_up(found.head.total, places)


def _effects(found: Variance) -> dict[str, Fraction]:
    """The effects as they are shown: they add up to the difference of the totals shown."""
    base, head = _totals(found)
    shown = shared_out(list(found.effects.values()), _places(found), head - base)
    return dict(zip(found.effects, shown, strict=True))


def _bridge(found: Variance) -> Table:
    places, (base, head), effects = _places(found), _totals(found), _effects(found)
    columns = (
        Column("effect"),
        Column("what it is"),
        Column(found.currency, numeric=True),
        Column("of BASE", numeric=True),
    )
    rows = [(_called("BASE", found), found.base.title, grouped(base, places), "100.0 %" if base else "")]
    rows += [
        (name, _WORDS[name].format(volume=found.volume), signed(amount, places), _of_base(found, found.effects[name]))
        for name, amount in effects.items()
        if amount or name in _ALWAYS
    ]
    of_base = _of_base(found, found.head.total, sign=False)
    totals = (_called("HEAD", found), found.head.title, grouped(head, places), of_base)
    notes = rounding_note(effects.values(), found.effects.values(), places)
    return Table(f"Why the cost moved: {_period(found)}", columns, tuple(rows), totals, notes, _lead(found))


def _called(name: str, found: Variance) -> str:
    """A side by its name, and that it is incomplete."""
    return f"{name}, incomplete" if name in found.incomplete else name


def _period(found: Variance) -> str:
    same = found.base.months == found.head.months
    period = found.base.period if same else f"{found.base.period} → {found.head.period}"
    return f"a mean month of {period}" if found.per == "month" else period


def _of_base(found: Variance, amount: Fraction, *, sign: bool = True) -> str:
    if not found.base.total:
        return ""
    share = half_up(amount / found.base.total * 100, 1)
    return f"{signed(share, 1) if sign else grouped(share, 1)} %"


def _lead(found: Variance) -> str:
    """What is missing, and how the cost moved."""
    moved = _moved(found)
    sides = (("BASE", found.base), ("HEAD", found.head))
    missing = [
        f"{name} is incomplete: it is without {without(side.counts)}."
        for name, side in sides
        if side.counts and not side.complete
    ]
    return f"{' '.join(missing)} As far as it is known, {moved[0].lower()}{moved[1:]}" if missing else moved


def _moved(found: Variance) -> str:
    places, (base, head) = _places(found), _totals(found)
    money = f"from {grouped(base, places)} to {grouped(head, places)} {found.currency}"
    if not found.total:
        return f"The cost does not move: {grouped(head, places)} {found.currency} on both sides."
    if head == base:
        return f"The cost moves by less than is shown: {money}."
    share = _of_base(found, found.total)
    by = f"{signed(head - base, places)} {found.currency}" + (f", {share}" if share else "")
    return f"The cost {'rises' if found.total > 0 else 'falls'} {money} ({by})."


def _reasons(found: Variance) -> Table:
    """The largest reasons, and the rest in one row; they add up to the difference."""
    places, (base, head) = _places(found), _totals(found)
    # What rounds to nothing gives no reason: it would say that a price fell from 2.50 to 2.50.
    told = [item for item in found.findings[:_MOST_REASONS] if half_up(item.amount, places)]
    first, rest = told, found.findings[len(told) :]
    amounts = [item.amount for item in first] + ([sum((item.amount for item in rest), Fraction(0))] if rest else [])
    texts = [item.sentence for item in first] + ([_smaller(len(rest))] if rest else [])
    shown = shared_out(amounts, places, head - base)
    rows = tuple((text, signed(amount, places)) for text, amount in zip(texts, shown, strict=True))
    columns = (Column("what moved"), Column(found.currency, numeric=True))
    total, notes = ("difference", signed(head - base, places)), rounding_note(shown, amounts, places)
    return Table("The largest reasons", columns, rows, total, notes)


def _smaller(count: int) -> str:
    return "1 smaller reason" if count == 1 else f"{count} smaller reasons together"


def _groups(found: Variance, groups: Sequence[Group], name: str) -> Table:
    """One row a group, one column an effect; every column adds up to what the bridge shows."""
    places, (base, head) = _places(found), _totals(found)
    effects = {
        key: total for key, total in _effects(found).items() if total or any(item.effects[key] for item in groups)
    }
    shown = [name for name in EFFECTS if name in effects and (name in _ALWAYS or effects[name])]
    before = shared_out([item.base for item in groups], places, base)
    after = shared_out([item.head for item in groups], places, head)
    columns = [[item - earlier for earlier, item in zip(before, after, strict=True)]]
    columns += [shared_out([item.effects[key] for item in groups], places, effects[key]) for key in shown]
    rows = [
        (
            item.key or _BILL,
            grouped(before[place], places),
            grouped(after[place], places),
            *(signed(column[place], places) for column in columns),
        )
        for place, item in enumerate(groups)
    ]
    totals = [sum(column, Fraction(0)) for column in columns]
    uneven = any(column[0] != sum(column[1:], Fraction(0)) for column in zip(*columns, strict=True))
    exact = [[item.base for item in groups], [item.head for item in groups]]
    exact += [[item.effects[key] for item in groups] for key in shown]
    pairs = zip((before, after, *columns[1:]), exact, strict=True)
    off = any(rounding_note(told, own, places) for told, own in pairs)
    return Table(
        f"By {name}, {found.currency}",
        tuple(Column(text, numeric=text != name) for text in (name, "BASE", "HEAD", "difference", *shown)),
        tuple(rows),
        ("total", grouped(base, places), grouped(head, places), *(signed(total, places) for total in totals)),
        (ROUNDED,) if uneven or off else (),
    )


def _changed(found: Variance) -> Table:
    changes = found.changes or ()
    rows = tuple((item.sign, item.path, item.old, item.new) for item in changes[:_MOST_CHANGES])
    left = len(changes) - len(rows)
    notes = (f"{left} more changes are in --format json.",) if left > 0 else ()
    columns = (Column(""), Column("path"), Column("BASE"), Column("HEAD"))
    return Table("What changed in the scenario (+ added, - removed, ~ changed)", columns, rows, (), notes)


def _notes(found: Variance) -> tuple[str, ...]:
    books = [_book(side.price_book) for side in (found.base, found.head)]
    prices = f"Prices: {books[0]}." if books[0] == books[1] else f"Prices: BASE {books[0]}; HEAD {books[1]}."
    return (
        _method(found),
        f"{prices} Amounts in {found.currency}.",
        *([f"Limit {found.limit.text} in either direction: {_kept(found, found.limit)}."] if found.limit else []),
        *(f"Note: {text}" for _, text in found.warnings),
    )


def _kept(found: Variance, limit: Limit) -> str:
    """Whether a limit is kept; it cannot be told of what is incomplete."""
    sides = " and ".join(found.incomplete)
    incomplete = f"{sides} {'is' if len(found.incomplete) == 1 else 'are'} incomplete" if sides else ""
    if limit.over is None:
        return f"this cannot be told, since {incomplete}"
    return ("exceeded" if limit.over else "kept") + (f" as far as is known, since {incomplete}" if incomplete else "")


def _method(found: Variance) -> str:
    factors = [_FACTORS[name].format(volume=found.volume) for name in found.factors]
    product = f"In each step of a workload, cost = {' x '.join(factors)}"
    if found.method == "sequential":
        return f"Method: sequential. {product}; the factors move one after the other, in this order."
    orders = f"{factorial(len(factors))} orders in which the {len(factors)} factors can move"
    return f"Method: Shapley. {product}; each effect is its mean over the {orders}."


def _book(book: Mapping[str, Any]) -> str:
    reference = BookReference(
        str(book.get("version")),
        book.get("sha256"),
        tuple((own["name"], own["sha256"]) for own in book.get("overlays", ())),
    )
    return str(reference)


def signed(amount: Fraction, places: int) -> str:
    """An amount with its sign, also where it is a plus.

    >>> signed(Fraction("12.4"), 2), signed(Fraction(0), 2)
    ('+12.40', '0.00')
    """
    return ("+" if half_up(amount, places) > 0 else "") + grouped(amount, places)
