"""Shared cost spread by stated rules: exact, whole cents that add up, and every mistake in the rules at its place."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from priced_logs import log_file, used

from costmodel.decisions.metered.showback import OTHER_MONTHS, showback
from costmodel.errors import CommandLineError, FileError
from costmodel.results.adding_up import apportioned
from costmodel.results.metered.showback import OWN

if TYPE_CHECKING:
    from pathlib import Path

    from costmodel.results.metered.metered import Metered
    from costmodel.results.metered.showback import Showback

MILLION = 1_000_000
ROWS = [
    ("2026-11-02", "a", 6 * MILLION),
    ("2026-11-02", "b", 2 * MILLION),
    ("2026-11-03", "b", 1 * MILLION),
    ("2026-11-03", "it", 4 * MILLION),
    ("2026-11-04", "", 3 * MILLION),
]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Metered:
    """6 USD of a in one request, 3 of b in two, 4 of it, and 3 of nobody."""
    folder = tmp_path_factory.mktemp("log")
    return used(log_file(folder, ROWS))


def shared(log: Metered, folder: Path, *entries: str, further: str = "", **options: str) -> Showback:
    path = folder / "rules.yaml"
    path.write_text("showback: Test\n" + further + "shared:\n" + "".join(f"  - {{{item}}}\n" for item in entries))
    return showback(log, path, by="department", **options)


def borne(found: Showback, name: str) -> dict[str, Fraction]:
    """Exact parts of one shared cost, by who bears it."""
    return {part.name: part.cost for part in found.parts if part.of == name}


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("spread: even", [1, 1, 1]),
        ("spread: by cost", ["18/13", "9/13", "12/13"]),  # 6, 3 and 4 of 13 USD
        ("spread: by requests", ["3/4", "3/2", "3/4"]),  # 1, 2 and 1 of 4
        ("spread: by tokens", ["18000030/13000040", "9000060/13000040", "12000030/13000040"]),  # output counts too
        ("spread: even, among: [b, it]", [0, "3/2", "3/2"]),
        ("shares: {a: 20 %, b: 80 %}", ["3/5", "12/5", 0]),
    ],
)
def test_rules(log: Metered, tmp_path: Path, rule: str, parts: list[object]) -> None:
    """3 USD without a department, spread by each rule."""
    found = shared(log, tmp_path, f"name: n, cost: unlabelled, {rule}")
    wanted = {name: Fraction(str(part)) for name, part in zip(("a", "b", "it"), parts, strict=True) if part}
    assert borne(found, "n") == wanted
    assert found.total == log.total == 16
    assert found.rest == ()


def test_usage_of_a_team_is_shared_and_the_team_bears_nothing(log: Metered, tmp_path: Path) -> None:
    """Its 4 USD go to the others by what they used themselves, and it has no row."""
    found = shared(log, tmp_path, "name: it, usage_of: it, spread: by cost", "name: pool, amount: 9 USD, spread: even")
    assert borne(found, "it") == {"a": Fraction(8, 3), "b": Fraction(4, 3)}
    assert borne(found, "pool") == {"a": Fraction(9, 2), "b": Fraction(9, 2)}
    assert [(row.name, row.cost) for row in found.rows] == [("a", Fraction(79, 6)), ("b", Fraction(53, 6))]
    assert found.rest == (("no department", Fraction(3)),)
    assert found.total == 25


def test_a_subscription_is_paid_for_every_month(tmp_path: Path) -> None:
    """Whole months, those without usage among them; of one month alone where that is asked for."""
    path = log_file(tmp_path, [("2026-01-31", "a", 2 * MILLION), ("2026-03-01", "b", MILLION)])
    log, entry = used(path), "name: s, per_month: 5 USD, spread: even"
    found = shared(log, tmp_path, entry)
    assert (found.total, found.pools[0].what) == (18, "5.00 USD a month, 3 months")
    march = shared(log, tmp_path, entry, month="2026-03")
    assert (march.total, borne(march, "s")) == (6, {"b": Fraction(5)})
    with pytest.raises(CommandLineError, match="no usage with a price in 2026-02: it is of 2026-01 to 2026-03"):
        shared(log, tmp_path, entry, month="2026-02")


def test_a_stated_pool_is_booked_in_its_month_alone(tmp_path: Path) -> None:
    """The months, shown one by one, come to the whole log; what is booked in another month is told."""
    log = used(log_file(tmp_path, [("2026-10-05", "a", 2 * MILLION), ("2026-11-05", "b", MILLION)]))
    entries = (
        "name: review, amount: 9 USD, month: 2026-10, spread: even",
        "name: credit, amount: -1 USD, month: 2026-11, spread: even",
        "name: later, amount: 7 USD, month: 2026-12, shares: {nobody yet: 100 %}",
    )
    whole = shared(log, tmp_path, *entries)
    october, november = (shared(log, tmp_path, *entries, month=month) for month in ("2026-10", "2026-11"))
    assert [(pool.name, pool.what) for pool in october.pools] == [("review", "stated amount of 2026-10")]
    assert [(pool.name, pool.what) for pool in november.pools] == [("credit", "credit of 2026-11")]
    assert (october.total, november.total, whole.total) == (11, 0, 11)
    told = [[item.about for item in found.used.notices if item.code == OTHER_MONTHS] for found in (whole, october)]
    assert told == [[("'later' (2026-12)",)], [("'credit' (2026-11)", "'later' (2026-12)")]]
    assert any("Not booked here" in note for note in october.tables()[0].notes)


def test_a_month_is_not_shown_with_a_pool_that_every_month_would_book_again(tmp_path: Path) -> None:
    """Each stated amount without its month is told at its place; the whole log books it once."""
    log = used(log_file(tmp_path, [("2026-10-05", "a", 2 * MILLION), ("2026-11-05", "b", MILLION)]))
    entries = ("name: x, amount: 9 USD, spread: even", "name: y, per_month: 1 USD, spread: even")
    assert shared(log, tmp_path, *entries).total == 14
    with pytest.raises(FileError, match=r"3:23: 'x' is booked once, .* write 'month: 2026-11' beside it") as error:
        shared(log, tmp_path, *entries, "name: z, amount: -1 USD, spread: even", month="2026-11")
    assert [mistake.line for mistake in error.value.mistakes] == [3, 5]
    with pytest.raises(FileError, match="'month' is of a stated 'amount' alone, and 'y' has 'per_month'"):
        shared(log, tmp_path, "name: y, per_month: 1 USD, month: 2026-11, spread: even")


@pytest.mark.parametrize(
    ("days", "by_day", "told"),
    [
        (["2026-11-30", "2026-12-01", "2026-12-31"], True, ["1 request in 2026-11, all within a day of 2026-12"]),
        (["2026-11-29", "2026-12-01"], True, ["1 request in 2026-12, all within a day of 2026-11"]),
        (["2026-11-30", "2026-12-15"], False, ["1 request in 2026-11", "1 request in 2026-12"]),
        (["2026-11-29", "2026-12-02"], True, []),
        (["2026-12-01", "2026-12-31"], True, []),
    ],
)
def test_a_month_that_a_log_only_touches_is_told(
    tmp_path: Path, days: list[str], by_day: bool, told: list[str]
) -> None:
    """A log of December in local time begins in November of UTC: a subscription of two months is told at once."""
    log = used(log_file(tmp_path, [(day, "a", MILLION) for day in days]), by_day=by_day)
    found = shared(log, tmp_path, "name: s, per_month: 6 USD, spread: even")
    notices = [notice for notice in found.used.notices if notice.code == "months-are-utc"]
    assert [part for notice in notices for part in notice.about] == told
    assert ("booked for 2 months: see the note" in found.tables()[0].lead) == bool(told)
    text = "The months are those of UTC, and 's' counts each of them whole"
    assert any(text in item["text"] for item in found.to_json()["warnings"]) == bool(told)
    assert shared(log, tmp_path, "name: s, amount: 6 USD, spread: even").used.notices == log.notices


def test_minimum_charges_are_spread_or_stand_apart(tmp_path: Path) -> None:
    """2 USD of an offer that costs at least 5: the 3 that are missing are nobody's own usage."""
    path = log_file(tmp_path, [("2026-11-02", "a", 2 * MILLION)], "own/least")
    log = used(path, log_file(tmp_path, [("2026-11-02", "b", 2 * MILLION)]))
    assert log.total == 7
    apart = shared(log, tmp_path, "name: n, cost: unlabelled, spread: even")
    assert (apart.total, apart.rest) == (7, (("minimum charges", Fraction(3)),))
    assert "3.00 USD is not, and nobody bears it" in str(apart.tables()[0].lead)
    spread = shared(log, tmp_path, "name: least, cost: minimum charges, spread: by cost")
    assert (spread.total, borne(spread, "least")) == (7, {"a": Fraction(3, 2), "b": Fraction(3, 2)})


def test_a_credit_is_taken_off(log: Metered, tmp_path: Path) -> None:
    """An amount below 0."""
    found = shared(log, tmp_path, "name: c, amount: -1.30 USD, spread: by cost")
    assert (borne(found, "c")["a"], found.total) == (Fraction("-0.6"), Fraction("14.7"))
    assert found.pools[0].what == "credit"


def test_what_is_shown_adds_up(log: Metered, tmp_path: Path) -> None:
    """Thirds of a cent: rows, columns and every shared cost come to the total as shown, which is the rounded one."""
    found = shared(
        log,
        tmp_path,
        "name: one, amount: 0.10 USD, spread: even",
        "name: two, amount: 0.20 USD, spread: even",
        "name: three, cost: unlabelled, spread: by cost",
    )
    charges, pools, _ = found.tables()
    money = [[Fraction(cell) for cell in row[3:6]] for row in (*charges.rows, charges.totals)]
    assert all(own + share == charge for own, share, charge in money)
    assert [sum(column) for column in zip(*money[:-1], strict=True)] == money[-1]
    assert money[-1][2] == Fraction("16.30") == found.total
    assert [row[-1] for row in pools.rows] == ["0.10", "0.20", "3.00"]
    assert sum(Fraction(record["charge"]) for record in found.to_records()) == found.total
    assert {record["rule"] for record in found.to_records()} == {"as metered", "even", "by cost"}


AMOUNTS = st.fractions(min_value=-1_000, max_value=1_000, max_denominator=999)


@given(st.lists(st.lists(AMOUNTS, max_size=6), max_size=6), st.integers(min_value=0, max_value=4))
def test_apportioned_amounts_add_up(kinds: list[list[Fraction]], places: int) -> None:
    """Each part is its amount rounded up or down, and all of them are the total rounded half up."""
    found = apportioned(kinds, places)
    unit = Fraction(1, 10**places)
    for kind, rounded in zip(kinds, found, strict=True):
        assert all(abs(part - shown) < unit for part, shown in zip(kind, rounded, strict=True))
        assert abs(sum(kind) - sum(rounded)) < unit
    total = sum((part for kind in kinds for part in kind), Fraction(0))
    assert abs(sum((part for kind in found for part in kind), Fraction(0)) - total) <= unit / 2


@pytest.mark.parametrize(
    ("entries", "at", "words"),  # at: what the caret stands under
    [
        (["name: n, cost: unlabeled, spread: even"], "unlabeled", "did you mean 'unlabelled'?"),
        (["name: n, amount: 1 USD, spread: evn"], "evn", "did you mean 'even'?"),
        (["name: n, spread: even"], "n, spread", "'n' does not say what is shared: write one of 'cost', 'usage_of'"),
        (
            ["name: n, amount: 1 USD, per_month: 1 USD, spread: even"],
            "1 USD, per_month",
            "'n' has per_month and amount",
        ),
        (["name: n, amount: 1 USD"], "n, amount", "'n' has no rule: write 'spread' with even, by cost"),
        (["name: n, amount: 1 USD, spread: even, shares: {a: 100 %}"], "{a: 100", "both 'spread' and 'shares'"),
        (["name: n, amount: 1 USD, shares: {a: 100 %}, among: a"], "a}", "leave 'among' out"),
        (["name: n, amount: 1 USD, shares: {a: 50 %, b: 49.9 %}"], "{a: 50", "the shares add up to 99.9 %"),
        (["name: n, amount: 1.500 USD, spread: even"], "1.500", "could be read in two ways"),
        (["name: n, amount: 1 USD, spread: even"] * 2, "n, amount", "the name 'n' stands twice"),
        (
            ["name: n, cost: unlabelled, spread: even", "name: m, cost: unlabelled, spread: even"],
            "unlabelled",
            "paid once",
        ),
        (["name: n, usage_of: [a, a], spread: even"], "a], spread", "'a' is spread already"),
        (["name: n, usage_of: a, spread: even, among: [b, a]"], "a]}", "the usage of 'a' is shared by the others"),
        (["name: n, amount: 1 USD, spread: even, among: [b, b]"], "b]}", "'b' stands twice"),
        (
            ["name: n, amount: 1 USD, spread: even, among: [aa]"],
            "aa",
            "no usage has department 'aa': did you mean 'a'",
        ),
        (["name: n, amount: 1 EUR, spread: even"], "1 EUR", "this is in EUR, and the usage in USD: say --currency EUR"),
    ],
)
def test_mistakes_in_the_rules(log: Metered, tmp_path: Path, entries: list[str], at: str, words: str) -> None:
    """Each is told at its place, with what is right."""
    with pytest.raises(FileError) as found:
        shared(log, tmp_path, *entries)
    (mistake,) = found.value.mistakes
    assert mistake.source[mistake.column - 1 :].startswith(at), mistake
    assert mistake.line == 2 + len(entries)
    assert words in mistake.message


def test_all_mistakes_at_once(log: Metered, tmp_path: Path) -> None:
    """Names without usage and another currency, in the order of the file."""
    with pytest.raises(FileError) as found:
        shared(log, tmp_path, "name: n, amount: 1 EUR, spread: even", "name: m, usage_of: [x, y], spread: even")
    assert [item.source[item.column - 1] for item in found.value.mistakes] == ["1", "x", "y"]


def test_a_name_without_usage_may_be_right(log: Metered, tmp_path: Path) -> None:
    """It bears its part where the rules say so, and nothing where the rule counts its usage."""
    further = "may_have_no_usage: [new]\n"
    entries = (
        "name: n, amount: 2 USD, shares: {a: 50 %, new: 50 %}",
        "name: m, amount: 1 USD, spread: by cost, among: [new, a]",
    )
    found = shared(log, tmp_path, *entries, further=further)
    assert (borne(found, "n"), borne(found, "m")) == ({"a": Fraction(1), "new": Fraction(1)}, {"a": Fraction(1)})
    with pytest.raises(FileError, match="'m' cannot be spread by cost: nobody who bears it has any cost of their own"):
        shared(log, tmp_path, "name: m, amount: 1 USD, spread: by cost, among: [new]", further=further)


def test_what_nobody_bears_cost_by(log: Metered, tmp_path: Path) -> None:
    """A meter is no department; a column that was not kept is told."""
    rules = tmp_path / "rules.yaml"
    rules.write_text("showback: x\nshared: [{name: n, cost: unlabelled, spread: even}]\n")
    with pytest.raises(CommandLineError, match="nobody bears cost by meter"):
        showback(log, rules, by="meter")
    with pytest.raises(CommandLineError, match="there is no dimension 'team'"):
        showback(log, rules, by="team")


def test_records_and_json(log: Metered, tmp_path: Path) -> None:
    """Exact costs and booked charges, and the sums of both."""
    found = shared(log, tmp_path, "name: n, cost: unlabelled, spread: by cost")
    record = found.to_json()
    assert (record["kind"], record["total"], record["by"]) == ("showback", "16", "department")
    first = record["lines"][0]
    assert (first["department"], first["of"], first["rule"], first["share"]) == ("a", OWN, "as metered", None)
    assert (first["cost"], first["charge"], first["currency"]) == ("6", "6.00", "USD")
    assert record["lines"][3]["cost"] == "1.384615384615384615"
    assert record["lines"][3]["charge"] == "1.39"  # the cent that is left over goes to the largest remainder
    assert [row["charge"] for row in record["charges"]] == ["7.39", "4.92", "3.69"]
    assert set(found.to_pandas()["cost"].map(type)) == {Fraction}
