"""Every equation in every runtime: exact, over arrays and traced, the same number comes out."""

from __future__ import annotations

import ast
import inspect
import json
import pkgutil
import random
import shutil
import subprocess
from fractions import Fraction
from importlib import import_module
from math import ceil, floor, log2
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from costmodel import equations
from costmodel.equations import charges, tokens
from costmodel.runtimes import arrays, draws, exact, operations, trace
from costmodel.runtimes.draws import Draws
from costmodel.runtimes.prose import sentences
from costmodel.runtimes.trace import Cell, cell, inputs, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DRAWS = 200
RELATIVE = 1e-12
SHARES = ("share", "rate", "growth", "resubmitted", "multiply", "probability")


def modules() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(equations.__path__))


def public_functions() -> list[Callable[..., Any]]:
    """Every public function of every module of the equations: a new one is found by itself."""
    found = []
    for name in modules():
        module = import_module(f"costmodel.equations.{name}")
        members = inspect.getmembers(module, inspect.isfunction)
        found += [item for key, item in members if item.__module__ == module.__name__ and key[0] != "_"]
    return found


FUNCTIONS = public_functions()
NAMES = [f"{item.__module__.rpartition('.')[2]}.{item.__name__}" for item in FUNCTIONS]
EVERY = pytest.mark.parametrize("function", FUNCTIONS, ids=NAMES)


class Case(NamedTuple):
    """Arguments of one call: numbers of any runtime, whole numbers that stay so, and the result."""

    names: list[str]
    values: list[Fraction]
    whole: dict[str, int]
    result: Any


def parameters(function: Callable[..., Any]) -> tuple[list[str], list[str], bool]:
    """Parameters that are numbers of any runtime, those that are whole, and whether more may follow."""
    found = inspect.signature(function).parameters.values()
    numbers = [item.name for item in found if item.annotation == "Any" and item.kind != item.VAR_POSITIONAL]
    return (
        numbers,
        [item.name for item in found if item.annotation == "int"],
        any(item.kind == item.VAR_POSITIONAL for item in found),
    )


def drawn(chance: random.Random, name: str) -> Fraction:
    """A number that binary floats hold exactly, so that only the equation could differ; 0 and 1 among them."""
    if any(word in name for word in SHARES):
        return Fraction(chance.choice((0, 16, chance.randrange(64))), 64)
    return Fraction(chance.choice((0, 64, chance.randrange(1 << 10), chance.randrange(1 << 26))), 64)


def cases(function: Callable[..., Any]) -> Iterator[Case]:
    """Random calls with what they come to exactly; calls that divide by zero are left out."""
    chance = random.Random(function.__name__)  # noqa: S311 - a fixed seed, no secret
    numbers, whole, open_ended = parameters(function)
    for _ in range(DRAWS):
        names = numbers + [f"part {number}" for number in range(chance.randrange(4) if open_ended else 0)]
        values, counts = (
            [drawn(chance, name) for name in names],
            {name: chance.randrange(24) for name in whole},
        )
        try:
            yield Case(names, values, counts, function(*values, **counts))
        except ZeroDivisionError:
            continue


def parts(result: Any) -> tuple[Any, ...]:
    """A result as a tuple, of one or of several."""
    return result if isinstance(result, tuple) else (result,)


def test_equations_are_found() -> None:
    """The functions are discovered: at least the two rooms that every bill goes through."""
    assert {"charges", "tokens"} <= set(modules())
    assert {"charge", "unit_price", "month_records", "billable_units"} <= {item.__name__ for item in FUNCTIONS}


@EVERY
def test_every_parameter_is_drawn(function: Callable[..., Any]) -> None:
    """Each parameter is a number of any runtime, a whole one, or has a default; most draws are computed."""
    numbers, whole, _ = parameters(function)
    for item in inspect.signature(function).parameters.values():
        known = item.name in {*numbers, *whole} or item.kind == item.VAR_POSITIONAL
        assert known or item.default is not item.empty, f"say what '{item.name}' is: Any or int"
    assert len(list(cases(function))) > DRAWS / 2


@EVERY
def test_exact_stays_exact(function: Callable[..., Any]) -> None:
    """Exact numbers in, exact numbers out: never a binary float."""
    for case in cases(function):
        assert all(isinstance(part, int | Fraction) for part in parts(case.result)), case


@EVERY
def test_arrays(function: Callable[..., Any]) -> None:
    """Over an array every element is the exact result, to twelve digits."""
    widths: dict[tuple[int, tuple[int, ...]], list[Case]] = {}
    for case in cases(function):
        widths.setdefault((len(case.values), tuple(case.whole.values())), []).append(case)
    for group in widths.values():
        columns = [np.array(column, dtype=np.float64) for column in zip(*(case.values for case in group), strict=True)]
        found = parts(function(*columns, **group[0].whole))
        for place, column in enumerate(found):
            assert np.asarray(column).dtype == np.float64
            wanted = [float(parts(case.result)[place]) for case in group]
            np.testing.assert_allclose(column, wanted, rtol=RELATIVE, atol=endless(function))


@EVERY
def test_draws(function: Callable[..., Any]) -> None:
    """Where some arguments are draws and the others exact numbers, every element is the exact result."""
    chance = random.Random(2)  # noqa: S311 - a fixed seed, no secret
    for case in list(cases(function))[:60]:
        mixed = [Draws(np.full(3, float(value))) if chance.random() < 0.5 else value for value in case.values]
        for found, expected in zip(parts(function(*mixed, **case.whole)), parts(case.result), strict=True):
            column = found.values if isinstance(found, Draws) else float(found)
            np.testing.assert_allclose(column, float(expected), rtol=RELATIVE, atol=endless(function))


def endless(function: Callable[..., Any]) -> float:
    """What rounding a number without end to twelve decimals may leave, times the largest argument it multiplies."""
    source = inspect.getsource(function)
    return 2e-12 * (1 << 20) if "real_power(" in source or "doublings(" in source else 0


def test_draws_are_neither_true_nor_false() -> None:
    """A decision on draws would take one branch for all of them: it raises, and a bare array is refused."""
    number = Draws([1.0, 2.0])
    for decide in (bool, lambda x: max(x, 1), lambda x: 0 < x < 3, lambda x: {x: 1}):
        with pytest.raises(TypeError):
            decide(number)
    with pytest.raises(TypeError):
        number * np.array([1.0, 2.0])
    with pytest.raises(TypeError):
        np.array([1.0, 2.0]) * number
    assert operations.some(number > 1)
    assert not operations.some(number > 2)


@EVERY
def test_traced(function: Callable[..., Any]) -> None:
    """A traced result carries exactly the exact value, whether all arguments are cells or only some."""
    chance = random.Random(1)  # noqa: S311 - a fixed seed, no secret
    for case in cases(function):
        cells = [cell(name, value) for name, value in zip(case.names, case.values, strict=True)]
        mixed = [chance.choice(pair) for pair in zip(cells, case.values, strict=True)]
        for arguments in (cells, mixed if any(isinstance(item, Cell) for item in mixed) else cells):
            found = parts(function(*arguments, **case.whole))
            assert [part.value for part in found] == list(parts(case.result))
            assert all(isinstance(part.value, int | Fraction) for part in found)


@EVERY
def test_steps_are_named_and_have_units(function: Callable[..., Any]) -> None:
    """Whatever is shown as a step says what it is and in which unit."""
    case = next(cases(function))
    for result in parts(function(*map(cell, case.names, case.values), **case.whole)):
        assert all(step.name and step.unit for step in steps(result))


# What no equation may do


def test_traced_cell_is_neither_true_nor_false() -> None:
    """A decision on a traced number would freeze one branch into the workbook: it raises."""
    left, right = cell("left", 1), cell("right", 2)
    for decide in (
        bool,
        lambda x: x > right,
        lambda x: not x,
        lambda x: max(x, right),
        lambda x: 0 <= x <= 2,
    ):
        with pytest.raises(TypeError, match="neither true nor false"):
            bool(decide(left))


def test_equality_of_traced_cells() -> None:
    """A test for equality on traced numbers raises as any other decision does."""
    with pytest.raises(TypeError):
        bool(cell("left", 1) == 1)


def test_fractional_power_of_a_cell() -> None:
    """A root is not exact: a traced cell refuses it, written as a number or as a cell."""
    for power in (Fraction(1, 2), cell("half", "0.5")):
        with pytest.raises(TypeError, match="integer powers only"):
            cell("x", 2) ** power
    assert (cell("x", 2) ** cell("three", 3)).value == 8
    assert (cell("x", 2) ** -1).value == Fraction(1, 2)


@pytest.mark.parametrize("number", [Fraction(1), np.array([1.0])], ids=["exact", "array"])
def test_fractional_power_of_numbers(number: Any) -> None:
    """Integer powers only, in every runtime."""
    with pytest.raises(TypeError):
        charges.escalated_charge(number, Fraction(3, 100), Fraction(1, 2))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["ceil", "half_up", "maximum", "minimum", "where", "safe_divide"])
def test_object_arrays_raise(name: str) -> None:
    """An array of Python objects would compute with Fractions one by one: every operation refuses it."""
    objects = np.array([Fraction(1, 3)], dtype=object)
    others = {"ceil": [], "half_up": [], "where": [objects]}.get(name, [1.0] if name != "safe_divide" else [1.0, 0.0])
    first = np.array([True]) if name == "where" else objects
    with pytest.raises(TypeError, match="dtype object"):
        getattr(operations, name)(first, *others, *([1.0] if name == "where" else []))


@pytest.mark.parametrize(
    "price", [Fraction(1, 3), np.array([Fraction(1, 3)], dtype=object)], ids=["fraction", "objects"]
)
def test_object_arrays_of_an_equation_raise(price: Any) -> None:
    """Fraction times ndarray makes an array of objects silently: an equation refuses it."""
    with pytest.raises(TypeError):
        charges.charge(np.array([1.0, 2.0]), price)


@pytest.mark.parametrize(
    "call",
    [
        lambda: charges.unit_price(2, 1_000_000),
        lambda: tokens.billable_units(10**17 + 1, 7, 0),
        lambda: tokens.input_of_total(2000, 1, 3),
    ],
    ids=["unit_price", "billable_units", "input_of_total"],
)
def test_whole_numbers_stay_exact(call: Callable[[], Any]) -> None:
    """Whole numbers are exact numbers: dividing them gives a fraction, not a float."""
    assert isinstance(call(), int | Fraction)


@pytest.mark.parametrize(
    ("excess", "expected"),
    [("0", 33), ("5e-10", 33), ("-5e-10", 33), ("2e-9", 34), ("0.4", 34), ("1", 34), ("-1.5", 32)],
)
def test_rounding_up_has_one_tolerance(excess: str, expected: int) -> None:
    """Up to 1e-9 above a whole number counts as that number, in every runtime alike."""
    number = 33 + Fraction(excess)
    assert operations.ceil(number) == expected
    assert operations.ceil(cell("x", number)).value == expected
    assert operations.ceil(float(number)) == expected
    assert operations.ceil(np.array([float(number)])).tolist() == [expected]


@pytest.mark.parametrize(("number", "expected"), [("2.5", 3), ("-2.5", -3), ("2.4999", 2), ("0.5", 1), ("-0.4", 0)])
def test_halves_go_away_from_zero(number: str, expected: int) -> None:
    """Rounding is half up, as in a spreadsheet, in every runtime alike."""
    value = Fraction(number)
    found = (
        operations.half_up(value),
        operations.half_up(cell("x", value)).value,
        operations.half_up(float(value)),
    )
    assert [int(item) for item in found] == [expected] * 3


def test_runtimes_have_the_same_operations() -> None:
    """An operation of one runtime is there in the others."""
    names = {name for name, item in inspect.getmembers(operations, inspect.isfunction) if name[0] != "_"}
    assert names >= {"ceil", "half_up", "maximum", "minimum", "where", "safe_divide", "step"}
    for runtime in (exact, arrays, draws, trace):
        assert names - {"some", "known"} <= set(dir(runtime))


# A spreadsheet and a script, printed from the same traced cells


def name_of(item: Cell) -> str:
    return "in_" + "".join(char if char.isalnum() else "_" for char in item.name)


def number_of(value: Fraction) -> str:
    return f"({value.numerator}/{value.denominator})" if value.denominator != 1 else f"({value.numerator})"


def sheet(item: Cell) -> str:
    """A traced cell as a spreadsheet formula."""
    if item.kind == "input":
        return name_of(item)
    if item.kind == "constant":
        return number_of(item.value)
    below = [sheet(part) for part in item.arguments]
    forms = {
        "step": "{0}",
        "ceil": "CEILING({0}-(1/1000000000),1)",
        "half_up": "ROUND({0},0)",
        "maximum": "MAX({0},{1})",
        "minimum": "MIN({0},{1})",
        "where": "IF({0},{1},{2})",
        "safe_divide": "IF({1}=0,{2},{0}/{1})",
        "real_power": "ROUND(POWER({0},{1}),12)",
        "doublings": "ROUND(LOG({0},2),12)",
    }
    return forms.get("step" if item.kind == "step" else item.name, f"({{0}}{item.name}{{1}})").format(*below)


def script(item: Cell) -> str:
    """A traced cell as a JavaScript expression."""
    if item.kind == "input":
        return f"v.{name_of(item)}"
    if item.kind == "constant":
        return number_of(item.value)
    below = [script(part) for part in item.arguments]
    forms = {
        "step": "{0}",
        "ceil": "Math.ceil({0} - 1e-9)",
        "half_up": "(Math.sign({0}) * Math.floor(Math.abs({0}) + 0.5 + 1e-9))",
        "maximum": "Math.max({0}, {1})",
        "minimum": "Math.min({0}, {1})",
        "where": "({0} ? {1} : {2})",
        "safe_divide": "({1} === 0 ? {2} : {0} / {1})",
        "^": "(({0}) ** ({1}))",
        "=": "({0} === {1})",
        "real_power": "(Math.round(1e12 * ({0}) ** ({1})) / 1e12)",
        "doublings": "(Math.round(1e12 * Math.log2({0})) / 1e12)",
    }
    return forms.get("step" if item.kind == "step" else item.name, f"({{0}} {item.name} {{1}})").format(*below)


CALLED = {
    "MAX": max,
    "MIN": min,
    "ROUND": lambda x, places: Fraction(
        floor(abs(x) * 10**places + Fraction(1, 2)) * (1 if x >= 0 else -1), 10**places
    ),
    "POWER": lambda base, exponent: Fraction(float(base) ** float(exponent)),
    "LOG": lambda x, _: Fraction(log2(x)),
    "CEILING": lambda x, _: Fraction(ceil(x)),
}
COMPUTED = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a ** int(b),
    ast.Eq: lambda a, b: a == b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}


def calculated(formula: str, names: dict[str, Fraction]) -> Any:
    """A spreadsheet formula, recalculated with fractions; an IF computes the branch it takes alone."""

    def walk(node: Any) -> Any:
        if isinstance(node, ast.BinOp):
            return COMPUTED[type(node.op)](walk(node.left), walk(node.right))
        if isinstance(node, ast.Compare):
            return COMPUTED[type(node.ops[0])](walk(node.left), walk(node.comparators[0]))
        if isinstance(node, ast.Call) and node.func.id == "IF":  # type: ignore[attr-defined]
            return walk(node.args[1] if walk(node.args[0]) else node.args[2])
        if isinstance(node, ast.Call):
            return CALLED[node.func.id](
                *(int(number.value) if isinstance(number, ast.Constant) else walk(number) for number in node.args)
            )  # type: ignore[attr-defined]
        if isinstance(node, ast.UnaryOp):
            return -walk(node.operand)
        return names[node.id] if isinstance(node, ast.Name) else Fraction(node.value)

    python = formula.replace("^", "**").replace("=", "==").replace("<==", "<=").replace(">==", ">=")
    return walk(ast.parse(python, mode="eval").body)


def printed(function: Callable[..., Any]) -> Iterator[tuple[Cell, dict[str, Fraction], Fraction]]:
    """Traced results of a function with the values of their inputs and what they come to."""
    for case in list(cases(function))[:20]:
        for place, result in enumerate(parts(function(*map(cell, case.names, case.values), **case.whole))):
            names = {name_of(item): item.value for item in inputs(result)}
            yield result, names, parts(case.result)[place]


@EVERY
def test_spreadsheet_formula(function: Callable[..., Any]) -> None:
    """A formula printed from the traced equation recalculates to exactly the same number."""
    for result, names, expected in printed(function):
        assert abs(calculated(sheet(result), names) - expected) <= endless(function), sheet(result)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed: the scripts cannot be run")
def test_script() -> None:
    """A script printed from the traced equations computes the same numbers, to twelve digits."""
    wanted, calls, left = [], [], []
    for function in FUNCTIONS:
        for result, names, expected in printed(function):
            values = json.dumps({name: float(value) for name, value in names.items()})
            calls.append(f"((v) => {script(result)})({values})")
            wanted.append(float(expected))
            left.append(endless(function))
    source = f"console.log(JSON.stringify([{','.join(calls)}]))"
    ran = subprocess.run([str(shutil.which("node")), "-"], input=source, capture_output=True, text=True, check=True)
    wrong = np.abs(np.array(json.loads(ran.stdout)) - wanted) - RELATIVE * np.abs(wanted) - left
    assert wrong.max() <= 0


def test_prose_keeps_its_brackets() -> None:
    """Printed arithmetic has brackets where leaving them out would change the result, and nowhere else."""
    a, b, c = cell("a", 7), cell("b", 5), cell("c", 3)
    shown = {
        "a - (b - c)": a - (b - c),
        "a / (b / c)": a / (b / c),
        "a / (b × c)": a / (b * c),
        "(a + b) × c": (a + b) * c,
    }
    shown |= {
        "a - b - c": a - b - c,
        "a / b / c": a / b / c,
        "a + b × c": a + b * c,
        "a × (1 + b)^2": a * (1 + b) ** 2,
    }
    for text, made in shown.items():
        assert sentences(operations.step("result", made, "units"))[0].symbols.replace(" ^ ", "^") == text


def test_formula_of_a_charge_reads_like_one() -> None:
    """A charge prints as a person would write it."""
    cost = charges.charge(cell("quantity", 9), charges.unit_price(cell("price", 2), 1_000_000))
    assert sheet(cost) == "(in_quantity*(in_price/(1000000)))"
    assert script(cost) == "(v.in_quantity * (v.in_price / (1000000)))"
