"""Prints traced cells as JavaScript, for a page that computes in the browser.

Numbers are 64-bit floats there, as in the array runtime, and round as it does. No text of a file is printed: inputs are
`v[0]`, `v[1]`, … and steps `c0`, `c1`, …, so that nothing that somebody wrote in a scenario becomes code.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.runtimes.exact import CEILING_TOLERANCE, ENDLESS_DECIMALS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from costmodel.runtimes.trace import Cell

_TOLERANCE = repr(float(CEILING_TOLERANCE))
# The operations that JavaScript has not, as `runtimes/arrays.py` has them.
PRELUDE = f"""\
const up = (x) => Math.ceil(x - {_TOLERANCE});
const near = (x) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5 + {_TOLERANCE});
const over = (a, b, otherwise) => (b === 0 ? otherwise : a / b);
const kept = (x) => Math.round(x * 1e{ENDLESS_DECIMALS}) / 1e{ENDLESS_DECIMALS};
const real = (a, b) => kept(a ** b);
const doublings = (x) => kept(Math.log2(x));
"""
_FUNCTIONS = {
    "ceil": "up",
    "half_up": "near",
    "safe_divide": "over",
    "real_power": "real",
    "doublings": "doublings",
    "maximum": "Math.max",
    "minimum": "Math.min",
}
_SIGNS = {"=": "===", "<>": "!==", "^": "**"}
_BINDING = {"=": 1, "<>": 1, "<": 1, "<=": 1, ">": 1, ">=": 1, "+": 2, "-": 2, "*": 3, "/": 3, "^": 4}
_CHOICE, _TIGHT = 0, 5
_LONGEST = 400  # characters of a part that is written into another one: deeper nesting is slow to read
_LARGEST_WHOLE = 1 << 53  # up to here every whole number is a 64-bit float


class _Node(NamedTuple):
    """A number, an input or an operation; the same computation is the same node."""

    text: str
    parts: tuple[int, ...] = ()


class _Text(NamedTuple):
    """A printed part, and how tightly it binds."""

    text: str
    binding: int = _TIGHT


def function_body(outputs: Sequence[Cell], inputs: Sequence[Cell]) -> str:
    r"""The body of a function of `v` that returns the numbers of some cells, in their order.

    What several of them need is computed once. A condition that is asked for gives true or false.

    Args:
        outputs: what is wanted.
        inputs: cells whose numbers stand in `v`, in this order. Every other input keeps the number that it has.

    Raises:
        ValueError: an operation that has no JavaScript here.

    >>> from costmodel.runtimes.trace import cell
    >>> hours, share = cell("hours", 40), cell("share", 1)
    >>> function_body([hours * share * 2], [hours])
    'return [v[0]*1*2];\n'
    """
    nodes = _Nodes(inputs)
    return nodes.printed([nodes.number(cell) for cell in outputs])


def number_text(value: Fraction) -> str:
    """A number as JavaScript reads it: the nearest 64-bit float; in brackets where it is below 0.

    >>> number_text(Fraction(1, 4)), number_text(Fraction(-3)), number_text(Fraction(1, 10**9))
    ('0.25', '(-3)', '1e-09')
    """
    whole = value.denominator == 1 and abs(value) <= _LARGEST_WHOLE
    text = str(value.numerator) if whole else repr(float(value))
    return f"({text})" if value < 0 else text


class _Nodes:
    """Every computation once, parts before wholes."""

    def __init__(self, inputs: Sequence[Cell]) -> None:
        self._made: list[_Node] = []
        self._known: dict[_Node, int] = {}
        self._kept = list(inputs)  # their ids are keys: none may be used again
        self._of = {id(cell): self._once(_Node(f"v[{place}]")) for place, cell in enumerate(inputs)}

    def number(self, whole: Cell) -> int:
        """The number of a cell's node; its parts get theirs first."""
        self._kept.append(whole)
        for cell in _parts_first(whole, self._of):
            self._of[id(cell)] = self._node(cell)
        return self._of[id(whole)]

    def _node(self, cell: Cell) -> int:
        if cell.kind == "step":
            return self._of[id(cell.arguments[0])]
        if cell.kind == "operation":
            return self._once(_Node(cell.name, tuple(self._of[id(part)] for part in cell.arguments)))
        return self._once(_Node(number_text(Fraction(cell.value))))

    def _once(self, node: _Node) -> int:
        if node not in self._known:
            self._known[node] = len(self._made)
            self._made.append(node)
        return self._known[node]

    def printed(self, wanted: Sequence[int]) -> str:
        """A line for each node that is needed several times, and one that returns what is wanted."""
        needed = [0] * len(self._made)
        for part in [*wanted, *(part for node in self._made for part in node.parts)]:
            needed[part] += 1
        texts: list[_Text] = []
        lines: list[str] = []
        for number, node in enumerate(self._made):
            text = _operation(node.text, [texts[part] for part in node.parts]) if node.parts else _Text(node.text)
            if node.parts and (needed[number] > 1 or len(text.text) > _LONGEST):
                lines.append(f"const c{len(lines)}={text.text};\n")
                text = _Text(f"c{len(lines) - 1}")
            texts.append(text)
        return "".join(lines) + f"return [{','.join(texts[number].text for number in wanted)}];\n"


def _parts_first(whole: Cell, done: dict[int, int]) -> Iterator[Cell]:
    """Every cell that is not done, parts before wholes; a long chain of months is no deep recursion."""
    stack = [(whole, False)]
    seen: set[int] = set()
    while stack:
        cell, opened = stack.pop()
        if opened:
            yield cell
        elif id(cell) not in done and id(cell) not in seen:
            seen.add(id(cell))
            stack.append((cell, True))
            stack.extend((part, False) for part in reversed(cell.arguments))


def _operation(name: str, parts: Sequence[_Text]) -> _Text:
    if name in _BINDING:
        return _infix(name, *parts)
    if name == "where":
        condition, then, otherwise = (_wrapped(part, _CHOICE + 1) for part in parts)
        return _Text(f"{condition}?{then}:{otherwise}", _CHOICE)
    if name not in _FUNCTIONS:
        raise ValueError(f"no JavaScript for '{name}'")
    return _Text(f"{_FUNCTIONS[name]}({','.join(part.text for part in parts)})")


def _infix(name: str, left: _Text, right: _Text) -> _Text:
    own = _BINDING[name]
    first = _wrapped(left, own + 1 if name == "^" else own)
    # The right side of a sum keeps its brackets too: floats are added in the order in which the trees have them.
    return _Text(f"{first}{_SIGNS.get(name, name)}{_wrapped(right, own + 1)}", own)


def _wrapped(part: _Text, binding: int) -> str:
    return f"({part.text})" if part.binding < binding else part.text
