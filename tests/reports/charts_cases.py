"""Results for charts: made up as far as a chart may be driven, and those of the shipped scenarios."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import costmodel as cm
from costmodel.billing.levies import LevyLine
from costmodel.prices.meters import Meters
from costmodel.quantities import Month
from costmodel.results.estimate import BookReference, Estimate
from costmodel.results.migration.parts import Amounts
from costmodel.results.parameters import Parameter
from costmodel.results.providers.provider_comparison import (
    Fact,
    LatencyClass,
    Present,
    PriceState,
    ProviderComparison,
    Standing,
)
from costmodel.results.variance.variance import Amounts as Side
from costmodel.results.variance.variance import Finding, Variance, VarianceLine
from costmodel.results.variance.variance import Side as Total
from costmodel.results.worth.probabilistic import AtValue, Figure, Histogram, Probabilistic, UncertainOption
from costmodel.results.worth.probabilistic import Standing as Choice
from costmodel.results.worth.sensitivity import Axis, OneWay, Swing, TwoWay
from costmodel.shipped import shipped_folder

if TYPE_CHECKING:
    from costmodel.results.migration.migration import MigrationResult

SCENARIOS = shipped_folder("scenarios")
BOOK = BookReference("2026.11", "0" * 64)
MONTHS = tuple(Month(2026, 12).later(place) for place in range(12))
PERIOD = "2026-12 to 2027-11"
LONG = "provider-of-the-hospital/model-with-a-name-of-60-characters-v2"[:60]
VIETNAMESE = "Bệnh viện Đại học Y Dược: tóm tắt hồ sơ bệnh án ngoại trú ở Huế"
HOSTILE = "$x$ $$ <script>alert(1)</script> --> &amp; \\frac{1}{2} \x00\x1b[31m\u202e\ud800 {} %s =1+1\n\n\tend"
NAMES = {"short": "a/b", "long": LONG, "vietnamese": VIETNAMESE, "hostile": HOSTILE, "empty": "", "endless": "x" * 900}


def name_of(place: int, name: str) -> str:
    return f"{place} {name}" if name else ""


def comparison(costs, name="openai/gpt", *, latencies=None, title="Summaries", present=None, reasons=()):
    """Offers with these costs of twelve months."""
    known = latencies or [None] * len(costs)
    standings = tuple(
        Standing(
            name=name_of(place, name),
            total=Fraction(cost),
            list_prices={},
            list_currency="USD",
            context_window=None,
            terms={"latency_ms": Fact(None if latency is None else Fraction(latency), None)},
            price=PriceState("list", date(2026, 10, 1), stale=False),
            reasons=("no BAA",) if place in reasons else (),
        )
        for place, (cost, latency) in enumerate(zip(costs, known, strict=True))
    )
    classes = (LatencyClass("slow", None),)
    return ProviderComparison(
        title, "USD", MONTHS, Fraction(1000), standings, (), present, classes, (), BOOK, "0" * 64, (), ()
    )


def estimate(rows, months=12, title="Summaries", budget=None) -> Estimate:
    """A bill of taxes alone: rows of name and cost of the first month, each a tenth more every month."""
    horizon = tuple(Month(2026, 12).later(place) for place in range(months))
    levies = tuple(
        LevyLine(month, name, Fraction(0), None, Fraction(cost) * Fraction(11, 10) ** place)
        for place, month in enumerate(horizon)
        for name, cost in rows
    )
    return Estimate(
        title, "USD", horizon, 1, (), levies, BOOK, "0" * 64, (), (), Meters(()), None if budget is None else budget
    )


def one_way(swings, name="roi.manual.minutes", title="Summaries") -> OneWay:
    """Numbers that move a net present value of 100 by so much down and up."""
    rows = tuple(
        Swing(
            Parameter((), name_of(place, name), Fraction(10), unit=" USD"),
            Fraction(9),
            Fraction(11),
            outcome_low=float(100 - down),
            outcome_base=Fraction(100),
            outcome_high=float(100 + up),
            least=float(min(100, 100 - down, 100 + up) - abs(Fraction(down)) / 10),
            most=float(max(100, 100 - down, 100 + up)),
        )
        for place, (down, up) in enumerate(swings)
    )
    return OneWay(title, name, "USD", PERIOD, BOOK, Fraction(100), rows, ("Low and high: 10 % below and above.",))


def two_way(rows, columns, value, name="roi.manual.minutes", title="Summaries") -> TwoWay:
    """So many rows and columns, from 1; `value` of both numbers is the outcome."""

    def axis(count, text):
        return Axis(Parameter((), text, Fraction(2)), tuple(Fraction(place) for place in range(1, count + 1)))

    outcomes = tuple(tuple(float(value(row, column)) for column in range(1, columns + 1)) for row in range(1, rows + 1))
    turns = tuple(
        tuple(
            Fraction(2 * place + 3, 2) for place in range(columns - 1) if (found[place] > 0) != (found[place + 1] > 0)
        )
        for found in outcomes
    )
    return TwoWay(title, name, "USD", PERIOD, BOOK, axis(rows, name), axis(columns, f"{name} too"), outcomes, turns)


def spread(low, high, bins=20):
    """Draws that spread evenly, for the look alone."""
    step = (high - low or 1.0) * 1.2 / bins
    return Histogram(tuple(low - step + place * step for place in range(bins + 1)), (1 / bins,) * bins)


def probabilistic(options, values=(0.0, 30.0, 60.0), name="openai/gpt", title="Summaries") -> Probabilistic:
    """Options with a low, a median, and a high net present value."""
    found = tuple(
        UncertainOption(
            name_of(place, name),
            Figure((low + median + high) / 3, 1.0),
            low,
            median,
            high,
            0.625,
            0.5,
            spread(low, high),
        )
        for place, (low, median, high) in enumerate(options)
    )
    each = 1 / (len(found) + 1)
    at = []
    for value in values:
        standings = (
            Choice("do nothing", 0.0, each, 1.0),
            *(Choice(option.name, option.mean.value + value, each, 1.0) for option in found),
        )
        at.append(AtValue(value, standings, max(standings, key=lambda item: item.net_benefit), Figure(1.0, None)))
    return Probabilistic(
        title, "USD", MONTHS, BOOK, "0" * 64, "sobol", 1024, 1, Fraction(95, 100), 24, found, tuple(at), ()
    )


def variance(base, effects, title="Summaries", sentence="records rose") -> Variance:
    """A cost, and what each effect adds to it."""
    moved = {name: Fraction(amount) for name, amount in effects.items()}
    head = Fraction(base) + sum(moved.values(), Fraction(0))
    months, book = tuple(map(str, MONTHS)), {"version": "2026.11", "sha256": "0" * 64}
    sides = tuple(
        Total(text, months, total, Fraction(1), Fraction(1), book, "0" * 64)
        for text, total in ((f"{title} as planned", Fraction(base)), (f"{title} as it came", head))
    )
    amounts = (Side(Fraction(1), Fraction(1), Fraction(1), total) for total in (Fraction(base), head))
    line = VarianceLine("2026-12", "2026-12", "usage", "a/b", "input", *amounts, moved)
    findings = tuple(Finding(name, "", "", f"{sentence} ({name})", amount) for name, amount in moved.items())
    findings = tuple(sorted(findings, key=lambda item: -abs(item.amount)))
    return Variance("USD", *sides, "shapley", "horizon", "records", (line,), findings)


@cache
def scenario(name: str, **changes: str) -> cm.Scenario:
    return cm.Scenario.load(
        SCENARIOS / f"{name}.yaml", {key.replace("__", "."): value for key, value in changes.items()}
    )


@cache
def migration(name: str = "change-of-provider", **changes: str) -> MigrationResult:
    return cm.migrate(scenario(name, **changes))


def with_amounts(result: MigrationResult, times: int) -> MigrationResult:
    """The same change with every amount so many times as large."""
    spans = tuple(span._replace(amounts=Amounts(*(value * times for value in span.amounts))) for span in result.spans)
    return replace(result, spans=spans)


def book_with(folder, prices, unit="1_000_000 tokens"):
    """A price book with one more model, whose price rows begin on these days."""
    rows = "\n".join(
        f"""      - valid: {{from: {begin}}}
        recorded: 2026-01-01
        source: {{kind: contracted, title: test, retrieved: 2026-01-01}}
        per: {unit}
        rates: [{{prices: {{{said}}}}}]"""
        for begin, said in prices
    )
    text = f"overlay: own\nprovider: own\nname: Own\ncurrency: USD\noffers:\n  - model: letters\n    prices:\n{rows}\n"
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    return cm.PriceBook.load(version="2026.11", overlays=[folder / "own.yaml"])


PRESENT = Present("the mix", Fraction(500))
