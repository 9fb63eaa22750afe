"""Counts written as a workload profile: what `tokens: {profile: …}` of a scenario names."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from costmodel.documents.model import validated
from costmodel.documents.reader import parse_document
from costmodel.errors import CommandLineError, FileError
from costmodel.quantities import decimal_text
from costmodel.usage.counting.tally import spread
from costmodel.usage.profiles import ProfileFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from costmodel.usage.counting.tally import Spread

_ENDING = ".yaml"


class Head(NamedTuple):
    """What a profile says of itself.

    Attributes:
        name: the name by which a scenario calls it.
        vocabularies: whose counts it holds; the first one counts unless a scenario says otherwise.
        title: what one record is.
        source: where the texts are from.
        licence: under which the counts may be used.
        measured: the day they were counted, as written.
        note: what was counted as input and as output.
    """

    name: str
    vocabularies: tuple[str, ...]
    title: str
    source: str
    licence: str
    measured: str
    note: str

    def text(self, points: Mapping[tuple[int, ...], int]) -> str:
        """The profile as the text of its file, read once to be sure that it can be read.

        Args:
            points: records by their tokens: input and output of the first vocabulary, then of the next.

        Raises:
            CommandLineError: it would be refused when it is read.
        """
        text = "\n".join([*self._lines(points), ""])
        try:
            validated(parse_document(text.encode(), "--profile"), ProfileFile)
        except FileError as error:
            wrong = "\n".join(f"the profile could not be read: {item.message}" for item in error.mistakes)
            raise CommandLineError(wrong) from None
        return text

    def _lines(self, points: Mapping[tuple[int, ...], int]) -> list[str]:
        names = [f"{meter}:{name}" for name in self.vocabularies for meter in ("input", "output")]
        columns = " ".join(["weight", *names])
        rows = [" ".join(map(str, (weight, *point))) for point, weight in sorted(points.items())]
        digest = sha256("\n".join([columns, *rows, ""]).encode()).hexdigest()
        return [
            "# Counts of tokens, one line a size; the texts themselves are not here. Made by `costmodel tokens`.",
            f"profile: {_quoted(self.name)}",
            f"title: {_quoted(self.title)}",
            "source:",
            f"  title: {_quoted(self.source)}",
            f"  licence: {_quoted(self.licence)}",
            f"  measured: {_quoted(self.measured)}",
            f"  note: {_quoted(f'{self.note} SHA-256 of columns and points: {digest}.')}",
            f"requests: {sum(points.values())}",
            f"measured_with: {self.vocabularies[0]}",
            f"columns: {columns}",
            "percentiles:                # nearest rank, for display only; the points below are what is computed with",
            *(f"  {name}: {{{_percentiles(points, 2 * at)}}}" for at, name in enumerate(self.vocabularies)),
            "points: |",
            *(f"  {row}" for row in rows),
        ]


def profile_name(path: Path) -> str:
    """The name of the profile that a file holds.

    Raises:
        CommandLineError: the file does not end in .yaml.

    >>> from pathlib import Path
    >>> profile_name(Path("profiles/our-clinic--letters.yaml"))
    'our-clinic/letters'
    """
    if path.suffix != _ENDING:
        raise CommandLineError(f"--profile: a profile is a file that ends in {_ENDING}, not '{path.name}'")
    return path.stem.replace("--", "/")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _percentiles(points: Mapping[tuple[int, ...], int], place: int) -> str:
    return ", ".join(
        f"{meter} {label}: {number}"
        for meter, at in (("input", place), ("output", place + 1))
        for label, number in _shown(spread(_column(points, at)))
    )


def _column(points: Mapping[tuple[int, ...], int], at: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for point, weight in points.items():
        found[point[at]] = found.get(point[at], 0) + weight
    return found


def _shown(found: Spread) -> list[tuple[str, str]]:
    return [("mean", decimal_text(found.mean, 2))] + [
        (label, decimal_text(getattr(found, label))) for label in ("p50", "p90", "p99")
    ]
