# ruff: noqa: S608 - made of the relation of `reading`
"""A bill, added up by day and model: read as a usage log is, with amounts in place of counts.

Amounts are whole numbers of 10^-24: no binary number takes part. A bill must be read whole: one wrong row refuses it.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.reconcile.bill_days import day_of, zone_of
from costmodel.decisions.reconcile.bill_words import EMPTY, KINDS, UNKNOWN, in_another_currency, why
from costmodel.decisions.reconcile.shape import AMOUNT, CURRENCY, KIND, PART, UNTIL, known_bills, load_bill_mapping
from costmodel.errors import CommandLineError, FileError, Mistake
from costmodel.results.metered.difference import Beside
from costmodel.usage.logs.reading.bad_rows import lines_of
from costmodel.usage.logs.reading.csv_form import not_utf8
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.reading.files import shown_path
from costmodel.usage.logs.reading.reading import read_alike, relation
from costmodel.usage.logs.reading.written import is_order, pointed, year_first
from costmodel.usage.logs.shapes.columns import shown
from costmodel.usage.logs.shapes.layout import ColumnLayout, literal
from costmodel.usage.logs.shapes.used import required_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from costmodel.usage.logs.shapes.columns import Source
    from costmodel.usage.logs.shapes.shape import Shape

BESIDE = "charged beside tokens"
_USAGE = ("usage", "", "-", "null")
_PLACES = 24  # of an amount: as many as a FOCUS cost may have
_MOST_MISTAKES = 20
_AMOUNT = "-?[0-9]{1,14}([.][0-9]{1,24})?([eE][+-]?[0-9]{1,2})?"


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
        zone: of its days without a clock, other than UTC; empty where none is said.
        months: of all its rows, whatever they charge for.
    """

    currency: str
    by_month: bool
    places: int
    lines: tuple[BillLine, ...]
    beside: tuple[Beside, ...]
    zone: str = ""
    months: tuple[str, ...] = ()


def read_bill(path: Path | str, mapping: Path | str | None = None) -> Bill:
    """A bill: FOCUS rows, answers of OpenRouter, plain columns, or what a mapping file says.

    Args:
        path: its file.
        mapping: the file that says how to read it, where it is of no known kind.

    Raises:
        FileError: it cannot be read, or a row of it is wrong.
        CommandLineError: it is in several currencies.
    """
    path = Path(path)
    shapes = [load_bill_mapping(Path(mapping))] if mapping else known_bills()
    groups = read_alike([path], tuple(shape.shape() for shape in shapes))
    sources = [_fitting(source, mapped=mapping is not None) for source in groups]
    mistakes = list(islice(_wrong_rows(sources, mapped=mapping is not None), _MOST_MISTAKES))
    if mistakes:
        raise FileError([*mistakes, *_several_currencies(sources)])
    with connection(memory_limit="500MB") as connected, plain_errors(str(path)):
        found = connected.execute(_added_up(sources)).fetchall()
    return _bill(path, found)._replace(zone=zone_of(sources))


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
            lacks = missing[source.shapes[0].shape]
            words = f"there is no column {lacks}: correct the mapping{_all_usage(lacks)}" if mapped else UNKNOWN
            raise FileError(Mistake(shown_path(file), 1, 1, not_utf8(source) or words) for file in source.files)
    labels = dict.fromkeys(name for shape in shapes for name in shape.labels)
    return source._replace(shapes=shapes, labels=tuple(labels))


def _all_usage(missing: str) -> str:
    """What to write where nothing in a file says what kind of charge a row is."""
    return ". Where every row is usage, write 'kind: {is: Usage}'" if f"'{KIND}'" in missing else ""


def _missing(shape: Shape, layout: ColumnLayout, *, mapped: bool) -> str:
    """The columns that a shape needs and a file does not have."""
    has = shape.recognise.has if shape.recognise else ()
    wanted = [(path,) for path in required_paths(shape)] if mapped else has
    return ", ".join(f"'{paths[0].text}'" for paths in wanted if all(layout.leaf(path) is None for path in paths))


def _wrong_rows(sources: Sequence[Source], *, mapped: bool) -> Iterator[Mistake]:
    """What is wrong with rows, each once with the first row of it; nothing of a row is told."""
    for source in sources:
        for file in source.files:
            one = source._replace(files=(file,))
            bad = f"SELECT reason AS why, record FROM ({relation(one, numbered=True)}) WHERE reason IS NOT NULL"
            wrong = f"SELECT why, record FROM ({_read(one, numbered=True)}) WHERE why IS NOT NULL"
            query = f"SELECT why, min(record), count(*) FROM ({bad} UNION ALL {wrong}) GROUP BY why ORDER BY 2, 1"
            with connection() as connected, plain_errors(shown_path(file)):
                rows = connected.execute(query).fetchall()
            lines = lines_of(one, file, [record for _, record, _ in rows])
            decimal = source.shapes[0].decimal if source.csv is not None else None
            for name, record, count in rows:
                more = f" and {count - 1:,} more" if count > 1 else ""
                words = f"row {record:,}{more}: {why(name, mapped=mapped, decimal=decimal)}"
                yield Mistake(shown_path(file), lines.get(record, record), 1, words)


def _several_currencies(sources: Sequence[Source]) -> Iterator[Mistake]:
    """The first row in another currency than the rows above it, where there is one: told beside what else is wrong."""
    for source in sources:
        for file in source.files:
            one = source._replace(files=(file,))
            query = (
                f"SELECT currency, min(record) FROM ({_read(one, numbered=True)}) "
                "WHERE regexp_full_match(currency, '[A-Z]{3}') GROUP BY currency ORDER BY 2"
            )
            with connection() as connected, plain_errors(shown_path(file)):
                first, *others = connected.execute(query).fetchall() or [("", 0)]
            lines = lines_of(one, file, [record for _, record in others])
            for code, record in others:
                words = in_another_currency(record, code, first[0])
                yield Mistake(shown_path(file), lines.get(record, record), 1, words)


def _read(source: Source, *, numbered: bool = False) -> str:
    """The rows with their amounts; `why` where something of a row is wrong."""
    column = {label: f"label_{place}" for place, label in enumerate(source.labels)}
    parts = [sql for label, sql in column.items() if label.startswith(PART)]
    amounts = [_money(sql) for sql in parts or [column[AMOUNT]]]
    decimals = ", ".join(map(_decimals, [column[AMOUNT], *parts]))
    day, until = day_of(source), f"TRY_CAST(left({column[UNTIL]}, 10) AS DATE)"
    return (
        f"SELECT {'record, ' if numbered else ''}{day} AS day, model, lower({column[KIND]}) AS kind, "
        f"upper({column[CURRENCY]}) AS currency, {_money(column[AMOUNT])} AS amount, "
        f"{_whole('amount')} AS amount_whole, {_rest('amount')} AS amount_rest, "
        f"coalesce({' + '.join(map(_whole, amounts))}, amount_whole) AS tokens_whole, "
        f"coalesce({' + '.join(map(_rest, amounts))}, amount_rest) AS tokens_rest, greatest({decimals}) AS places, "
        f"coalesce({until} - DATE '1970-01-01' > day + 1, FALSE) AS long, "
        f"CASE WHEN coalesce({column[AMOUNT]}, '') = '' THEN '{EMPTY}' WHEN amount IS NULL THEN '{AMOUNT}' "
        f"WHEN NOT regexp_full_match(currency, '[A-Z]{{3}}') THEN '{CURRENCY}' "
        f"WHEN kind NOT IN ({', '.join(map(literal, (*_USAGE, *KINDS)))}) THEN '{KIND}' "
        f"WHEN {column[UNTIL]} NOT IN ('', '-') AND {until} IS NULL THEN '{UNTIL}' END AS why "
        f"FROM ({_plain(source, column, numbered=numbered)}) WHERE reason IS NULL"
    )


def _plain(source: Source, column: Mapping[str, str], *, numbered: bool) -> str:
    """The relation with labels without blanks around them, amounts with a point, and days that begin with the year."""
    sql = {label: f"trim({name})" for label, name in column.items()}
    shape = source.shapes[0]
    if source.csv is not None and shape.decimal is not None:  # others have numbers, or texts with a point
        amounts = {label: text for label, text in sql.items() if label.startswith((AMOUNT, PART))}
        sql |= {label: pointed(text, shape.decimal) for label, text in amounts.items()}
    if source.columns and is_order(shape.time[0].kind):
        sql[UNTIL] = f"CASE {sql[UNTIL]} WHEN '-' THEN '-' ELSE {year_first(sql[UNTIL], shape.time[0].kind)} END"
    replaced = ", ".join(f"{text} AS {column[label]}" for label, text in sql.items())
    return f"SELECT * REPLACE ({replaced}) FROM ({relation(source, numbered=numbered)})"


def _decimals(text: str) -> str:
    """How many decimals an amount is written with."""
    digits, power = (f"split_part(lower({text}), 'e', {place})" for place in (1, 2))
    return f"greatest(0, length(split_part({digits}, '.', 2)) - coalesce(TRY_CAST({power} AS INTEGER), 0))"


def _money(text: str) -> str:
    """An amount; NULL where it is none, or has more decimals than are kept."""
    valid = f"regexp_full_match({text}, {literal(_AMOUNT)}) AND {_decimals(text)} <= {_PLACES}"
    return f"CASE WHEN {valid} THEN TRY_CAST({text} AS DECIMAL(38, {_PLACES})) END"


def _whole(amount: str) -> str:
    """What stands before the point: added up apart, for sums are wider than a decimal number of the engine."""
    return f"CAST(trunc({amount}) AS HUGEINT)"


def _rest(amount: str) -> str:
    """What stands after the point."""
    return f"({amount} - trunc({amount}))"


def _added_up(sources: Sequence[Source]) -> str:
    rows = " UNION ALL ".join(f"({_read(source)})" for source in sources)
    return (
        "SELECT day, model, kind, currency, count(*), sum(amount_whole), sum(tokens_whole), max(places), "
        "bool_or(long), sum(amount_rest), sum(tokens_rest) "
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
    rows = [(*row[:5], row[5] + Fraction(row[9]), row[6] + Fraction(row[10]), *row[7:9]) for row in rows]
    usage = [row for row in rows if row[2] in _USAGE]
    lines = tuple(BillLine(_day(row[0]), row[1], row[4], row[6]) for row in usage)
    months = tuple(sorted({_day(row[0])[:7] for row in rows}))
    most = max(row[7] for row in rows)
    return Bill(currencies[0], any(row[8] for row in usage), most, lines, tuple(_beside(rows)), months=months)


def _day(number: int) -> str:
    return str(date(1970, 1, 1) + timedelta(days=number))


def _beside(rows: Iterable[Sequence[Any]]) -> Iterator[Beside]:
    """What is no usage of tokens, by kind."""
    found: dict[str, Beside] = {}
    for row in rows:
        usage = row[2] in _USAGE
        kind, amount = (BESIDE, row[5] - row[6]) if usage else (shown(row[2]), row[5])
        if amount:
            before = found.get(kind, Beside(kind, 0, Fraction(0)))
            found[kind] = Beside(kind, before.rows + row[4], before.amount + amount)
    yield from found.values()
