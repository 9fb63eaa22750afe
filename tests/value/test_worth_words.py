"""The finding and the table of options: hours as they are, rows that add up, counts that say what they count."""

from __future__ import annotations

from decimal import Decimal

import pytest
from test_worth import data_of, result_of, vendor

from costmodel.results.worth.tables import options_table


def row_of(result):
    """The best option's row, by the name of its column."""
    table = options_table(result)
    return dict(zip((column.heading for column in table.columns), table.rows[0], strict=True)), table.notes


def amount(text):
    """An amount as shown."""
    return Decimal(text.replace(",", ""))


def longer(share="10 %"):
    """2,000 records take 10 minutes by hand and 15 with AI: 166.67 hours more, at 15 USD, of which a share is paid."""
    return data_of(months=1, with_ai={"review_share": "100 %", "time_saved": "-50 %"}, capacity={"share_used": share},
                   staff={"posts_now": 5}, llm_cost={"quoted": "252 USD/month"})  # fmt: skip


@pytest.mark.parametrize("share", ["0 %", "10 %", "100 %"])
def test_hours_more_whatever_share_is_used(share):
    """All hours that the work takes more, not what is left of them after the share that enters the net flow."""
    assert "The work takes 166.7 hours more than before." in str(result_of(longer(share))[0].finding)


def test_row_with_hours_needed_adds_up():
    """Hours needed beside stand once: -250 of hours, 252 of API, nothing else; -502 net. The finding spends 252."""
    result, _ = result_of(longer())
    row, notes = row_of(result)
    shown = [row[name] for name in ("pay released", "capacity used", "API cost, quoted", "other cost", "net USD")]
    assert shown == ["0.00", "-250.00", "252.00", "0.00", "-502.00"]
    assert "hours worth 250.00 USD are needed beside, 252.00 USD is spent" in str(result.finding)
    assert "the mix: all cost is 502.00 USD, the pay and hours needed beside included." in notes


def test_row_without_them_needs_no_note():
    """Where nothing is needed beside, all cost is what stands in the row."""
    _, notes = row_of(result_of(vendor())[0])
    assert not any("all cost is" in note for note in notes)


def test_row_with_errors_avoided_adds_up():
    """Fewer errors than by hand are a gain with a column of its own: 2,000 records, 0.5 errors fewer, 1 USD each."""
    errors = {"with_ai": {"found_per_record": "0.5"}, "by_hand": {"found_per_record": 1}, "review_finds": "0 %"}
    data = vendor(months=1, errors=errors | {"cost_of_correction": "1 USD", "review_finds": "100 %"})
    row, _ = row_of(result_of(data)[0])
    gains = amount(row["pay released"]) + amount(row["errors avoided"])
    assert gains - amount(row["API cost, quoted"]) - amount(row["other cost"]) == amount(row["net USD"])
    assert row["errors avoided"] == "1,000.00"


TIMES = ["0 %", "0 %", "100 %", "100 %", "0 %", "50 %"]


def test_months_with_more_hours_missing_than_by_hand():
    """Hours are missing in 4 of 6 months, in 2 of them more than by hand: the finding says which it counts."""
    result = result_of(vendor(months=6, adoption=TIMES))[0]
    about = next(notice.about for notice in result.notices if notice.code == "shortfall-after")
    assert about[0].startswith("4 of 6 months")
    said = "But in 2 of 6 months the posts that are kept are short of more hours than by hand: 186.7 hours more,"
    assert said in str(result.finding)


def test_months_that_cannot_do_all_the_work():
    """Where nothing is missing by hand, finding and warning count alike."""
    result = result_of(vendor(months=6, staff={"posts_now": 3}, adoption=TIMES))[0]
    about = next(notice.about for notice in result.notices if notice.code == "shortfall-after")
    count = about[0].partition(" months")[0]
    assert f"But in {count} months the posts that are kept cannot do all the work: " in str(result.finding)


def test_hours_that_leave_with_a_post():
    """A month of practice at 60 minutes, then a post leaves: the work gets shorter on the whole, and nothing is left.

    320 hours by hand, 2,000 in the first month. Then 157, of which the post that stays can do 160.
    """
    review = {"review_share": "100 %", "review_minutes": "4.7", "first_review_minutes": 60, "learning_rate": "50 %"}
    roi = {"manual": {"minutes": "9.6"}, "with_ai": review | {"clinicians": 1}}
    result = result_of(vendor(months=24, **roi))[0]
    more = sum(work.hours_after - work.hours_before for work in result.works)
    freed = sum(work.capacity_hours for work in result.works)
    assert (more < 0, freed < 0) == (True, True)
    assert f"Posts and overtime that end take {round(-freed):,} hours more with them than are freed." in result.finding
    assert "hours more than before" not in result.finding
