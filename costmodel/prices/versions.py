"""Released versions of the price book: `pricing/versions.yaml`, written by `prices release`, verified by hash."""

import itertools
from datetime import date
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from costmodel.documents.model import Day, Model, Text, validated
from costmodel.errors import CommandLineError, FileError

if TYPE_CHECKING:
    from costmodel.documents.reader import Document

WORKING = "working"
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Version(Model):
    """One released version."""

    version: Text
    """Its name, always quoted: \"2026.11\"."""
    date: Day
    """It reads the rows recorded on or before this day, and not withdrawn by it."""
    note: Text
    """What is new."""
    sha256: Digest
    """Hash of the hashes below: one figure for the whole book."""
    terms_sha256: Digest
    """Hash of names, context windows and terms."""
    parts: dict[str, Digest]
    """Hash of each part: a provider, `meters`, `fx`, `tokenizers`."""
    files: dict[str, Digest] = Field(default_factory=dict)
    """Hash of each provider's file as it lay there: while it is the same, one offer can be read alone."""


class VersionFile(Model):
    """`pricing/versions.yaml`."""

    versions: tuple[Version, ...] = ()
    """Oldest first."""


def read_versions(document: "Document") -> "tuple[Version, ...]":
    """All released versions, oldest first.

    Raises:
        FileError: not in order, or one name twice.
    """
    versions = validated(document, VersionFile).versions
    mistakes = []
    for index, (earlier, later) in enumerate(itertools.pairwise(versions), 1):
        if later.date <= earlier.date:
            mistakes.append(
                document.mistake(
                    ("versions", index, "date"),
                    f"version {later.version} is not dated after {earlier.version}",
                )
            )
    names = [version.version for version in versions]
    mistakes += [
        document.mistake(("versions", index, "version"), f"version '{name}' stands twice")
        for index, name in enumerate(names)
        if names.index(name) != index
    ]
    if mistakes:
        raise FileError(mistakes)
    return versions


def find_version(versions: "tuple[Version, ...]", name: str | None) -> "Version":
    """The version of that name; the newest where no name is given.

    Raises:
        CommandLineError: there is none.
    """
    for version in reversed(versions):
        if name in {None, version.version}:
            return version
    there = ", ".join(version.version for version in versions) or "none released yet"
    raise CommandLineError(
        f"The price book has no version '{name}'. Released: {there}. '{WORKING}' reads all rows, released or not."
    )


def version_date(versions: "tuple[Version, ...]", name: str) -> date:
    """The day a version reads the book as of; `working` reads everything.

    Raises:
        CommandLineError: there is none of that name.
    """
    return date.max if name == WORKING else find_version(versions, name).date
