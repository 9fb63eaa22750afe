"""FOCUS rows as files: CSV and Parquet. The same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from costmodel.results.focus.row import COLUMNS, DIGITS, FOCUS_VERSION, INSTANTS, PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from costmodel.results.focus.row import Row

    Value = int | datetime | str | None

_BATCH = 20_000  # rows held in memory at once
_METADATA = {"FocusVersion": FOCUS_VERSION, "DataGenerator": "costmodel"}
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")  # a spreadsheet runs a cell that begins so; some take the wide forms alike
# Control characters move a cell's end or drive a terminal; overrides of direction make a text read as another.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def text(column: str, value: Value) -> str | None:
    """A value as FOCUS writes it: plain digits, an instant in UTC, or the text itself; None stays null.

    >>> text("PricingQuantity", 2_500_000_000_000)
    '2.5'
    """
    if isinstance(value, int):
        places = PLACES[column]
        digits = str(value).rjust(places + 1, "0")
        return f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
    return f"{value.isoformat()[:19]}Z" if isinstance(value, datetime) else value


def csv_text(rows: Iterable[Row]) -> str:
    """Rows as CSV: commas, an empty field for null. No text can run as a formula in a spreadsheet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(name, getattr(row, name)) for name in COLUMNS] for row in rows)
    return buffer.getvalue()


def _cell(column: str, value: Value) -> str:
    found = text(column, value) or ""
    return _safe(found) if isinstance(value, str) else found


@lru_cache(maxsize=10_000)  # few texts stand in many rows
def _safe(cell: str) -> str:
    """A text that stays one: unsafe characters replaced, and an apostrophe before what would run as a formula."""
    shown = _UNSAFE.sub("\ufffd", cell)
    return f"'{shown}" if _FORMULA.match(cell) else shown


def parquet_bytes(rows: Iterable[Row]) -> bytes:
    """Rows as a Parquet file: numbers as 128-bit decimals, instants in UTC, the texts as they are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([pa.field(name, _type(name)) for name in COLUMNS], metadata=_METADATA)
    buffer = io.BytesIO()
    with pq.ParquetWriter(buffer, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            columns = [_array(batch, field.name, field.type) for field in schema]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    return buffer.getvalue()


def _type(name: str) -> Any:
    import pyarrow as pa

    if name in PLACES:
        return pa.decimal128(DIGITS, PLACES[name])
    return pa.timestamp("us", tz="UTC") if name in INSTANTS else pa.string()


def _array(rows: Sequence[Row], column: str, type_: Any) -> Any:
    import pyarrow as pa

    values = [getattr(row, column) for row in rows]
    if column in PLACES:  # made of whole numbers, so that no decimal context can round them
        values = [None if value is None else Decimal(f"{value}e-{PLACES[column]}") for value in values]
    return pa.array(values, type=type_)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in batches; without any row, one empty batch, so that a file has its columns."""
    source = iter(rows)
    batch = list(islice(source, _BATCH))
    yield batch
    while batch := list(islice(source, _BATCH)):
        yield batch
