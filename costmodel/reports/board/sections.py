"""What stands in the sections of the report; each figure is one of a result."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text, grouped, half_up
from costmodel.results.estimate import shown_costs, unit_cost_text
from costmodel.results.labels import money_text, say, sentences
from costmodel.results.ties import alike, names_text
from costmodel.results.worth.probabilistic_tables import options_table as draws_table
from costmodel.results.worth.probabilistic_tables import percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matplotlib.figure import Figure

    from costmodel.reports.board.papers import Papers, Worth
    from costmodel.results.estimate import Estimate
    from costmodel.results.labels import Said
    from costmodel.results.table import Table

_MOST_SWINGS, _MOST_BARS, _MOST_TURNS = 8, 12, 6  # of a page that a board reads


def headline(papers: Papers) -> Said:
    """The finding in one sentence: worth it or not, or what it costs."""
    worth = papers.worth
    if worth is None:
        return _cost_headline(papers)
    best, result = worth.result.best, worth.result
    npv = shown_costs([abs(best.measures.net_present_value)], result.currency)[0]
    template = (
        "Worth it with {option}: over {months} months it leaves {amount} in present value."
        if result.worth_it
        else "Not worth it, even with {option}: over {months} months it loses {amount} in present value."
    )
    names = alike([option.name for option in result.best_options])
    return say(template, option=names, months=len(result.months), amount=money_text(npv, result.currency))


def _cost_headline(papers: Papers) -> Said:
    bill = papers.main_bill
    if bill is None:
        return say("No model is named, so there is no cost.")
    alone, total = len(papers.bills) == 1, shown_costs([bill.total], bill.currency)[0]
    parts = {"total": money_text(total, bill.currency), "span": span(len(bill.months)), "each": _each(bill)}
    if not bill.records and not any(other.total for other in papers.bills):
        return say("There are no records over {span}, so nothing is charged: the cost is {total}.", **parts)
    if alone:
        return say("It costs {total} over {span}: {each}.", **parts)
    names = [other.alternative for other in papers.bills if other.total == bill.total]
    if len(names) == len(papers.bills):
        return say("All {count} cost the same: {total} over {span}, {each}.", count=len(names), **parts)
    one = "{name} is the cheapest of {count}: {total} over {span}, {each}."
    several = "{name} are the cheapest of {count}, at the same cost: {total} over {span}, {each}."
    return say(several if len(names) > 1 else one, name=names_text(names), count=len(papers.bills), **parts)


def _each(bill: Estimate) -> Said:
    """The cost of a month, and of a record where there are any."""
    month = shown_costs([bill.total / len(bill.months)], bill.currency)[0]
    if not bill.records:
        return say("{month:number} a month; there are no records", month=month)
    record = unit_cost_text(bill.cost_per_record) or "0"
    return say("{month:number} a month, {record:number} a record", month=month, record=record)


def span(months: int) -> Said:
    """So many months in words."""
    return say("{months:number} months", months=months) if months > 1 else say("one month")


def finding(papers: Papers) -> Iterator[str]:
    """The finding in full, and what it does not say."""
    if papers.worth is not None:
        yield papers.worth.result.finding
        yield budget_words(papers)
        return
    if papers.offers is not None:
        yield papers.offers.tables()[0].lead
    yield budget_words(papers)
    yield say(
        "The scenario states no work by hand, so no benefit, no return and no probability is computed: this is a cost."
    )


def budget_words(papers: Papers) -> str:
    """Whether the budget is kept, by the main bill and by how many others; nothing where there is no budget."""
    bill = papers.main_bill
    if bill is None or bill.budget is None:
        return ""
    over, count = sum(other.over_budget is not None for other in papers.bills), len(papers.bills)
    others = say("{over} of {count} options are over it.", over=over, count=count)
    all_records = say("This is the cost of all records; the return counts those done with AI.")
    return sentences(
        (
            bill.budget_words(bill.budget),
            others if count > 1 else "",
            all_records if papers.worth is not None and papers.worth.adopted else "",
        )
    )


def main_table(papers: Papers) -> Table | None:
    """The one table: options by what they are worth, or by what they cost."""
    if papers.worth is not None:
        return papers.worth.result.tables()[0]
    if papers.offers is not None:
        return papers.offers.tables()[0]
    return papers.bills[0].tables()[-1] if papers.bills else None


def charts(papers: Papers) -> list[Callable[[], Figure]]:
    """Two charts, where there is something to draw: what it depends on, and how it spreads or what it costs."""
    from costmodel.reports.charts import monthly_cost, net_present_value, provider_costs, tornado

    found: list[Callable[[], Figure]] = []
    worth, offers, bill = papers.worth, papers.offers, papers.main_bill
    if worth is not None and worth.swings.rows:
        found.append(lambda: tornado(worth.swings, _MOST_SWINGS))
    if worth is not None and worth.draws is not None:
        draws = worth.draws
        found.append(lambda: net_present_value(draws))
    if offers is not None:
        found.append(lambda: provider_costs(offers, most=_MOST_BARS))
    if worth is not None:
        bill = worth.counted
    if bill is not None and bill.lines:
        found.append(lambda: monthly_cost(bill, _basis(worth) if worth is not None else ""))
    return found[:2]


def _basis(worth: Worth) -> str:
    """What the bill of a return is of, where it is not that of all records or not what the return counts."""
    if worth.result.quoted is not None:
        return say("API cost computed from prices, not the quoted one")
    return say("API cost of the records done with AI") if worth.adopted else ""


def uncertainty(papers: Papers) -> Iterator[str]:
    """What the result depends on most, within what it lies, and how likely it pays."""
    worth = papers.worth
    if worth is None:
        yield say("A cost moves with records, tokens and prices. The warnings below say what is not sure.")
        return
    if worth.draws is None:
        yield say(
            "No number of the scenario is stated as uncertain, so no interval and no probability is computed. State a "
            "number as a distribution, such as pert from 3 to 8, to have them."
        )
        return
    yield chance(worth)


def chance(worth: Worth) -> str:
    """How likely the best option pays, and within what it lies."""
    draws = worth.draws
    if draws is None:
        return ""
    option = draws.option(worth.result.best.name)
    low, high = (grouped(half_up(Fraction(value))) for value in (option.low, option.high))
    return sentences(
        (
            say(
                "With {option} the net present value is above 0 in {chance:number} of {draws:number} draws.",
                option=option.name,
                chance=percent(option.chance_positive),
                draws=grouped(draws.draws),
            ),
            say(
                "In {share:number} of them it lies between {low:number} and {high:number} {currency}.",
                share=f"{decimal_text(draws.interval * 100)} %",
                low=low,
                high=high,
                currency=draws.currency,
            ),
            say(
                "It pays back within {months} months in {chance:number}.",
                months=draws.payback_months,
                chance=percent(option.chance_of_payback),
            ),
        )
    )


def uncertainty_tables(papers: Papers) -> Iterator[Table]:
    """Intervals and chances of each option; break-evens nearest to today's values."""
    worth = papers.worth
    if worth is None:
        return
    if worth.draws is not None:
        yield draws_table(worth.draws)
    turns = worth.turns.tables()[0]
    if turns.rows:
        yield turns._replace(rows=turns.rows[:_MOST_TURNS], notes=turns.notes[1:])  # the first stands in the finding
