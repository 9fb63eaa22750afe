"""Budget lines against metered usage: what counts as a day, the projection by hand, its coverage, alerts, mistakes."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from priced_logs import log_file, used

from costmodel.decisions.metered.budget import budget_status
from costmodel.decisions.metered.budget_file import read_budget
from costmodel.decisions.metered.projecting import Kind, projected
from costmodel.errors import CommandLineError, FileError

if TYPE_CHECKING:
    from pathlib import Path

    from priced_logs import Row

    from costmodel.results.metered.budget_lines import BudgetStatus, LineStatus
    from costmodel.results.metered.metered import Metered

MILLION = 1_000_000
ALERTS = "alerts: {actual: [80 %, 100 %], projected: 100 %}\n"
FIRST = date(2026, 11, 1)  # a Sunday


def days(count: int, *, first: date = FIRST, weekday: tuple[int, ...] = (10, 12), weekend: int = 2) -> list[Row]:
    """A request a day: 10 and 12 USD by turns on weekdays, 2 on weekend days."""
    found, turn = [], 0
    for number in range(count):
        at = first + timedelta(days=number)
        is_weekend = at.weekday() >= 5
        found.append((f"{at}", "a", MILLION * (weekend if is_weekend else weekday[turn % len(weekday)])))
        turn += not is_weekend
    return found


@pytest.fixture(scope="module")
def november(tmp_path_factory: pytest.TempPathFactory) -> Metered:
    """The first 15 days of November 2026, 10 of them weekdays, and 3 USD of the 16th; a half of it by another."""
    folder = tmp_path_factory.mktemp("log")
    return used(log_file(folder, [*days(15), ("2026-11-16", "b", 3 * MILLION)]), by_day=True)


def status(log: Metered, folder: Path, *lines: str, as_of: str = "2026-11-16", further: str = ALERTS) -> BudgetStatus:
    path = folder / "budget.yaml"
    path.write_text(f"budget: Test\n{further}lines:\n" + "".join(f"  - {{{line}}}\n" for line in lines))
    return budget_status(log, path, as_of=as_of)


def only(found: BudgetStatus) -> LineStatus:
    (line,) = found.lines
    return line


def test_the_projection_by_hand(november: Metered, tmp_path: Path) -> None:
    """10 weekdays of 11 USD in the mean and 5 weekend days of 2; 11 and 4 are to come."""
    found = status(november, tmp_path, "name: All, amount: 300 USD")
    line, calendar = only(found), found.calendar
    assert (calendar.whole_days, calendar.weekdays_seen, calendar.weekend_days_seen) == (15, 10, 5)
    assert (calendar.weekdays_left, calendar.weekend_days_left) == (11, 4)
    assert line.used == 110 + 10 + 3
    assert line.projection is not None
    assert line.projection.cost == 120 + 11 * 11 + 4 * 2 == 249
    # The squares of the deviations are 10 times 1, so the variance is 10/9; t of 9 degrees at 95 % is 1.833113.
    half = 1.833113 * float(Fraction(10, 9) * (11 + Fraction(121, 10))) ** 0.5
    assert float(line.projection.high) == pytest.approx(249 + half, rel=1e-6)
    assert float(line.projection.low) == pytest.approx(249 - half, rel=1e-6)


def test_a_day_that_is_not_over_is_no_day(november: Metered, tmp_path: Path) -> None:
    """The 3 USD of the 16th count as used, not as a day, and a note says so; below them no month can end."""
    notes = {item.code: item.text for item in status(november, tmp_path, "name: All, amount: 300 USD").notices}
    assert notes["day-not-over"].startswith("Counted as used, but not as a day: 3.00 USD of 2026-11-16")
    rows = [*days(29), ("2026-11-30", "a", 90 * MILLION)]
    line = only(
        status(
            used(log_file(tmp_path, rows), by_day=True),
            tmp_path,
            "name: All, amount: 900 USD",
            as_of="2026-11-30",
        )
    )
    assert line.projection == (line.used, line.used, line.used)


def test_too_few_days(tmp_path: Path) -> None:
    """Six whole days are refused in words, seven are enough."""
    log = used(log_file(tmp_path, days(8)), by_day=True)
    refused = status(log, tmp_path, "name: All, amount: 1 USD", as_of="2026-11-07")
    assert only(refused).projection is None
    assert refused.calendar.why_not == "6 whole days are seen, 7 are needed"
    assert "not projected" not in refused.tables()[0].rows[0][-1]  # it is over already, and that is what matters
    assert "The end of the month is not projected: 6 whole days are seen" in refused.tables()[0].lead
    assert only(status(log, tmp_path, "name: All, amount: 1 USD", as_of="2026-11-08")).projection is not None


def test_a_log_that_begins_within_a_month(tmp_path: Path) -> None:
    """Its first day may have begun at noon, so it is no whole one; a note says that the days before are empty."""
    log = used(log_file(tmp_path, days(12, first=date(2026, 11, 5))), by_day=True)
    found = status(log, tmp_path, "name: All, amount: 900 USD", as_of="2026-11-17")
    assert found.calendar.seen_from == date(2026, 11, 6)
    assert "log-begins" in {item.code for item in found.notices}


def test_days_of_the_month_before(tmp_path: Path) -> None:
    """The window reaches back 28 days: early in a month the last one tells what a day costs."""
    log = used(log_file(tmp_path, days(33)), by_day=True)  # to 3 December
    found = status(log, tmp_path, "name: All, amount: 900 USD", as_of="2026-12-04")
    assert (found.calendar.seen_from, found.calendar.whole_days) == (date(2026, 11, 6), 3)
    assert only(found).used == sum(tokens for day, _, tokens in days(33) if day > "2026-12") / Fraction(MILLION)


def test_the_month_that_is_over(tmp_path: Path) -> None:
    """On the first of the next month nothing is projected, nor alerted; later usage is not counted, as is said."""
    log = used(log_file(tmp_path, days(31)), by_day=True)
    lines = ("name: All, amount: 900 USD", "name: Over, amount: 1 USD")
    found = status(log, tmp_path, *lines, as_of="2026-12-01")
    assert (str(found.calendar.month), [line.projection for line in found.lines]) == ("2026-11", [None, None])
    assert {alert.of for line in found.lines for alert in line.alerts} == {"actual"}
    assert [row[4:7] for row in found.tables()[0].rows] == [("", "", "")] * 2
    assert found.tables()[0].rows[0][-1] == "none"
    assert (found.to_json()["not_projected"], found.to_records()[1]["projected"]) == ("the month is over", None)
    assert "usage-later" in {item.code for item in found.notices}
    assert found.tables()[0].notes[0] == "The month is over: nothing is projected."


def test_a_log_that_ends_early(november: Metered, tmp_path: Path) -> None:
    """Days after it count as empty, which the first sentence says; a month that it does not reach is refused."""
    found = status(november, tmp_path, "name: All, amount: 900 USD", as_of="2026-11-20")
    assert "The log ends on 2026-11-16: the days after it count as days without use." in found.tables()[0].lead
    with pytest.raises(CommandLineError, match="no usage in the days of 2026-12 up to 2026-12-03: it is of 2026-11-01"):
        status(november, tmp_path, "name: All, amount: 900 USD", as_of="2026-12-03")


@pytest.mark.parametrize(
    ("amount", "alerts"),
    [
        ("153.75", [("projected", "1")]),  # 123 USD are 80 % of it: an alert sounds above its share, not at it
        ("153.74", [("actual", "0.8"), ("projected", "1")]),
        ("122.99", [("actual", "0.8"), ("actual", "1"), ("projected", "1")]),
        ("249", []),
        ("248.99", [("projected", "1")]),
    ],
)
def test_alerts(november: Metered, tmp_path: Path, amount: str, alerts: list[tuple[str, str]]) -> None:
    """More than a stated share of the budget, actual or projected."""
    found = status(november, tmp_path, f"name: All, amount: {amount} USD")
    assert [(alert.of, alert.share) for alert in only(found).alerts] == [(of, Fraction(share)) for of, share in alerts]
    assert len(found.alerts) == bool(alerts)


def test_lines_hold_for_their_usage_month_and_alerts(november: Metered, tmp_path: Path) -> None:
    """A department, a model, several values; a line of another month stands back."""
    found = status(
        november,
        tmp_path,
        "name: b, amount: 3 USD, where: {department: b}",
        "name: both, amount: 100 USD, where: {department: [a, b], provider: own}, alerts: {actual: 200 %}",
        "name: model, amount: 100 USD, where: {model: own/plain, department: a}, month: 2026-11",
        "name: later, amount: 100 USD, month: 2026-12",
    )
    assert [(line.name, line.used) for line in found.lines] == [("b", 3), ("both", 123), ("model", 120)]
    assert [line.name for line in found.alerts] == ["b", "model"]


def test_another_weekend(tmp_path: Path) -> None:
    """Where Friday and Saturday are the days of rest, the file says so."""
    log = used(log_file(tmp_path, days(16)), by_day=True)
    further = ALERTS + "projection: {weekend: [friday, saturday], level: 95 %, least_days: 10, window_days: 14}\n"
    calendar = status(log, tmp_path, "name: All, amount: 1 USD", further=further).calendar
    assert (calendar.weekdays_seen, calendar.weekend_days_seen) == (10, 4)
    assert (calendar.weekdays_left, calendar.weekend_days_left) == (11, 4)
    assert calendar.level == Fraction("0.95")


def test_the_interval_covers_what_it_says() -> None:
    """Drawn months whose weekdays and weekend days vary differently: 90 % of them end inside."""
    generator, inside, months = np.random.default_rng(5), 0, 1500
    for _ in range(months):
        weekday = [Fraction(int(cents), 100) for cents in generator.normal(10_000, 1_500, 15)]
        weekend = [Fraction(int(cents), 100) for cents in generator.normal(2_000, 200, 6)]
        seen = Kind("weekday", weekday[:10], 5), Kind("weekend day", weekend[:4], 2)
        found = projected((Fraction(0), Fraction(0)), seen, Fraction("0.9"))
        inside += found.low <= sum(weekday[10:]) + sum(weekend[4:]) <= found.high
    assert inside / months == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize(
    ("line", "at", "words"),  # at: what the caret stands under
    [
        ("name: n, amount: 1", "1}", "expected money such as"),
        ("name: n, amount: 0 USD", "0 USD", "has no share that could be used"),
        ("name: n, amount: 1.500 USD", "1.500", "could be read in two ways"),
        ("name: n, amount: 1 EUR", "1 EUR", "this is in EUR, and the usage in USD"),
        ("name: n, amount: 1 USD, month: 2026-13", "2026-13", "expected a month"),
        ("name: n, amount: 1 USD, month: 2027-01", "lines", "no line holds for 2026-11, the month of the day before"),
        ("name: n, amount: 1 USD, where: {departmnt: a}", "departmnt", "did you mean 'department'?"),
        (
            "name: n, amount: 1 USD, where: {department: aa}",
            "aa",
            "no usage has department 'aa' (to see those there are",
        ),
        ("name: n, amount: 1 USD, where: {month: 2026-11}", "month", "cannot be cut by month"),
        ("name: n, amount: 1 USD, alerts: {}", "{}}", "no share is given"),
        ("name: n, amount: 1 USD, alerts: {actual: 0 %}", "0 %", "an alert at 0 % would always sound"),
        ("name: n, amount: 1 USD, where: {department: []}", "[]", "expected at least one entry"),
    ],
)
def test_mistakes_in_a_line(november: Metered, tmp_path: Path, line: str, at: str, words: str) -> None:
    """Each is told at its place, with what is right."""
    with pytest.raises(FileError) as found:
        status(november, tmp_path, line)
    (mistake,) = found.value.mistakes
    assert mistake.source[mistake.column - 1 :].startswith(at), mistake
    assert words in mistake.message


@pytest.mark.parametrize(
    ("further", "words"),
    [
        ("", "the key 'alerts' is missing"),
        ("alerts: {actual: 8 }\n", "'8' could mean 8 % or 8 times"),
        (ALERTS + "projection: {least_days: 6}\n", "6 days hold too few weekend days"),
        (ALERTS + "projection: {least_days: 20, window_days: 10}\n", "only 10 days are looked back on, and 20"),
        (ALERTS + "projection: {level: 100 %}\n", "100 % has no end"),
        (ALERTS + "projection: {weekend: [sonntag]}\n", "is none of monday, tuesday"),
    ],
)
def test_mistakes_in_the_file(tmp_path: Path, further: str, words: str) -> None:
    """What holds for all lines."""
    path = tmp_path / "budget.yaml"
    path.write_text(f"budget: Test\n{further}lines: [{{name: n, amount: 1 USD}}]\n")
    with pytest.raises(FileError, match=words.replace("(", r"\(")):
        read_budget(path)


def test_all_mistakes_at_once(november: Metered, tmp_path: Path) -> None:
    """Of every line, in the order of the file; a line that stands twice too."""
    with pytest.raises(FileError) as found:
        status(
            november,
            tmp_path,
            "name: n, amount: 1 EUR, where: {team: x}",
            "name: m, amount: 1 USD, where: {department: [a, x]}",
        )
    assert [item.source[item.column - 1] for item in found.value.mistakes] == ["1", "t", "x"]
    with pytest.raises(FileError, match="the line 'n' stands twice for the same month"):
        status(november, tmp_path, "name: n, amount: 1 USD", "name: n, amount: 2 USD, month: 2026-11")


def test_usage_that_was_not_read_by_day(tmp_path: Path) -> None:
    """It cannot be held against days."""
    log = used(log_file(tmp_path, days(3)))
    with pytest.raises(CommandLineError, match="was not read by day"):
        status(log, tmp_path, "name: n, amount: 1 USD")


def test_minimum_charges_are_in_no_line(tmp_path: Path) -> None:
    """What is missing to a minimum is known when the month is over: a note says how much it is now."""
    log = used(log_file(tmp_path, [("2026-11-01", "a", MILLION)], "own/least"), by_day=True)
    found = status(log, tmp_path, "name: n, amount: 10 USD", as_of="2026-11-02")
    assert only(found).used == 1
    assert (
        "Minimum charges are in no line: 4.00 USD"
        in {item.code: item.text for item in found.notices}["minimum-charges"]
    )


def test_json(november: Metered, tmp_path: Path) -> None:
    """Exact money as texts, the interval as numbers."""
    record = status(november, tmp_path, "name: n, amount: 200 USD").to_json()
    (line,) = record["lines"]
    assert (record["kind"], record["total"], record["month"], record["as_of"]) == (
        "budget_status",
        "123",
        "2026-11",
        "2026-11-16",
    )
    assert (line["used"], line["used_share"], line["projected"]) == ("123", "0.615", "249")
    assert isinstance(line["projected_low"], float)
    assert line["alerts"] == "projected over 100 %"


def test_the_first_sentence_names_the_worst(november: Metered, tmp_path: Path) -> None:
    """Five of many lines, those first that reach most of their budget."""
    found = status(november, tmp_path, *(f"name: n{number}, amount: {number} USD" for number in range(90, 97)))
    lead = found.tables()[0].lead
    assert lead.startswith("7 of 7 lines alert: n90 (33.00 USD over its budget), n91 (")
    assert lead.endswith("n94 (29.00 USD over its budget) and 2 more.")
