"""A priced log held against bills that are wrong in ways that are known."""

from __future__ import annotations

import csv
import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import costmodel as cm
from costmodel.cli import run
from costmodel.decisions.reconcile.bill import read_bill
from costmodel.decisions.reconcile.causes import explained
from costmodel.decisions.reconcile.factors import constant_factor
from costmodel.decisions.reconcile.known import Known
from costmodel.decisions.reconcile.reconcile import other_books, reconcile
from costmodel.errors import FileError
from costmodel.prices.book import PriceBook
from costmodel.quantities import decimal_text, half_up
from costmodel.results.adding_up import ROUNDED
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
    Line,
)
from costmodel.results.records import json_text
from costmodel.study.metered import as_far_as_priced, metered
from costmodel.study.reported import Report
from costmodel.study.usage_log import UsageLog, usage_cube

sys.path.append(str(Path(__file__).parent.parent / "prices"))

from books import offer, overlay, provider, released, row, working, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from costmodel.results.metered.reconciliation import Reconciliation

PER_TOKEN = {
    "acme/big": (Fraction(2, 10**6), Fraction(8, 10**6)),
    "acme/small": (Fraction(3, 10**7), Fraction(1, 10**6)),
}
ACME = provider(
    "acme",
    offer("big", row("2026-01-01", "prices: {input: 2, output: 8}"), aliases="[big-2026]"),
    offer("small", row("2026-01-01", "prices: {input: 0.3, output: 1}")),
)
HEADING = ("time", "model", "input_tokens", "output_tokens")


class Used(NamedTuple):
    """One request."""

    time: str
    model: str
    input: int
    output: int

    @property
    def cost(self) -> Fraction:
        """By hand: the price of a token times tokens."""
        price = PER_TOKEN[self.model]
        return self.input * price[0] + self.output * price[1]


USED = tuple(
    Used(f"2026-11-{day:02}T{hour:02}:30:00Z", model, 1000 * day + 137 * hour, 301 * day)
    for day in range(1, 9)
    for hour in (3, 22)
    for model in PER_TOKEN
)


def log_of(folder: Path, used: Sequence[Used], *extra: str) -> Path:
    """A log."""
    path = folder / "log.csv"
    lines = [",".join(HEADING), *(",".join(map(str, item)) for item in used), *extra]
    path.write_text("\n".join(lines) + "\n")
    return path


Charges = dict[tuple[str, str], Fraction]


def charges(used: Sequence[Used]) -> Charges:
    """What a right bill says, by day and model."""
    found: Charges = {}
    for item in used:
        key = (item.time[:10], item.model)
        found[key] = found.get(key, Fraction(0)) + item.cost
    return found


def bill_of(folder: Path, found: Charges, places: int | None = None, *extra: str, currency: str = "USD") -> Path:
    """A bill of plain columns."""
    path = folder / "bill.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("day", "model", "amount", "currency", "kind"))
        for (day, model), amount in found.items():
            shown = amount if places is None else half_up(amount, places)
            writer.writerow((day, model, decimal_text(shown, places), currency, "Usage"))
        file.writelines(f"{line}\r\n" for line in extra)
    return path


@pytest.fixture
def book(tmp_path: Path) -> PriceBook:
    return working(tmp_path, ACME)


def held(book: PriceBook, log: Path, bill: Path, **keys: Any) -> Reconciliation:
    """The log held against the bill, with all other price books tried."""
    read = read_bill(bill)
    by_day = not read.by_month
    report = Report(by_day=by_day)
    further = keys.pop("further", ())
    (found,) = metered(UsageLog((log,), by_day=by_day), [book], report)
    others = metered(UsageLog((log,), by_day=by_day), further, report) if further else ()
    return reconcile(found, read, book, further=others, **keys)


def causes(found: Reconciliation) -> dict[str, Fraction]:
    """What each cause comes to; and the parts are the whole difference, line by line and in all."""
    for line in found.lines:
        assert sum((part.amount for part in line.parts), Fraction(0)) == line.difference
    assert sum((part.amount for part in found.parts), Fraction(0)) == found.total == found.billed - found.priced
    return {part.cause: part.amount for part in found.parts}


def test_a_right_bill_agrees_to_the_last_digit(tmp_path: Path, book: PriceBook) -> None:
    """The cost by hand, written exactly: no difference, on no line."""
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, charges(USED)))
    assert causes(found) == {}
    assert found.priced == found.billed == sum(item.cost for item in USED)
    assert found.over == ()
    assert len(found.lines) == 16
    assert "they agree to the last digit" in found.tables()[0].lead


@pytest.mark.parametrize("places", [2, 3, 6])
def test_rounding_of_the_bill(tmp_path: Path, book: PriceBook, places: int) -> None:
    """What is rounded at the bill's own digits is rounding, and within every tolerance."""
    right = charges(USED)
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, right, places))
    off = sum((half_up(amount, places) - amount for amount in right.values()), Fraction(0))
    assert causes(found) == ({ROUNDING: off} if off else {})
    assert off or places == 6
    assert [model for model in found.over if model] == []


def test_a_digit_more_than_rounding_is_not_explained(tmp_path: Path, book: PriceBook) -> None:
    """One line a cent too high is told, with its day."""
    right = charges(USED)
    key = ("2026-11-03", "acme/big")
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, right | {key: right[key] + Fraction(1, 100)}, 6))
    assert abs(causes(found)[UNEXPLAINED] - Fraction(1, 100)) < Fraction(1, 10**6)
    assert found.over == ("acme/big", "")
    (line,) = [line for line in found.lines if any(part.cause == UNEXPLAINED for part in line.parts)]
    assert line.key == key
    assert "Not explained: 0.01" in found.tables()[0].lead


@pytest.mark.parametrize(
    ("share", "words"), [("1.05", "5 %"), ("1.055", "5.5 %"), ("1.19", "19 %"), ("0.85", "a discount of 15 %")]
)
@pytest.mark.parametrize("places", [6, 4])
def test_a_surcharge_on_everything(tmp_path: Path, book: PriceBook, share: str, words: str, places: int) -> None:
    """A fee, tax or discount that all lines have is found, also behind rounding."""
    right = charges(USED)
    factor = Fraction(share)
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, {k: v * factor for k, v in right.items()}, places))
    (part,) = [part for part in found.parts if part.cause == SURCHARGE]
    assert words in part.detail
    assert part.amount == found.priced * (factor - 1)
    assert set(causes(found)) <= {SURCHARGE, ROUNDING}
    assert "" in found.over


def test_a_surcharge_on_one_model_with_a_missing_day(tmp_path: Path, book: PriceBook) -> None:
    """The surcharge is told of the lines that it fits; the day that the bill lacks and the wrong one stay apart."""
    right = charges(USED)
    billed = {k: v * (Fraction("1.08") if k[1] == "acme/big" else 1) for k, v in right.items()}
    del billed["2026-11-02", "acme/small"]
    billed["2026-11-05", "acme/big"] += Fraction("0.5")
    found = causes(held(book, log_of(tmp_path, USED), bill_of(tmp_path, billed)))
    big = sum((v for k, v in right.items() if k[1] == "acme/big"), Fraction(0))
    wrong = right["2026-11-05", "acme/big"]
    assert found == {
        SURCHARGE: (big - wrong) * Fraction(8, 100),
        ONLY_LOGGED: -right["2026-11-02", "acme/small"],
        UNEXPLAINED: Fraction("0.5") + wrong * Fraction(8, 100),
    }


def test_whose_surcharge_it_is(tmp_path: Path, book: PriceBook) -> None:
    """A model that is billed as priced has no part in the surcharge of another, and the words say so."""
    billed = {k: v * (Fraction("1.08") if k[1] == "acme/big" else 1) for k, v in charges(USED).items()}
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, billed))
    assert [part.detail for part in found.parts] == ["a surcharge of 8 % on acme/big"]


def test_no_surcharge_is_made_up(tmp_path: Path, book: PriceBook) -> None:
    """Lines that are off each by another share have none; nothing is claimed."""
    billed = {key: amount * (1 + Fraction(place + 1, 97)) for place, (key, amount) in enumerate(charges(USED).items())}
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, billed, 6))
    assert set(causes(found)) <= {UNEXPLAINED, ROUNDING}


def test_one_coarse_line_tells_no_surcharge() -> None:
    """0.37 billed as 0.40 may be 7, 8 or 9 %: nothing is said."""
    line = Line("2026-11-01", "acme/big", Fraction(1), Fraction(37, 100), Fraction(40, 100), 1)
    assert constant_factor([line], Known(2, {}, frozenset())) is None
    assert constant_factor([line] * 5, Known(2, {}, frozenset())) is None  # however often it is so
    exact = line._replace(billed=Fraction(37, 100) * Fraction("1.055"))
    assert constant_factor([exact], Known(8, {}, frozenset())) == Fraction("1.055")


def test_rows_on_one_side_alone(tmp_path: Path, book: PriceBook) -> None:
    """A model that the log lacks, a day that the bill lacks, and usage without a price in the book."""
    right = charges(USED)
    del right["2026-11-01", "acme/big"]
    extra = ("2026-11-04,acme/unseen,1.25,USD,Usage", "2026-11-04,acme/new,2.5,USD,Usage")
    log = log_of(tmp_path, USED, "2026-11-04T10:00:00Z,acme/new,100,100")
    found = held(book, log, bill_of(tmp_path, right, None, *extra))
    lost = sum((item.cost for item in USED if (item.time[:10], item.model) == ("2026-11-01", "acme/big")), Fraction(0))
    assert causes(found) == {ONLY_BILLED: Fraction("1.25"), ONLY_LOGGED: -lost, NO_PRICE: Fraction("2.5")}
    assert {model.model: model.priced for model in found.models}["acme/new"] is None


def test_what_was_rounded_to_add_up_is_noted(tmp_path: Path, book: PriceBook) -> None:
    """Three parts of 0.335 cannot all be shown as 0.34 and add up; one can."""
    third = Fraction("0.335")
    for count in (1, 3):
        extra = [f"2026-11-04,acme/unseen-{place},{decimal_text(third)},USD,Usage" for place in range(count)]
        notes = held(book, log_of(tmp_path, USED), bill_of(tmp_path, charges(USED), None, *extra)).tables()[-1].notes
        assert (ROUNDED in notes) == (count > 1)


def test_no_price_is_a_cause_in_the_months_of_the_log_alone(tmp_path: Path, book: PriceBook) -> None:
    """A model used without a price in November explains no charge of October."""
    extra = ("2026-10-04,acme/new,1.25,USD,Usage", "2026-11-04,acme/new,2.5,USD,Usage")
    log = log_of(tmp_path, USED, "2026-11-04T10:00:00Z,acme/new,100,100")
    found = held(book, log, bill_of(tmp_path, charges(USED), None, *extra))
    assert causes(found) == {ONLY_BILLED: Fraction("1.25"), NO_PRICE: Fraction("2.5")}


def test_other_days(tmp_path: Path, book: PriceBook) -> None:
    """A bill whose days end at another hour: the sum of each model agrees, and that is said."""
    moved = [
        item._replace(time=item.time if "T03" in item.time else f"2026-11-{int(item.time[8:10]) + 1:02}T05")
        for item in USED
    ]
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, charges(moved), 6))
    assert set(causes(found)) <= {DAYS, ROUNDING}
    assert all({part.cause for part in line.parts} <= {DAYS, ROUNDING} for line in found.lines)
    assert any(part.cause == DAYS for line in found.lines for part in line.parts)
    assert found.over == ()


def test_an_alias_is_the_same_model(tmp_path: Path, book: PriceBook) -> None:
    """A bill may call a model by another name that the price book knows."""
    right = {(day, model.replace("acme/big", "acme/big-2026")): cost for (day, model), cost in charges(USED).items()}
    assert causes(held(book, log_of(tmp_path, USED), bill_of(tmp_path, right))) == {}


def test_another_version_of_the_book_fits(tmp_path: Path) -> None:
    """A bill at last month's prices: the version that fits is named, to the last digit."""
    wrong = row("2026-01-01", "prices: {input: 3, output: 10}", withdrawn="{on: 2026-03-01, why: Misread}")
    right = row("2026-01-01", "prices: {input: 2, output: 8}", recorded="2026-03-01")
    small = offer("small", row("2026-01-01", "prices: {input: 0.3, output: 1}"))
    folder = written(tmp_path / "pricing", provider("acme", offer("big", wrong, right), small))
    released(folder, v1="2026-02-01", v2="2026-04-01")
    old, new = PriceBook.load(folder, "v1"), PriceBook.load(folder, "v2")
    used = [item for item in USED if item.model == "acme/big"]
    billed: Charges = {}
    for item in used:
        key = (item.time[:10], item.model)
        billed[key] = billed.get(key, Fraction(0)) + (item.input * 3 + item.output * 10) * Fraction(1, 10**6)
    found = held(new, log_of(tmp_path, USED), bill_of(tmp_path, charges(USED) | billed), further=[old])
    assert [(part.cause, part.detail) for part in found.parts] == [(OTHER_PRICES, "price book v1")]
    assert causes(found)[OTHER_PRICES] == sum(billed.values()) - sum(item.cost for item in used)
    assert "price book v1" in str(found)


def test_other_books_are_the_list_and_other_versions(tmp_path: Path) -> None:
    """With prices of one's own the list is tried, then other versions, the newest first."""
    folder = written(tmp_path / "pricing", ACME)
    released(folder, v1="2026-02-01", v2="2026-03-01")
    own = tmp_path / "own.yaml"
    own.write_text(overlay(offer("big", row("2026-01-01", "prices: {input: 1, output: 1}"))))
    book = PriceBook.load(folder, "v2", [own])
    found = [(other.name, len(other.overlays)) for other in other_books(book, [own])]
    assert found == [("v2", 0), ("working", 1), ("v1", 1)]
    assert [other.name for other in other_books(PriceBook.load(folder, "v2"))] == ["working", "v1"]


def test_a_contract_that_was_not_billed(tmp_path: Path) -> None:
    """The bill is at list prices though there is a contract: that is what fits."""
    own = overlay(
        offer(
            "big",
            row(
                "2026-01-01",
                "prices: {input: 1, output: 4}",
                source="{kind: contracted, title: C, retrieved: 2026-01-01}",
            ),
        )
    )
    book = working(tmp_path, ACME, overlays=(own,))
    listed = PriceBook.load(book.folder, "working")
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, charges(USED)), further=[listed])
    assert [(part.cause, part.detail) for part in found.parts] == [
        (OTHER_PRICES, "price book working without your own prices")
    ]


def test_a_book_that_cannot_price_the_cube_is_passed_over(tmp_path: Path, book: PriceBook) -> None:
    """A kept cube that is not cut as another book asks for is no error: that book is not tried."""
    cut = provider(
        "acme",
        offer(
            "big",
            row(
                "2026-01-01",
                "{when: {request_input_tokens: '> 99'}, prices: {input: 1, output: 1}}\nprices: {input: 2, output: 8}",
            ),
        ),
    )
    other = working(tmp_path / "other", cut)
    (tmp_path / "cube").mkdir()
    log = UsageLog((log_of(tmp_path, USED),))
    cube = usage_cube(log, log.sources(), [book], tmp_path / "cube")
    assert as_far_as_priced(cube, [other], Report()) == ()
    assert len(as_far_as_priced(cube, [other, book], Report())) == 1


def test_what_is_no_usage_stands_beside(tmp_path: Path, book: PriceBook) -> None:
    """Taxes and credits of a bill are shown, and not held against the log; months without a bill are not compared."""
    extra = ("2026-11-30,acme,10.50,USD,Tax", "2026-11-30,acme,-1,USD,Credit")
    later = Used("2026-12-01T00:30:00Z", "acme/big", 1000, 0)
    found = held(book, log_of(tmp_path, [*USED, later]), bill_of(tmp_path, charges(USED), None, *extra))
    assert causes(found) == {}
    assert {item.kind: item.amount for item in found.beside} == {"tax": Fraction("10.5"), "credit": Fraction(-1)}
    assert found.outside == (("2026-12", later.cost),)
    assert found.over == ()
    assert "The bill has nothing of 2026-12" in str(found)


@pytest.mark.parametrize(
    ("tolerance", "over"),
    [("", True), ("1 %", True), ("5 %", False), ("0.01 USD", True), ("1 USD", False)],
)
def test_tolerance(tmp_path: Path, book: PriceBook, tolerance: str, over: bool) -> None:
    """A share of the bill, or money; for each model and for all together."""
    billed = {key: amount * Fraction("1.03") for key, amount in charges(USED).items()}
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, billed), tolerance=tolerance)
    assert bool(found.over) == over


def test_two_errors_that_cancel_out_are_over_the_tolerance(tmp_path: Path, book: PriceBook) -> None:
    """One model too dear, the other too cheap by as much: the sums agree, and it is over nevertheless."""
    billed = charges(USED)
    billed["2026-11-03", "acme/big"] += 1
    billed["2026-11-03", "acme/small"] -= Fraction(1)
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, billed))
    assert found.total == 0
    assert set(found.over) == {"acme/big", "acme/small", ""}


def day_lines(model: str, differences: dict[str, str], priced: str = "2") -> list[Line]:
    """Lines of a model that was priced the same on each day, and billed with these differences."""
    cost = Fraction(priced)
    return [Line(when, model, Fraction(1), cost, cost + Fraction(off), 1) for when, off in differences.items()]


def told(lines: Sequence[Line], places: int = 4, **keys: Any) -> list[tuple[str, set[str]]]:
    """The causes of each line; and they are its difference."""
    found = explained(lines, Known(places, {}, frozenset(), **keys))
    assert all(sum((part.amount for part in line.parts), Fraction(0)) == line.difference for line in found)
    return [(line.when, {part.cause for part in line.parts}) for line in found]


def test_only_neighbouring_days_are_a_move() -> None:
    """What is too much on one day and too little seventeen days on are two mistakes; the next day it may be a move."""
    days = {f"2026-11-{day:02}": "0" for day in range(1, 31)}
    apart = days | {"2026-11-03": "0.75", "2026-11-20": "-0.75"}
    wrong = [(when, found) for when, found in told(day_lines("acme/big", apart)) if found]
    assert wrong == [("2026-11-03", {UNEXPLAINED}), ("2026-11-20", {UNEXPLAINED})]
    beside = days | {"2026-11-20": "0.75", "2026-11-21": "-0.75"}
    moved = [(when, found) for when, found in told(day_lines("acme/big", beside)) if found]
    assert moved == [("2026-11-20", {DAYS}), ("2026-11-21", {DAYS})]
    uneven = days | {"2026-11-20": "0.75", "2026-11-21": "-0.74"}
    assert [found for _, found in told(day_lines("acme/big", uneven)) if found] == [{UNEXPLAINED}] * 2
    more_than_the_day = days | {"2026-11-20": "2.5", "2026-11-21": "-2.5"}
    assert [found for _, found in told(day_lines("acme/big", more_than_the_day)) if found] == [{UNEXPLAINED}] * 2
    both_ways = {"2026-11-01": "0.5", "2026-11-02": "-1", "2026-11-03": "0.5"}
    assert [found for _, found in told(day_lines("acme/big", both_ways))] == [{UNEXPLAINED}] * 3


def test_a_move_adds_up_to_nothing() -> None:
    """What is left of two moved days is rounding of each, not a move."""
    lines = day_lines("acme/big", {"2026-11-03": "0.75006", "2026-11-04": "-0.75"})
    found = explained(lines, Known(4, {}, frozenset()))
    assert [sum(part.amount for part in line.parts if part.cause == ROUNDING) for line in found] == [
        Fraction("0.00003")
    ] * 2
    assert sum(part.amount for line in found for part in line.parts if part.cause == DAYS) == 0


def test_months_are_no_neighbours() -> None:
    """70, 20 and -30 for 20 each cancel out, and are two mistakes."""
    lines = day_lines("acme/big", {"2026-09": "50", "2026-10": "0", "2026-11": "-50"}, "20")
    assert [found for _, found in told(lines)] == [{UNEXPLAINED}, set(), {UNEXPLAINED}]
    lines = day_lines("acme/big", {"2026-10": "5", "2026-11": "-5"}, "20")
    assert [found for _, found in told(lines)] == [{UNEXPLAINED}] * 2


def test_mistakes_that_cancel_out_within_a_model_are_over_the_tolerance(tmp_path: Path, book: PriceBook) -> None:
    """One day too dear, another too cheap by as much: the model agrees in sum, and is over nevertheless."""
    billed = charges(USED)
    billed["2026-11-02", "acme/big"] += 1
    billed["2026-11-07", "acme/big"] -= Fraction(1)
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, billed), tolerance="1.99 USD")
    assert (found.total, found.over) == (0, ("acme/big", ""))
    assert held(book, log_of(tmp_path, USED), bill_of(tmp_path, billed), tolerance="2 USD").over == ()


def test_a_small_overcharge_of_a_bill_in_cents_is_no_move() -> None:
    """Half a percent too much, each row rounded to cents: a surcharge or not explained, never other days."""
    costs = [Fraction(137 * place % 211 + 40, 100) + Fraction(place, 1000) for place in range(40)]
    lines = [
        Line(f"2026-{9 + place // 30:02}-{place % 30 + 1:02}", "acme/big", Fraction(1), cost, billed, 1)
        for place, cost in enumerate(costs)
        for billed in [half_up(cost * Fraction("1.005"), 2)]
    ]
    found = set().union(*(found for _, found in told(lines, 2)))
    assert found <= {SURCHARGE, UNEXPLAINED, ROUNDING}
    assert found & {SURCHARGE, UNEXPLAINED}


def test_a_surcharge_is_told_on_the_lines_that_it_fits(tmp_path: Path, book: PriceBook) -> None:
    """One day that agrees exactly, and one that is wrong, have no part in it."""
    right = charges(USED)
    billed = {k: v * Fraction("1.05") for k, v in right.items()}
    billed["2026-11-04", "acme/big"] = right["2026-11-04", "acme/big"]
    billed["2026-11-06", "acme/big"] = right["2026-11-06", "acme/big"] * 2
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, billed))
    parts = {line.key: {part.cause for part in line.parts} for line in found.lines}
    assert parts.pop(("2026-11-04", "acme/big")) == set()
    assert parts.pop(("2026-11-06", "acme/big")) == {UNEXPLAINED}
    assert set(map(tuple, parts.values())) == {(SURCHARGE,)}
    assert [part.detail for part in found.parts if part.cause == SURCHARGE] == ["a surcharge of 5 %"]


def test_a_surcharge_names_its_models() -> None:
    """Two of four: which they are."""
    days = [f"2026-11-0{day}" for day in range(1, 6)]
    lines = [
        Line(day, model, Fraction(1), cost, cost * (Fraction("1.03") if model in "bd" else 1), 1)
        for model in "abcd"
        for place, day in enumerate(days)
        for cost in [Fraction(place + 3, 7)]
    ]
    found = explained(lines, Known(6, {}, frozenset()))
    assert {part.detail for line in found for part in line.parts} == {"a surcharge of 3 % on b, d"}


def test_another_exchange_rate_is_one_factor_on_every_line(tmp_path: Path, book: PriceBook) -> None:
    """0.91 in place of 0.89509488 is a factor of 1.0166520...: it is told as such, and nothing is left."""
    rate = Fraction("0.91") / Fraction("0.89509488")
    lines = [
        Line(f"2026-11-{place + 1:02}", "acme/big", Fraction(1), cost, half_up(cost * rate, 4), 1)
        for place in range(12)
        for cost in [Fraction(1000 + 137 * place, 77)]
    ]
    found = explained(lines, Known(4, {}, frozenset(), exchanged=True))
    (detail,) = {part.detail for line in found for part in line.parts if part.cause == SURCHARGE}
    assert detail == "a constant factor of 1.016652 on every line: another exchange rate?"
    assert {part.cause for line in found for part in line.parts} == {SURCHARGE, ROUNDING}
    one_wrong = [*lines[:-1], lines[-1]._replace(billed=Fraction(99))]
    assert UNEXPLAINED in set().union(*(causes for _, causes in told(one_wrong)))
    assert not any(SURCHARGE in causes for _, causes in told([*lines, *day_lines("acme/small", {"2026-11-01": "0"})]))


def test_a_bill_that_is_too_coarse_is_not_said_to_agree(tmp_path: Path, book: PriceBook) -> None:
    """Rounding may hide a small share of a bill at most; more is over, unless a tolerance accepts as much."""
    log, bill = log_of(tmp_path, USED), bill_of(tmp_path, charges(USED), 2)
    found = held(book, log, bill)
    assert (set(causes(found)), found.over, found.hidden) == ({ROUNDING}, ("",), Fraction("0.08"))
    lead = found.tables()[0].lead
    assert "too coarse to check: rounding alone may be 0.08 USD" in lead
    assert "they agree" not in lead
    assert "cannot be said to be within the tolerance" in lead
    assert found.to_json()["rounding"] == {"at_most": "0.08", "too_coarse": True}
    assert held(book, log, bill, tolerance="0.08 USD").over == ()
    assert held(book, log, bill, tolerance="0.079 USD").over == ("",)
    fine = held(book, log, bill_of(tmp_path, charges(USED), 5))
    assert (set(causes(fine)), fine.over) == ({ROUNDING}, ())


def test_kinds_of_charges_that_are_not_known_are_refused(tmp_path: Path, book: PriceBook) -> None:
    """Which kinds there are, and where to say what one's own stand for; mapped, they are usage."""
    log, bill, mapping = log_of(tmp_path, USED), bill_of(tmp_path, charges(USED)), tmp_path / "bill.yaml"
    bill.write_text(bill.read_text().replace("Usage", "API charge"))
    with pytest.raises(FileError, match=r"bill\.csv:2:1: row 1 and 15 more: the kind of charge is not known") as caught:
        read_bill(bill)
    assert "usage, tax, credit, purchase or adjustment" in str(caught.value)
    mapping.write_text("bill: ours\nlike: plain\nkind: {path: kind, values: {API charge: usage}}\n")
    (priced,) = metered(UsageLog((log,), by_day=True), [book], Report(by_day=True))
    assert reconcile(priced, read_bill(bill, mapping), book).billed == sum(item.cost for item in USED)


def test_a_bill_without_a_kind_of_charge(tmp_path: Path) -> None:
    """A mapping that is like plain columns asks for their kind, and says what to write where there is none."""
    bill, mapping = tmp_path / "bill.csv", tmp_path / "map.yaml"
    bill.write_text("Date,model,amount,currency\n2026-11-01,acme/big,1.25,USD\n")
    own = "bill: ours\nlike: plain\ntime: {path: Date, zone: UTC}\n"
    mapping.write_text(own)
    with pytest.raises(FileError, match=r"there is no column 'kind': .*write 'kind: \{is: Usage\}'"):
        read_bill(bill, mapping)
    mapping.write_text(own + "kind: {is: Usage}\n")
    assert read_bill(bill, mapping).lines[0].amount == Fraction("1.25")


def test_a_bill_without_usage_is_held_against_the_log(tmp_path: Path, book: PriceBook) -> None:
    """Tax alone: all usage of that month is in the log alone."""
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, {}, None, "2026-11-30,acme,1,USD,Tax"))
    cost = sum(item.cost for item in USED)
    assert (found.priced, found.billed, causes(found)) == (cost, 0, {ONLY_LOGGED: -cost})
    assert "" in found.over


def test_amounts_of_any_width_are_added_up(tmp_path: Path) -> None:
    """Sums that are wider than a number of the engine are exact."""
    path = tmp_path / "bill.csv"
    path.write_text("day,model,amount,currency\n" + "2026-11-01,a,99999999999999.25,USD\n" * 3)
    (line,) = read_bill(path).lines
    assert line.amount == 3 * Fraction("99999999999999.25")


AMOUNTS = st.fractions(min_value=0, max_value=1000, max_denominator=10**6)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.none() | AMOUNTS, st.none() | AMOUNTS), max_size=12),
    st.integers(0, 8),
)
def test_parts_are_always_the_difference(rows: list[tuple[str, Fraction | None, Fraction | None]], places: int) -> None:
    """Whatever is on either side, the parts of a line are its difference exactly, and each cause is a known one."""
    lines = [
        Line(f"2026-11-{place + 1:02}", model, Fraction(1), priced, billed, int(billed is not None))
        for place, (model, priced, billed) in enumerate(rows)
        if priced is not None or billed is not None
    ]
    further = {"other": {line.key: (line.priced or Fraction(0)) * 2 for line in lines}}
    for line in explained(lines, Known(places, further, frozenset("c"))):
        assert sum((part.amount for part in line.parts), Fraction(0)) == line.difference
        assert {part.cause for part in line.parts} <= set(CAUSES)


# The bills that can be read


def test_focus_rows_of_the_log_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `usage focus` writes agrees with the log to the last digit: by day, by month, as CSV and Parquet."""
    log = tmp_path / "log.csv"
    log.write_text(
        "time,model,input_tokens,output_tokens\n"
        + "".join(f"2026-1{day % 2}-0{day}T08:00:00Z,openai/gpt-4.1,{day}001,{day}7\n" for day in range(1, 9))
    )
    for name, daily in (("a.csv", []), ("b.csv", ["--daily"]), ("c.parquet", ["--daily"]), ("d.parquet", [])):
        assert run(["usage", "focus", str(log), *daily, "-o", str(tmp_path / name), "--quiet"]) == 0
        assert run(["usage", "reconcile", str(log), str(tmp_path / name), "-f", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["total"], found["parts"], found["grain"]) == ("0", [], "day" if daily else "month")
        assert Fraction(found["billed"]) > 0


OPENROUTER = """\
{"created": 1793750400, "model": "openai/gpt-4.1-mini", "messages": "JANE DOE", "usage": {"prompt_tokens": 23, \
"completion_tokens": 48, "total_tokens": 71, "cost": 8.6e-05, "cost_details": \
{"upstream_inference_prompt_cost": 9.2e-06, "upstream_inference_completions_cost": 7.68e-05}}}
{"created": 1793750401, "model": "openai/gpt-4.1-mini", "usage": {"prompt_tokens": 23, \
"completion_tokens": 48, "total_tokens": 71, "cost": "0.0040860", "cost_details": \
{"upstream_inference_prompt_cost": 9.2e-06, "upstream_inference_completions_cost": 7.68e-05}}}
"""


def test_answers_of_openrouter_are_their_own_bill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tokens agree to the last digit; what was charged for a search stands beside. No text of an answer is told."""
    log = tmp_path / "answers.jsonl"
    log.write_text(OPENROUTER)
    assert run(["usage", "reconcile", str(log), str(log), "-f", "json"]) == 0
    out = capsys.readouterr().out
    found = json.loads(out)
    assert (found["priced"], found["billed"], found["parts"]) == ("0.000172", "0.000172", [])
    assert found["beside"] == [{"kind": "charged beside tokens", "rows": 2, "amount": "0.004"}]
    assert "JANE" not in out


MAPPED = """\
bill: invoice
time: {path: Date, zone: Asia/Ho_Chi_Minh}
model: {path: Product, values: {"Big model": acme/big, "Small model": acme/small}}
amount: Charge
currency: {is: USD}
"""


def test_a_mapping_file(tmp_path: Path, book: PriceBook) -> None:
    """A provider's own export, semicolons, own names of models, days of another zone."""
    path, mapping = tmp_path / "export.csv", tmp_path / "bill.yaml"
    mapping.write_text(MAPPED)
    path.write_text(
        "Date;Product;Charge;Note\n2026-11-03 09:00;Big model;1.50;x\n2026-11-03 06:00;Small model;0.50;x\n"
    )
    bill = read_bill(path, mapping)
    assert [(line.day, line.model, line.amount) for line in bill.lines] == [
        ("2026-11-02", "acme/small", Fraction("0.5")),
        ("2026-11-03", "acme/big", Fraction("1.5")),
    ]
    mapping.write_text("bill: ours\nlike: focus\nmodel: ResourceName\n")
    path.write_text(
        "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ResourceName\n"
        "1.5,USD,2026-11-03 00:00:00,2026-11-04 00:00:00,Usage,acme/big\n"
    )
    assert read_bill(path, mapping).lines[0].model == "acme/big"


DAYS_IN_BERLIN = """\
bill: ours
time: {path: day, zone: Europe/Berlin}
model: model
amount: amount
currency: currency
"""


def test_a_day_without_a_clock_is_that_day_as_written(tmp_path: Path, book: PriceBook) -> None:
    """The first of November in Berlin begins in October of UTC, and is a day of November nevertheless."""
    log, bill, mapping = log_of(tmp_path, USED), bill_of(tmp_path, charges(USED)), tmp_path / "bill.yaml"
    mapping.write_text(DAYS_IN_BERLIN)
    read = read_bill(bill, mapping)
    assert sorted({line.day for line in read.lines}) == [f"2026-11-{day:02}" for day in range(1, 9)]
    (priced,) = metered(UsageLog((log,), by_day=True), [book], Report(by_day=True))
    found = reconcile(priced, read, book)
    assert (causes(found), found.over, found.outside) == ({}, (), ())
    (note,) = [notice for notice in found.notices if notice.code == "days-as-written"]
    assert note.about == ("Europe/Berlin",)
    assert "The days of the log are those of UTC" in "\n".join(map(str, found.tables()))
    bill.write_text("day,model,amount,currency\n2026-11-02,acme/big,1,USD\n2026-11-02 00:30,acme/big,2,USD\n")
    assert [(line.day, line.amount) for line in read_bill(bill, mapping).lines] == [
        ("2026-11-01", 3)
    ]  # these are times
    assert read_bill(bill_of(tmp_path, charges(USED))).zone == ""


def test_a_name_that_the_book_does_not_know_is_told(tmp_path: Path, book: PriceBook) -> None:
    """It may be a model of the log under the supplier's own name: what it may be, and where to say so."""
    right = {(day, model.replace("acme/big", "ACME Big")): cost for (day, model), cost in charges(USED).items()}
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, right))
    (note,) = [notice for notice in found.notices if notice.code == "names-not-known"]
    assert note.about == ("'ACME Big' (is it acme/big?)",)
    assert "under 'values' of 'model' in the file of --bill-mapping (in Python, mapping=FILE)" in note.text
    assert note.text.endswith(", such as {'ACME Big': acme/big}.")
    assert note.text in {item["text"] for item in found.to_json()["warnings"]}
    known = held(book, log_of(tmp_path, USED), bill_of(tmp_path, charges(USED)))
    assert "names-not-known" not in {notice.code for notice in known.notices}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bill: ours\nlike: fokus\n", "there is no bill 'fokus'"),
        ("bill: ours\ntime: day\n", "a bill needs model and amount and currency"),
        ("bill: ours\nlike: plain\namuont: x\n", "amuont"),
        (MAPPED, "there is no column 'Date', 'Product', 'Charge': correct the mapping"),
    ],
)
def test_wrong_mappings(tmp_path: Path, text: str, words: str) -> None:
    """What is wrong with a mapping is said with what would be right."""
    mapping, path = tmp_path / "bill.yaml", bill_of(tmp_path, charges(USED))
    mapping.write_text(text)
    with pytest.raises(FileError, match=words):
        read_bill(path, mapping)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["2026-11-01,acme/big,$1.50,USD"], r"bill.csv:2:1: row 1: the amount is no plain number"),
        (["2026-11-01,acme/big,1,USD", "2026-11-01,acme/big,JANE DOE,USD"], r"bill.csv:3:1: row 2: the amount"),
        (["2026-11-01,acme/big,,USD"], "row 1: the amount is empty: write it, 0 where nothing is charged"),
        (["2026-11-01,acme/big,1e-30,USD"], "at most 24"),
        (["2026-11-01,acme/big,1,dollars"], "the currency is no code"),
        (["2026-11-99,acme/big,1,USD"], "row 1: the time cannot be read"),
        (["2026-11-01,,1,USD"], "there is no model"),
        ([], "the bill has no charges"),
    ],
)
def test_a_wrong_row_refuses_the_bill(tmp_path: Path, rows: list[str], words: str) -> None:
    """A bill is read whole or not at all; what stands in a row is never told."""
    path = tmp_path / "bill.csv"
    path.write_text("\n".join(["day,model,amount,currency", *rows]) + "\n")
    with pytest.raises(FileError, match=words) as caught:
        read_bill(path)
    assert "JANE" not in str(caught.value)


def test_all_wrong_rows_are_told_at_once(tmp_path: Path) -> None:
    """Rows and amounts together, each with its line."""
    path = tmp_path / "bill.csv"
    path.write_text("day,model,amount,currency\n2026-11-01,,1,USD\n2026-11-01,a,x,USD\n2026-11-01,a,1,y\n")
    with pytest.raises(FileError) as caught:
        read_bill(path)
    assert [mistake.line for mistake in caught.value.mistakes] == [2, 3, 4]


def test_advice_that_was_followed_is_not_given_again(tmp_path: Path) -> None:
    """An empty amount is empty, whatever stands before decimals; another currency is told beside it."""
    path, mapping = tmp_path / "bill.csv", tmp_path / "bill.yaml"
    mapping.write_text("bill: ours\nlike: plain\ndecimal: ','\nkind: {is: Usage}\n")
    path.write_text(
        "day;model;amount;currency\n2026-11-01;a;0,44;USD\n2026-11-01;a;;USD\n2026-11-02;a;n/a;USD\n"
        "2026-11-02;a;0,33;EUR\n"
    )
    with pytest.raises(FileError) as caught:
        read_bill(path, mapping)
    empty, text, euro = caught.value.mistakes
    assert (empty.line, "the amount is empty" in empty.message, "decimal" in empty.message) == (3, True, False)
    assert (text.line, "the mapping says `decimal: ','`" in text.message) == (4, True)
    assert (euro.line, euro.message.split(": a bill")[0]) == (5, "row 4: in EUR, and the rows above in USD")


@pytest.mark.parametrize(
    ("text", "amount", "places"),
    [("6e-05", "0.00006", 5), ("1.50", "1.5", 2), ("-3", "-3", 0), ("1E+2", "100", 0), ("12.5e1", "125", 0)],
)
def test_amounts_are_exact(tmp_path: Path, text: str, amount: str, places: int) -> None:
    """Digits as written, with an exponent or without; the decimals that were written are counted."""
    path = tmp_path / "bill.csv"
    path.write_text(f"day,model,amount,currency\n2026-11-01,a,{text},usd\n")
    bill = read_bill(path)
    assert (bill.lines[0].amount, bill.places, bill.currency) == (Fraction(amount), places, "USD")


# The command


def command(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = run(["usage", "reconcile", *arguments])
    return code, *capsys.readouterr()


def shipped(folder: Path) -> tuple[Path, Path]:
    """A log and a right bill at shipped prices, by hand: 1,000 x 2 + 100 x 8 of a million."""
    log, bill = folder / "log.csv", folder / "bill.csv"
    log.write_text("time,model,input_tokens,output_tokens\n2026-11-03T08:00:00Z,openai/gpt-4.1,1000,100\n")
    bill.write_text("day,model,amount,currency\n2026-11-03,openai/gpt-4.1,0.0028,USD\n")
    return log, bill


@pytest.mark.parametrize(
    ("amount", "tolerance", "code"),
    [("0.0028", "0 %", 0), ("0.0030", "5 %", 1), ("0.0030", "10 %", 0), ("0.0030", "", 1)],
)
def test_exit_codes(tmp_path: Path, amount: str, tolerance: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """0 within the tolerance, 1 over it; the result is printed."""
    log, bill = shipped(tmp_path)
    bill.write_text(bill.read_text().replace("0.0028", amount))
    got, out, _ = command(str(log), str(bill), *(["--tolerance", tolerance] if tolerance else []), capsys=capsys)
    assert got == code
    assert "Reconciliation: 2026-11-03" in out


def test_rows_that_are_left_out_decide_before_the_tolerance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad rows 3 and usage without a price 4, unless they are allowed: then the tolerance decides."""
    log, bill = shipped(tmp_path)
    whole = log.read_text()
    log.write_text(whole + "2026-11-03T08:00:00Z,openai/gpt-4.1,-1,100\n")
    assert command(str(log), str(bill), capsys=capsys)[0] == 3
    assert command(str(log), str(bill), "--allow", "malformed", capsys=capsys)[0] == 0
    log.write_text(whole + "2026-11-03T08:00:00Z,nobody/x,1,100\n")
    assert command(str(log), str(bill), capsys=capsys)[0] == 4
    bill.write_text(bill.read_text() + "2026-11-03,openai/gpt-4.1,1,USD\n")
    assert command(str(log), str(bill), "--allow", "unpriced", capsys=capsys)[0] == 1


def test_a_kept_cube_and_another_currency(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cube in place of the log; a bill in euros asks for the day of the exchange rate."""
    log, bill = shipped(tmp_path)
    cube = tmp_path / "cube.parquet"
    assert run(["usage", "price", str(log), "--save-cube", str(cube), "--quiet"]) == 0
    capsys.readouterr()
    assert command("--cube", str(cube), str(bill), capsys=capsys)[0] == 0
    bill.write_text(bill.read_text().replace("USD", "EUR"))
    code, _, err = command(str(log), str(bill), capsys=capsys)
    assert (code, "--fx-as-of" in err) == (2, True)
    code, out, _ = command(str(log), str(bill), "--fx-as-of", "2026-11-20", "--fx-max-age-days", "900", capsys=capsys)
    assert code == 1
    assert "Exchange rate: " in out
    code, _, err = command(str(log), str(bill), "--currency", "USD", capsys=capsys)
    assert (code, "the bill is in EUR and the log is priced in USD" in err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--tolerance", "5"], "may be a share or money: write '5 %' or '5 USD'"),
        (["--tolerance", "-5 %"], "leave the sign out"),
        (["--tolerance", "5 EUR"], "it is in EUR, and the bill in USD"),
        (["--tolerance", "x %"], "--tolerance: expected a number"),
        (["--prices", "2026.11", "--prices", "working"], "a bill is held against one"),
    ],
)
def test_wrong_command_lines(
    tmp_path: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be asked is said in words, with exit code 2."""
    log, bill = shipped(tmp_path)
    code, _, err = command(str(log), str(bill), *arguments, capsys=capsys)
    assert (code, words in err) == (2, True)


def test_several_currencies_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Amounts of two currencies are never added up."""
    log, bill = shipped(tmp_path)
    bill.write_text(bill.read_text() + "2026-11-03,openai/gpt-4.1,1,EUR\n")
    code, _, err = command(str(log), str(bill), capsys=capsys)
    assert (code, "is in EUR and USD" in err) == (2, True)


def test_a_bill_of_months_has_no_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--by day of a monthly bill is refused; --by month of a daily one is not."""
    log, bill = shipped(tmp_path)
    log.write_text(log.read_text() + "2026-11-05T08:00:00Z,openai/gpt-4.1,1000,100\n")
    bill.write_text(bill.read_text() + "2026-11-05,openai/gpt-4.1,0.0028,USD\n")
    assert run(["usage", "focus", str(log), "-o", str(tmp_path / "month.csv"), "--quiet"]) == 0
    capsys.readouterr()
    code, _, err = command(str(log), str(tmp_path / "month.csv"), "--by", "day", capsys=capsys)
    assert (code, "days cannot be compared" in err) == (2, True)
    assert command(str(log), str(bill), "--by", "month", capsys=capsys)[0] == 0


def test_hostile_names_cannot_drive_a_terminal_or_a_spreadsheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names of models and kinds are text: no control characters, no formulas."""
    log, bill = shipped(tmp_path)
    bill.write_text(bill.read_text() + "2026-11-03,=cmd|x\x1b[31m,1,USD\n")
    code, out, _ = command(str(log), str(bill), "-f", "csv", capsys=capsys)
    assert code == 1
    assert "\x1b" not in out
    assert ",'=cmd|x?[31m," in out
    _, out, _ = command(str(log), str(bill), capsys=capsys)
    assert "\x1b" not in out


def test_same_bytes_every_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same log and bill give the same JSON, whatever the files are called; Jupyter shows it."""
    log, bill = shipped(tmp_path)
    _, first, _ = command(str(log), str(bill), "-f", "json", capsys=capsys)
    for path in (log, bill):
        path.rename(path.with_name(f"other-{path.name}"))
    _, second, _ = command(
        str(tmp_path / "other-log.csv"), str(tmp_path / "other-bill.csv"), "-f", "json", capsys=capsys
    )
    assert first == second
    found = json.loads(first)
    assert {"schema_version", "kind", "currency", "total", "lines", "price_book", "warnings"} <= set(found)


def test_result_shows_itself(tmp_path: Path, book: PriceBook) -> None:
    """Tables in Jupyter, exact fractions in pandas."""
    billed = {key: amount * Fraction("1.05") for key, amount in charges(USED).items()}
    found = held(book, log_of(tmp_path, USED), bill_of(tmp_path, billed))
    assert "a surcharge of 5 %" in found._repr_mimebundle_()["text/html"]
    frame = found.to_pandas()
    assert frame["surcharge"].sum() == found.total == found.priced / 20
    assert repr(found).endswith("over the tolerance>")
    assert json_text(found.to_json())


# The bills of OpenRouter that were really paid

DATA = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "usage_shapes" / "openrouter_billed_dev.jsonl"


@pytest.mark.skipif(not DATA.is_file(), reason="the measured data do not travel with the project")
def test_development_bills_of_openrouter(tmp_path: Path) -> None:
    """Token cost at the prices that the bills imply agrees to the last digit on all of them."""
    answers = [json.loads(line) for line in DATA.read_text().splitlines()]
    log = tmp_path / "log.jsonl"
    log.write_text(
        "".join(json.dumps(item | {"created": 1793750400, "created_at": 1793750400}) + "\n" for item in answers)
    )
    own: Callable[[str, str], str] = lambda model, prices: offer(  # noqa: E731 - one line
        model,
        row(
            "2026-01-01", f"prices: {{{prices}}}", source="{kind: contracted, title: OpenRouter, retrieved: 2026-11-22}"
        ),
    )
    prices = {
        "anthropic": {
            "claude-4.5-sonnet-20250929": "input: 3, output: 15",
            "claude-4.6-sonnet-20260217": "input: 3, cache_write_5m: 3.75, output: 15",
        },
        "openai": {
            "gpt-5.1-codex-mini": "input: 0.25, output: 2",
            "gpt-5-mini": "input: 0.25, output: 2",
            "gpt-5-mini-2025-08-07": "input: 0.25, output: 2",
            "gpt-4.1-mini": "input: 0.4, output: 1.6",
            "gpt-5.6-sol": "input: 5, cache_read: 0.5, output: 30",
        },
        "qwen": {"qwen3-30b-a3b-instruct-2507": "input: 0.1, output: 0.3"},
    }
    files = [provider(name, *(own(*item) for item in offers.items())) for name, offers in prices.items()]
    book = working(tmp_path, *files)
    bill = read_bill(log)
    (found,) = metered(UsageLog((log,), by_day=True), [book], Report(by_day=True))
    assert found.complete
    result = reconcile(found, bill, book)
    assert len(answers) == found.counts.read == sum(line.rows for line in result.lines) == 11
    assert causes(result) == {}
    assert result.over == ()
    assert result.priced == result.billed == Fraction("0.020868")
    assert [(item.kind, item.amount) for item in result.beside] == [("charged beside tokens", Fraction("0.002"))]
    assert cm.decimal_text(result.total) == "0"
