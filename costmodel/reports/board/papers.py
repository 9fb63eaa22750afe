"""The results that a board report shows, each computed where it belongs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from costmodel.decisions.comparison.compare import compare
from costmodel.decisions.comparison.work import rebuilt
from costmodel.reports.board.measured import measured_requests
from costmodel.results.comparison import Comparison
from costmodel.study import estimate
from costmodel.study.traced_leaves import Leaves
from costmodel.study.worth import case_of
from costmodel.uncertainty.appraisal import appraised
from costmodel.uncertainty.probabilistic import probabilistic
from costmodel.uncertainty.sensitivity import one_way
from costmodel.usage.spec import Tokens
from costmodel.value.doubt import Uncertainty

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from costmodel.documents.model import Model
    from costmodel.prices.book import PriceBook
    from costmodel.reports.board.measured import Measured
    from costmodel.results.estimate import Estimate
    from costmodel.results.notice import Notice
    from costmodel.results.providers.provider_comparison import ProviderComparison
    from costmodel.results.worth.break_evens import BreakEvens
    from costmodel.results.worth.probabilistic import Probabilistic
    from costmodel.results.worth.return_on_investment import ReturnOnInvestment
    from costmodel.results.worth.sensitivity import OneWay
    from costmodel.scenario import Scenario
    from costmodel.study.traced_leaves import Leaf
    from costmodel.study.worth import Case


class Worth(NamedTuple):
    """Whether it is worth it, and how sure that is.

    Attributes:
        result: the return on investment, with what it hangs on.
        turns: break-even of every number.
        swings: one number at a time.
        draws: all uncertain numbers at once; None where none is stated as uncertain.
        counted: the API's bill of the best option as it is computed for the return, of the records done with AI; None
            where no model is named.
    """

    result: ReturnOnInvestment
    turns: BreakEvens
    swings: OneWay
    draws: Probabilistic | None
    counted: Estimate | None = None

    @property
    def adopted(self) -> bool:
        """Whether it is of a part of the records, those done with AI."""
        return any(work.adoption != 1 for work in self.result.works)


class Papers(NamedTuple):
    """What the report is made of.

    Attributes:
        scenario, book: what was asked, and the prices.
        bills: the API's bill of each option, of all records; none where no model is named.
        offers: options side by side; None where there is one, no bill, or a return, whose table has them.
        worth: None where the scenario has no `roi`.
        assumptions: every number that the scenario computes with, and its value.
        measured: tokens of measured requests, as each model of the bills counts them.
    """

    scenario: Scenario
    book: PriceBook
    bills: tuple[Estimate, ...]
    offers: ProviderComparison | None
    worth: Worth | None
    assumptions: tuple[tuple[Leaf, Fraction], ...]
    measured: tuple[Measured, ...] = ()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Warnings of all results, each once."""
        from costmodel.results.worth.return_on_investment import all_notices

        worth = self.worth
        found = [bill.notices for bill in self.bills]
        found += [worth.result.notices, worth.draws.notices if worth.draws else ()] if worth else []
        return all_notices(*found)

    @property
    def main_bill(self) -> Estimate | None:
        """The bill of the option that the finding is about: the best, or the cheapest."""
        named = {bill.alternative: bill for bill in self.bills}
        best = self.worth.result.best.name if self.worth else ""
        return named.get(best) or min(self.bills, key=lambda bill: bill.total, default=None)


def papers_of(scenario: Scenario, models: Sequence[str], book: PriceBook) -> Papers:
    """Compute what a board report shows.

    Args:
        scenario: the scenario.
        models: models that each do all the work alone, in place of the scenario's mix.
        book: prices.

    Raises:
        FileError, NoPriceError: as `estimate`.
        CommandLineError: a model is named twice.
    """
    worth, case = _worth(scenario, models, book) if scenario.roi is not None else (None, None)
    priced = worth is None or bool(worth.result.best.computed)
    bills = _bills(estimate(scenario, models=models, book=book)) if priced else ()
    several = worth is None and bills and _several(bills)
    offers = compare(_counted_alike(scenario), models, book=book) if several else None
    measured = measured_requests(scenario, models, book) if bills else ()
    papers = Papers(scenario, book, bills, offers, worth, tuple(_assumptions(scenario)), measured)
    return papers if case is None else _counted(papers, case)


def _counted(papers: Papers, case: Case) -> Papers:
    """The same with the bill that the return counts: one report has one figure of one thing."""
    worth, bill = papers.worth, papers.main_bill
    if worth is None or bill is None:
        return papers
    billed = case.bills[worth.result.best.name]
    counted = replace(bill, entries=billed.entries, levies=billed.levies, budget=None)
    return papers._replace(worth=worth._replace(counted=counted))


def _counted_alike(scenario: Scenario) -> Scenario:
    """Tokens counted as the bills count them: one report has one figure of one thing."""

    def told(model: Model) -> Model:
        return model.model_copy(update={"tokenizer": model.tokenizer}) if isinstance(model, Tokens) else model

    return rebuilt(scenario, told)


def _bills(result: Estimate | Comparison) -> tuple[Estimate, ...]:
    return result.estimates if isinstance(result, Comparison) else (result,)


def _several(bills: Sequence[Estimate]) -> bool:
    """Whether there are offers to set side by side: several options, or the models of one mix."""
    return len(bills) > 1 or (len(bills[0].by("model")) > 1 and not _of_one_model_each(bills[0]))


def _of_one_model_each(bill: Estimate) -> bool:
    """Whether each part of the work has a model of its own, so that no model could do it all."""
    return len(bill.by("workload", "step")) > 1


def _worth(scenario: Scenario, models: Sequence[str], book: PriceBook) -> tuple[Worth, Case]:
    case = case_of(scenario, models, book)
    result, turns = appraised(case)
    draws = probabilistic(case, scenario.uncertainty or Uncertainty()) if result.uncertain else None
    if draws is not None:
        from costmodel.results.labels import sentences

        result = result.with_words(sentences((result.hangs_on, draws.in_words)))
    return Worth(result, turns, one_way(case, result.best.name), draws), case


def _assumptions(scenario: Scenario) -> Iterator[tuple[Leaf, Fraction]]:
    leaves = Leaves()
    leaves.of_scenario(scenario)
    parts = {leaf.path[:-1] for leaf in leaves.made}
    for leaf in leaves.made:
        if leaf.path not in parts:  # what its parts decide, they tell
            yield leaf, leaves.values[id(leaf.cell)]
