"""What SQL engines say differently: a handful of snippets, by the engine's name.

The query of the fine cube (see `query`) is plain SQL but for these. All numbers in it are whole.
"""

from __future__ import annotations

from typing import NamedTuple


class Dialect(NamedTuple):
    """One engine's way of saying what the standard leaves open.

    Attributes:
        name: the engine.
        division: `{a}` divided by `{b}`, both positive whole numbers, rounded down to a whole number.
        modulo: what is left over then.
        total: the sum of `{x}`, a 64-bit whole number, over any number of rows: 38 digits, no overflow, no float.
        epoch_us: microseconds since 1970 of `{x}`, an instant with a time zone, rounded down.
    """

    name: str
    division: str
    modulo: str
    total: str
    epoch_us: str

    def divided(self, a: str, b: int | str) -> str:
        """`a` divided by `b`, rounded down."""
        return self.division.format(a=a, b=b)

    def left_over(self, a: str, b: int | str) -> str:
        """What is left over when `a` is divided by `b`."""
        return self.modulo.format(a=a, b=b)

    def summed(self, x: str) -> str:
        """The sum of `x`, in 38 digits."""
        return self.total.format(x=x)


DUCKDB = Dialect(
    name="duckdb",
    division="({a} // {b})",
    modulo="({a} % {b})",
    # A sum of BIGINT is a HUGEINT, which Parquet would hold as a binary float: a decimal holds every digit.
    total="CAST(SUM({x}) AS DECIMAL(38, 0))",
    epoch_us="epoch_us({x})",
)
DIALECTS = {dialect.name: dialect for dialect in (DUCKDB,)}
