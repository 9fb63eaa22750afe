# ruff: noqa: E501 - price rows in flow style are read more easily on one line
"""A private price book with everything that a price can depend on, and random logs that hit its edges."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from books import offer, provider, row, working

if TYPE_CHECKING:
    from pathlib import Path

    from costmodel.prices.book import PriceBook

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
METERS = ("input", "cache_read", "output", "audio_seconds", "pages", "web_search")
PER = "[1_000_000 tokens, 1_000 searches, 1 pages, 60 seconds, 1_000 requests]"
MID_HOUR = '"2026-02-10T13:37:21Z"'


def _rows(begins: str, rates: str, **keys: str) -> str:
    return row(begins, rates, per=PER, **keys)


ACME = provider(
    "acme",
    offer(
        "bracketed",
        _rows(
            "2025-01-01",
            """
            prices: {input: {brackets: [{up_to: 500, price: 3}, {up_to: 1500, price: 2}, {price: 1}]}, output: {price: 7, increment: 100, minimum: 150}}
            """,
        ),
    ),
    offer("gone", _rows("2025-01-01", "prices: {input: 1, output: 2}", until="2026-02-15")),
    offer(
        "limited",
        _rows(
            "2025-01-01",
            """
            {when: {request_input_tokens: "> 2900"}, refused: too large}
            {when: {request_input_tokens: ">= 2000"}, prices: {input: 4, cache_read: 0.4, output: 12}}
            {when: {request_input_tokens: "> 1000"}, prices: {input: 3, cache_read: 0.3, output: 9}}
            prices: {input: 2.01, cache_read: 0.201, output: 6.03}
            """,
        ),
    ),
    offer(
        "edged",
        _rows(
            "2025-01-01",
            """
            {when: {request_input_tokens: "> 2000"}, prices: {input: 7, output: 1}}
            {when: {request_input_tokens: ">= 2000"}, prices: {input: 6, output: 2}}
            prices: {input: 5, output: 3}
            """,
        ),
    ),
    offer(
        "local",
        _rows(
            "2025-01-01",
            """
            {when: {hours: {daily: "09:15-17:45", zone: America/New_York, days: [mon, tue, wed, thu, fri]}}, prices: {input: 5, output: 11}}
            prices: {input: 1.5, output: 3.7}
            """,
        ),
    ),
    offer(
        "nepal",
        _rows(
            "2025-01-01",
            """
            {when: {hours: {daily: ["08:00-20:00", "23:00-01:00"], zone: Asia/Kathmandu}, request_input_tokens: "> 1000"}, prices: {input: 5, output: 11}}
            prices: {input: 1.5, output: 3.7}
            """,
        ),
    ),
    offer(
        "nightly",
        _rows(
            "2025-01-01",
            """
            {when: {hours: {daily: "16:30-00:30", zone: UTC}}, prices: {input: 0.55, cache_read: 0.055, output: 1.1}}
            prices: {input: 1.1, cache_read: 0.11, output: 2.2}
            """,
        ),
        aliases="[nightly-preview]",
    ),
    offer(
        "plain",
        _rows("2025-01-01", "prices: {input: 2, cache_read: 0.2, output: 8}"),
        _rows(MID_HOUR, "prices: {input: 3, cache_read: 0.3, output: 9.5, request: 5}"),
        aliases="[plain-latest]",
    ),
    offer(
        "tiered",
        _rows(
            "2025-01-01",
            """
            prices: {input: 2, cache_read: 0.2, output: 8}
            """,
            adjustments=(
                "[{name: batch, when: {service_tier: batch}, meters: [input, output], multiply: 0.5, add: 0.01},"
                " {name: eu, when: {region: eu}, meters: [input, cache_read, output], multiply: 1.1}]"
            ),
        ),
        service_tiers="[standard, batch]",
        regions="[global, eu]",
    ),
)
BOLT = provider(
    "bolt",
    offer("free-output", _rows("2025-01-01", "prices: {input: 0.7, output: free}")),
    offer(
        "searching",
        _rows("2025-01-01", "prices: {input: 1, output: 2, web_search: 10}"),
        _rows("2026-03-01", "prices: {input: 1, cache_read: unknown, output: 2, web_search: 9}"),
    ),
    offer(
        "voice",
        _rows(
            "2025-01-01",
            """
            prices: {input: 1, output: 2, audio_seconds: {price: 0.006, increment: 15, minimum: 30}, pages: {price: 0.03, increment: 2.5}}
            """,
        ),
    ),
)
OFFERS = (
    *(
        f"acme/{name}"
        for name in ("bracketed", "edged", "gone", "limited", "local", "nepal", "nightly", "plain", "tiered")
    ),
    *(f"bolt/{name}" for name in ("free-output", "searching", "voice")),
)
ALIASES = {"acme/plain-latest": "acme/plain", "nightly-preview": "acme/nightly", "voice": "bolt/voice"}
UNKNOWN = ("acme/plian", "nobody")

MAPPING = """\
shape: test
time: time
model: model
tier: tier
region: region
meters: {input: input, cache_read: cache_read, output: output, audio_seconds: audio_seconds, pages: pages, web_search: web_search}
"""


class Logged(NamedTuple):
    """One request of a log."""

    time: str
    model: str
    tier: str
    region: str
    department: str
    input: int
    cache_read: int
    output: int
    audio_seconds: int
    pages: int
    web_search: int

    @property
    def units(self) -> dict[str, int]:
        """Units by meter."""
        return {meter: getattr(self, meter) for meter in METERS}

    @property
    def at(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.time)


def book(folder: Path, *overlays: str) -> PriceBook:
    """The private book."""
    return working(folder, ACME, BOLT, overlays=overlays)


def _edges() -> list[datetime]:
    """Instants near which prices change."""
    found = [datetime(2026, 2, 10, 13, 37, 21, tzinfo=UTC), datetime(2026, 2, 15, tzinfo=UTC)]
    found += [datetime(2026, month, 1, tzinfo=UTC) for month in (2, 3)]
    for day in range(90):
        start = FIRST + timedelta(days=day)
        found += [start + timedelta(minutes=minutes) for minutes in (30, 990, 795, 855, 1305, 1365, 135, 1035, 1155)]
    return found


def random_log(count: int, seed: int = 20261122) -> list[Logged]:
    """Requests at random, many of them within a microsecond of an edge, or of a size limit."""
    rng, edges, found = random.Random(seed), _edges(), []  # noqa: S311 - no secret
    span = int((LAST - FIRST).total_seconds()) * 1_000_000
    for _ in range(count):
        at = FIRST + timedelta(microseconds=rng.randrange(span))
        if rng.random() < 0.3:
            at = min(max(rng.choice(edges) + timedelta(microseconds=rng.choice((-1, 0, 1))), FIRST), LAST - _STEP)
        model = rng.choice((*OFFERS, *OFFERS, *OFFERS, *ALIASES, *OFFERS, *OFFERS, *OFFERS, *UNKNOWN))
        size = rng.choice(
            (rng.randrange(3001), rng.randrange(3001), 500, 501, 1000, 1001, 1500, 1999, 2000, 2900, 2901)
        )
        found.append(
            Logged(
                time=at.isoformat(),
                model=model,
                tier=rng.choice(("standard", "standard", "batch")) if "tiered" in model else "standard",
                region=rng.choice(("global", "eu", "mars")) if "tiered" in model else "global",
                department=f"dept {rng.randrange(7)}",
                input=size,
                cache_read=rng.choice((0, rng.randrange(size + 1)))
                if "searching" not in model or rng.random() < 0.1
                else 0,
                output=rng.choice((0, rng.randrange(900))),
                audio_seconds=rng.choice((0, rng.randrange(90))) if "voice" in model else 0,
                pages=rng.choice((0, rng.randrange(9))) if "voice" in model else 0,
                web_search=rng.choice((0, 0, 0, rng.randrange(4))) if rng.random() < 0.3 else 0,
            )
        )
    return found


_STEP = timedelta(microseconds=1)


def written_csv(folder: Path, rows: list[Logged], name: str = "log.csv") -> Path:
    """A log as CSV."""
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Logged._fields)
        writer.writerows(rows)
    return path


def written_parquet(folder: Path, rows: list[Logged], name: str = "log.parquet") -> Path:
    """A log as Parquet, with zoned times."""
    import duckdb

    path, text = folder / name, written_csv(folder, rows, f"{name}.csv")
    with duckdb.connect() as connected:
        connected.execute("SET TimeZone = 'UTC'")
        types = "'time': 'TIMESTAMPTZ', 'model': 'VARCHAR'"
        counts = ", ".join(f"CAST({meter} AS BIGINT) AS {meter}" for meter in METERS)
        connected.execute(
            f"COPY (SELECT time, model, tier, region, department, {counts} FROM read_csv('{text}', types = {{{types}}})) "
            f"TO '{path}' (FORMAT parquet)"
        )
    text.unlink()
    return path


def mapping(folder: Path, text: str = MAPPING) -> Path:
    """The mapping file."""
    path = folder / "mapping.yaml"
    path.write_text(text)
    return path
