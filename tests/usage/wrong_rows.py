"""A table with every kind of wrong row, for readers that must agree why each is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# made, model, tier, region, department, input, cache_read, output; counts may be no whole numbers.
WRONG: dict[str, tuple[object, ...]] = {
    "no time": (None, "acme/plain", "standard", "global", "a", 10, 1, 2),
    "bad time": ("2019-01-01 00:00:00", "acme/plain", "standard", "global", "a", 10, 1, 2),
    "no model": ("2026-01-05 00:00:00", "", "standard", "global", "a", 10, 1, 2),
    "bad name": ("2026-01-05 00:00:00", "Mrs Tran has a cough " * 10, "standard", "global", "a", 10, 1, 2),
    "no count": ("2026-01-05 00:00:00", "acme/plain", "standard", "global", "a", None, 1, 2),
    "not a whole number": ("2026-01-05 00:00:00", "acme/plain", "standard", "global", "a", 10.5, 1, 2),
    "negative": ("2026-01-05 00:00:00", "acme/plain", "standard", "global", "a", 10, 1, -2),
    "over the limit": ("2026-01-05 00:00:00", "acme/plain", "standard", "global", "a", 1e9, 1, 2),
    "part over whole": ("2026-01-05 00:00:00", "acme/plain", "standard", "global", "a", 10, 11, 2),
}
FURTHER = (
    ("2026-01-05 00:00:00", "acme/plain", "standard", "global", "a", float("nan"), 1, 2),
    ("2026-01-05 00:00:00", "acme/plain", "standard", "global", "a", float("inf"), 1, 2),
    ("2026-01-05 00:00:00", "acme/plain", "standard", "global", "a", float("-inf"), 1, 2),
    ("infinity", "acme/plain", "standard", "global", "a", 10, 1, 2),
    ("-infinity", "acme/plain", "standard", "global", "a", 10, 1, 2),
    ("1969-12-31 23:59:59.9", "acme/plain", "standard", "global", "a", 10, 1, 2),
    ("2026-01-05 00:00:00", None, "standard", "global", "a", 10, 1, 2),
    ("2026-01-05 00:00:00", "acme/plain", "standard", "global", "a", 10, -1, 2),
)
GOOD = (
    ("2026-01-05 00:00:00.000001", "acme/plain", None, "", 'it\'s \\ "odd"', 10.0, None, 2),
    ("2026-02-28 23:59:59.999999", "acme/plain", "standard", "global", "khoa tim mạch", 100, 100, 0),
)

TYPES = (
    "made {at}, model {text}, tier {text}, region {text}, department {text}, "
    "input {real}, cache_read {real}, output {real}"
)
EXPECTED = dict.fromkeys(WRONG, 1) | {
    "bad time": 4,
    "no model": 2,
    "not a whole number": 2,
    "over the limit": 2,
    "negative": 3,
}
MAPPING = """\
shape: wrong
time: {path: made, zone: Asia/Kathmandu}
model: model
tier: tier
region: region
meters: {input: input, cache_read: cache_read, output: output}
"""


def rows() -> list[tuple[object, ...]]:
    return [*WRONG.values(), *FURTHER, *GOOD]


def written(folder: Path, name: str = "wrong.parquet", *, finite: bool = False) -> Path:
    """The rows as Parquet with times without zone and floating-point counts."""
    import duckdb

    kept = [row for row in rows() if not (finite and "infinity" in str(row[0]))]
    with duckdb.connect() as connected:
        types = TYPES.format(at="TIMESTAMP", text="VARCHAR", real="DOUBLE")
        connected.execute(f"CREATE TABLE wrong ({types})")
        connected.executemany(f"INSERT INTO wrong VALUES ({', '.join('?' * 8)})", kept)
        connected.execute(f"COPY wrong TO '{folder / name}' (FORMAT parquet)")
    return folder / name
