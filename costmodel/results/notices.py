"""Warnings of an estimate: everything a reader must know before quoting a figure, one sentence a matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.prices.policy import policy
from costmodel.results.estimate import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from costmodel.billing.bill import Entry
    from costmodel.prices.book import PriceBook
    from costmodel.prices.schema import PriceRow
    from costmodel.quantities import Month


def notices(entries: Sequence[Entry], book: PriceBook, months: Sequence[Month], said: Iterable[str]) -> tuple[Notice, ...]:
    """All warnings, in a fixed order."""
    rows = {(entry.model, id(entry.tariff.row)): (entry.model, entry.tariff.row) for entry in entries}
    used = list(rows.values())
    found = [
        *_quoted(used),
        *_stale(used, book),
        *_beyond(used, months),
        *_disagreeing(used),
        *_doubtful(used),
        *(Notice("tokenizer", text) for text in said),
        *_cache_as_input(entries),
        *_limits_crossed(entries),
        *_private(entries, book),
    ]
    return tuple(found)


def _quoted(used: Sequence[tuple[str, PriceRow]]) -> list[Notice]:
    models = _names(model for model, row in used if row.source.kind == "quoted")
    return [Notice("quoted-price", f"quoted prices, not list prices: {models}")] if models else []


def _stale(used: Sequence[tuple[str, PriceRow]], book: PriceBook) -> list[Notice]:
    limit = policy().stale_after_days.value
    day = book.date
    if day is None:
        return []
    old = _names(f"{model} (checked {row.source.retrieved})" for model, row in used if is_stale(row, day, limit))
    return [Notice("stale-price", f"not checked for more than {limit} days before {day}: {old}")] if old else []


def is_stale(row: PriceRow, on: object, limit: int) -> bool:
    """Whether a price was last checked more than so many days before a day, while still in force."""
    return row.valid.until is None and (on - row.source.retrieved).days > limit  # type: ignore[operator]


def _beyond(used: Sequence[tuple[str, PriceRow]], months: Sequence[Month]) -> list[Notice]:
    checks = [row.source.retrieved for _, row in used if row.valid.until is None]
    if not checks or months[-1].end.date() <= min(checks):
        return []
    return [
        Notice(
            "forecast-beyond-check",
            f"prices were last checked {min(checks)} to {max(checks)} and are taken to stay until {months[-1]}; "
            "a provider may change them",
        )
    ]


def _disagreeing(used: Sequence[tuple[str, PriceRow]]) -> list[Notice]:
    found = [f"{model}: {row.disagreement}" for model, row in used if row.disagreement]
    return [Notice("sources-disagree", f"sources disagree on {text}") for text in dict.fromkeys(found)]


def _doubtful(used: Sequence[tuple[str, PriceRow]]) -> list[Notice]:
    models = _names(model for model, row in used if row.source.confidence == "low" and row.source.kind == "list")
    return [Notice("low-confidence", f"prices of low confidence: {models}")] if models else []


def _cache_as_input(entries: Sequence[Entry]) -> list[Notice]:
    found = {}
    for entry in entries:
        for meter in entry.tariff.contracted.said:
            if entry.totals.get(meter):
                found[f"{entry.model} ({meter})"] = None
    return [Notice("no-cache-price", f"no price of its own, charged as input: {', '.join(found)}")] if found else []


def _limits_crossed(entries: Sequence[Entry]) -> list[Notice]:
    found = _names(f"{entry.model} ({entry.band})" for entry in entries if entry.band.low is not None and entry.charges)
    return [Notice("size-limit-crossed", f"some requests are above a size limit and priced there: {found}")] if found else []


def _private(entries: Sequence[Entry], book: PriceBook) -> list[Notice]:
    models = _names(entry.model for entry in entries if book.card(entry.model).private)
    return [Notice("no-list-price", f"own prices without a list price beside them: {models}")] if models else []


def _names(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
