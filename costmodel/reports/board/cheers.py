"""The 28 items of CHEERS 2022, each with what is reported, or that it is the author's to state.

Source: Husereau et al., Consolidated Health Economic Evaluation Reporting Standards 2022 (CHEERS 2022) statement,
BMJ 2022;376:e067975, https://doi.org/10.1136/bmj-2021-067975.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.reports.board.sections import chance, span
from costmodel.results.labels import listed, say
from costmodel.results.table import Column, Table
from costmodel.results.worth.summary import cheers_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.reports.board.papers import Papers

SOURCE = say(
    "After CHEERS 2022: Husereau et al., BMJ 2022;376:e067975. The items are those of the statement, which "
    "asks for a full economic evaluation; this is the part that the program knows."
)
_AUTHOR = say("to be stated by the author")
_ITEMS = (
    say("Title"),
    say("Abstract"),
    say("Background and objectives"),
    say("Health economic analysis plan"),
    say("Study population"),
    say("Setting and location"),
    say("Comparators"),
    say("Perspective"),
    say("Time horizon"),
    say("Discount rate"),
    say("Selection of outcomes"),
    say("Measurement of outcomes"),
    say("Valuation of outcomes"),
    say("Measurement and valuation of resources and costs"),
    say("Currency, price date and conversion"),
    say("Rationale and description of model"),
    say("Analytics and assumptions"),
    say("Characterising heterogeneity"),
    say("Characterising distributional effects"),
    say("Characterising uncertainty"),
    say("Approach to engagement with patients and others affected"),
    say("Study parameters"),
    say("Summary of main results"),
    say("Effect of uncertainty"),
    say("Effect of engagement with patients and others affected"),
    say("Findings, limitations, generalisability and current knowledge"),
    say("Source of funding"),
    say("Conflicts of interest"),
)


def cheers_table(papers: Papers) -> Table:
    """Each item with what is reported of it."""
    reported = {**_always(papers), **(_of_worth(papers) if papers.worth else _of_cost(papers))}
    rows = tuple((str(number), item, reported.get(number, _AUTHOR)) for number, item in enumerate(_ITEMS, start=1))
    return Table(say("Reporting list"), (Column("no."), Column("item"), Column("reported")), rows)


def _always(papers: Papers) -> Mapping[int, str]:
    return {
        1: papers.scenario.scenario,
        2: say("the finding, first in this report"),
        3: papers.scenario.description or _AUTHOR,
        16: say("month by month, by the equations of the method page (docs/method.md)"),
        17: say("see the assumptions; nothing is filled in that the scenario does not state"),
        18: say("not assessed"),
        19: say("not assessed"),
        22: say("see the assumptions and the prices, each with its source"),
        26: say("see the finding and the warnings; generalisability is to be stated by the author"),
    }


def _of_worth(papers: Papers) -> Mapping[int, str]:
    worth = papers.worth
    if worth is None:
        return {}
    rows = [text for _, text in cheers_rows(worth.result)]
    _, setting, compared, perspective, horizon, discount, outcomes, minutes, currency, resources, main, *_ = rows
    return {
        6: setting,
        7: compared,
        8: perspective,
        9: horizon,
        10: discount,
        11: outcomes,
        12: minutes,
        13: say("pay by the payroll that ends; freed hours at their cost, apart and in no flow"),
        14: resources,
        15: currency,
        20: say("break-even of every number, one number at a time, and all uncertain numbers drawn at once")
        if worth.draws
        else say("break-even of every number and one number at a time; no number is stated as uncertain"),
        23: main,
        24: chance(worth) or worth.turns.sentence,
    }


def _of_cost(papers: Papers) -> Mapping[int, str]:
    bill = papers.main_bill
    if bill is None:
        return {}
    none = say("none: this is a cost, not an evaluation")
    return {
        7: listed(dict.fromkeys(item.alternative for item in papers.bills)) if len(papers.bills) > 1 else none,
        8: say("who pays the API's bill"),
        9: listed([span(len(bill.months)), bill.period]),
        10: say("none: costs are not discounted"),
        11: none,
        12: none,
        13: none,
        14: say("API by {book}", book=bill.book.words),
        15: bill.currency,
        20: say("not assessed"),
        23: say("the finding, first in this report"),
        24: say("not assessed"),
    }
