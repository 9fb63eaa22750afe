"""Writing results: to the screen or to a file, whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from costmodel.results.table import Table


def emit(
    format_: str | None,
    output: Path | None,
    tables: Sequence[Table],
    record: Callable[[], Any],
    rows: Callable[[], Sequence[Any]],
    *,
    quiet: bool,
) -> None:
    """Write a result.

    Args:
        format_: table, json, csv or markdown.
        output: a file; the screen where it is None.
        tables: what `table` and `markdown` show.
        record: makes what `json` shows.
        rows: makes what `csv` shows.
        quiet: no messages on stderr.
    """
    format_ = chosen_format(format_, output)
    if format_ in {"json", "csv"}:
        from costmodel.results.records import csv_text, json_text

    if format_ == "json":
        write_text(json_text(record()), output)
    elif format_ == "csv":
        write_text(csv_text(rows()), output)
        if not quiet:
            for note in tables[0].notes if tables else ():
                click.echo(note, err=True)
    elif format_ == "markdown":
        write_text("\n\n".join(table.markdown() for table in tables) + "\n", output)
    elif output is None and sys.stdout.isatty():
        from costmodel.reports.terminal import show

        show(tables)
    else:
        write_text("\n\n".join(table.plain() for table in tables) + "\n", output)
    if output is not None and not quiet:
        click.echo(f"Written: {output}", err=True)


def chosen_format(format_: str | None, output: Path | None) -> str:
    """The format asked for, or the one that the ending of the file says."""
    endings = {".json": "json", ".csv": "csv", ".md": "markdown"}
    ending = output.suffix.lower() if output else ""
    if format_ is None and ending in _NO_FORMATS:
        raise CommandLineError(f"'{ending}' is not written: end the name with .csv, .json or .md, or say --format")
    return format_ or endings.get(ending, "table")


# A table of text in a file of such a name would not open.
_NO_FORMATS = frozenset({".xlsx", ".xls", ".ods", ".pdf", ".html", ".docx"})


def emit_text(format_: str | None, output: Path | None, text: str, record: Any, *, quiet: bool) -> None:
    """Write a result that is a text rather than a table; CSV has no form for it.

    Raises:
        CommandLineError: CSV was asked for.
    """
    from costmodel.results.records import json_text

    format_ = chosen_format(format_, output)
    if format_ == "csv":
        raise CommandLineError("this result is a text: use --format table, markdown or json")
    fenced = f"```text\n{text}\n```\n" if format_ == "markdown" else f"{text}\n"
    write_text(json_text(record) if format_ == "json" else fenced, output)
    if output is not None and not quiet:
        click.echo(f"Written: {output}", err=True)


def write_text(text: str, output: Path | None) -> None:
    """Write a text to the screen, or to a file whole or not at all."""
    if output is not None:
        write_whole(output, text)
        return
    try:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has seen enough: `costmodel … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_through(path: Path, text: str) -> None:
    try:
        with path.open("wb") as file:
            file.write(text.encode())
    except OSError as error:
        raise CommandLineError(f"'{path}' cannot be written: {(error.strerror or 'unknown reason').lower()}") from None


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all: to a temporary file beside it, then renamed.

    Raises:
        CommandLineError: it cannot be written.
    """
    if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
        _write_through(path, text)
        return
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
            umask = os.umask(0)
            os.umask(umask)
            Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CommandLineError(f"'{path}' cannot be written: {(error.strerror or 'unknown reason').lower()}") from None
