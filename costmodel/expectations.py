"""Regression tests of scenarios: every `expect:` against what the scenario comes to."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.documents.model import did_you_mean
from costmodel.errors import CommandLineError, FileError, QuantityError
from costmodel.quantities import Money, decimal_text, exact
from costmodel.results.comparison import Comparison
from costmodel.results.lines import grouped_lines, selection_of
from costmodel.results.migration.records import migration_figures
from costmodel.results.worth.records import is_money, worth_figures
from costmodel.study import estimate

if TYPE_CHECKING:
    from costmodel.prices.book import PriceBook
    from costmodel.results.estimate import Estimate
    from costmodel.results.migration.migration import MigrationResult
    from costmodel.results.worth.return_on_investment import ReturnOnInvestment
    from costmodel.scenario import Scenario


class Case(NamedTuple):
    """One figure that a scenario must come to.

    Attributes:
        name: what is expected, such as `month 1, model openai/gpt-4.1: cost`.
        expected: the figure as written.
        actual: the figure as computed, to the same digits.
    """

    name: str
    expected: str
    actual: str

    @property
    def met(self) -> bool:
        """Whether they agree to the digits written."""
        return self.expected == self.actual


def cases_of(scenario: Scenario, book: PriceBook | None = None) -> list[Case]:
    """Every expectation of a scenario, with what it really comes to.

    Raises:
        FileError: an expectation cannot be read, or selects nothing.
        NoPriceError: the scenario has no price.
    """
    sources = _Sources(scenario, book)
    found, mistakes = [], []
    for key, figures in scenario.expect.items():
        try:
            known, currency = sources.figures(key)
        except CommandLineError as error:
            mistakes.append(scenario.document.mistake(("expect", key), str(error), of_key=True))
            continue
        for name, expected in figures.items():
            try:
                found.append(_case(f"{key}: {name}", expected, (name, _known(known, name)), currency))
            except (QuantityError, CommandLineError) as error:
                of_key = "no figure" in str(error)
                mistakes.append(scenario.document.mistake(("expect", key, name), str(error), of_key=of_key))
    if mistakes:
        raise FileError(mistakes)
    return found


class _Sources:
    """Where figures come from: estimate, return on investment and migration, each computed once it is asked for."""

    def __init__(self, scenario: Scenario, book: PriceBook | None) -> None:
        self._scenario, self._book = scenario, book

    @cached_property
    def _estimate(self) -> Estimate | Comparison:
        return estimate(self._scenario, book=self._book)

    @cached_property
    def _worth(self) -> ReturnOnInvestment:
        from costmodel.study.worth import case_of, result_of

        if self._scenario.roi is None:
            raise CommandLineError("this scenario has no 'roi' to expect a figure of")
        return result_of(case_of(self._scenario, book=self._book))

    @cached_property
    def _migration(self) -> MigrationResult:
        from costmodel.decisions.move.migrate import migrate

        if self._scenario.migration is None:
            raise CommandLineError("this scenario has no 'migration' to expect a figure of")
        return migrate(self._scenario, self._book)

    def figures(self, key: str) -> tuple[dict[str, Any], str]:
        """The figures that a key such as `month 1` or `roi, month 1` selects, by name, and their currency."""
        first, _, rest = key.partition(",")
        if first.strip() == "roi":
            return worth_figures(self._worth, selection_of(rest or "total")), self._scenario.currency
        if first.strip() == "migration":
            return migration_figures(self._migration, selection_of(rest or "total")), self._scenario.currency
        chosen, selection = _chosen(self._estimate, selection_of(key))
        group = grouped_lines(chosen.select(selection), ())[0]
        named = {name: getattr(group, name) for name in ("cost", "cost_per_record", "records", "requests")}
        return named | dict(group.totals), chosen.currency


def _known(known: dict[str, Any], name: str) -> Any:
    if name in known:
        return known[name]
    near = did_you_mean(name, known, listed=False)
    hint = f"{near} " if near != "." else ". "
    raise CommandLineError(f"there is no figure '{name}' to expect{hint}There are: {', '.join(known)}")


def _chosen(result: Estimate | Comparison, selection: dict[str, str]) -> tuple[Estimate, dict[str, str]]:
    return result.chosen(selection) if isinstance(result, Comparison) else (result, selection)


def _case(title: str, expected: str, found: tuple[str, Any], currency: str) -> Case:
    """Compare at the digits written: money in the scenario's currency, a share in percent, or a plain number."""
    name, actual = found
    if actual is None or expected.strip() == "none":
        return Case(title, expected.strip(), "none" if actual is None else decimal_text(Fraction(actual)))
    if not is_money(name) and expected.rstrip().endswith("%"):
        digits = expected.strip().removesuffix("%").rstrip()
        return Case(title, _canonical(digits, exact(digits)), _same_digits(actual * 100, digits))
    if not is_money(name):
        return Case(title, _canonical(expected, exact(expected)), _same_digits(actual, expected))
    money = Money.parse(expected)
    if money.currency != currency:
        raise CommandLineError(f"'{expected}' is in {money.currency}, the scenario in {currency}")
    digits = next(word for word in expected.split() if word != money.currency)
    return Case(title, _canonical(digits, money.amount), _same_digits(actual, digits))


def _places(digits: str) -> int:
    if "e" in digits.lower():
        raise CommandLineError(f"'{digits}' is compared at the digits written: write them out, without an exponent")
    return len(digits.partition(".")[2])


def _canonical(digits: str, value: Fraction) -> str:
    return decimal_text(Fraction(value), _places(digits))


def _same_digits(value: Any, digits: str) -> str:
    return decimal_text(Fraction(value), _places(digits))
