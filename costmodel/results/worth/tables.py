"""The tables of a return on investment."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text, grouped, half_up
from costmodel.results.estimate import shown_costs
from costmodel.results.labels import say, sentences
from costmodel.results.table import Column, Table
from costmodel.results.worth.summary import cheers_rows, why_ways_differ
from costmodel.results.worth.words import count, money, payback_text, percent, rate_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from costmodel.results.labels import Said
    from costmodel.results.worth.return_on_investment import Option, ReturnOnInvestment
    from costmodel.value.staffing import Staffing
    from costmodel.value.ways import Way


_SUMMED = 10  # columns of the money table that add up over the months


def options_table(result: ReturnOnInvestment) -> Table:
    """One row for each option."""
    currency = result.currency
    columns = (
        Column("option"),
        Column("pay released", numeric=True),
        *(Column(name, numeric=True) for name, _ in _gains(result, result.best)),
        *(
            Column(name, numeric=True)
            for name in (_api(result), "other cost", say("net {currency}", currency=currency))
        ),
        Column("present value", numeric=True),
        Column("return on all cost", numeric=True),
        Column("on API spend", numeric=True),
        Column("pays back", numeric=True),
    )
    rows = tuple(_option_row(result, option) for option in result.options)
    title = say("{title}: is it worth it, {period}", title=result.title, period=result.period)
    return Table(title, columns, rows, lead=result.finding, notes=_rates_notes(result))


def _api(result: ReturnOnInvestment) -> str:
    """A quoted cost is marked as such wherever it stands."""
    return "API cost, quoted" if result.quoted else "API cost"


def _option_row(result: ReturnOnInvestment, option: Option) -> tuple[str, ...]:
    found = option.measures
    gains = [amount for _, amount in _gains(result, option)]
    amounts = (found.saving, *gains, found.llm_cost, found.spent - found.llm_cost, found.net, found.net_present_value)
    return (
        option.name,
        *_money(amounts, result.currency),
        "" if found.return_on_all_cost is None else percent(found.return_on_all_cost),
        "" if found.return_on_api_spend is None else percent(found.return_on_api_spend),
        payback_text(found.payback),
    )


def _gains(result: ReturnOnInvestment, option: Option) -> list[tuple[str, Fraction]]:
    """What stands beside the pay released, less the costs, so that a row adds up to its net."""
    avoided = option.flows.errors_avoided
    used = [("capacity used", option.measures.capacity_used)] if result.roi.capacity.share_used else []
    return [*used, *([("errors avoided", avoided)] if avoided else [])]


def _rates_notes(result: ReturnOnInvestment) -> tuple[str, ...]:
    return (
        say(
            "Return on all cost: net over everything that is spent. On API spend: the same net over the API cost alone."
        ),
        *_all_cost(result),
        say("{option}: {words}", option=result.best.name, words=sentences(_rates(result))),
        say("Each figure is rounded by itself: across a row the last digit may differ."),
    )


def _all_cost(result: ReturnOnInvestment) -> Iterator[Said]:
    """What all cost is, where it is more than the costs of the row: pay and hours that are needed beside."""
    found = result.best.measures
    if found.cost != found.spent:
        yield say(
            "{option}: all cost is {cost}, the pay and hours needed beside included.",
            option=result.best.name,
            cost=money(found.cost, result.currency),
        )


def _rates(result: ReturnOnInvestment) -> list[Said]:
    found = result.best.measures
    words = [say("Internal rate of return a year: {rate:number}.", rate=rate_text(found))]
    if found.modified_rate is not None:
        words.append(say("Modified: {rate:number}.", rate=percent(found.modified_rate)))
    if found.benefit_cost_ratio is not None:
        words.append(say("Benefit-cost ratio {ratio:number}.", ratio=_ratio(found.benefit_cost_ratio)))
    if found.profitability_index is not None:
        words.append(say("Profitability index {ratio:number}.", ratio=_ratio(found.profitability_index)))
    return [*words, say("Discounted payback: {months}.", months=payback_text(found.discounted_payback))]


def _ratio(number: Fraction) -> str:
    return grouped(half_up(number, 2), 2)


def years_tables(result: ReturnOnInvestment) -> list[Table]:
    """Budget impact by year, undiscounted, of the best option."""
    best = result.best
    names = ("saving", "capacity_used", "llm_cost", "fixed_cost", "error_cost", "one_off", "net", "capacity_value")
    heads = (
        "pay released",
        "capacity used",
        _api(result),
        "fixed",
        "errors",
        "paid once",
        "net",
        "capacity freed, no cash",
    )
    years = result.years(best)
    rows = tuple((year.label, *_money([getattr(year, name) for name in names], result.currency)) for year in years)
    totals = (say("total"), *_money([sum(getattr(year, name) for year in years) for name in names], result.currency))
    columns = (Column("year"), *(Column(head, numeric=True) for head in heads))
    title = say(
        "Budget impact by year in {currency}, undiscounted ({option})", currency=result.currency, option=best.name
    )
    return [Table(title, columns, rows, totals if len(rows) > 1 else ())]


def ways_table(result: ReturnOnInvestment) -> Table:
    """The first month staffed in three ways."""
    currency = result.currency
    used = result.roi.staff.staffing
    rows = tuple(
        (say("{name} *", name=name) if key == used else name, *_way(way, currency)) for key, name, way in _ways(result)
    )
    heads = (
        "posts before",
        "after",
        "pay before",
        "after",
        "difference",
        "less API and other cost",
        "of pay before",
        "hours beyond before",
        "after",
    )
    columns = (Column("staffing"), *(Column(head, numeric=True) for head in heads))
    title = say(
        "{month:month} staffed in several ways, as if every change took effect at once, in {currency}; "
        "* is the one used here",
        month=result.months[0],
        currency=currency,
    )
    return Table(title, columns, rows, notes=(why_ways_differ(result),))


def _ways(result: ReturnOnInvestment) -> Iterator[tuple[str, str, Way]]:
    """Each way of staffing that there is: its key, what it is called, what it comes to."""
    ways = result.ways
    factor = decimal_text(ways.overtime_factor)
    overtime = (
        say("overtime at {factor:number} x", factor=factor)
        if ways.stated
        else say("overtime at {factor:number} x (unverified)", factor=factor)
    )
    posts = say("posts on the payroll") if result.roi.staff.posts_now is not None else say("whole posts")
    named = (
        ("fractional", say("hours at their cost"), ways.fractional),
        ("whole_posts", posts, ways.whole_posts),
        ("needed", say("whole posts that the hours need, not today's"), ways.needed),
        ("overtime", overtime, ways.overtime),
    )
    for key, name, way in named:
        if way is not None:
            yield key, name, way


def _way(way: Way, currency: str) -> tuple[str, ...]:
    staff = way.staff
    return (
        grouped(half_up(staff.posts_before, 3)),
        grouped(half_up(staff.posts_after, 3)),
        *_money((staff.cost_before, staff.cost_after, staff.cost_before - staff.cost_after, way.net), currency),
        percent(way.share_of_pay),
        count(staff.beyond_before),
        count(staff.beyond_after),
    )


def monthly_tables(result: ReturnOnInvestment) -> list[Table]:
    """Month by month: work and posts, then money."""
    return [_work_table(result), _money_table(result)]


def _work_table(result: ReturnOnInvestment) -> Table:
    heads = (
        "records", "with AI", "minutes by hand", "with AI", "hours by hand", "with AI", "posts by hand", "with AI",
        "use by hand", "with AI", "hours beyond by hand", "with AI", "idle hours by hand", "with AI",
    )  # fmt: skip
    rows = []
    for month, work in zip(result.months, result.works, strict=True):
        staff = work.staff
        counts = (work.records, work.ai_records, work.manual_minutes, work.ai_minutes, work.hours_before)
        uses = [_use(work.hours_before, staff.posts_before, staff), _use(work.hours_after, staff.posts_after, staff)]
        rows.append(
            (
                str(month),
                *(count(number) for number in (*counts, work.hours_after)),
                *(grouped(half_up(posts, 3)) for posts in (staff.posts_before, staff.posts_after)),
                *uses,
                *(count(n) for n in (staff.beyond_before, staff.beyond_after, staff.idle_before, staff.idle_after)),
            )
        )
    what = say("overtime") if result.roi.staff.staffing == "overtime" else say("unpaid shortfall")
    title = say("Work by month; hours beyond capacity are {what}", what=what)
    return Table(title, (Column("month"), *(Column(head, numeric=True) for head in heads)), tuple(rows))


def _use(hours: Fraction, posts: Fraction, staff: Staffing) -> str:
    from costmodel.equations.labour import utilisation

    return percent(half_up(utilisation(hours, posts, staff.capacity_of_post), 3)) if posts else ""


def _money_table(result: ReturnOnInvestment) -> Table:
    best, currency = result.best, result.currency
    heads = (
        "pay by hand",
        "pay with AI",
        "released",
        "hires avoided, not counted",
        "severance",
        "capacity used",
        _api(result),
        "fixed",
        "errors",
        "net",
        "time of a record by hand",
        "with AI",
    )
    rows, sums = [], [Fraction(0)] * _SUMMED
    for month, work, flow in zip(result.months, result.works, best.flows.months, strict=True):
        staff = work.staff
        amounts = (
            staff.cost_before, staff.cost_after, staff.cash_saving, staff.hires_avoided_cost, staff.leaving_cost,
            work.capacity_used, flow.llm_cost, flow.fixed_cost, flow.error_cost, flow.net,
            work.record_cost_before, work.record_cost_after,
        )  # fmt: skip
        sums = [total + amount for total, amount in zip(sums, amounts, strict=False)]
        rows.append((str(month), *_money(amounts, currency)))
    title = say(
        "Money by month in {currency} ({option}); the time of a record at the cost of a usable hour",
        currency=currency,
        option=best.name,
    )
    totals = (say("total"), *_money(sums, currency), "", "")
    return Table(title, (Column("month"), *(Column(head, numeric=True) for head in heads)), tuple(rows), totals)


def cheers_table(result: ReturnOnInvestment) -> Table:
    """A summary after CHEERS 2022."""
    return Table(say("Summary after CHEERS 2022"), (Column("item"), Column("reported")), tuple(cheers_rows(result)))


def _money(amounts: Sequence[Fraction], currency: str) -> tuple[str, ...]:
    return tuple(shown_costs([amount], currency)[0] for amount in amounts)
