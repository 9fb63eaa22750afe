"""The price book for reading: all offers on a day, and one offer in full."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from costmodel.errors import NotInForceError
from costmodel.prices.policy import policy
from costmodel.quantities import decimal_text
from costmodel.results.explanation import row_facts
from costmodel.results.notices import is_stale
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from datetime import datetime

    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.prices.conditions import When
    from costmodel.prices.schema import Price, PriceRow, Rate, Term

_SHOWN = ("input", "cache_read", "output")


def listing(book: PriceBook, at: datetime, provider: str | None) -> tuple[Table, list[dict[str, Any]]]:
    """Every offer with its prices in force at an instant: as a table, and as plain data."""
    cards = [card for card in book.offers() if provider is None or card.name.startswith(f"{provider}/")]
    records = [_record(card, at) for card in cards]
    rows = [
        (
            record["offer"],
            *(record["prices"].get(meter, "") for meter in _SHOWN),
            record["currency"],
            record["kind"],
            record["checked"] + (" stale" if record["stale"] else ""),
            record["note"],
        )
        for record in records
    ]
    headings = [Column("offer"), *(Column(meter.replace("_", " "), numeric=True) for meter in _SHOWN)]
    columns = (*headings, Column("currency"), Column("kind"), Column("checked"), Column(""))
    limit = policy().stale_after_days.value
    notes = (
        f"Price book {book.name}. For 1,000,000 tokens unless 'prices show' says otherwise; the last rate of each row.",
        f"stale: last checked more than {limit} days before {at:%Y-%m-%d}.",
    )
    return Table(f"Prices in force on {at:%Y-%m-%d}", columns, tuple(rows), (), notes), records


def _record(card: RateCard, at: datetime) -> dict[str, Any]:
    row = card.row_at(at)
    if row is None:
        last = card.rows[-1]
        return {
            "offer": card.name,
            "prices": {},
            "currency": card.currency,
            "kind": last.source.kind,
            "checked": last.source.retrieved.isoformat(),
            "stale": False,
            "note": "contracted price in force: see 'prices show'"
            if card.contract_at(at)
            else "not in force on that day",
        }
    rest = (row.rates or ())[-1]
    conditions = len(row.rates or ()) > 1 or bool(row.adjustments)
    return {
        "offer": card.name,
        "prices": {meter: price_text(price) for meter, price in (rest.prices or {}).items()},
        "currency": card.currency,
        "kind": row.source.kind,
        "checked": row.source.retrieved.isoformat(),
        "stale": is_stale(row, at.date(), policy().stale_after_days.value),
        "note": "; ".join(
            (["also prices by size, hour, tier or region"] if conditions else [])
            + (["contracted price in force: see 'prices show'"] if card.contract_at(at) else [])
        ),
    }


def details(book: PriceBook, model: str, at: datetime, *, everything: bool) -> tuple[str, dict[str, Any]]:
    """One offer as text and plain data: the row in force at an instant, or every row there ever was.

    Raises:
        NoPriceError: unknown, or not in force at that instant.
    """
    card = book.card(model)
    offer = card.offer
    current = card.row_at(at)
    contract = card.contract_at(at)
    if current is None and contract is None and not everything:
        raise NotInForceError(card.name, at, card.intervals())
    rows = list(offer.prices) if everything else [current] if current else []
    rows += [contract] if contract else []
    facts = [
        ("offer", card.name),
        ("name", offer.name or ""),
        ("also called", ", ".join(item.name for item in offer.aliases)),
    ]
    facts += [
        ("currency", card.currency),
        ("service tiers", ", ".join(card.tiers)),
        ("regions", ", ".join(card.regions)),
    ]
    facts += [("context window", f"{offer.context_window:,} tokens" if offer.context_window else "")]
    facts += [
        ("longest output", f"{offer.max_output:,} tokens" if offer.max_output else ""),
        ("tokenizer", offer.tokenizer or ""),
    ]
    lines = [*_aligned([(label, text) for label, text in facts if text]), ""]
    following = {id(row): later.valid.from_ for row, later in pairwise(card.rows)}
    for row in rows:
        lines += [*_row_lines(row, at, following.get(id(row)) if everything else None), ""]
    lines += _term_lines(card)
    lines.append(f"Price book {book.name}" + (f", sha256 {book.sha256}" if book.sha256 else ""))
    record = {
        "schema_version": "1",
        "kind": "price_history" if everything else "price",
        "offer": card.name,
        **{label.replace(" ", "_"): text for label, text in facts[1:] if text},
        "rows": [_row_record(row, at) for row in rows],
        "terms": {name: _term_text(term) for name, term in _terms(card)},
        "price_book": {"version": book.name, "sha256": book.sha256},
    }
    return "\n".join(lines), record


def price_text(price: Price) -> str:
    """One price for reading."""
    if price.unknown:
        return "unknown"
    if price.free:
        return "free"
    if price.brackets is not None:
        return ", ".join(
            f"{decimal_text(item.price)}" + (f" up to {int(item.up_to):,}" if item.up_to else " beyond")
            for item in price.brackets
        )
    extra = f" (in steps of {decimal_text(price.increment)})" if price.increment else ""
    extra += f" (at least {decimal_text(price.minimum)})" if price.minimum else ""
    return decimal_text(price.price or 0) + extra


def when_text(when: When | None) -> str:
    """Conditions for reading."""
    if when is None:
        return "otherwise"
    words = [f"request input {limit}" for limit in when.request_input_tokens]
    words += [f"hours {when.hours}"] if when.hours else []
    words += [f"service tier {when.service_tier}"] if when.service_tier else []
    words += [f"region {when.region}"] if when.region else []
    return " and ".join(words)


def _rate_text(rate: Rate, *, alone: bool) -> str:
    prices = ", ".join(f"{meter} {price_text(price)}" for meter, price in (rate.prices or {}).items())
    lead = "" if alone else f"{when_text(rate.when)}: "
    return lead + (f"refused: {rate.refused}" if rate.refused else prices)


def _row_lines(row: PriceRow, at: datetime, ends: datetime | None) -> list[str]:
    rates = row.rates or ()
    lead = "contracted rate" if row.source.kind == "contracted" else "rate"
    facts = [(lead, _rate_text(rate, alone=len(rates) == 1)) for rate in rates]
    facts += [(lead, "the list price, adjusted as follows")] if row.based_on else []
    facts += [("per", ", ".join(row.per).replace("_", ","))] if row.per else []
    facts += [
        (
            f"adjustment '{item.name}'",
            f"{', '.join(item.meters)} x {decimal_text(item.multiply)}"
            + (f" + {decimal_text(item.add)}" if item.add else "")
            + (f" when {when_text(item.when)}" if item.when else ""),
        )
        for item in row.adjustments
    ]
    facts += [("minimum charge", f"{decimal_text(row.minimum_charge.amount)} a month")] if row.minimum_charge else []
    facts += row_facts(row, ends)
    facts.append(("age", _age(row, at, superseded=ends is not None and ends <= at)))
    if row.withdrawn:
        facts.append(("WITHDRAWN", f"on {row.withdrawn.on}: {row.withdrawn.why}"))
    return _aligned(facts)


def _age(row: PriceRow, at: datetime, *, superseded: bool) -> str:
    days = (at.date() - row.source.retrieved).days
    limit = policy().stale_after_days.value
    stale = f"; STALE: more than {limit} days" if not superseded and is_stale(row, at.date(), limit) else ""
    return f"checked {days} days before {at:%Y-%m-%d}{stale}" if days >= 0 else f"checked after {at:%Y-%m-%d}"


def _row_record(row: PriceRow, at: datetime) -> dict[str, Any]:
    return {
        "valid_from": row.valid.from_.isoformat(),
        "valid_until": row.valid.until.isoformat() if row.valid.until else None,
        "start_observed": row.valid.start == "observed",
        "recorded": row.recorded.isoformat(),
        "withdrawn": row.withdrawn.on.isoformat() if row.withdrawn else None,
        "rates": [
            {
                "when": when_text(rate.when),
                "prices": {meter: price_text(price) for meter, price in (rate.prices or {}).items()},
                "refused": rate.refused,
            }
            for rate in row.rates or ()
        ],
        "adjustments": [
            {
                "name": item.name,
                "when": when_text(item.when),
                "meters": list(item.meters),
                "multiply": decimal_text(item.multiply),
                "add": decimal_text(item.add),
            }
            for item in row.adjustments
        ],
        "credit": f"{decimal_text(row.credit.per_list_unit)} {row.credit.pays}" if row.credit else None,
        "minimum_charge": decimal_text(row.minimum_charge.amount) if row.minimum_charge else None,
        "source": {key: str(value) for key, value in row.source if value is not None},
        "disagreement": row.disagreement,
        "stale": is_stale(row, at.date(), policy().stale_after_days.value),
    }


def _terms(card: RateCard) -> list[tuple[str, Term]]:
    return [(name, term) for name, term in (card.offer.terms or ()) if term is not None]


def _term_text(term: Term) -> str:
    value = term.value
    shown = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    shown = decimal_text(value) if isinstance(value, Fraction) else shown
    return f"{shown} ({term.url or term.title}, read {term.retrieved}{f'; {term.note}' if term.note else ''})"


def _term_lines(card: RateCard) -> list[str]:
    terms = [(name.replace("_", " "), _term_text(term)) for name, term in _terms(card)]
    return [*_aligned(terms), ""] if terms else ["terms: none known with a source", ""]


def _aligned(facts: list[tuple[str, str]]) -> list[str]:
    wide = max((len(label) for label, _ in facts), default=0)
    return [f"{label.ljust(wide)}  {text}" for label, text in facts]
