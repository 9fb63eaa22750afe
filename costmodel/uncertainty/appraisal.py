"""A return on investment with what it hangs on; sensitivity and simulation of a scenario, each in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.results.labels import say
from costmodel.study.worth import case_of, result_of
from costmodel.uncertainty.break_even import searched
from costmodel.value.doubt import Uncertainty

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from costmodel.prices.book import PriceBook
    from costmodel.results.worth.break_evens import BreakEvens
    from costmodel.results.worth.probabilistic import Probabilistic
    from costmodel.results.worth.return_on_investment import ReturnOnInvestment
    from costmodel.results.worth.sensitivity import OneWay
    from costmodel.scenario import Scenario
    from costmodel.study.worth import Case


def appraised(case: Case, option: str | None = None) -> tuple[ReturnOnInvestment, BreakEvens]:
    """The return on investment of a case, its finding complete, and the break-even of every number.

    Args:
        case: the case.
        option: which option the break-even values are of; the best if not said.

    Raises:
        CommandLineError: there is no such option.
    """
    result = result_of(case)
    turns = searched(case, result.option(option).name if option else result.best.name)
    return result.with_words(say("{sentence}.", sentence=turns.sentence)), turns


def return_on_investment(
    scenario: Scenario, models: Sequence[str] = (), book: PriceBook | None = None
) -> ReturnOnInvestment:
    """Is it worth it, and what does that hang on: clinicians' work by hand against AI-assisted work.

    Args:
        scenario: a scenario with a `roi` section; of each distribution, the mean is taken.
        models: models that each do all the work alone, in place of the scenario's mix.
        book: prices; those that the scenario asks for by default.

    Raises:
        FileError, NoPriceError: as `estimate`; or the scenario has no `roi`.
    """
    return appraised(case_of(scenario, models, book))[0]


def one_way_sensitivity(scenario: Scenario, vary: Fraction | None = None) -> OneWay:
    """How the net present value of the best option changes with each number alone.

    Args:
        scenario: a scenario with a `roi` section.
        vary: share by which numbers that are not uncertain are changed.
    """
    from costmodel.uncertainty.sensitivity import one_way

    case = case_of(scenario)
    return one_way(case, result_of(case).best.name, vary)


def probabilistic_sensitivity(scenario: Scenario, settings: Uncertainty | None = None) -> Probabilistic:
    """All uncertain numbers at once: how likely a gain is, and what would be worth measuring first.

    Args:
        scenario: a scenario with a `roi` section.
        settings: method, draws and seed, in place of the scenario's.
    """
    from costmodel.uncertainty.probabilistic import probabilistic

    return probabilistic(case_of(scenario), settings or scenario.uncertainty or Uncertainty())
