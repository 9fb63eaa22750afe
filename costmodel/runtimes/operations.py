"""The few operations beyond `+ - * /`, for whatever the numbers are. Equations import these and nothing else."""

from __future__ import annotations

from typing import Any

from costmodel.runtimes import exact

_TRACE, _DRAWS, _ARRAYS = "costmodel.runtimes.trace", "costmodel.runtimes.draws", "numpy"


def _runtime(*operands: Any) -> Any:
    """The runtime of the operands, told by the module of their types: the heavy ones are imported when first met."""
    homes = {type(operand).__module__ for operand in operands}
    if _TRACE in homes:
        from costmodel.runtimes import trace

        return trace
    if _DRAWS in homes:
        from costmodel.runtimes import draws

        return draws
    if _ARRAYS in homes or any(isinstance(operand, float) for operand in operands):
        from costmodel.runtimes import arrays

        return arrays
    return exact


def ceil(x: Any) -> Any:
    """Rounded up to a whole number; up to 1e-9 above a whole number counts as that number, in every runtime."""
    return _runtime(x).ceil(x)


def half_up(x: Any) -> Any:
    """Rounded to the nearest whole number, halves away from zero."""
    return _runtime(x).half_up(x)


def maximum(a: Any, b: Any) -> Any:
    """The larger of two."""
    return _runtime(a, b).maximum(a, b)


def minimum(a: Any, b: Any) -> Any:
    """The smaller of two."""
    return _runtime(a, b).minimum(a, b)


def where(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, else `b`."""
    return _runtime(condition, a, b).where(condition, a, b)


def safe_divide(a: Any, b: Any, otherwise: Any = 0) -> Any:
    """`a / b`, or `otherwise` where b is zero."""
    return _runtime(a, b, otherwise).safe_divide(a, b, otherwise)


def divide(a: Any, b: Any) -> Any:
    """`a / b`: whole numbers stay exact, where Python's own `/` would make a binary float of them."""
    return _runtime(a, b).divide(a, b)


def power(base: Any, exponent: int) -> Any:
    """A whole power; a root is not exact in every runtime.

    Raises:
        TypeError: the exponent is not a whole number.
    """
    if exponent != int(exponent):
        raise TypeError(f"whole powers only, not {exponent}")
    return _runtime(base).power(base, int(exponent))


def real_power(base: Any, exponent: Any) -> Any:
    """A power with any exponent, rounded to twelve decimals in every runtime: roots, growth and learning curves.

    It is the one place where a number that has no end enters: no runtime could hold it exactly.
    """
    return _runtime(base, exponent).real_power(base, exponent)


def doublings(x: Any) -> Any:
    """How often 1 is doubled to make x (its logarithm to base 2), rounded to twelve decimals in every runtime."""
    return _runtime(x).doublings(x)


def some(condition: Any) -> bool:
    """Whether something holds, or is not zero, in any draw; for checks, never for a choice inside an equation.

    >>> some(0), some(3)
    (False, True)
    """
    home = type(condition).__module__
    if home == _TRACE:
        return bool(condition.value)
    if home == _DRAWS:
        from costmodel.runtimes import draws

        return draws.some(condition)
    return bool(condition)


def known(number: Any) -> bool:
    """Whether a number is one number, and not draws."""
    return type(number).__module__ != _DRAWS


def step(name: str, value: Any, unit: str) -> Any:
    """A named intermediate result: free for numbers; for a traced cell a line of `explain` and a row of a workbook."""
    return _runtime(value).step(name, value, unit)
