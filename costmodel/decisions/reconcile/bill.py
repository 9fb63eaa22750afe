# ruff: noqa: S608 - made of the relation of `reading`
"""A bill, added up by day and model: read as a usage log is, with amounts in place of counts.

Amounts are whole numbers of 10^-24: no binary number takes part. A bill must be read whole: one wrong row refuses it.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.reconcile.shape import AMOUNT, CURRENCY, KIND, PART, UNTIL, known_bills, load_bill_mapping
from costmodel.errors import CommandLineError, FileError, Mistake
from costmodel.results.metered.reconciliation import Beside
from costmodel.usage.logs.reading.bad_rows import bad_rows
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.reading.files import shown_path
from costmodel.usage.logs.reading.reading import read_alike, relation
from costmodel.usage.logs.shapes.columns import REASONS, shown
from costmodel.usage.logs.shapes.layout import ColumnLayout, literal
from costmodel.usage.logs.shapes.used import required_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from costmodel.usage.logs.shapes.columns import Source
    from costmodel.usage.logs.shapes.shape import Shape

BESIDE = "charged beside tokens"
_USAGE = ("usage", "", "-", "null")
_PLACES = 24  # of an amount: as many as a FOCUS cost may have
_MOST_MISTAKES = 20
_AMOUNT = "-?[0-9]{1,14}([.][0-9]{1,24})?([eE][+-]?[0-9]{1,2})?"
_DAY_US = 86_400_000_000


class BillLine(NamedTuple):
    """What was billed for a model on a day.

    Attributes:
        day: such as 2026-11-03.
        model: as billed.
        rows: rows of the bill.
        amount: money.
    """

    day: str
    model: str
    rows: int
    amount: Fraction


class Bill(NamedTuple):
    """A bill.

    Attributes:
        currency: of all its amounts.
        by_month: whether it has charges of more than a day, so that days cannot be compared.
        places: most decimals that an amount is written with.
        lines: what was billed for usage.
        beside: what was billed for something else.
    """

    currency: str
    by_month: bool
    places: int
    lines: tuple[BillLine, ...]
    beside: tuple[Beside, ...]


def read_bill(path: Path, mapping: Path | None = None) -> Bill:
    """A bill: FOCUS rows, answers of OpenRouter, plain columns, or what a mapping file says.

    Raises:
        FileError: it cannot be read, or a row of it is wrong.
        CommandLineError: it is in several currencies.
    """
    shapes = [load_bill_mapping(mapping)] if mapping else known_bills()
    groups = read_alike([path], tuple(shape.shape() for shape in shapes))
    sources = [_fitting(source, mapped=mapping is not None) for source in groups]
    mistakes = list(islice(_wrong_rows(sources), _MOST_MISTAKES))
    if mistakes:
        raise FileError(mistakes)
    with connection(memory_limit="500MB") as connected, plain_errors(str(path)):
        found = connected.execute(_added_up(sources)).fetchall()
    return _bill(path, found)


def _fitting(source: Source, *, mapped: bool) -> Source:
    """A source with the kinds of bill that it can be, and the labels that they have.

    Raises:
        FileError: it can be none.
    """
    shapes = source.shapes
    if source.columns:
        layout = ColumnLayout(source.columns)
        missing = {shape.shape: _missing(shape, layout, mapped=mapped) for shape in shapes}
        shapes = tuple(shape for shape in shapes if not missing[shape.shape])[:1]
        if not shapes:
            words = f"there is no column {missing[source.shapes[0].shape]}: correct the mapping" if mapped else _UNKNOWN
            raise FileError(Mistake(shown_path(file), 1, 1, words) for file in source.files)
    labels = dict.fromkeys(name for shape in shapes for name in shape.labels)
    return source._replace(shapes=shapes, labels=tuple(labels))


_UNKNOWN = (
    "the columns are those of no known bill (FOCUS, or day, model, amount and currency): say with --bill-mapping FILE "
    "where day, model, amount and currency stand"
)


def _missing(shape: Shape, layout: ColumnLayout, *, mapped: bool) -> str:
    """The columns that a shape needs and a file does not have."""
    has = shape.recognise.has if shape.recognise else ()
    wanted = [(path,) for path in required_paths(shape)] if mapped else has
    return ", ".join(f"'{paths[0].text}'" for paths in wanted if all(layout.leaf(path) is None for path in paths))


def _wrong_rows(sources: Sequence[Source]) -> Iterator[Mistake]:
    """Every row that cannot be read, or whose amount or currency is none; nothing of it is told."""
    known = {reason.name: reason for reason in REASONS}
    for row in bad_rows(sources):
        reason = known[row.reason]
        yield Mistake(row.file, row.line or row.record, 1, f"row {row.record:,}: {reason.means}: {reason.remedy}")
    for source in sources:
        for file in source.files:
            one = source._replace(files=(file,))
            query = f"SELECT record, amount IS NULL FROM ({_read(one, numbered=True)}) WHERE wrong ORDER BY 1 LIMIT 20"
            with connection() as connected, plain_errors(shown_path(file)):
                rows = connected.execute(query).fetchall()
            for record, is_amount in rows:
                words = _NO_AMOUNT if is_amount else "the currency is no code such as USD"
                line = record + (source.csv is not None)
                yield Mistake(shown_path(file), line, 1, f"row {record:,}: {words}")


_NO_AMOUNT = (
    "the amount is no plain number: write digits with a point and no sign of a currency, 1234.50, with at most 24 "
    "decimals"
)


def _read(source: Source, *, numbered: bool = False) -> str:
    """The rows with their amounts; `wrong` where an amount or a currency is none."""
    column = {label: f"trim(label_{place})" for place, label in enumerate(source.labels)}
    parts = [sql for label, sql in column.items() if label.startswith(PART)]
    tokens = " + ".join(map(_money, parts)) if parts else "amount"
    decimals = ", ".join(map(_decimals, [column[AMOUNT], *parts]))
    day = f"at_us // {_DAY_US}"
    return (
        f"SELECT {'record, ' if numbered else ''}{day} AS day, model, lower({column[KIND]}) AS kind, "
        f"upper({column[CURRENCY]}) AS currency, {_money(column[AMOUNT])} AS amount, "
        f"coalesce({tokens}, amount) AS tokens, greatest({decimals}) AS places, "
        f"coalesce(TRY_CAST(left({column[UNTIL]}, 10) AS DATE) - DATE '1970-01-01' > day + 1, FALSE) AS long, "
        "amount IS NULL OR NOT regexp_full_match(currency, '[A-Z]{3}') AS wrong "
        f"FROM ({relation(source, numbered=numbered)}) WHERE reason IS NULL"
    )


def _decimals(text: str) -> str:
    """How many decimals an amount is written with."""
    digits, power = (f"split_part(lower({text}), 'e', {place})" for place in (1, 2))
    return f"greatest(0, length(split_part({digits}, '.', 2)) - coalesce(TRY_CAST({power} AS INTEGER), 0))"


def _money(text: str) -> str:
    """An amount; NULL where it is none, or has more decimals than are kept."""
    valid = f"regexp_full_match({text}, {literal(_AMOUNT)}) AND {_decimals(text)} <= {_PLACES}"
    return f"CASE WHEN {valid} THEN TRY_CAST({text} AS DECIMAL(38, {_PLACES})) END"


def _added_up(sources: Sequence[Source]) -> str:
    rows = " UNION ALL ".join(f"({_read(source)})" for source in sources)
    return (
        "SELECT day, model, kind, currency, count(*), sum(amount), sum(tokens), max(places), bool_or(long) "
        f"FROM ({rows}) GROUP BY day, model, kind, currency ORDER BY day, model, kind, currency"
    )


def _bill(path: Path, rows: Sequence[Sequence[Any]]) -> Bill:
    currencies = sorted({row[3] for row in rows})
    if not rows:
        raise FileError([Mistake(str(path), 1, 1, "the bill has no charges")])
    if len(currencies) > 1:
        raise CommandLineError(
            f"'{path}' is in {' and '.join(currencies)}: a bill is held against a log in one currency. Divide it"
        )
    usage = [row for row in rows if row[2] in _USAGE]
    lines = (BillLine(_day(row[0]), row[1], row[4], Fraction(row[6])) for row in usage)
    most = max(row[7] for row in rows)
    return Bill(currencies[0], any(row[8] for row in usage), most, tuple(lines), tuple(_beside(rows)))


def _day(number: int) -> str:
    return str(date(1970, 1, 1) + timedelta(days=number))


def _beside(rows: Iterable[Sequence[Any]]) -> Iterator[Beside]:
    """What is no usage of tokens, by kind."""
    found: dict[str, Beside] = {}
    for row in rows:
        usage = row[2] in _USAGE
        kind, amount = (BESIDE, Fraction(row[5]) - Fraction(row[6])) if usage else (shown(row[2]), Fraction(row[5]))
        if amount:
            before = found.get(kind, Beside(kind, 0, Fraction(0)))
            found[kind] = Beside(kind, before.rows + row[4], before.amount + amount)
    yield from found.values()
