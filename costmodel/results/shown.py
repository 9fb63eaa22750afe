"""What every result can do: show itself in a terminal and in Jupyter, and hand its figures on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from costmodel.results.table import Table


class Shown(ABC):
    """A result: tables for people, records for programs. Each result says what they hold; the rest is the same."""

    @abstractmethod
    def tables(self) -> Sequence[Table]:
        """The tables that are shown."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """As plain data: money as decimal strings, unrounded; the same inputs give the same bytes."""

    @abstractmethod
    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """One flat record a row, as for a spreadsheet.

        Args:
            exact: numbers as `Fraction` objects instead of decimal strings.
        """

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a data frame; money and quantities as exact `Fraction` objects."""
        import pandas as pd

        return pd.DataFrame(self.to_records(exact=True))

    def to_csv(self, path: str | Path | None = None) -> str:
        """The rows as CSV with every digit, and written to a file if one is named, whole or not at all.

        It begins with a byte-order mark, so that a spreadsheet reads it as UTF-8. Texts cannot run as formulas.
        """
        from costmodel.files import write_whole
        from costmodel.results.records import csv_text

        text = csv_text(self.to_records())
        if path is not None:
            write_whole(path, text)
        return text

    def to_excel(self, path: str | Path) -> None:
        """The tables as they are shown, a sheet each, and the rows on a last sheet, written whole or not at all."""
        from costmodel.files import write_whole
        from costmodel.results.spreadsheet import workbook

        write_whole(path, workbook(self.tables(), self.to_records()))

    def __str__(self) -> str:
        return "\n\n".join(table.plain() for table in self.tables())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """For Jupyter: HTML, text, and a small record for programs that read notebooks."""
        from costmodel.results.html import tables_html

        return {"text/html": tables_html(self.tables()), "text/plain": str(self), RECORD_TYPE: small(self.to_json())}


RECORD_TYPE = "application/vnd.costmodel+json"


def small(record: dict[str, Any]) -> dict[str, Any]:
    """A record without its lists: what it is of, its totals, its price book.

    >>> small({"kind": "estimate", "total": "91.71", "lines": [{}, {}]})
    {'kind': 'estimate', 'total': '91.71'}
    """
    return {name: value for name, value in record.items() if not isinstance(value, list)}
