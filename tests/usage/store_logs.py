"""What the tests of the store share: a log in several files, read with and without a store."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from metered_logs import book, mapping, random_log, written_csv, written_parquet

from costmodel.study.metered import priced
from costmodel.study.reported import Report
from costmodel.study.usage_log import UsageLog, read_log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metered_logs import Logged

    from costmodel.prices.book import PriceBook
    from costmodel.usage.logs.cube.fine import Facts

__all__ = ["book", "random_log"]


class Outcome(NamedTuple):
    """What a run comes to."""

    json: str
    total: Any
    said: tuple[str, ...]
    facts: Facts


def part(folder: Path, number: int, rows: list[Logged]) -> Path:
    """A file of the log: CSV and Parquet in turn."""
    folder.mkdir(exist_ok=True)
    write = written_parquet if number % 2 else written_csv
    return write(folder, rows, f"part{number}.{'parquet' if number % 2 else 'csv'}")


def parts(folder: Path, rows: list[Logged], count: int = 4) -> Path:
    """A folder of files; their rows are mixed in time."""
    for number in range(count):
        part(folder, number, rows[number::count])
    return folder


def keyed(folder: Path, name: str, rows: Sequence[Logged], keys: Sequence[object]) -> Path:
    """A file with a key for each row; an own heading without `web_search` where none is used."""
    folder.mkdir(exist_ok=True)
    columns = [column for column in rows[0]._fields if column != "web_search" or any(row.web_search for row in rows)]
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *columns])
        writer.writerows(
            [key, *(getattr(row, column) for column in columns)] for key, row in zip(keys, rows, strict=True)
        )
    return folder / name


def run(
    log: Path | Sequence[Path],
    prices: PriceBook | Sequence[PriceBook],
    store: Path | None = None,
    by: tuple[str, ...] = (),
    mapped: Path | None = None,
    **options: Any,
) -> Outcome:
    """Read and price a log whose mapping is that of `metered_logs`."""
    paths = (log,) if isinstance(log, Path) else tuple(log)
    books = prices if isinstance(prices, (list, tuple)) else [prices]
    folder = paths[0].parent
    says = mapped or (folder / "mapping.yaml" if (folder / "mapping.yaml").exists() else mapping(folder))
    with TemporaryDirectory() as place:
        read = read_log(UsageLog(paths, says, store=store, **options), books, Path(place))
        result = priced(read.cube, books[-1], Report(by_day=bool(options.get("by_day"))))
        text = json.dumps(result.to_json(by)) + json.dumps(result.to_records(exact=True), default=str)
        return Outcome(text, result.total, read.said, read.cube.facts)
