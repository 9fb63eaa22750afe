"""Writing results: to the screen or to a file, whole or not at all."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from costmodel.errors import CommandLineError
from costmodel.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from costmodel.results.labels import Locale
    from costmodel.results.table import Table


class Out(NamedTuple):
    """Where a result goes, and as what: `--format`, `--output`, `--quiet` and `--locale`.

    Attributes:
        asked: table, json, csv or markdown; None where it was not said.
        file: the screen where it is None.
        quiet: no messages on stderr.
        locale: language of tables; files for programs are the same in every language.
    """

    asked: str | None
    file: Path | None
    quiet: bool
    locale: Locale = "en"

    @property
    def format(self) -> str:
        """The format asked for, or the one that the ending of the file says.

        Raises:
            CommandLineError: the ending is of a format that is not written.
        """
        endings = {".json": "json", ".csv": "csv", ".md": "markdown"}
        ending = self.file.suffix.lower() if self.file else ""
        if self.asked is None and ending in _NO_FORMATS:
            raise CommandLineError(f"'{ending}' is not written: end the name with .csv, .json or .md, or say --format")
        return self.asked or endings.get(ending, "table")

    def emit(self, tables: Sequence[Table], record: Callable[[], Any], rows: Callable[[], Sequence[Any]]) -> None:
        """Write a result.

        Args:
            tables: what `table` and `markdown` show.
            record: makes what `json` shows.
            rows: makes what `csv` shows.
        """
        tables = tables if self.format == "json" else self._in_language(tables)
        if self.format == "json":
            self._json(record())
        elif self.format == "csv":
            from costmodel.results.records import csv_text

            write_text(csv_text(rows()), self.file)
            for note in tables[0].notes if tables else ():
                self.say(note)
        elif self.format == "markdown":
            write_text("\n\n".join(table.markdown() for table in tables) + "\n", self.file)
        elif self.file is None and sys.stdout.isatty():
            from costmodel.reports.terminal import show

            show(tables)
        else:
            write_text("\n\n".join(table.plain() for table in tables) + "\n", self.file)
        self._say_written()

    def emit_text(self, text: str, record: Any) -> None:
        """Write a result that is a text rather than a table; CSV has no form for it.

        Raises:
            CommandLineError: CSV was asked for.
        """
        if self.format == "csv":
            raise CommandLineError("this result is a text: use --format table, markdown or json")
        if self.locale != "en" and self.format != "json":
            self.say("This text is in English alone, whatever --locale says.")
        if self.format == "json":
            self._json(record)
        else:
            write_text(f"```text\n{text}\n```\n" if self.format == "markdown" else f"{text}\n", self.file)
        self._say_written()

    def _in_language(self, tables: Sequence[Table]) -> Sequence[Table]:
        """The tables in the language asked for; where some have no words in it, that is said."""
        if self.locale == "en":
            return tables
        from costmodel.results.labels import localised
        from costmodel.results.labels.locales import LANGUAGES
        from costmodel.results.labels.tables import is_translated

        left = [table.title for table in tables if not is_translated(table)]
        if left:
            self.say(f"Not in {LANGUAGES[self.locale]} yet, so in English: {'; '.join(left)}")
        return [localised(table, self.locale) for table in tables]

    def say(self, message: str) -> None:
        """A message on stderr, unless it shall be quiet."""
        if not self.quiet:
            click.echo(message, err=True)

    def _json(self, record: Any) -> None:
        from costmodel.results.records import json_text

        write_text(json_text(record), self.file)

    def _say_written(self) -> None:
        if self.file is not None:
            self.say(f"Written: {self.file}")


# A table of text in a file of such a name would not open.
_NO_FORMATS = frozenset({".xlsx", ".xls", ".ods", ".pdf", ".html", ".docx"})


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
