"""The bill over draws: every number of a scenario may be uncertain, and each draw costs what the exact bill says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from costmodel.documents.numbers import numbers_of
from costmodel.errors import RefusedRequestError
from costmodel.runtimes.draws import Draws
from costmodel.scenario import Scenario
from costmodel.shipped import shipped_folder
from costmodel.study.cost import alternatives, billed, book_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.prices.book import PriceBook

SHIPPED = sorted(path.name for path in Path(shipped_folder("scenarios")).glob("*.yaml"))
RELATIVE = 1e-9
FACTORS = (Fraction(1), Fraction(9, 10), Fraction(21, 20), Fraction(2))
AT_THE_LIMIT = (0, 1, 199_999, 200_000, 200_001, 1_000_000)
LONG = """\
scenario: Long charts
prices: {version: "2026.11"}
horizon: {start: 2026-12, months: 2}
currency: USD
workload:
  records: {per_month: 1000}
  tokens: {input: 150_000, output: 2_000}
cache_read: 30 % of input
models: [google/gemini-2.5-pro, anthropic/claude-haiku-4-5, google/gemini-2.5-flash]
"""


def costs(scenario: Scenario, book: PriceBook) -> dict[str, list[Any]]:
    """Cost of each month, of the mix or of each alternative."""
    months = [scenario.horizon.start.later(index) for index in range(scenario.horizon.months)]
    options: dict[str, Any] = dict(alternatives(scenario, (), book)) or {"": None}
    return {
        name: billed(scenario, book, months, (name, request) if name else None).monthly(months)
        for name, request in options.items()
    }


def shares(path: tuple[Any, ...]) -> bool:
    """Shares that must add up to 100 %: in draws they are shared out anew, in a file they would be refused."""
    return path[-2:-1] in {("mix",), ("service_tier",)} or path[-1] in {"share", "count"}


def changes(scenario: Scenario) -> Iterator[tuple[tuple[Any, ...], list[Fraction]]]:
    """Every number outside `roi` with values to try."""
    for path, number in numbers_of(scenario, scenario.document.data).items():
        if path[0] in {"budget", "roi", "prices", "migration"} or shares(path) or number == 0:
            continue
        if "records" in path and scenario.mix is not None and not scenario.mix.shares:
            continue  # a mix of counts says how many records there are: changing one alone contradicts the other
        yield path, [number * factor for factor in FACTORS if number != 1 or factor <= 1]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_number_may_be_uncertain(name: str) -> None:
    """Over draws of one number at a time, each draw costs what the exact bill of that number costs."""
    scenario = Scenario.load(shipped_folder("scenarios") / name)
    book = book_for(scenario)
    tried = list(changes(scenario))
    assert tried
    for path, values in tried:
        drawn = costs(scenario.with_numbers({path: Draws([float(value) for value in values])}), book)
        for position, value in enumerate(values):
            exact = costs(scenario.with_numbers({path: value}), book)
            for option, months in exact.items():
                found = [_at(cost, position) for cost in drawn[option]]
                np.testing.assert_allclose(found, [float(cost) for cost in months], rtol=RELATIVE, err_msg=str(path))


def test_sizes_on_both_sides_of_a_limit(tmp_path: Path) -> None:
    """Draws of the input fall into the size bands of each price, draw by draw, the limit itself included."""
    file = tmp_path / "long.yaml"
    file.write_text(LONG)
    scenario = Scenario.load(file)
    book, path = book_for(scenario), ("workload", "tokens", "input")
    drawn = costs(scenario.with_numbers({path: Draws(np.array(AT_THE_LIMIT, dtype=float))}), book)
    for position, size in enumerate(AT_THE_LIMIT):
        exact = costs(scenario.with_numbers({path: Fraction(size)}), book)
        for option, months in exact.items():
            found = [_at(cost, position) for cost in drawn[option]]
            np.testing.assert_allclose(found, [float(cost) for cost in months], rtol=RELATIVE, err_msg=option)
    prices = {option: {_at(months[0], position) for position in range(6)} for option, months in drawn.items()}
    assert all(len(found) == len(AT_THE_LIMIT) for found in prices.values())


def test_a_draw_that_is_refused_is_an_error(tmp_path: Path) -> None:
    """A size that the provider refuses is an error as soon as one draw has it, and only then."""
    file = tmp_path / "refused.yaml"
    file.write_text(LONG.replace("models: [", "models: [anthropic/claude-sonnet-4-5, "))
    scenario = Scenario.load(file)
    book, path = book_for(scenario), ("workload", "tokens", "input")
    assert costs(scenario.with_numbers({path: Draws([1_000.0, 200_000.0])}), book)
    with pytest.raises(RefusedRequestError):
        costs(scenario.with_numbers({path: Draws([1_000.0, 200_001.0])}), book)


def test_shares_of_a_mix_are_shared_out_anew() -> None:
    """A share of a mix that is uncertain: in each draw the shares are brought back to 100 %."""
    scenario = Scenario.load(shipped_folder("scenarios") / "emr-mix.yaml")
    book, path = book_for(scenario), ("mix", "openai/gpt-4.1")
    drawn = costs(scenario.with_numbers({path: Draws([0.2, 0.8, 0.0])}), book)[""][0]
    alone = scenario.changed({"mix.openai/gpt-4.1": "50 %", "mix.google/gemini-2.5-flash": "50 %"})
    cheap = scenario.changed({"mix.openai/gpt-4.1": "0 %", "mix.google/gemini-2.5-flash": "100 %"})
    expected = [costs(changed, book)[""][0] for changed in (scenario, alone, cheap)]
    np.testing.assert_allclose(drawn.values, [float(cost) for cost in expected], rtol=RELATIVE)


def _at(cost: Any, position: int) -> float:
    return float(cost.values[position]) if isinstance(cost, Draws) else float(cost)
