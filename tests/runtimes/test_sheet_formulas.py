"""Formulas printed for a spreadsheet: what they look like, and that they compute what the equation does."""

from __future__ import annotations

import inspect
import pkgutil
import random
from fractions import Fraction
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from costmodel import equations
from costmodel.equations import labour, tokens
from costmodel.errors import CommandLineError
from costmodel.runtimes import operations, trace
from costmodel.runtimes.sheet import Spot, column_letters, formula
from costmodel.runtimes.trace import Cell, cell
from costmodel.study.traced_tree import Trees

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DRAWS = 12
pytestmark = pytest.mark.filterwarnings("ignore")  # of the package that computes, about numpy


def printed(whole: Cell, names: dict[int, Any] | None = None) -> str:
    """The formula with inputs by name, and constants other than 0 and 1 as k_60; steps are printed inside."""

    def refer(part: Cell) -> Any:
        if names and id(part) in names:
            return names[id(part)]
        if part.kind == "input":
            return part.name
        if part.kind == "constant" and part.value not in {0, 1}:
            return f"{'-' if part.value < 0 else ''}k_{float(abs(part.value)):.17g}".replace(".", "_").replace(
                "e-", "em"
            )
        return f"({formula(part, refer)[1:]})" if part.kind == "step" else None

    return formula(whole, refer)


def test_what_formulas_look_like() -> None:
    """Brackets only where they are needed, and as every spreadsheet reads them."""
    a, b, c = (cell(name, 2) for name in "abc")
    assert printed((a + b) * c) == "=(a+b)*c"
    assert printed(a - (b - c)) == "=a-(b-c)"
    assert printed(a / (b * c)) == "=a/(b*c)"
    assert printed(a * b / c) == "=a*b/c"
    assert printed((1 + a) ** 1) == "=(1+a)^1"
    assert printed(0 - a * b) == "=-a*b"
    assert printed((0 - a) ** 1) == "=(-a)^1"
    assert printed(operations.maximum(a, operations.maximum(b, 0))) == "=MAX(a,b,0)"
    assert printed(operations.where(a > b, a, 0)) == "=IF(a>b,a,0)"
    assert printed(operations.safe_divide(a, b)) == "=IF(b=0,0,a/b)"
    assert printed(operations.ceil(a / b)) == "=-INT(k_1_0000000000000001em09-a/b)"
    assert printed(operations.half_up(a)) == "=ROUND(a+SIGN(a)*k_1_0000000000000001em09,0)"
    assert printed(operations.real_power(1 + a, b)) == "=ROUND((1+a)^b,k_12)"


def test_sums_of_neighbours_are_ranges() -> None:
    """Cells below or beside each other are added up as a range; a repeated one is multiplied."""
    cells = [cell(str(number), number) for number in range(6)]
    column = {id(part): Spot(4 + number, 2) for number, part in enumerate(cells)}
    row = {id(part): Spot(4, 2 + number) for number, part in enumerate(cells)}
    total = sum(cells, Fraction(0))
    assert printed(Trees({}).plain(total), {}) == "=SUM(0,1,2,3,4,5)"
    assert printed(sum(cells[1:], cells[0]), column) == "=SUM(C5:C10)"
    assert printed(sum(cells[1:], cells[0]), row) == "=SUM(C5:H5)"
    assert printed(cells[0] + cells[1], column) == "=C5+C6"
    gap = {key: place for key, place in column.items() if key != id(cells[3])} | {id(cells[3]): Spot(40, 2)}
    assert printed(sum(cells[1:], cells[0]), gap) == "=SUM(C5:C7,C41,C9:C10)"
    assert printed(cells[0] + cells[0] + cells[0]) == "=k_3*0"
    assert str(Spot(0, 27, fixed=True, sheet="Prices")) == "Prices!$AB$1"
    assert [column_letters(number) for number in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_a_number_without_a_cell_is_refused() -> None:
    """No number but 0 and 1 is printed; a formula longer than a spreadsheet takes is told of in words."""
    with pytest.raises(ValueError, match="the number 7 has no cell of its own"):
        formula(cell("a", 1) * 7, lambda part: part.name if part.kind == "input" else None)
    many = sum((cell("a" * 90, 1) for _ in range(100)), cell("b", 1))
    with pytest.raises(CommandLineError, match="a spreadsheet takes 8,192"):
        formula(many, lambda part: part.name if part.kind == "input" else None)


def functions() -> list[Callable[..., Any]]:
    """Every equation."""
    found = []
    for item in pkgutil.iter_modules(equations.__path__):
        module = import_module(f"costmodel.equations.{item.name}")
        members = inspect.getmembers(module, inspect.isfunction)
        found += [of for name, of in members if of.__module__ == module.__name__ and name[0] != "_"]
    return found


SHARES = ("share", "rate", "growth", "resubmitted", "probability", "loading")


def drawn(chance: random.Random, name: str) -> Fraction:
    """A number; shares lie between 0 and 1; no exponent is so large that the package cannot round the power."""
    if name in {"midpoint_months", "steepness"}:
        return Fraction(chance.randrange(1, 128), 64)
    if any(word in name for word in SHARES):
        return Fraction(chance.choice((0, 16, chance.randrange(1, 64))), 64)
    return Fraction(chance.choice((0, 64, chance.randrange(1, 1 << 10), chance.randrange(1, 1 << 20))), 64)


def calls(function: Callable[..., Any]) -> Iterator[tuple[dict[str, Fraction], Any, Cell]]:
    """Random calls: inputs by the name in the formula, the exact result, and the traced one."""
    chance = random.Random(function.__name__)  # noqa: S311 - a fixed seed, no secret
    given = inspect.signature(function).parameters.values()
    numbers = [item.name for item in given if item.annotation == "Any" and item.kind != item.VAR_POSITIONAL]
    whole = [item.name for item in given if item.annotation == "int"]
    for _ in range(DRAWS):
        values = {f"v_{name}": drawn(chance, name) for name in numbers}
        counts = {name: chance.randrange(1, 24) for name in whole}
        try:
            exact = function(*values.values(), **counts)
        except (ZeroDivisionError, ValueError, OverflowError):
            continue
        traced = function(*(cell(name, value) for name, value in values.items()), **counts)
        yield values, exact, traced


@pytest.mark.parametrize(
    "function", functions(), ids=lambda item: f"{item.__module__.rpartition('.')[2]}.{item.__name__}"
)
def test_formula_computes_the_equation(function: Callable[..., Any]) -> None:
    """The formula of every equation, computed by another program, gives the exact result."""
    import formulas

    compiled: dict[str, Any] = {}
    for values, exact, traced in calls(function):
        for wanted, whole in zip(_parts(exact), _parts(traced), strict=True):
            if not isinstance(whole, Cell):
                continue
            text = printed(Trees({}).plain(whole))
            if text not in compiled:
                compiled[text] = formulas.Parser().ast(text)[1].compile()
            made = compiled[text]
            given = [_value(name, values) for name in made.inputs]
            got = _number(made(*given))
            assert got == pytest.approx(float(wanted), rel=1e-9, abs=1e-9), (text, values)


def _parts(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


def _number(found: Any) -> float:
    """The number of a computed cell."""
    import numpy as np

    return float(np.ravel(found)[0])


def _value(name: str, values: dict[str, Fraction]) -> float:
    """The number of a name in a formula: an input, or a constant such as K_60 or K_1EM09."""
    found = {key.upper(): value for key, value in values.items()}
    if name.upper() in found:
        return float(found[name.upper()])
    return float(name.upper().removeprefix("K_").replace("_", ".").replace("EM", "e-"))


@pytest.mark.parametrize("number", ["33", "33.0000000001", "33.00000001", "0", "0.0000000001", "-2.5", "-0.3"])
def test_rounding_up_is_that_of_python(number: str) -> None:
    """Up to a billionth above a whole number counts as that number, for every sign."""
    import formulas

    value = Fraction(number)
    text = printed(operations.ceil(cell("v_x", value)))
    made = formulas.Parser().ast(text)[1].compile()
    assert _number(made(*(_value(name, {"v_x": value}) for name in made.inputs))) == operations.ceil(value)


@pytest.mark.parametrize("number", ["2.5", "2.4999999999", "-2.5", "0.5", "0", "1030.0000000000001"])
def test_rounding_is_that_of_python(number: str) -> None:
    """Halves go away from zero; what binary numbers leave behind is not seen."""
    import formulas

    value = Fraction(number)
    text = printed(Trees({}).plain(operations.half_up(cell("v_x", value))))
    made = formulas.Parser().ast(text)[1].compile()
    got = _number(made(*(_value(name, {"v_x": value}) for name in made.inputs)))
    from costmodel.runtimes import arrays

    assert got == float(arrays.half_up(float(value)))


def test_step_prints_what_it_is_made_of() -> None:
    """A step is a row: its formula is its inside, and other rows name it."""
    paid = labour.post_hours(cell("hours", 8), cell("days", 20))
    assert printed(paid) == "=hours*days"
    need = labour.posts_needed(cell("work", 100), paid, cell("least", 1))
    assert printed(need, {id(paid): "D7"}) == "=MAX(least,-INT(k_1_0000000000000001em09-work/D7))"
    records = tokens.month_records(cell("first", 1000), cell("growth", Fraction("0.02")), 2)
    assert "(1+growth)^k_2" in printed(Trees({}).plain(records))
    assert trace.inputs(records)[0].name == "first"
