"""A small price book in which list and contract differ in every way that a FOCUS row must tell."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import costmodel as cm
from costmodel.billing.bill import Terms, bill
from costmodel.billing.levies import minimum_lines
from costmodel.quantities import Month
from costmodel.results.estimate import BookReference
from costmodel.results.focus.origin import Origin
from costmodel.results.focus.row import number
from costmodel.results.focus.rows import Focus
from costmodel.shipped import shipped_folder
from costmodel.usage.cube import Band, Cell, Cube

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from costmodel.results.focus.row import Row

JULY = Month(2026, 7)
_HEAD = "recorded: 2026-01-01, per: [1_000_000 tokens, 3 requests]"
_LISTED = "source: {kind: list, url: 'https://acme.example/prices', retrieved: 2026-01-01}"
_OURS = "source: {kind: contracted, title: Our contract, retrieved: 2026-01-01}"
_BATCH = "{name: batch, when: {service_tier: batch}, meters: [input, output], multiply: 0.5}"

ACME = f"""\
provider: acme
name: Acme
currency: USD
offers:
  - model: plain
    service_tiers: [standard, batch]
    regions: [global, eu]
    prices:
      - {{valid: {{from: 2026-01-01}}, {_HEAD}, {_LISTED}, adjustments: [{_BATCH}], rates: [
          {{when: {{request_input_tokens: "> 1500"}}, prices: {{input: 4, cache_read: 0.4, output: 12}}}},
          {{prices: {{input: 2, cache_read: 0.2, output: 8}}}}]}}
  - model: changing
    prices:
      - {{valid: {{from: 2026-01-01}}, {_HEAD}, {_LISTED}, rates: [{{prices: {{input: 1, output: 4}}}}]}}
      - {{valid: {{from: "2026-07-10T12:00:00Z"}}, {_HEAD}, {_LISTED}, rates: [{{prices: {{input: 3, output: 7}}}}]}}
  - model: coarse
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_LISTED}, rates: [
      {{prices: {{input: 2, cache_read: 0.2, output: 8}}}}]}}]
  - model: fine
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_LISTED}, rates: [{{prices: {{input: 2, output: 8}}}}]}}]
  - model: unlisted
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_LISTED}, rates: [{{prices: {{input: 2, output: unknown}}}}]}}]
  - model: thirds
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_LISTED}, rates: [
      {{prices: {{input: free, output: 8, request: 0.1}}}}]}}]
  - model: shaped
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_LISTED}, rates: [{{prices: {{
      input: {{price: 2, increment: 100, minimum: 50}},
      output: {{brackets: [{{up_to: 100, price: 9}}, {{price: 8}}]}}}}}}]}}]
  - model: reshaped
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_LISTED}, rates: [
      {{prices: {{input: {{price: 2, increment: 100}}, output: free}}}}]}}]
  - model: nightly
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_LISTED}, rates: [
      {{when: {{hours: {{daily: "16:30-00:30", zone: UTC}}}}, prices: {{input: 0.135, output: 0.55}}}},
      {{prices: {{input: 0.27, output: 1.1}}}}]}}]
  - model: seats
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_LISTED}, minimum_charge: {{amount: 50, per: month}}, rates: [
      {{prices: {{input: 2, output: 8, subscription_month: 20, capacity_hour: 1.5, cache_storage: 4.5}}}}]}}]
"""
BOLT = f"""\
provider: bolt
name: Bolt
currency: USD
offers:
  - model: credited
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_LISTED}, credit: {{pays: CNY, per_list_unit: 0.7}},
      minimum_charge: {{amount: 30, per: month}}, rates: [{{prices: {{input: 2.5, output: 10}}}}]}}]
"""
OVERLAY = f"""\
overlay: our contract
provider: acme
offers:
  - model: plain
    service_tiers: [standard, batch]
    regions: [global, eu]
    prices: [{{valid: {{from: 2026-07-20}}, recorded: 2026-01-01, {_OURS}, based_on: list,
      adjustments: [{{name: 15 % off, meters: [input, cache_read, output], multiply: 0.85}}]}}]
  - model: coarse
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_OURS}, rates: [{{prices: {{input: 1.5, output: 6}}}}]}}]
  - model: fine
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_OURS}, rates: [
      {{prices: {{input: 1.75, cache_read: 0.25, output: 7}}}}]}}]
  - model: reshaped
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_OURS}, rates: [{{prices: {{input: 1, output: 2}}}}]}}]
  - model: unlisted
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_OURS}, rates: [{{prices: {{input: 0.5, output: 1}}}}]}}]
  - model: private
    prices: [{{valid: {{from: 2026-01-01}}, {_HEAD}, {_OURS}, rates: [{{prices: {{input: 0.5, output: 1}}}}]}}]
"""
FX = """\
source: {title: Test bank, retrieved: 2026-01-31}
base: EUR
rates: [{on: 2026-01-02, recorded: 2026-01-03, USD: 1.1554, CNY: 8.222}]
"""
MIXED = {"input": 1_000_000, "cache_read": 400_000, "output": 500_000}
SHELF: list[cm.PriceBook] = []
LIMIT = (Fraction(1500), True)
MODELS = tuple(
    f"acme/{name}"
    for name in (
        "plain",
        "changing",
        "coarse",
        "fine",
        "thirds",
        "shaped",
        "reshaped",
        "nightly",
        "private",
        "unlisted",
    )
)


def book() -> cm.PriceBook:
    """The book that the test module has opened."""
    return SHELF[0]


def book_in(folder: Path) -> cm.PriceBook:
    """The book, written into a folder."""
    return _written(folder, [ACME, BOLT], OVERLAY)


def _written(folder: Path, providers: list[str], overlay: str) -> cm.PriceBook:
    (folder / "providers").mkdir(parents=True)
    for text in providers:
        (folder / "providers" / f"{text.split()[1]}.yaml").write_text(text)
    (folder / "meters.yaml").write_text((shipped_folder("pricing") / "meters.yaml").read_text("utf-8"))
    (folder / "fx.yaml").write_text(FX)
    (folder / "overlay.yaml").write_text(overlay)
    return cm.PriceBook.load(folder, "working", [folder / "overlay.yaml"])


def book_of(folder: Path, price: str, multiply: str, credit: str, per: int) -> cm.PriceBook:
    """A book of one model, `acme/m`: its output price for so many tokens, batch, a contract's discount, credit."""
    row = f"valid: {{from: 2026-01-01}}, recorded: 2026-01-01, {_LISTED}, per: {per} tokens"
    offer = f"""\
  - model: m
    service_tiers: [standard, batch]
    prices: [{{{row}, credit: {{pays: CNY, per_list_unit: {credit}}}, adjustments: [{_BATCH}],
      rates: [{{prices: {{input: free, output: {price}}}}}]}}]
"""
    own = f"""\
overlay: our contract
provider: acme
offers:
  - model: m
    service_tiers: [standard, batch]
    prices: [{{valid: {{from: 2026-01-01}}, recorded: 2026-01-01, {_OURS}, based_on: list,
      adjustments: [{{name: ours, meters: [output], multiply: {multiply}}}]}}]
"""
    return _written(folder, [f"provider: acme\nname: Acme\ncurrency: USD\noffers:\n{offer}"], own)


def forecast(book: cm.PriceBook, **keys: Any) -> Focus:
    """The rows of a scenario of two months, with these keys."""
    data = {
        "scenario": "A scenario",
        "prices": {"version": "working", "fx_as_of": "2026-02-01"},
        "horizon": {"start": "2026-07", "months": "2"},
        "hours": {"daily": "00:00-24:00", "zone": "UTC"},
        "currency": "USD",
        "workload": {"records": {"per_month": "1000"}, "tokens": {"input": "1000", "output": "100"}},
        "mix": {"acme/plain": "100 %"},
    }
    found = cm.estimate(cm.Scenario.from_data(data | keys), book=book)
    assert isinstance(found, cm.Estimate)
    return Focus.of(found)


def metered(book: cm.PriceBook, cells: Iterable[Cell], accounts: Mapping[str, str] | None = None) -> Focus:
    """The rows of metered usage."""

    def rate(currency: str) -> Fraction:
        return book.exchange().rate(currency, "USD", JULY.start.date(), 1_000).rate

    entries = bill(Cube(tuple(cells)), book.card, Terms(rate, Fraction(0), JULY))
    origin = Origin("usage log", None, "ab" * 32, "USD", BookReference.of(book), book.meters, accounts or {})
    return Focus(origin, entries, tuple(minimum_lines(entries)))


def cells_of(focus: Focus) -> list[dict[str, str | None]]:
    """The rows as somebody reads them who has the CSV file alone."""
    header, *lines = csv.reader(io.StringIO(focus.to_csv()))
    return [{name: value or None for name, value in zip(header, line, strict=True)} for line in lines]


def value(row: Row, name: str) -> Fraction:
    """The number in a column."""
    return number(name, getattr(row, name))


def total(focus: Focus, name: str) -> Fraction:
    """The sum of a column."""
    return sum((value(row, name) for row in focus.rows()), Fraction(0))


def usage(model: str, requests: list[dict[str, int]], span: int = 0, **keys: Any) -> Cell:
    """A cell of requests, in one of the spans of July in which the price is constant."""
    card = book().card(model)
    edges = [JULY.start, *card.time_cuts(JULY.start, JULY.end), JULY.end]
    spans = list(pairwise(edges))
    start, end = spans[span % len(spans)]
    meters = dict.fromkeys(name for request in requests for name in request)
    band = Band()
    if model == "acme/plain":
        band = Band(None, LIMIT) if requests[0]["input"] <= LIMIT[0] else Band(LIMIT, None)
        requests = [request for request in requests if (request["input"] <= LIMIT[0]) == (band.low is None)]
    return Cell(
        month=JULY,
        workload="",
        step="",
        labels=keys.get("labels", ()),
        model=model,
        tier=keys.get("tier", "standard"),
        region=keys.get("region", "global"),
        start=start,
        end=end,
        band=band,
        records=0,
        requests=len(requests),
        totals={name: sum(request.get(name, 0) for request in requests) for name in meters}
        | {"request": len(requests)},
        shaped={
            measure: sum(measure.of(request) for request in requests)
            for measure in sorted(card.shaped_measures(), key=str)
        },
    )
