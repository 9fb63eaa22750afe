"""A priced usage log held against a bill: where they differ, why, and what is not explained."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import decimal_text
from costmodel.results.estimate import SCHEMA_VERSION, shown_costs
from costmodel.results.metered.difference import (
    CAUSES,
    ROUNDING,
    UNEXPLAINED,
    Beside,
    Line,
    ModelSum,
    Part,
    added,
    model_sum,
    rounding_bound,
)
from costmodel.results.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from costmodel.prices.exchange import ExchangeRate
    from costmodel.results.estimate import BookReference
    from costmodel.results.metered.metered import Counts
    from costmodel.results.notice import Notice
    from costmodel.results.table import Table

_ZERO = Fraction(0)


class Tolerance(NamedTuple):
    """How far a model, and all of them together, may be off: as it was asked for, and in money."""

    text: str
    amount: Fraction


@dataclass(frozen=True)
class Reconciliation(Shown):
    """A priced log held against a bill.

    Attributes:
        currency: of every amount.
        grain: day or month: what is compared.
        lines: every model on every day or in every month of either side.
        beside: what the bill says is for no usage.
        outside: what was priced in months that the bill does not have; it is not compared.
        places: decimals of the bill.
        tolerance: how far a model may be off.
        book: the price book.
        counts: where the rows of the log went.
        exchange: exchange rates used.
        notices: warnings of the priced log.
        tried: other price books that were tried.
        coarsest: what rounding may hide in money, beside the tolerance; None for any amount.
    """

    currency: str
    grain: str
    lines: tuple[Line, ...]
    beside: tuple[Beside, ...]
    outside: tuple[tuple[str, Fraction], ...]
    places: int
    tolerance: Tolerance
    book: BookReference
    counts: Counts
    exchange: tuple[ExchangeRate, ...]
    notices: tuple[Notice, ...]
    tried: tuple[str, ...] = ()
    coarsest: Fraction | None = None

    @property
    def priced(self) -> Fraction:
        """Cost of the log."""
        return sum((line.priced or _ZERO for line in self.lines), _ZERO)

    @property
    def billed(self) -> Fraction:
        """What was billed for usage."""
        return sum((line.billed or _ZERO for line in self.lines), _ZERO)

    @property
    def total(self) -> Fraction:
        """The difference: billed less priced."""
        return self.billed - self.priced

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What the difference is made of, in the order of the causes; together they are the difference."""
        return added(part for line in self.lines for part in line.parts)

    @cached_property
    def models(self) -> tuple[ModelSum, ...]:
        """By model, the largest difference first."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.model, []).append(line)
        sums = (model_sum(model, lines) for model, lines in found.items())
        return tuple(sorted(sums, key=lambda item: (-abs(item.difference), item.model)))

    @property
    def unexplained(self) -> Fraction:
        """What is not explained, taken together as it stands: amounts of both signs may cancel out."""
        return sum((part.amount for part in self.parts if part.cause == UNEXPLAINED), _ZERO)

    @cached_property
    def hidden(self) -> Fraction:
        """What rounding alone may hide, in the lines that it takes part in."""
        rounded = (line for line in self.lines if any(part.cause == ROUNDING for part in line.parts))
        return rounding_bound(rounded, self.places)

    @property
    def too_coarse(self) -> bool:
        """Whether rounding may hide more than is allowed, so that the bill cannot be checked."""
        return self.coarsest is not None and self.hidden > max(self.coarsest, self.tolerance.amount)

    @cached_property
    def over(self) -> tuple[str, ...]:
        """The models that are further off than the tolerance, rounding not counted; empty for all of them together.

        Lines that are too dear and lines that are too cheap do not cancel out. A bill that is too coarse to be checked
        is over the tolerance as a whole.
        """
        found: dict[str, Fraction] = {}
        for line in self.lines:
            found[line.model] = found.get(line.model, _ZERO) + abs(line.unrounded)
        models = [model for model, amount in found.items() if amount > self.tolerance.amount]
        together = sum(found.values(), _ZERO) > self.tolerance.amount
        return (*models, *([""] if together or self.too_coarse else []))

    def tables(self) -> list[Table]:
        """From the priced log to the bill; by model; the lines that are not explained."""
        from costmodel.results.metered.reconciliation_tables import reconciliation_tables

        return reconciliation_tables(self)

    def to_json(self) -> dict[str, Any]:
        """As plain data: money as decimal strings; the same inputs give the same bytes."""
        from costmodel.results.metered.metered import usage_record

        return {
            "schema_version": SCHEMA_VERSION,
            "kind": "reconciliation",
            "currency": self.currency,
            "grain": self.grain,
            "total": decimal_text(self.total),
            "priced": decimal_text(self.priced),
            "billed": decimal_text(self.billed),
            "within_tolerance": not self.over,
            "tolerance": {"text": self.tolerance.text, "amount": decimal_text(self.tolerance.amount)},
            "over_tolerance": list(self.over),
            "rounding": {"at_most": decimal_text(self.hidden), "too_coarse": self.too_coarse},
            "parts": [_part(part, decimal_text) for part in self.parts],
            "models": [_model_record(item) for item in self.models],
            "lines": self.to_records(),
            "beside": [item._asdict() | {"amount": decimal_text(item.amount)} for item in self.beside],
            "outside": [{"month": month, "priced": decimal_text(amount)} for month, amount in self.outside],
            "decimals_of_the_bill": self.places,
            "usage": usage_record(self.counts),
            "price_book": self.book.to_json(),
            "other_price_books_tried": list(self.tried),
            "exchange_rates": [rate.to_json() for rate in self.exchange],
            "warnings": [{"code": notice.code, "text": notice.text} for notice in self.notices],
        }

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """Every line, with one column for each cause."""
        return [_line(line, self.grain, _as_is if exact else decimal_text) for line in self.lines]

    def __repr__(self) -> str:
        shown = shown_costs([self.total], self.currency)[0]
        return f"<Reconciliation: {shown} {self.currency} off, {'over' if self.over else 'within'} the tolerance>"


def _as_is(number: Fraction) -> Fraction:
    return number


def _part(part: Part, number: Callable[[Fraction], Any]) -> dict[str, Any]:
    return part._asdict() | {"amount": number(part.amount)}


def _model_record(item: ModelSum) -> dict[str, Any]:
    numbers = {name: getattr(item, name) for name in ("requests", "priced", "billed", "difference")}
    texts = {name: None if number is None else decimal_text(number) for name, number in numbers.items()}
    return {"model": item.model, **texts, "parts": [_part(part, decimal_text) for part in item.parts]}


def _line(line: Line, grain: str, number: Callable[[Fraction], Any]) -> dict[str, Any]:
    causes: Mapping[str, Fraction] = {
        cause: sum((part.amount for part in line.parts if part.cause == cause), _ZERO) for cause in CAUSES
    }
    return {
        grain: line.when,
        "model": line.model,
        "requests": number(line.requests),
        "priced": None if line.priced is None else number(line.priced),
        "billed": None if line.billed is None else number(line.billed),
        "rows_of_the_bill": line.rows,
        "difference": number(line.difference),
        **{cause.replace(" ", "_"): number(amount) for cause, amount in causes.items()},
    }
