"""A change of provider, held against figures worked out by hand and against an oracle of its own."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.cli import run
from costmodel.decisions.move.migrate import migrate
from costmodel.decisions.move.outlook import break_even
from costmodel.equations import service
from costmodel.errors import FileError
from costmodel.expectations import cases_of
from costmodel.prices.book import PriceBook
from costmodel.scenario import Scenario
from costmodel.study import estimate

if TYPE_CHECKING:
    from costmodel.results.migration.migration import MigrationResult

ROOT = Path(__file__).parents[2]
# A request of 1,000 input tokens costs a thousandth of the price: 0.02, 0.01, and from 2026-11-21 on 0.03 at 'later'.
PRICES = """\
overlay: {provider}
provider: {provider}
name: Provider {provider}
currency: USD
offers:
  - model: plain
    prices:
      - valid: {{from: 2026-01-01}}
        recorded: 2026-01-01
        source: {{kind: contracted, title: test, retrieved: 2026-01-01}}
        per: 1_000_000 tokens
        rates: [{{prices: {{input: {price}, output: free}}}}]
  - model: later
    prices:
      - valid: {{from: 2026-01-01, until: 2026-11-21}}
        recorded: 2026-01-01
        source: {{kind: contracted, title: test, retrieved: 2026-01-01}}
        per: 1_000_000 tokens
        rates: [{{prices: {{input: {price}, output: free}}}}]
      - valid: {{from: 2026-11-21}}
        recorded: 2026-01-01
        source: {{kind: contracted, title: test, retrieved: 2026-01-01}}
        per: 1_000_000 tokens
        rates: [{{prices: {{input: {dearer}, output: free}}}}]
  - model: minimum
    prices:
      - valid: {{from: 2026-01-01}}
        recorded: 2026-01-01
        source: {{kind: contracted, title: test, retrieved: 2026-01-01}}
        per: 1_000_000 tokens
        rates: [{{prices: {{input: {price}, output: free}}}}]
        minimum_charge: {{amount: 50, per: month}}
"""
DATED = """\
overlay: new
provider: new
name: Provider new
currency: USD
offers:
  - model: dated
    prices:
      - valid: {{from: 2026-01-01, until: {until}}}
        recorded: 2026-01-01
        source: {{kind: contracted, title: test, retrieved: 2026-01-01}}
        per: 1_000_000 tokens
        rates: [{{prices: {{input: 10, output: free}}}}]
      - valid: {{from: {begins}}}
        recorded: 2026-01-01
        source: {{kind: contracted, title: test, retrieved: 2026-01-01}}
        per: 1_000_000 tokens
        rates: [{{prices: {{input: 30, output: free}}}}]
"""
OLD_PRICE, NEW_PRICE, DEARER = Fraction(2, 100), Fraction(1, 100), Fraction(3, 100)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> PriceBook:
    """Two providers of our own: requests at 0.02 and at 0.01."""
    folder = tmp_path_factory.mktemp("prices")
    for name, price in (("old", 20), ("new", 10)):
        (folder / f"{name}.yaml").write_text(PRICES.format(provider=name, price=price, dearer=30), encoding="utf-8")
    return PriceBook.load(version="2026.11", overlays=[folder / "old.yaml", folder / "new.yaml"])


def own_book(new: str) -> PriceBook:
    """The old provider, and another one."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / "old.yaml", Path(folder) / "new.yaml"]
        paths[0].write_text(PRICES.format(provider="old", price=20, dearer=30), encoding="utf-8")
        paths[1].write_text(new, encoding="utf-8")
        return PriceBook.load(version="2026.11", overlays=paths)


def scenario(migration: dict, **more) -> Scenario:
    """3,000 requests in November 2026, so 100 a day; 3,100 in December."""
    return Scenario.from_data(
        {
            "scenario": "Moving",
            "horizon": {"start": "2026-11", "months": "1"},
            "currency": "USD",
            "workload": {
                "records": {"per_day": "100", "days_per_month": "calendar"},
                "tokens": {"input": "1000", "output": "0"},
            },
            "mix": {"old/plain": "100 %"},
            "migration": {"to": {"new/plain": "100 %"}, "start": "2026-11-11", **migration},
            **more,
        }
    )


CANARY = {"initial": "20 %", "step": "40 %", "interval_days": "1", "error_rate": "10 %"}


def of(result: MigrationResult, phase: str, *names: str) -> list[float]:
    figures = result.phase(phase).figures()
    return [float(figures[name]) for name in names]


# By hand


def test_a_small_case_by_hand(book: PriceBook) -> None:
    """Ten days as before, two of both, two of a ramp, sixteen after; every figure with a pencil."""
    result = migrate(
        scenario(
            {
                "parallel_days": "2",
                "canary": CANARY,
                "fallback": "old provider",
                "one_off": {"testing": "3 USD", "integration": "2 USD"},
            }
        ),
        book,
    )
    names = ("requests", "requests_at_new", "requests_failed", "requests_sent_again", "requests_copied")
    assert of(result, "before", *names) == [1000, 0, 0, 0, 0]
    # 2 days of both; 20 and 60 of 100 at the new one, a tenth of them sent again
    assert of(result, "during", *names) == [400, 80, 8, 8, 200]
    assert of(result, "after", *names) == [1600, 1600, 0, 0, 0]
    money = ("old_cost", "new_cost", "twice_cost", "one_off_cost", "cost", "unchanged_cost", "saving")
    assert of(result, "before", *money) == [20, 0, 0, 0, 20, 20, 0]
    # old 200 + 82 + 46 requests at 0.02; new 200 + 20 + 60 at 0.01; twice 200 x 0.01 + 8 x 0.02
    assert of(result, "during", *money) == pytest.approx([6.56, 2.80, 2.16, 5, 14.36, 8, -6.36])
    assert of(result, "after", *money) == [0, 16, 0, 0, 16, 32, 16]
    assert result.total.cost == Fraction("50.36")
    # -6.36 after the ramp, and 1 a day from the 15th on: 0.64 on the 21st
    assert result.outlook.break_even == date(2026, 11, 21)
    assert result.outlook.saving_a_year == 365
    assert (result.outlook.month_before, result.outlook.month_after) == (60, 30)
    assert [day.phase for day in result.days] == ["before"] * 10 + ["during"] * 4 + ["after"] * 16


def test_stages_follow_each_other(book: PriceBook) -> None:
    """Shares rise by the step up to the highest; every stage begins where the last one ends."""
    canary = {"initial": "5 %", "step": "20 %", "interval_seconds": "300", "error_rate": "0 %"}
    result = migrate(scenario({"canary": canary}), book)
    stages = result.stages
    shares = [stage.new_share for stage in stages]
    assert shares == [0, *(Fraction(percent, 100) for percent in (5, 25, 45, 65, 85)), 1]
    assert all(left.end == right.start for left, right in pairwise(stages))
    assert stages[-1].start == datetime(2026, 11, 11, 0, 25, tzinfo=UTC)
    assert [day.phase for day in result.days[9:12]] == ["before", "during", "after"]
    assert (stages[0].start, stages[-1].end) == (
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
    )


def test_a_price_that_changes_within_the_horizon(book: PriceBook) -> None:
    """Each day is priced at its own price: the old one is 0.02 until the 20th and 0.03 from the 21st on."""
    result = migrate(scenario({"start": "2026-11-25"}, mix={"old/later": "100 %"}), book)
    assert result.total.old_cost == 20 * 100 * OLD_PRICE + 4 * 100 * DEARER
    assert result.total.unchanged_cost == 20 * 100 * OLD_PRICE + 10 * 100 * DEARER
    assert result.outlook.saving_a_year == 365 * 100 * (DEARER - NEW_PRICE)


def test_a_year_is_twelve_months_of_the_last_one(book: PriceBook) -> None:
    """A month of 1,300 requests makes 15,600 a year, however many days the month has."""
    workload = {
        **WORKLOADS["office hours"],
        "records": {"per_month": "1300"},
        "tokens": {"input": "1000", "output": "0"},
    }
    for month, start in (("2027-01", "2027-01-04"), ("2027-02", "2027-02-01")):
        horizon = {"start": month, "months": "1"}
        result = migrate(scenario({"start": start}, workload=workload, horizon=horizon), book)
        assert result.outlook.saving_a_year == (OLD_PRICE - NEW_PRICE) * 1300 * 12
        assert "A year: twelve months at the volume of " + month in str(result)


@pytest.mark.parametrize("months", [1, 2, 3, 5])
def test_a_year_is_that_of_the_estimate(book: PriceBook, months: int) -> None:
    """Work of 30 days a month costs twelve times its month, as `estimate` and `compare` have it."""
    workload = {"records": {"per_day": "100", "days_per_month": "30"}, "tokens": {"input": "1000", "output": "0"}}
    more = {"workload": workload, "horizon": {"start": "2026-11", "months": str(months)}}
    stated = scenario({"start": "2026-11-02"}, **more)
    old, new = (estimate(scenario({}, **more, mix={model: "100 %"}), book=book) for model in ("old/plain", "new/plain"))
    found = migrate(stated, book).outlook
    assert found.saving_a_year == (old.total - new.total) / months * 12 == 360
    assert found.unchanged_a_year == old.total / months * 12 == 720


PEAKS = {"records": {"per_day": "1000", "days_per_month": "calendar"}, "tokens": {"input": "1500", "output": "600"}}


@pytest.mark.parametrize("months", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("model", "day"), [("openai/gpt-5.6-luna", "1.02"), ("openai/gpt-5-mini", "1.575")])
def test_a_year_has_every_weekday(months: int, model: str, day: str) -> None:
    """Whatever day the horizon ends on, five of seven days have the peak price.

    A day off-peak costs 1.5M x 0.15 + 0.6M x 0.60 = 0.585 USD. On weekdays seven of the nine hours cost double, so
    16/9 of it, 1.04: in the mean (5 x 1.04 + 2 x 0.585) / 7 = 0.91, and 332.15 USD in 365 days.
    """
    workload = {**PEAKS, "hours": {"daily": "08:00-17:00", "zone": "Asia/Ho_Chi_Minh"}}
    migration = {"to": {"deepseek/deepseek-v4-flash": "100 %"}, "start": "2026-12-10"}
    horizon = {"start": "2026-12", "months": str(months)}
    prices = {"version": "2026.11"}
    result = migrate(scenario(migration, mix={model: "100 %"}, workload=workload, horizon=horizon, prices=prices))
    assert result.outlook.unchanged_a_year == 365 * Fraction(day)
    assert result.outlook.saving_a_year == 365 * (Fraction(day) - Fraction("0.91"))
    week = result.outlook.priced_from, result.outlook.priced_until
    assert week == (result.days[-7].day, result.days[-1].day)


@pytest.mark.parametrize("start", ["2026-11-02", "2026-11-20", "2026-11-28"])
def test_a_year_is_after_the_change(book: PriceBook, start: str) -> None:
    """Though the ramp goes on in the last week, a year is as if it were over: 365 x 100 x 0.01, less what is kept."""
    stated = {"start": start, "canary": CANARY, "fallback": "old provider"}
    assert migrate(scenario(stated), book).outlook.saving_a_year == 365
    half = migrate(scenario({**stated, "canary": {**CANARY, "highest": "50 %"}}), book)
    # 50 of 100 stay, and 5 of the other 50 are sent again: 2 - 55 x 0.02 - 50 x 0.01 a day.
    assert half.outlook.saving_a_year == 365 * (2 - 55 * OLD_PRICE - 50 * NEW_PRICE)


def test_a_year_of_several_workloads(book: PriceBook) -> None:
    """Each workload has its own year: 365 days of 100 requests, and twelve times 500."""
    daily, monthly = {"per_day": "100", "days_per_month": "calendar"}, {"per_month": "500"}
    tokens = {"input": "1000", "output": "0"}
    workloads = [
        {"name": name, "records": records, "tokens": tokens}
        for name, records in (("every day", daily), ("each month", monthly))
    ]
    data = {key: value for key, value in scenario({}).document.data.items() if key != "workload"}
    result = migrate(Scenario.from_data({**data, "workloads": workloads}), book)
    assert result.outlook.saving_a_year == (36_500 + 6_000) * (OLD_PRICE - NEW_PRICE)
    assert "A year: twelve months, 365 days where records are made on calendar days" in str(result)


def test_a_year_counts_minimum_charges_of_offers(book: PriceBook) -> None:
    """3,000 requests at 0.01 are made up to 50 USD each month: 12 x (60 - 50), and not 12 x (60 - 30)."""
    workload = {"records": {"per_month": "3000"}, "tokens": {"input": "1000", "output": "0"}}
    result = migrate(scenario({"to": {"new/minimum": "100 %"}}, workload=workload), book)
    assert (result.outlook.month_before, result.outlook.month_after) == (60, 50)
    assert (result.outlook.saving_a_year, result.outlook.unchanged_a_year) == (120, 720)
    back = migrate(scenario({}, workload=workload, mix={"new/minimum": "100 %"}), book)
    assert (back.outlook.saving_a_year, back.outlook.unchanged_a_year) == (12 * (50 - 30), 600)
    taxed = migrate(scenario({"to": {"new/minimum": "100 %"}}, workload=workload, **MORE), book)
    assert taxed.outlook.saving_a_year == 120 * Fraction("1.1") * Fraction("1.02")


def test_a_price_that_changes_in_the_last_week_is_told(book: PriceBook) -> None:
    """The week of which a year is made has both prices then; a month more has the new one alone."""
    horizon = {"start": "2026-11", "months": "1"}
    codes = {notice.code for notice in migrate(scenario({}, mix={"old/later": "100 %"}, horizon=horizon), book).notices}
    assert "price-changes-in-last-week" not in codes  # from the 21st on; the week begins on the 24th
    later = DATED.format(until="2026-11-28", begins="2026-11-28")
    changing = own_book(later)
    stated = scenario({"to": {"new/dated": "100 %"}}, horizon=horizon)
    (notice,) = [item for item in migrate(stated, changing).notices if item.code == "price-changes-in-last-week"]
    assert notice.about == ("new/dated (2026-11-28)",)
    longer = scenario({"to": {"new/dated": "100 %"}}, horizon={"start": "2026-11", "months": "2"})
    assert "price-changes-in-last-week" not in {item.code for item in migrate(longer, changing).notices}


def test_a_fallback_that_is_kept(book: PriceBook) -> None:
    """For so many days after the last step a tenth is sent again; it is part of the change."""
    result = migrate(scenario({"canary": CANARY, "fallback": "old provider", "fallback_days": "3"}), book)
    assert [stage.name for stage in result.stages][-2:] == ["fallback kept", "after"]
    assert result.stage(result.stages[-2]).requests_sent_again == 30
    assert result.stage(result.stages[-2]).old_cost == 30 * OLD_PRICE
    assert result.total.requests_sent_again == 2 + 6 + 30


def test_a_highest_share_below_all(book: PriceBook) -> None:
    """Below 100 % the old provider keeps the rest, and the fallback stays."""
    result = migrate(scenario({"canary": {**CANARY, "highest": "50 %"}, "fallback": "old provider"}), book)
    last = result.days[-1].amounts
    assert (last.requests_at_new, last.requests_sent_again) == (50, 5)
    assert last.old_cost == 55 * OLD_PRICE
    assert result.outlook.month_after == 30 * (55 * OLD_PRICE + 50 * NEW_PRICE)


def test_everything_at_once(book: PriceBook) -> None:
    """Without a ramp everything moves at midnight of the start, and there is no 'during'."""
    result = migrate(scenario({"one_off": {"work": "1 USD"}}), book)
    assert [stage.phase for stage in result.stages] == ["before", "after"]
    assert result.total.cost == 1000 * OLD_PRICE + 2000 * NEW_PRICE + 1
    assert result.outlook.break_even == date(2026, 11, 11)
    assert "the day of the start" in result.finding


def test_failures_without_a_fallback(book: PriceBook) -> None:
    """What fails is paid once and stays without an answer; it is said."""
    result = migrate(scenario({"canary": CANARY}), book)
    assert (result.total.requests_failed, result.total.requests_sent_again, result.total.twice_cost) == (8, 0, 0)
    assert "failed-not-answered" in {notice.code for notice in result.notices}


# Rolling back


def test_rolled_back(book: PriceBook) -> None:
    """Above the limit the first step is the only one, and everything is as before; the attempt has its cost."""
    stated = {"canary": {**CANARY, "rollback_above": "5 %"}, "fallback": "old provider", "one_off": {"work": "7 USD"}}
    result = migrate(scenario(stated), book)
    assert [stage.name for stage in result.stages] == ["before", "canary 20 %", "rolled back"]
    assert result.rolled_back
    # one day: 80 + 2 requests at the old one, 20 at the new one, instead of 100 at the old one
    assert result.total.saving == 2 - (82 * OLD_PRICE + 20 * NEW_PRICE) - 7
    assert result.phase("after").cost == result.phase("after").unchanged_cost == 19 * 2
    assert (result.outlook.saving_a_year, result.outlook.break_even, result.outlook.beyond) == (0, None, None)
    assert result.finding.startswith("Rolled back: 10 % of the requests at the new provider fail, more than the 5 %")


def test_a_ramp_that_nothing_passes_is_told(book: PriceBook) -> None:
    """Office hours, and steps of five minutes from a Saturday's midnight: nothing can fail, and nothing is seen."""
    canary = {"initial": "20 %", "step": "40 %", "interval_seconds": "300", "error_rate": "10 %"}
    stated = {"canary": canary, "start": "2026-11-14"}
    result = migrate(scenario(stated, workload=WORKLOADS["office hours"]), book)
    (notice,) = [notice for notice in result.notices if notice.code == "ramp-without-requests"]
    assert notice.about == ("canary 20 % from 2026-11-14 UTC", "canary 60 % from 2026-11-14 00:05 UTC")
    back = migrate(
        scenario(
            {**stated, "canary": {**canary, "rollback_above": "5 %"}, "fallback": "old provider"},
            workload=WORKLOADS["office hours"],
        ),
        book,
    )
    assert back.finding.startswith("Rolled back: by the error rate stated, 10 % where 5 % is allowed. But no request")
    assert "of the requests at the new provider fail" not in back.finding
    day = migrate(scenario({"canary": CANARY}), book)
    assert "ramp-without-requests" not in {notice.code for notice in day.notices}


@pytest.mark.parametrize(("limit", "rolled_back"), [("10 %", False), ("9.99 %", True), ("0 %", True)])
def test_the_limit_itself_is_allowed(book: PriceBook, limit: str, *, rolled_back: bool) -> None:
    """Only above the limit everything goes back."""
    assert migrate(scenario({"canary": {**CANARY, "rollback_above": limit}}), book).rolled_back is rolled_back


# The contract


def contract(book: PriceBook, months: str = "2", **stated) -> MigrationResult:
    return migrate(scenario({"contract": stated}, horizon={"start": "2026-11", "months": months}), book)


def test_prepaid_money_that_lapses(book: PriceBook) -> None:
    """Everything moves on 11 November: nothing is drawn any more, and the balance is lost on the last day."""
    result = contract(book, prepaid_balance="70 USD", ends="2026-12-10")
    assert result.total.prepaid_lost_cost == 70
    assert result.days[39].amounts.prepaid_lost_cost == 70  # 10 December
    # Staying uses 30 days of 2 USD until then, so 10 USD lapse anyway.
    assert result.total.unchanged_prepaid_lost_cost == 10
    # 51 days of 1 USD saved, less 60 USD that are lost through the change
    assert result.total.saving == 51 - 60
    assert "70.00 USD of prepaid money that is lost (10.00 USD would be lost anyway)" in result.finding


def test_prepaid_money_without_a_last_day(book: PriceBook) -> None:
    """Without a last day it is lost when the old provider is no longer used; staying would use it up."""
    stated = {"canary": CANARY, "fallback": "old provider", "contract": {"prepaid_balance": "10 USD"}}
    result = migrate(scenario(stated), book)
    # drawn: 82 and 46 requests of the ramp at 0.02
    assert result.total.prepaid_lost_cost == 10 - (82 + 46) * OLD_PRICE
    assert result.total.unchanged_prepaid_lost_cost == 0
    kept = migrate(scenario({**stated, "canary": {**CANARY, "highest": "50 %"}}), book)
    assert kept.total.prepaid_lost_cost == 0


def test_a_minimum_until_the_contract_ends(book: PriceBook) -> None:
    """Each month the bill is made up to the minimum; a month in part has its part of it."""
    result = contract(book, minimum_a_month="62 USD", ends="2026-12-10")
    # November: 62 - 20; December: 62 x 10 / 31 = 20, and nothing is used
    assert [day.amounts.minimum_cost for day in result.days if day.amounts.minimum_cost] == [42, 20]
    assert [str(day.day) for day in result.days if day.amounts.minimum_cost] == ["2026-11-30", "2026-12-10"]
    # Staying: 60 in November is 2 too little; 20 in ten days of December are enough
    assert result.total.unchanged_minimum_cost == 2
    # The finding has the figure of the table, and says how much of it staying would cost, too.
    assert result.total.minimum_cost == 62
    assert "62.00 USD for minimums that the bills do not reach (2.00 USD would be paid anyway)" in result.finding


def test_prepaid_money_pays_minimums(book: PriceBook) -> None:
    """A minimum is drawn from the balance like any bill of the old provider."""
    result = contract(book, minimum_a_month="62 USD", ends="2026-12-10", prepaid_balance="100 USD")
    assert result.total.prepaid_lost_cost == 100 - 42 - 20


def test_a_contract_covers_new_models_of_its_provider(book: PriceBook) -> None:
    """Moving to another model of the same provider uses its balance and counts towards its minimum."""
    stated = {"to": {"old/later": "100 %"}, "contract": {"minimum_a_month": "60 USD", "ends": "2026-11-30"}}
    result = migrate(scenario(stated), book)
    assert result.total.minimum_cost == 0
    assert result.total.new_cost == 10 * 2 + 10 * 3


def test_minimum_charges_of_offers(book: PriceBook) -> None:
    """An offer's own minimum is made up from what each month really has of it."""
    result = migrate(scenario({"to": {"new/minimum": "100 %"}}, mix={"old/minimum": "100 %"}), book)
    # old 20, new 20, each made up to 50; staying 60
    assert (result.total.minimum_cost, result.total.unchanged_minimum_cost) == (60, 0)


def test_a_minimum_charge_that_ends_within_a_month(book: PriceBook) -> None:
    """The minimum in force at the first request counts for all charges of the month, as in `estimate`."""
    second = "      - valid: {from: 2026-11-11}"
    rows = DATED.format(until="2026-11-11", begins="2026-11-11")
    with_minimum = rows.replace(second, f"        minimum_charge: {{amount: 50, per: month}}\n{second}")
    own = own_book(with_minimum)
    stated = scenario({"to": {"old/plain": "100 %"}, "start": "2026-11-20"}, mix={"new/dated": "100 %"})
    result = migrate(stated, own)
    # 1,000 requests at 0.01 and 2,000 at 0.03 are 70 USD, over 50; 10 and 27 with the change are 13 too few.
    assert result.total.unchanged_cost == estimate(stated, book=own).total == 70
    assert result.total.minimum_cost == 50 - 10 - 27


def test_minimum_charges_of_offers_that_share_the_work(book: PriceBook) -> None:
    """Half of the requests at each: 30 and 15 USD of bills, each made up to 50."""
    canary = {"initial": "50 %", "highest": "50 %", "error_rate": "0 %"}
    stated = {"to": {"new/minimum": "100 %"}, "start": "2026-11-01", "canary": canary}
    result = migrate(scenario(stated, mix={"old/minimum": "100 %"}), book)
    assert result.total.minimum_cost == 20 + 35


def test_taxes_and_fees_are_on_bills_and_minimums(book: PriceBook) -> None:
    """They are on what is billed, minimums included, and neither on what is paid once nor on what lapses."""
    stated = {
        "contract": {"minimum_a_month": "60 USD", "ends": "2026-11-30", "prepaid_balance": "90 USD"},
        "one_off": {"work": "9 USD"},
    }
    result = migrate(scenario(stated, taxes_and_fees=[{"name": "VAT", "rate": "10 %"}]), book)
    assert result.total.old_cost + result.total.new_cost == Fraction("1.1") * (20 + 20)
    assert result.total.minimum_cost == Fraction("1.1") * (60 - 20)
    assert (result.total.prepaid_lost_cost, result.total.one_off_cost) == (90 - 40, 9)


# What it must agree with


MORE = {
    "taxes_and_fees": [{"name": "VAT", "rate": "10 %"}, {"name": "fee", "rate": "2 %", "base": "bill and levies above"}]
}
WORKLOADS = {
    "growing": {"records": {"per_month": "1000", "monthly_growth": "3 %"}, "tokens": {"input": "800", "output": "50"}},
    "office hours": {
        "records": {"per_month": "700"},
        "tokens": {"input": "1000", "output": "10"},
        "hours": {"daily": "08:00-17:00", "zone": "Asia/Ho_Chi_Minh", "days": ["mon", "tue", "wed", "thu", "fri"]},
    },
    "steps": {
        "records": {"per_month": "500"},
        "steps": [
            {"name": "read", "tokens": {"input": "200", "output": "500"}, "requests_per_record": "3"},
            {"name": "write", "tokens": {"input": "2000", "output": "5"}, "resubmitted": "2 %"},
        ],
    },
}


@pytest.mark.parametrize("workload", list(WORKLOADS))
@pytest.mark.parametrize("model", ["plain", "later", "minimum"])
def test_unchanged_is_the_estimate(book: PriceBook, workload: str, model: str) -> None:
    """What staying costs is what `estimate` says of the present models; moved at once, that of the new ones."""
    more = {**MORE, "workload": WORKLOADS[workload], "horizon": {"start": "2026-11", "months": "3"}}
    stated = scenario({"start": "2026-11-01", "to": {f"new/{model}": "100 %"}}, mix={f"old/{model}": "100 %"}, **more)
    result = migrate(stated, book)
    assert result.total.unchanged_cost == estimate(stated, book=book).total
    new = scenario({}, mix={f"new/{model}": "100 %"}, **more)
    assert result.total.cost == estimate(new, book=book).total


def test_hours_and_hourly_prices() -> None:
    """With prices by the hour of the day and steps of seven hours, staying still costs what `estimate` says."""
    path = ROOT / "scenarios" / "off-peak.yaml"
    canary = {"initial": "5 %", "step": "20 %", "interval_hours": "7", "error_rate": "1 %"}
    stated = {"to": {"openai/gpt-4o-mini": "100 %"}, "start": "2025-03-05", "canary": canary}
    data = {key: value for key, value in Scenario.load(path).document.data.items() if key != "expect"}
    off_peak = Scenario.from_data({**data, "migration": stated})
    result = migrate(off_peak)
    assert result.total.unchanged_cost == estimate(off_peak).total
    assert result.total.requests == 4000


def test_the_new_models_replace_every_mix(book: PriceBook) -> None:
    """Mixes of a workload and of a step are present models too, and the new ones take their place."""
    steps = WORKLOADS["steps"]["steps"]
    own = [steps[0], {**steps[1], "mix": {"old/later": "100 %"}}]
    workloads = [
        {"name": "first", **WORKLOADS["growing"], "mix": {"old/minimum": "100 %"}},
        {"name": "second", "records": {"per_month": "500"}, "steps": own, "mix": {"old/plain": "100 %"}},
    ]
    data = {key: value for key, value in scenario({"start": "2026-11-01"}).document.data.items() if key != "workload"}
    stated = Scenario.from_data({**data, "workloads": workloads})
    result = migrate(stated, book)
    assert result.old_models == ("old/minimum", "old/plain", "old/later")
    assert result.total.unchanged_cost == estimate(stated, book=book).total
    plain = [{key: value for key, value in item.items() if key not in {"mix", "steps"}} for item in workloads]
    plain[1]["steps"] = steps
    new = Scenario.from_data({**data, "workloads": plain, "mix": {"new/plain": "100 %"}})
    assert result.total.cost == estimate(new, book=book).total


@pytest.mark.parametrize("workload", list(WORKLOADS))
def test_no_request_is_lost(book: PriceBook, workload: str) -> None:
    """The horizon has as many requests as the estimate, less those that are sent again by the workload itself."""
    stated = scenario({"canary": CANARY, "fallback": "old provider"}, workload=WORKLOADS[workload])
    whole = {"growing": 1000, "office hours": 700, "steps": 500 * 4}[workload]
    assert migrate(stated, book).total.requests == whole


def test_one_model_and_a_mix_of_it_are_the_same(book: PriceBook) -> None:
    """`models` with one model is what `mix` with 100 % of it is."""
    mixed = migrate(scenario({"canary": CANARY}), book)
    data = {key: value for key, value in scenario({"canary": CANARY}).document.data.items() if key != "mix"}
    assert migrate(Scenario.from_data({**data, "models": ["old/plain"]}), book).spans == mixed.spans


def test_the_new_price_is_not_needed_before(book: PriceBook, tmp_path: Path) -> None:
    """A new provider whose prices begin on the day of the start will do."""
    text = PRICES.format(provider="fresh", price=10, dearer=30).replace("from: 2026-01-01", "from: 2026-11-11")
    text = text.replace("valid: {from: 2026-11-11, until: 2026-11-21}", "valid: {from: 2026-11-12, until: 2026-11-21}")
    (tmp_path / "fresh.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "old.yaml").write_text(PRICES.format(provider="old", price=20, dearer=30), encoding="utf-8")
    fresh = PriceBook.load(version="2026.11", overlays=[tmp_path / "old.yaml", tmp_path / "fresh.yaml"])
    more = {"horizon": {"start": "2026-11", "months": "2"}}
    assert migrate(scenario({"to": {"fresh/plain": "100 %"}}, **more), fresh).total.new_cost == 51


# Properties

SHARES = st.fractions(min_value=Fraction(1, 100), max_value=1, max_denominator=100)
SECONDS = st.sampled_from([300, 3_600, 40_000, 86_400, 200_000])
STARTS = st.integers(1, 20)


@st.composite
def changes(draw: st.DrawFn) -> dict:
    """A change of provider that is over within two months."""
    initial, highest = sorted((draw(SHARES), draw(SHARES)))
    error = draw(st.fractions(min_value=0, max_value=Fraction(99, 100), max_denominator=200))
    canary = {"initial": initial, "highest": highest, "error_rate": error}
    if initial < highest:
        step = draw(st.sampled_from([Fraction(1, 5), Fraction(1, 3), Fraction(1)]))
        canary |= {"step": step, "interval_seconds": draw(SECONDS)}
    fallback = draw(st.sampled_from(["old provider", "none"]))
    kept = draw(st.integers(0, 3)) if fallback != "none" and highest == 1 else 0
    found = {
        "start": f"2026-11-{draw(STARTS):02d}",
        "parallel_days": str(draw(st.integers(0, 5))),
        "canary": {name: str(value) if isinstance(value, int) else written(value) for name, value in canary.items()},
        "fallback": fallback,
        **({"fallback_days": str(kept)} if kept else {}),
        "one_off": {"work": f"{draw(st.integers(0, 20))} USD"},
    }
    if draw(st.booleans()) and "interval_seconds" in canary:
        found["canary"]["rollback_above"] = written(draw(SHARES))
    return found


def written(share: Fraction) -> str:
    """A share as a scenario can write it: with up to ten decimals."""
    return f"{float(share):.10f}"


def share(text: str) -> Fraction:
    return Fraction(text)


def oracle(stated: dict, days: int) -> dict[str, list[Fraction]]:
    """Requests of each day by second, in another way than the code: which share is where at every instant."""
    canary = stated["canary"]
    initial, highest, error = (share(canary[name]) for name in ("initial", "highest", "error_rate"))
    limit = share(canary["rollback_above"]) if "rollback_above" in canary else Fraction(2)
    start = (int(stated["start"][-2:]) - 1) * 86_400
    ramp = start + int(stated["parallel_days"]) * 86_400
    interval, step = int(canary.get("interval_seconds", 0)), share(canary.get("step", "1"))
    levels = [initial]
    while levels[-1] < highest:
        levels.append(min(levels[-1] + step, highest))
    over = ramp + interval * (1 if error > limit else len(levels) - 1)
    kept = over + int(stated.get("fallback_days", 0)) * 86_400 * (0 if error > limit else 1)

    def at(second: int) -> tuple[Fraction, bool, bool]:
        """Share at the new provider, whether failures are sent again, whether copies are sent."""
        if second < start:
            return Fraction(0), False, False
        if second < ramp:
            return Fraction(0), False, True
        if second < over:
            return levels[(second - ramp) // interval], True, False
        if error > limit:
            return Fraction(0), False, False
        return highest, second < kept or highest < 1, False

    events = sorted(
        {start, ramp, over, kept, *(ramp + interval * index for index in range(len(levels)))}
        | {day * 86_400 for day in range(days + 1)}
    )
    found = {name: [Fraction(0)] * days for name in ("new", "again", "copies")}
    for begin, end in pairwise(events):
        if end > days * 86_400:
            break
        now, again, copies = at(begin)
        requests = 100 * Fraction(end - begin, 86_400)
        day = begin // 86_400
        found["new"][day] += requests * now
        found["again"][day] += requests * now * error * (again and stated["fallback"] != "none")
        found["copies"][day] += requests * copies
    return found


@settings(max_examples=60, deadline=None)
@given(stated=changes())
def test_volumes_and_costs_of_every_day(book: PriceBook, stated: dict) -> None:
    """Every day's requests and money are those of the oracle, and each request is counted once."""
    result = migrate(scenario(stated, horizon={"start": "2026-11", "months": "2"}), book)
    days = [day.amounts for day in result.days]
    expected = oracle(stated, 61)
    assert [day.requests for day in days] == [100] * 61
    assert [day.requests_at_new for day in days] == expected["new"]
    assert [day.requests_sent_again for day in days] == expected["again"]
    assert [day.requests_copied for day in days] == expected["copies"]
    for day, new, again, copies in zip(days, *expected.values(), strict=True):
        assert day.old_cost == (100 - new + again) * OLD_PRICE
        assert day.new_cost == (new + copies) * NEW_PRICE
        assert day.twice_cost == again * OLD_PRICE + copies * NEW_PRICE


@settings(max_examples=40, deadline=None)
@given(stated=changes())
def test_cost_lies_between_old_and_new(book: PriceBook, stated: dict) -> None:
    """Without what is sent twice, the bills lie between those of the old provider alone and of the new one alone."""
    result = migrate(scenario(stated, horizon={"start": "2026-11", "months": "2"}), book)
    total = result.total
    bills = total.old_cost + total.new_cost - total.twice_cost
    assert total.requests * NEW_PRICE <= bills <= total.requests * OLD_PRICE
    assert total.requests_sent_again <= total.requests_failed <= total.requests_at_new <= total.requests
    if not any(stage.failed for stage in result.stages):
        assert total.requests_sent_again == 0
    if not any(stage.copied or stage.again for stage in result.stages):
        assert total.twice_cost == 0
    if result.rolled_back:
        assert result.phase("after").saving == 0


@settings(max_examples=40, deadline=None)
@given(stated=changes())
def test_sums_agree(book: PriceBook, stated: dict) -> None:
    """Days, stages and phases are the same spans, added up in three ways."""
    result = migrate(scenario(stated, horizon={"start": "2026-11", "months": "2"}), book)
    total = result.total.figures()
    for parts in (
        [day.amounts for day in result.days],
        [result.stage(stage) for stage in result.stages],
        [result.phase(name) for name in ("before", "during", "after")],
    ):
        for name, value in total.items():
            assert sum(part.figures()[name] for part in parts) == value
    assert result.days[-1].cumulative_saving == result.total.saving


DAILY = st.lists(st.integers(-5, 5), min_size=1, max_size=30)


@given(savings=DAILY, start=st.integers(0, 29), last_saving=st.integers(-3, 3))
def test_break_even_day(savings: list[int], start: int, last_saving: int) -> None:
    """The first day from the start on from which the sum stays at or above 0, found by trying every day."""
    first = date(2026, 1, 1)
    start = min(start, len(savings) - 1)
    savings[:start] = [0] * start
    days = [first + timedelta(days=number) for number in range(len(savings))]
    saving_a_year = Fraction(last_saving) * 365
    found, beyond = break_even(list(zip(days, map(Fraction, savings), strict=True)), days[start], saving_a_year)
    sums = [sum(savings[: number + 1]) for number in range(len(savings))]
    expected = next((days[n] for n in range(start, len(days)) if all(total >= 0 for total in sums[n:])), None)
    assert found == expected
    wait = next((n for n in range(1, 1000) if sums[-1] + n * last_saving >= 0), None) if found is None else None
    assert beyond == (None if wait is None else days[-1] + timedelta(days=wait))


# Service


def seconds_of_a_request(latency, refused, slow, policy, attempt=0):
    """The mean time of a request, attempt by attempt: every way in which it may go."""
    first, factor, most, limit, pause = policy
    time = (1 - refused - slow) * latency + slow * limit
    if attempt < most:
        rest = seconds_of_a_request(latency, refused, slow, policy, attempt + 1)
        time += refused * (first * factor**attempt + rest) + slow * (pause + rest)
    return time


@given(
    latency=st.fractions(min_value=Fraction(1, 100), max_value=10, max_denominator=100),
    shares=st.tuples(*[st.fractions(min_value=0, max_value=Fraction(1, 2), max_denominator=50)] * 2),
    policy=st.tuples(
        st.integers(0, 5),
        st.sampled_from([1, 2, Fraction(3, 2), 10]),
        st.integers(0, 6),
        st.integers(1, 60),
        st.integers(0, 5),
    ),
)
def test_seconds_of_a_request(latency, shares, policy) -> None:
    """The closed form is the mean over every way in which the attempts of a request may go."""
    refused, slow = shares
    first, factor, most, limit, pause = policy
    again = service.share_tried_again(refused, slow)
    attempts = service.expected_attempts(again, most)
    waiting = service.backoff_wait(refused, again, first, factor, most)
    lost = service.timeout_wait(slow, again, attempts, limit, pause)
    found = service.request_seconds(latency, again, attempts, waiting, lost)
    assert found == seconds_of_a_request(latency, refused, slow, policy)


def test_the_vendors_batch_program(book: PriceBook) -> None:
    """Waits of 1, 2 and 4 seconds, 30 seconds of time limit, 20 at a time: 50,000 records at 420 ms."""
    retries = {
        "share": "2 %", "first_delay_seconds": "1", "factor": "2", "most": "3",
        "timeout_seconds": "30", "timeout_share": "0.1 %", "timeout_delay_seconds": "1",
    }  # fmt: skip
    stated = {
        "before": {"latency_ms": "420", "concurrency": "20"},
        "after": {"latency_ms": "180", "concurrency": "20", "retries": {"most": "0"}},
        "retries": retries,
        "records_to_work_through": "50000",
    }
    before, after = migrate(scenario(stated), book).service
    wait = Fraction("0.02") * (1 + 2 * Fraction("0.021") + 4 * Fraction("0.021") ** 2)
    assert before.waiting_seconds == wait
    assert float(before.request_seconds) == pytest.approx(0.47254, abs=5e-6)
    assert float(before.backlog_hours) == pytest.approx(50_000 * 0.4725401 / 20 / 3600, rel=1e-6)
    assert after.request_seconds == Fraction("0.18")
    assert after.records_a_day == 20 * 86_400 / Fraction("0.18")


def test_records_of_several_requests(book: PriceBook) -> None:
    """A record of four requests takes four times as long as one."""
    stated = {"after": {"latency_ms": "1000", "concurrency": "4"}, "records_to_work_through": "3600"}
    after = migrate(scenario(stated, workload=WORKLOADS["steps"]), book).service[1]
    assert (after.records_a_day, after.backlog_hours) == (86_400, 1)


@pytest.mark.parametrize(
    ("availability", "minutes"), [("99.9 %", "43.2"), ("99.5 %", "216"), ("99 %", "432"), ("100 %", "0")]
)
def test_downtime_as_published(book: PriceBook, availability: str, minutes: str) -> None:
    """Minutes in 30 days as in Site Reliability Engineering, appendix A; and in a mean month of 30.4375 days."""
    after = migrate(scenario({"after": {"sla": availability}}), book).service[1]
    assert after.downtime_30 == Fraction(minutes)
    assert after.downtime_mean == Fraction(minutes) * Fraction("30.4375") / 30


# What is said


def test_it_never_pays_back(book: PriceBook) -> None:
    """Moving to dearer models never pays back, and the finding says so."""
    stated = scenario({"to": {"old/plain": "100 %"}, "one_off": {"work": "1 USD"}}, mix={"new/plain": "100 %"})
    result = migrate(stated, book)
    assert (result.outlook.break_even, result.outlook.beyond) == (None, None)
    assert "costs 365.00 USD a year more, 100 % of what is paid now. It never pays back." in result.finding


def test_what_is_paid_back_can_be_lost_again(book: PriceBook) -> None:
    """The new price rises near the end: ten days at 0.01 less, and from then on 0.01 more a request."""
    stated = scenario({"to": {"new/later": "100 %"}}, mix={"old/plain": "100 %"})
    result = migrate(stated, book)
    # From 11 to 20 November 1 USD a day is saved, from the 21st on 1 USD is lost: nothing is left on the 30th.
    assert (result.total.saving, result.outlook.saving_a_year) == (0, -365)
    assert "the day of the start, and would lose that again later" in result.finding


def test_it_pays_back_later(book: PriceBook) -> None:
    """What is on its way to pay back has a day after the horizon: 100 days of 1 USD after the 20 that are in it."""
    result = migrate(scenario({"one_off": {"work": "100 USD"}}), book)
    assert result.outlook.break_even is None
    assert result.outlook.beyond == date(2026, 11, 10) + timedelta(days=100)
    assert "at the saving of a year it would on 2027-02-18" in result.finding


def test_what_is_quoted_stands_beside(book: PriceBook) -> None:
    """A quoted cost is marked as quoted, with its ratio to what is computed."""
    quoted = {"before": "120 USD/month", "after": "3 USD/month", "source": "a brochure"}
    result = migrate(scenario({"quoted": quoted}), book)
    words = (
        "Quoted: 120.00 USD a month before and 3.00 USD after (-97.5 %). Computed: 60.00 USD and 30.00 USD (-50.0 %)"
    )
    assert words in result.finding
    assert "2 times and 0.1 times that" in result.finding
    assert "Quoted by: a brochure" in str(result)


def test_money_of_another_currency(book: PriceBook) -> None:
    """One-off cost in another currency is exchanged at the scenario's rate, and the rate is named."""
    stated = scenario({"one_off": {"work": "100 EUR"}}, prices={"fx_as_of": "2026-10-31"})
    result = migrate(stated, book)
    assert [(rate.from_, rate.to) for rate in result.exchange] == [("EUR", "USD")]
    assert result.total.one_off_cost == 100 * result.exchange[0].rate
    with pytest.raises(FileError, match="this is in EUR, and reported in USD"):
        migrate(scenario({"one_off": {"work": "100 EUR"}}), book)


def test_uncertain_numbers_enter_with_their_mean(book: PriceBook) -> None:
    """A distribution counts with its mean, and a note says so."""
    canary = {**CANARY, "error_rate": {"triangular": ["5 %", "10 %", "15 %"]}}
    result = migrate(scenario({"canary": canary, "fallback": "old provider"}), book)
    assert result.total.requests_sent_again == 8
    assert "mean-of-distribution" in {notice.code for notice in result.notices}


def test_tables_show_only_what_there_is(book: PriceBook) -> None:
    """Columns of minimums, lapsed money and copies stand only where there are any; every day on request."""
    plain = migrate(scenario({}), book)
    named = {column.heading for table in plain.tables() for column in table.columns}
    named |= {row[0] for row in plain.tables()[0].rows}
    assert "unchanged" in named
    assert {"minimums", "prepaid lost", "paid once", "sent twice"} & named == set()
    assert len(plain.tables(daily=True)[-1].rows) == 30
    canary = {"initial": "1 %", "step": "1 %", "interval_hours": "1", "error_rate": "0 %"}
    many = migrate(scenario({"canary": canary}), book)
    assert ("…", *[""] * 5) in [row[:6] for row in many.tables()[1].rows]


def test_no_two_columns_have_one_name(book: PriceBook) -> None:
    """Share and requests at the new provider are told apart, and every table fits the width of a page."""
    stated = {"canary": CANARY, "fallback": "old provider", "parallel_days": "2", "one_off": {"work": "1 USD"}}
    more = {"contract": {"minimum_a_month": "62 USD", "ends": "2026-12-10", "prepaid_balance": "100 USD"}}
    result = migrate(scenario({**stated, **more}, horizon={"start": "2026-11", "months": "2"}), book)
    for table in result.tables(daily=True):
        headings = [column.heading for column in table.columns]
        assert len(set(headings)) == len(headings), headings
    assert result.tables()[1].columns[2].heading == "share"
    assert max(len(line) for table in result.tables() for line in table._replace(notes=()).plain().splitlines()) <= 130
    first = result.tables()[0]
    assert [column.heading for column in first.columns] == ["", "before", "during", "after", "total"]
    assert first.totals[0] == "saving"


# JSON, CSV, pandas, the command


def test_json(book: PriceBook) -> None:
    """JSON says what it is, has a line for each day that add up to the total, and is the same every time."""
    stated = scenario({"canary": CANARY, "fallback": "old provider"})
    found = migrate(stated, book).to_json()
    assert found == migrate(stated, book).to_json()
    assert {"schema_version", "kind", "currency", "total", "lines", "price_book", "warnings"} <= set(found)
    assert found["kind"] == "migration"
    assert sum(Fraction(line["cost"]) for line in found["lines"]) == Fraction(found["total"])
    assert [phase["phase"] for phase in found["phases"]] == ["before", "during", "after"]
    json.loads(json.dumps(found), parse_float=lambda text: pytest.fail(f"{text} is a binary float"))


def test_pandas_and_html(book: PriceBook) -> None:
    """A row for each day with exact figures; in Jupyter the same tables."""
    result = migrate(scenario({}), book)
    frame = result.to_pandas()
    assert (len(frame), frame["cost"].sum()) == (30, result.total.cost)
    assert "<table" in result._repr_mimebundle_()["text/html"]
    assert repr(result) == "<MigrationResult 'Moving': 365.00 USD saved a year, 2026-11>"


def test_expectations(book: PriceBook) -> None:
    """Figures of the horizon, of a phase and of a day can be expected by name."""
    expect = {
        "migration": {"cost": "40.00 USD", "saving_a_year": "365 USD", "break_even_days": "0"},
        "migration, phase after": {"requests": "2000"},
        "migration, day 2026-11-11": {"new_cost": "1.00 USD", "cumulative_saving": "1.00 USD"},
    }
    assert all(case.met for case in cases_of(scenario({}, expect=expect), book))
    missed = cases_of(scenario({}, expect={"migration": {"cost": "40.01 USD"}}), book)
    assert [(case.expected, case.actual) for case in missed] == [("40.01", "40.00")]


def test_the_command_gives_a_row_a_day(capsysbinary) -> None:
    """CSV has a row for each day, JSON the lines."""
    path = str(ROOT / "scenarios" / "vendor-migration.yaml")
    assert run(["migrate", path, "--format", "csv", "--quiet"]) == 0
    assert capsysbinary.readouterr().out.count(b"\r\n") == 1 + 91
    assert run(["migrate", path, "--daily", "--set", "migration.canary.error_rate=2 %"]) == 0
    output = capsysbinary.readouterr().out.decode()
    assert "Rolled back: 2 % of the requests" in output
    assert "Day by day, in USD" in output
