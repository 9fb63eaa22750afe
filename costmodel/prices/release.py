"""Checking the whole book, comparing versions, and releasing one."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.documents.model import validated
from costmodel.documents.reader import Document, read_document
from costmodel.errors import CommandLineError, FileError, Mistake
from costmodel.prices import reading
from costmodel.prices.exchange import ExchangeTable
from costmodel.prices.meters import Meters
from costmodel.prices.mistakes import provider_mistakes
from costmodel.prices.policy import Policy
from costmodel.prices.schema import ProviderFile
from costmodel.prices.tokenizers import TokenizerFile
from costmodel.prices.versions import Version, read_versions

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


@dataclass(frozen=True)
class Tables:
    """Every file of a price book, read.

    Attributes:
        providers: documents by provider.
        entries: dated lists by part: meters, exchange rates, tokenizer factors.
    """

    providers: dict[str, Document]
    entries: dict[str, list[dict[str, Any]]]
    versions: tuple[Version, ...]

    def contents(self, on: date) -> dict[str, Any]:
        """What each part says, read as of a day; parts that said nothing yet are absent."""
        found: dict[str, Any] = {
            name: content
            for name, document in self.providers.items()
            if (content := reading.provider_content(document.data, on)) is not None
        }
        found |= {part: reading.recorded_content(entries, on) for part, entries in self.entries.items()}
        return found

    def version(self, name: str, on: date, note: str) -> Version:
        """The version that a release on a day would make."""
        parts = {part: reading.digest(content) for part, content in sorted(self.contents(on).items())}
        terms = {provider: reading.provider_terms(item.data, on) for provider, item in sorted(self.providers.items())}
        return Version(
            version=name,
            date=on.isoformat(),
            note=note,
            sha256=reading.digest(parts),
            terms_sha256=reading.digest(terms),
            parts=parts,
        )


def read_tables(folder: Path, shown: str = "pricing") -> Tables:
    """Read and check every file of a price book.

    Raises:
        FileError: every mistake of every file.
    """
    mistakes: list[Mistake] = []

    def document(name: str) -> Document | None:
        try:
            return read_document(folder / name, f"{shown}/{name}")
        except FileError as error:
            mistakes.extend(error.mistakes)
            return None

    def checked(name: str, check: Any) -> Any:
        found = document(name)
        try:
            return None if found is None else check(found)
        except FileError as error:
            mistakes.extend(error.mistakes)
            return None

    meters = checked("meters.yaml", Meters.of)
    versions = checked("versions.yaml", read_versions) if (folder / "versions.yaml").exists() else ()
    entries = {
        "meters": checked("meters.yaml", lambda found: found.data["meters"]),
        "fx": checked("fx.yaml", lambda found: ExchangeTable.of(found, (), None) and found.data["rates"]),
        "tokenizers": checked(
            "tokenizers.yaml", lambda found: validated(found, TokenizerFile) and found.data["factors"]
        ),
    }
    checked("policy.yaml", lambda found: validated(found, Policy))
    providers = {}
    for path in sorted((folder / "providers").glob("*.yaml")):
        found = document(f"providers/{path.name}")
        if found is not None and meters is not None:
            mistakes += _provider(found, meters, path.stem, versions or ())
            providers[path.stem] = found
    if mistakes:
        raise FileError(mistakes)
    return Tables(providers, entries, versions)


def _provider(document: Document, meters: Meters, name: str, versions: tuple[Version, ...]) -> list[Mistake]:
    from datetime import date

    try:
        file = validated(document, ProviderFile)
    except FileError as error:
        return list(error.mistakes)
    days = [*(version.date for version in versions), date.max]
    return list(
        dict.fromkeys(mistake for on in days for mistake in provider_mistakes(document, file, meters, name, on))
    )


def check_versions(tables: Tables) -> list[str]:
    """What released versions no longer say as they were released; empty where all hashes hold."""
    found = []
    for version in tables.versions:
        now = tables.version(version.version, version.date, version.note)
        parts = sorted(set(version.parts) | set(now.parts))
        found += [
            f"version {version.version} ({version.date}): '{part}' is not what was released. Rows recorded or "
            f"withdrawn on or before {version.date} are never changed, added or removed: "
            "add a new row recorded later, and withdraw the wrong one."
            for part in parts
            if version.parts.get(part) != now.parts.get(part)
        ]
        if version.sha256 != reading.digest(version.parts):
            found.append(f"version {version.version}: its sha256 is not the hash of its parts")
    return found


def release(folder: Path, name: str, on: date, note: str) -> tuple[Version, str]:
    """The version made by a release, and the new text of `versions.yaml`; nothing is written.

    Raises:
        FileError: the book has mistakes.
        CommandLineError: the name or day is taken, or an earlier version no longer holds.
    """
    tables = read_tables(folder)
    broken = check_versions(tables)
    if broken:
        raise CommandLineError("Nothing is released while an earlier version does not hold:\n" + "\n".join(broken))
    if any(version.version == name for version in tables.versions):
        raise CommandLineError(f"Version {name} is released already; versions are never changed. Choose another name.")
    if tables.versions and on <= tables.versions[-1].date:
        last = tables.versions[-1]
        raise CommandLineError(f"Version {last.version} is dated {last.date}; a new one must be dated later than that.")
    if "\n" in note or not note.strip():
        raise CommandLineError("The note is one line that says what is new.")
    found = {item.stem: sha256(item.read_bytes()).hexdigest() for item in sorted((folder / "providers").glob("*.yaml"))}
    version = tables.version(name, on, note).model_copy(update={"files": found})
    path = folder / "versions.yaml"
    text = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    return version, text.rstrip("\n") + "\n" + _entry(version)


_HEAD = """\
# Released versions of the price book, oldest first. Written by `costmodel prices release`; never edited.
# A version reads the rows recorded on or before its date and not withdrawn by then; the hashes prove that it still
# says what it said on that day.
versions:
"""


def _entry(version: Version) -> str:
    quoted = version.note.replace("\\", "\\\\").replace('"', '\\"')
    lines = [
        f'  - version: "{version.version}"',
        f"    date: {version.date}",
        f'    note: "{quoted}"',
        f"    sha256: {version.sha256}",
        f"    terms_sha256: {version.terms_sha256}",
        "    parts:",
        *(f"      {part}: {digest}" for part, digest in version.parts.items()),
        "    files:",
        *(f"      {name}: {digest}" for name, digest in version.files.items()),
    ]
    return "\n".join(lines) + "\n"


class Change(NamedTuple):
    """One difference between two versions: `+` new, `-` gone, `~` changed."""

    sign: str
    what: str
    text: str

    def __str__(self) -> str:
        return f"{self.sign} {self.what}: {self.text}" if self.text else f"{self.sign} {self.what}"


def changes(tables: Tables, earlier: date, later: date) -> list[Change]:
    """What the book says on a later day and did not say on an earlier one, and the other way round."""
    before, after = tables.contents(earlier), tables.contents(later)
    found = []
    for part in sorted(set(before) | set(after)):
        old, new = before.get(part), after.get(part)
        if part in tables.entries:
            found += _entry_changes(part, old or [], new or [])
        else:
            found += _offer_changes(part, _offers(old), _offers(new))
    return found


def _offers(content: dict[str, Any] | None) -> dict[str, Any]:
    return {offer["model"]: offer for offer in content["offers"]} if content else {}


def _offer_changes(provider: str, old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    found = [Change("+", f"{provider}/{model}", "new offer") for model in new if model not in old]
    found += [Change("-", f"{provider}/{model}", "no longer offered") for model in old if model not in new]
    for model in sorted(set(old) & set(new)):
        name = f"{provider}/{model}"
        rows = {"-": old[model]["prices"], "+": new[model]["prices"]}
        for sign, others in (("-", rows["+"]), ("+", rows["-"])):
            found += [Change(sign, name, _row_text(row)) for row in rows[sign] if row not in others]
        for key in ("aliases", "service_tiers", "regions", "tokenizer"):
            if old[model].get(key) != new[model].get(key):
                found.append(Change("~", name, f"{key}: {old[model].get(key)} → {new[model].get(key)}"))
    return found


def _row_text(row: dict[str, Any]) -> str:
    rates = [
        f"{meter} {price}" for rate in row.get("rates") or () for meter, price in (rate.get("prices") or {}).items()
    ]
    until = f" until {row['valid']['until']}" if "until" in row["valid"] else ""
    return f"row from {row['valid']['from']}{until}: {', '.join(rates)}"


def _entry_changes(part: str, old: list[Any], new: list[Any]) -> list[Change]:
    found = [Change("+", part, _entry_text(entry)) for entry in new if entry not in old]
    return found + [Change("-", part, _entry_text(entry)) for entry in old if entry not in new]


def _entry_text(entry: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in list(entry.items())[:4])
