# ruff: noqa: S608 - every name and text is quoted by `layout`
"""How DuckDB reads the files of a source: only what is asked for, and no row dropped in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.usage.logs.reading.expressions import either
from costmodel.usage.logs.shapes.layout import ROOT, declared_type, literal
from costmodel.usage.logs.shapes.used import used_paths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from costmodel.usage.logs.shapes.columns import CsvForm, Source
    from costmodel.usage.logs.shapes.paths import FieldPath

_NO_TEXT = "\x1ano such text\x1a"  # so that an empty cell is an empty text, and NULL a cell that is not there
_MOST_BYTES = 32_000_000  # of one row of a CSV file
_BUFFER_BYTES = 33_554_432  # what DuckDB takes by default; it must hold a row


def read_sql(source: Source, paths: Iterable[FieldPath], *, numbered: bool = False) -> str:
    """The SELECT that reads the files.

    Of JSON lines the column `j` is a struct of the declared paths, NULL where a line is no JSON. CSV has the columns
    c0, c1 and so on, all text.

    Args:
        source: files that are read alike.
        paths: what is declared of JSON.
        numbered: with `record`, the number of the record from 1.
    """
    files = ", ".join(literal(str(file)) for file in source.files)
    record = ", row_number() OVER () AS record" if numbered else ""
    if source.format == "parquet":
        return f"SELECT *{record} FROM read_parquet([{files}], hive_partitioning = false)"
    if source.csv is not None:
        return f"SELECT *{record} FROM {_read_csv(files, source.csv)}"
    declared = declared_type(paths)
    options = "format = 'newline_delimited', records = 'false', ignore_errors = true, hive_partitioning = false"
    reader = f"read_json([{files}], columns = {{json: {literal(declared)}}}, {options})"
    return f"SELECT json AS {ROOT}{record} FROM {reader}"


def unread(source: Source) -> str:
    """Whether a row could not be read: no JSON, or another number of cells than the heading has."""
    if source.csv is None:
        return "FALSE" if source.columns else f"{ROOT} IS NULL"
    paths = used_paths(source.shapes, source.labels, source.key)
    used = {name for path in paths for name in (path.text, path.column)}
    missing = [f"{column.sql} IS NULL" for column in source.columns if column.name in used]
    return either([*missing, f"coalesce(c{source.csv.width} <> '', FALSE)"])


def _read_csv(files: str, form: CsvForm) -> str:
    """CSV with every cell as text; one column more than the heading has, so that a cell too many is seen."""
    columns = ", ".join(f"c{index}: 'VARCHAR'" for index in range(form.width + 1))
    quote = "'\"'" if form.quotes else "''"
    options = {
        "columns": f"{{{columns}}}",
        "auto_detect": "false",
        "header": "true",
        "skip": str(form.skip),
        "delim": literal(form.delimiter),
        "quote": quote,
        "escape": quote,
        "nullstr": literal(_NO_TEXT),
        "new_line": "'\\n'",  # reads '\r\n' right too; the other way round loses characters
        "null_padding": "true",
        "strict_mode": "false",
        "parallel": "false" if form.quotes else "true",
        "max_line_size": str(_MOST_BYTES),
        "buffer_size": str(_BUFFER_BYTES),
        "encoding": "'utf-8'" if form.utf8 else "'latin-1'",
        "hive_partitioning": "false",
    }
    return f"read_csv([{files}], {', '.join(f'{key} = {value}' for key, value in options.items())})"
