"""Traced cells printed as JavaScript: the text, and with Node the numbers."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from costmodel.runtimes import operations as ops
from costmodel.runtimes import script
from costmodel.runtimes.trace import Cell, cell

if TYPE_CHECKING:
    from collections.abc import Callable

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="Node is not installed: the printed script cannot be run")
A, B, C = (cell(name, value) for name, value in (("alert(1)", 6), ("b", 2), ("c", 3)))

TEXTS = [
    (A + B * C, "v[0]+v[1]*v[2]"),
    ((A + B) * C, "(v[0]+v[1])*v[2]"),
    (A - (B - C), "v[0]-(v[1]-v[2])"),
    (A + (B + C), "v[0]+(v[1]+v[2])"),
    (A / (B * C), "v[0]/(v[1]*v[2])"),
    (A / B / C, "v[0]/v[1]/v[2]"),
    ((A + B) ** 2, "(v[0]+v[1])**2"),
    (A * -2, "v[0]*(-2)"),
    ((A**2) ** 3, "(v[0]**2)**3"),
    (ops.maximum(A, ops.minimum(B, 7)), "Math.max(v[0],Math.min(v[1],7))"),
    (1 + ops.where(A > B, C, 0), "1+(v[0]>v[1]?v[2]:0)"),
    (ops.where(ops.where(A == B, 1, 0) >= 1, A, B), "(v[0]===v[1]?1:0)>=1?v[0]:v[1]"),
    (ops.step("a name", A + B, "USD"), "v[0]+v[1]"),
    (ops.safe_divide(A, B), "over(v[0],v[1],0)"),
]


@pytest.mark.parametrize(("item", "expected"), TEXTS, ids=[text for _, text in TEXTS])
def test_text(item: Cell, expected: str) -> None:
    """Brackets stand where the order of computation needs them, and nowhere else."""
    assert script.function_body([item], [A, B, C]) == f"return [{expected}];\n"


def test_what_is_shared_is_computed_once() -> None:
    """What two cells need has a line of its own, also where it was traced twice."""
    body = script.function_body([(A + B) * C, (A + B) / C], [A, B, C])
    assert body == "const c0=v[0]+v[1];\nreturn [c0*v[2],c0/v[2]];\n"


def test_input_that_is_not_offered_is_a_number() -> None:
    """An input outside the list keeps its number."""
    assert script.function_body([A * B], [A]) == "return [v[0]*2];\n"


def test_no_name_is_printed() -> None:
    """Nothing that somebody wrote becomes code: names of inputs and steps are left out."""
    body = script.function_body([ops.step("</script>", A + B, "';")], [A, B])
    assert re.fullmatch(r"return \[v\[0\]\+v\[1\]\];\n", body)


def test_unknown_operation() -> None:
    """An operation without JavaScript is an error, not a number."""
    with pytest.raises(ValueError, match="no JavaScript for 'median'"):
        script.function_body([Cell("operation", "median", Fraction(1), "", (A, B))], [A, B])


def test_long_chain_is_no_deep_recursion() -> None:
    """A running total of thousands of months is printed line by line."""
    total: Any = A
    for _ in range(5_000):
        total = total + B
    body = script.function_body([total], [A, B])
    assert max(map(len, body.splitlines())) < 600


def run(body: str, numbers: list[list[float]]) -> list[list[Any]]:
    """What the printed function gives for several lists of numbers."""
    code = f"{script.PRELUDE}const f = (v) => {{\n{body}}};\nconsole.log(JSON.stringify({json.dumps(numbers)}.map(f)));"
    done = subprocess.run([NODE or "", "-"], input=code, capture_output=True, text=True, check=True, timeout=60)
    found: list[list[Any]] = json.loads(done.stdout)
    return found


OPERATIONS: dict[str, Callable[..., Any]] = {
    "ceil": lambda a, b: ops.ceil(a / 7) - ops.ceil(0 - b / 3),
    "half_up": lambda a, b: ops.half_up(a / 2) + ops.half_up(0 - b / 2),
    "maximum": lambda a, b: ops.maximum(a, b) - ops.minimum(a, b),
    "where": lambda a, b: ops.where(a < b, a + 1, b * 2),
    "safe_divide": lambda a, b: ops.safe_divide(a, b - 3, 11),
    "real_power": lambda a, b: ops.real_power(1 + a / 1000, ops.divide(b, 12)),
    "doublings": lambda a, b: ops.doublings(1 + a * b),
    "power": lambda a, b: ops.power(1 + a / 100, 3) * (b - a),
}


@needs_node
@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_in_javascript(name: str) -> None:
    """Every operation gives in JavaScript what it gives exactly, at halves, whole numbers and 0 too."""
    chance = random.Random(6)  # noqa: S311 - drawn for a test
    settings = [[Fraction(chance.randrange(0, 400), 4), Fraction(chance.randrange(0, 80), 4)] for _ in range(300)]
    settings += [[Fraction(a), Fraction(b)] for a in range(8) for b in range(8)]
    a, b = cell("a", 1), cell("b", 1)
    body = script.function_body([OPERATIONS[name](a, b)], [a, b])
    found = run(body, [[float(number) for number in pair] for pair in settings])
    expected = [float(OPERATIONS[name](*pair)) for pair in settings]
    assert [row[0] for row in found] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@needs_node
@pytest.mark.parametrize(
    ("excess", "posts"), [("0", 33), ("5e-10", 33), ("-5e-10", 33), ("2e-9", 34), ("0.4", 34), ("-1.5", 32)]
)
def test_rounding_up_has_the_tolerance_of_the_other_runtimes(excess: str, posts: int) -> None:
    """Up to 1e-9 above a whole number counts as that number."""
    a = cell("a", 1)
    assert run(script.function_body([ops.ceil(a)], [a]), [[float(33 + Fraction(excess))]]) == [[posts]]
