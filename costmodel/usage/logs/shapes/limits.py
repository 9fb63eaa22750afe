"""The sane limits of a usage log; read from `limits.yaml`."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from costmodel.documents.model import Count, Instant, Model, Text, load


class CountLimit(Model):
    """A limit of a count."""

    value: Count
    """The largest count that is taken for one."""
    source: Text
    """Why this much."""


class InstantLimit(Model):
    """A limit of a time."""

    value: Instant
    """The instant."""
    source: Text
    """Why this one."""


class LimitTable(Model):
    """The limits by name."""

    tokens_a_request: CountLimit
    """Most units of a meter in one request."""
    requests_a_row: CountLimit
    """Most requests in one row of a log that is added up already."""
    first_instant: InstantLimit
    """The first instant that a request can have been made."""
    last_instant: InstantLimit
    """The instant before which a request must have been made."""
    name_characters: CountLimit
    """Most characters of a name or label."""


class LimitFile(Model):
    """`limits.yaml`."""

    limits: LimitTable
    """All limits."""


class Limits(NamedTuple):
    """The limits as numbers.

    Attributes:
        tokens: units of one meter in one request.
        requests: requests of one row.
        first_us, last_us: microseconds since 1970 UTC; half-open.
        characters: of a name.
    """

    tokens: int
    requests: int
    first_us: int
    last_us: int
    characters: int


@cache
def limits() -> Limits:
    """The shipped limits."""
    table = load(Path(__file__).with_name("limits.yaml"), LimitFile, "limits.yaml").limits
    first, last = (int(item.value.timestamp()) * 1_000_000 for item in (table.first_instant, table.last_instant))
    counts = (table.tokens_a_request.value, table.requests_a_row.value)
    return Limits(*counts, first, last, table.name_characters.value)
