"""What SQL engines say differently: a handful of snippets, by the engine's name.

The query of the fine cube (see `query`) is plain SQL but for these. All numbers in it are whole.
"""

from __future__ import annotations

from typing import NamedTuple


class Dialect(NamedTuple):
    r"""One engine's way of saying what the standard leaves open.

    Attributes:
        name: the engine.
        division: `{a}` divided by `{b}`, both positive whole numbers, rounded down to a whole number.
        modulo: what is left over then.
        total: the sum of `{x}`, a 64-bit whole number, over any number of rows: exact, no float; too much is an error.
        epoch_us: microseconds since 1970 of `{x}`, an instant with a time zone, rounded down; NULL of an infinite one.
        local_us: the same of `{x}`, a time without zone, in the time zone `{zone}` (which is quoted).
        text: the type of texts.
        quote: what names are quoted with.
        backslash: whether a backslash in a text is an escape sign.
        capitals: whether a name without quotes is one in capitals.
        runs: whether our tests run it; of the others they check the grammar alone.
    """

    name: str
    division: str
    modulo: str
    total: str
    epoch_us: str
    local_us: str
    text: str = "VARCHAR"
    quote: str = '"'
    backslash: bool = False
    capitals: bool = False
    runs: bool = False

    def divided(self, a: str, b: int | str) -> str:
        """`a` divided by `b`, rounded down."""
        return self.division.format(a=a, b=b)

    def left_over(self, a: str, b: int | str) -> str:
        """What is left over when `a` is divided by `b`."""
        return self.modulo.format(a=a, b=b)

    def summed(self, x: str) -> str:
        """The sum of `x`."""
        return self.total.format(x=x)

    def quoted(self, name: str) -> str:
        """The name of a column of the user's, as it stands in the table.

        >>> DIALECTS["bigquery"].quoted("input"), DUCKDB.quoted("input")
        ('`input`', '"input"')
        """
        doubled = "\\" + self.quote if self.name == "bigquery" else 2 * self.quote
        inside = name.replace("\\", "\\\\") if self.name == "bigquery" else name
        return self.quote + inside.replace(self.quote, doubled) + self.quote

    def named(self, name: str) -> str:
        """A name of ours, which may also stand without quotes.

        >>> DIALECTS["snowflake"].named("input")
        '"INPUT"'
        """
        return self.quoted(name.upper() if self.capitals else name)

    def literal(self, text: str) -> str:
        r"""A text.

        >>> print(DUCKDB.literal("it's"), SPARK.literal("it's"))
        'it''s' 'it\'s'
        """
        if not self.backslash:
            return "'" + text.replace("'", "''") + "'"
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r") + "'"


DUCKDB = Dialect(
    name="duckdb",
    division="({a} // {b})",
    modulo="({a} % {b})",
    # A sum of BIGINT is a HUGEINT, which Parquet would hold as a binary float: a decimal holds every digit.
    total="CAST(SUM({x}) AS DECIMAL(38, 0))",
    epoch_us="epoch_us({x})",
    local_us="epoch_us(timezone({zone}, {x}))",
    runs=True,
)

# Where a clock is set back, an hour comes twice. DuckDB and PostgreSQL take the second one, Spark the first. Three
# hours later the clock surely is set back: if going back from there gives the same time of day, that is the second one.
_LATER = "convert_timezone({zone}, 'UTC', {x} + INTERVAL '3' HOUR) - INTERVAL '3' HOUR"
_SECOND = (
    f"CASE WHEN convert_timezone('UTC', {{zone}}, {_LATER}) = {{x}} THEN {_LATER} "
    "ELSE convert_timezone({zone}, 'UTC', {x}) END"
)
SPARK = Dialect(
    name="spark",
    division="({a} div {b})",
    modulo="({a} % {b})",
    # A sum of BIGINT wraps without a word where ANSI mode is off; the sum of 28 digits has 38.
    total="CAST(SUM(CAST({x} AS DECIMAL(28, 0))) AS DECIMAL(38, 0))",
    epoch_us="unix_micros({x})",
    # By a text, since every other way of counting from 1970 is in the time zone of whoever runs it.
    local_us=f"unix_micros(TRY_CAST(concat(CAST({_SECOND} AS STRING), 'Z') AS TIMESTAMP))",
    text="STRING",
    quote="`",
    backslash=True,
    runs=True,
)
POSTGRES = Dialect(
    name="postgres",
    division="({a} / {b})",
    modulo="({a} % {b})",
    total="CAST(SUM({x}) AS NUMERIC(38, 0))",
    # Exact since version 14. An infinite instant is none.
    epoch_us=("CASE WHEN isfinite({x}) THEN CAST(FLOOR(EXTRACT(EPOCH FROM {x}) * 1000000) AS BIGINT) END"),
    local_us=(
        "CASE WHEN isfinite({x}) THEN CAST(FLOOR(EXTRACT(EPOCH FROM {x} AT TIME ZONE {zone}) * 1000000) AS BIGINT) END"
    ),
    runs=True,
)
SNOWFLAKE = Dialect(
    name="snowflake",
    # A quotient has six decimals, rounded: half a day less a microsecond would become half a day.
    division="CAST(({a} - MOD({a}, {b})) / {b} AS BIGINT)",
    modulo="MOD({a}, {b})",
    total="CAST(SUM({x}) AS NUMBER(38, 0))",
    epoch_us="DATE_PART(EPOCH_MICROSECOND, {x})",
    local_us="DATE_PART(EPOCH_MICROSECOND, CONVERT_TIMEZONE({zone}, 'UTC', {x}))",
    backslash=True,
    capitals=True,
)
BIGQUERY = Dialect(
    name="bigquery",
    division="DIV({a}, {b})",
    modulo="MOD({a}, {b})",
    total="SUM(CAST({x} AS NUMERIC))",
    epoch_us="UNIX_MICROS({x})",
    local_us="UNIX_MICROS(TIMESTAMP({x}, {zone}))",
    text="STRING",
    quote="`",
    backslash=True,
)
# Trino counts seconds since 1970 as a float; its text of a time has all digits.
_TRINO_US = (
    "date_diff('second', TIMESTAMP '1970-01-01 00:00:00 UTC', {at}) * 1000000 + CAST(rpad(substr("
    "coalesce(regexp_extract(CAST({at} AS VARCHAR), '[.]([0-9]+)', 1), ''), 1, 6), 6, '0') AS BIGINT)"
)
TRINO = Dialect(
    name="trino",
    division="({a} / {b})",
    modulo="({a} % {b})",
    total="SUM(CAST({x} AS DECIMAL(38, 0)))",
    epoch_us=_TRINO_US.replace("{at}", "{x}"),
    local_us=_TRINO_US.replace("{at}", "with_timezone({x}, {zone})"),
)
DATABRICKS = SPARK._replace(name="databricks", runs=False)

DIALECTS = {dialect.name: dialect for dialect in (SNOWFLAKE, BIGQUERY, TRINO, DATABRICKS, POSTGRES, DUCKDB, SPARK)}
