"""Regression tests of scenarios: every `expect:` against what the scenario comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.errors import CommandLineError, FileError, QuantityError
from costmodel.quantities import Money, decimal_text, exact
from costmodel.results.comparison import Comparison
from costmodel.results.lines import grouped_lines
from costmodel.study import estimate

if TYPE_CHECKING:
    from fractions import Fraction

    from costmodel.prices.book import PriceBook
    from costmodel.results.estimate import Estimate
    from costmodel.results.lines import Group
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
    result = estimate(scenario, book=book)
    found, mistakes = [], []
    for key, figures in scenario.expect.items():
        try:
            chosen, selection = _chosen(result, selection_of(key))
            group = grouped_lines(chosen.select(selection), ())[0]
        except CommandLineError as error:
            mistakes.append(scenario.document.mistake(("expect", key), str(error), of_key=True))
            continue
        for name, expected in figures.items():
            try:
                found.append(_case(f"{key}: {name}", name, expected, group, chosen.currency))
            except (QuantityError, CommandLineError) as error:
                of_key = "no figure" in str(error)
                mistakes.append(scenario.document.mistake(("expect", key, name), str(error), of_key=of_key))
    if mistakes:
        raise FileError(mistakes)
    return found


def selection_of(key: str) -> dict[str, str]:
    """What `month 1, model openai/gpt-4.1` selects; `total` selects everything.

    >>> selection_of("month 1, meter input")
    {'month': '1', 'meter': 'input'}
    """
    if key.strip() == "total":
        return {}
    selection = {}
    for part in key.split(","):
        name, _, value = part.strip().partition(" ")
        if not value.strip():
            raise CommandLineError(
                f"'{part.strip()}' selects nothing: write 'total', 'month 1' or 'model provider/model'"
            )
        selection[name] = value.strip()
    return selection


def _chosen(result: Estimate | Comparison, selection: dict[str, str]) -> tuple[Estimate, dict[str, str]]:
    return result.chosen(selection) if isinstance(result, Comparison) else (result, selection)


def _case(title: str, name: str, expected: str, group: Group, currency: str) -> Case:
    if name in {"cost", "cost_per_record"}:
        money = Money.parse(expected)
        if money.currency != currency:
            raise CommandLineError(f"'{expected}' is in {money.currency}, the scenario in {currency}")
        digits = next(word for word in expected.split() if word != money.currency)
        return Case(title, _canonical(digits, money.amount), _same_digits(getattr(group, name), digits))
    if name in {"records", "requests"}:
        return Case(title, _canonical(expected, exact(expected)), _same_digits(getattr(group, name), expected))
    if name in group.totals:
        return Case(title, _canonical(expected, exact(expected)), _same_digits(group.totals[name], expected))
    there = ", ".join(("cost", "cost_per_record", "records", "requests", *group.totals))
    raise CommandLineError(f"there is no figure '{name}' to expect. There are: {there}")


def _places(digits: str) -> int:
    if "e" in digits.lower():
        raise CommandLineError(f"'{digits}' is compared at the digits written: write them out, without an exponent")
    return len(digits.partition(".")[2])


def _canonical(digits: str, value: Fraction) -> str:
    return decimal_text(value, _places(digits))


def _same_digits(value: Any, digits: str) -> str:
    return decimal_text(value, _places(digits))
