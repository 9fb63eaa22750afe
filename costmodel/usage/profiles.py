"""Measured workload profiles: exact points of input and output tokens, with their source."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from costmodel.documents.model import Count, Day, Model, Text, did_you_mean, validated
from costmodel.documents.reader import mistake_at, read_document
from costmodel.errors import FileError, UsageError
from costmodel.quantities import exact
from costmodel.shipped import shipped_folder

if TYPE_CHECKING:
    from pathlib import Path

    from costmodel.documents.reader import Document


class ProfileSource(Model):
    """Where a profile was measured."""

    title: Text
    """Citation."""
    url: Text | None = None
    """Address."""
    licence: Text
    """Licence of the data; texts are not shipped, figures are."""
    measured: Day
    """The day it was measured."""
    note: Text | None = None
    """What was counted as input and as output."""


class ProfileFile(Model):
    """A profile as a file: `scenarios/profiles/<name>.yaml`."""

    profile: Text
    """Its name, such as aci-bench/gold-note."""
    title: Text
    """What one point is."""
    source: ProfileSource
    """Where it was measured."""
    requests: Count
    """Requests measured: the sum of the weights."""
    measured_with: Text
    """The vocabulary of the columns that count unless another is asked for."""
    columns: Text
    """Names of the columns: `weight`, then `input:VOCABULARY` and `output:VOCABULARY` for each vocabulary."""
    points: str
    """One point a line: numbers separated by spaces, in the order of the columns."""
    percentiles: dict[Text, dict[Text, Text]] = Field(default_factory=dict)
    """For display only: by vocabulary and meter."""


class Point(NamedTuple):
    """Requests of one size.

    Attributes:
        weight: requests of that size.
    """

    input: Fraction
    output: Fraction
    weight: Fraction


@dataclass(frozen=True)
class Profile:
    """A profile, read."""

    file: ProfileFile
    columns: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]

    @property
    def vocabularies(self) -> tuple[str, ...]:
        """The vocabularies it was counted with."""
        return tuple(column.removeprefix("input:") for column in self.columns if column.startswith("input:"))

    def points(self, vocabulary: str | None = None) -> "tuple[Point, ...]":
        """The points as one vocabulary counts them; as measured by default."""
        name = vocabulary or self.file.measured_with
        weight, left, right = (self.columns.index(key) for key in ("weight", f"input:{name}", f"output:{name}"))
        return tuple(Point(Fraction(row[left]), Fraction(row[right]), Fraction(row[weight])) for row in self.rows)


def load_profile(name: str, folder: "Path | None" = None) -> "Profile":
    """A profile by its exact name, from the scenario's folder or the shipped ones.

    Raises:
        UsageError: there is none of that name.
        FileError: its file is wrong.
    """
    places = [place for place in (folder, shipped_folder("scenarios")) if place is not None]
    files: dict[str, Path] = {}
    for place in reversed(places):
        files |= {path.stem.replace("--", "/"): path for path in sorted((place / "profiles").glob("*.yaml"))}
    if name not in files:
        near = did_you_mean(name, files, listed=False)
        raise UsageError(f"there is no profile '{name}'{near} There are: {', '.join(sorted(files))}")
    path = files[name].resolve()
    changed = path.stat()
    return _read(path, name, (changed.st_mtime_ns, changed.st_size))


@lru_cache(maxsize=64)
def _read(path: "Path", name: str, _changed: tuple[int, int]) -> "Profile":
    """A profile read once, and again when its file has changed."""
    return _profile(read_document(path, f"profiles/{path.name}"), name)


def _profile(document: "Document", name: str) -> "Profile":
    file = validated(document, ProfileFile)
    columns = tuple(file.columns.split())
    problem = _problem(file, columns, name)
    if problem is not None:
        raise FileError([document.mistake((problem[0],), problem[1])])
    rows, first = [], document.place(("points",))[0]
    for offset, line in enumerate(file.points.splitlines(), 1):
        here = (first + offset, len(_line(document, first + offset)) - len(line.lstrip()) + 1)
        numbers = []
        for word in re.finditer(r"\S+", line):
            try:
                numbers.append(exact(word[0]))
            except ValueError as error:
                column = here[1] + word.start() - (len(line) - len(line.lstrip()))
                raise FileError([mistake_at(document.name, document.lines, (here[0], column), str(error))]) from None
        row = tuple(int(number) for number in numbers)
        if len(row) != len(columns) or min(row) < 0 or any(number.denominator != 1 for number in numbers):
            message = f"expected {len(columns)} whole numbers of 0 or more, one a column; got '{line.strip()[:60]}'"
            raise FileError([mistake_at(document.name, document.lines, here, message)])
        rows.append(row)
    if sum(row[0] for row in rows) != file.requests:
        raise FileError([document.mistake(("requests",), "the weights of the points do not add up to it")])
    return Profile(file, columns, tuple(rows))


def _line(document: "Document", number: int) -> str:
    return document.lines[number - 1] if number <= len(document.lines) else ""


def _problem(file: "ProfileFile", columns: tuple[str, ...], name: str) -> tuple[str, str] | None:
    if file.profile != name:
        return (
            "profile",
            f"the profile is called '{file.profile}', but the file '{name.replace('/', '--')}.yaml'",
        )
    vocabularies = [column.removeprefix("input:") for column in columns if column.startswith("input:")]
    wanted = ["weight", *(f"{meter}:{name}" for name in vocabularies for meter in ("input", "output"))]
    if list(columns) != wanted or not vocabularies:
        return "columns", "the columns are 'weight', then 'input:V output:V' for each vocabulary V"
    if file.measured_with not in vocabularies:
        return "measured_with", f"no column is counted with '{file.measured_with}'"
    return None
