"""What the tests of usage logs share: a log as canonical rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.reading.reading import relation, sources

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
AT = "2026-01-02T03:04:05Z"
AT_US = 1_767_323_045_000_000


def log(folder: Path, *records: Any, name: str = "log.jsonl") -> Path:
    """A file of JSON lines; a text is written as it is."""
    path = folder / name
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def written(folder: Path, text: str | bytes, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def mapping(folder: Path, text: str) -> Path:
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def rows(
    path: Path | list[Path], mapped: Path | None = None, labels: tuple[str, ...] = (), key: str | None = None
) -> list[dict[str, Any]]:
    """The canonical rows, in the order of the log where it is one file."""
    found: list[dict[str, Any]] = []
    for source in sources(path if isinstance(path, list) else [path], mapped, labels, key):
        query = relation(source, numbered=True)
        with connection() as connected, plain_errors("log"):
            cursor = connected.execute(f"SELECT * FROM ({query}) ORDER BY record")
            names = [item[0] for item in cursor.description]
            found += [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def row(path: Path, mapped: Path | None = None, labels: tuple[str, ...] = (), key: str | None = None) -> dict[str, Any]:
    """The one row of a log."""
    (only,) = rows(path, mapped, labels, key)
    return only


def reasons(path: Path, mapped: Path | None = None, labels: tuple[str, ...] = (), key: str | None = None) -> list[Any]:
    """The reason of each row."""
    return [item["reason"] for item in rows(path, mapped, labels, key)]
