"""`costmodel tokens`."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from costmodel.cli.options import OVERLAYS, listed, output_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from costmodel.cli.output import Out
    from costmodel.prices.book import PriceBook
    from costmodel.results.estimate import BookReference
    from costmodel.usage.counting.count import Plan
    from costmodel.usage.counting.measures import Measure
    from costmodel.usage.counting.profile_file import Head
    from costmodel.usage.counting.records import Texts


class _Asked(NamedTuple):
    """What shall be counted, and with what."""

    files: tuple[str, ...]
    kind: str | None
    columns: tuple[str, ...]
    input_column: str | None
    output_column: str | None
    vocabularies: tuple[str, ...]
    models: tuple[str, ...]
    chat: bool
    as_written: bool


class _Profile(NamedTuple):
    """The profile that shall be made, and what it says of itself."""

    path: Path
    measured: str | None
    title: str
    source: str
    licence: str


@click.command("tokens")
@click.argument("files", nargs=-1, required=True, metavar="FILE|-…")
@click.option("--as", "kind", type=click.Choice(["text", "jsonl", "csv"]), help="What the files are, if not by ending.")
@click.option("--column", "columns", multiple=True, metavar="NAME", help="A column, or a path in JSON; repeatable.")
@click.option("--input-column", metavar="NAME", help="The column of what is sent.")
@click.option("--output-column", metavar="NAME", help="The column of what comes back.")
@click.option(
    "--vocabulary", "vocabularies", multiple=True, metavar="NAME", help="Count with it; o200k_base if not said."
)
@click.option("--model", "models", multiple=True, metavar="MODEL", help="Count as this model does; repeatable.")
@click.option("--chat", is_flag=True, help="Add what a chat adds to the messages that are sent.")
@click.option("--no-normalise", "as_written", is_flag=True, help="Count texts as written, not composed (NFC).")
@click.option("--profile", "path", type=click.Path(path_type=Path, dir_okay=False), help="Write a workload profile.")
@click.option("--measured", metavar="DAY", help="Of the profile: the day of the count.")
@click.option("--title", default="One record", help="Of the profile: what one record is.")
@click.option("--source", default="Own count", help="Of the profile: where the texts are from.")
@click.option("--licence", default="internal", help="Of the profile: who may use the counts.")
@OVERLAYS
@click.option("--prices", "version", metavar="VERSION", help="Price book version; the newest by default.")
@output_options
def command(
    path: Path | None,
    measured: str | None,
    title: str,
    source: str,
    licence: str,
    overlays: tuple[Path, ...],
    version: str | None,
    out: Out,
    **asked: Any,
) -> None:
    """Count the tokens of real texts, and make a workload profile of the counts. No text is shown or kept."""
    from costmodel.files import write_whole
    from costmodel.results.token_counts import TokenCounts
    from costmodel.usage.counting.count import count_files

    wanted, books = _Asked(**asked), _Books(version, overlays)
    profile = None if path is None else _Profile(path, measured, title, source, licence)
    columns = _columns(wanted)
    _refuse(_problems(wanted, columns, profile))
    found = _measures(wanted, books)
    plan = _plan(wanted, columns, found, pairs=profile is not None)
    head = None if profile is None else _head(profile, columns, found, plan)
    with _progress(wanted.files, quiet=out.quiet) as progress:
        tally = count_files(wanted.files, plan, sys.stdin.buffer, progress)
    if profile is not None and head is not None:
        with suppress(OSError):  # where it cannot be made, the file cannot be written, which is told
            profile.path.parent.mkdir(exist_ok=True)
        write_whole(profile.path, head.text(tally.points))
        out.say(f"Written: {profile.path}")
    result = TokenCounts(columns, found, tally, plan.normalise, books.reference)
    out.emit(result.tables(), result.to_json, result.to_records)


class _Books:
    """The price book, opened when it is first needed."""

    def __init__(self, version: str | None, overlays: Sequence[Path]) -> None:
        self._version, self._overlays = version, overlays
        self._book: PriceBook | None = None

    def __call__(self) -> PriceBook:
        from costmodel.prices.book import PriceBook

        self._book = self._book or PriceBook.load(None, self._version, self._overlays)
        return self._book

    @property
    def reference(self) -> BookReference | None:
        """Which book it was; None where none was needed."""
        from costmodel.results.estimate import BookReference

        return BookReference.of(self._book) if self._book else None


def _columns(asked: _Asked) -> tuple[Texts, ...]:
    """The columns asked for; of plain text there is one."""
    from costmodel.usage.counting.records import Texts

    sent = [*asked.columns, *([asked.input_column] if asked.input_column else [])]
    columns = [Texts(name, chat=asked.chat) for name in sent]
    columns += [Texts(asked.output_column, output=True)] if asked.output_column else []
    return tuple(columns) or (Texts("text", chat=asked.chat),)


def _problems(asked: _Asked, columns: Sequence[Texts], profile: _Profile | None) -> Iterator[str]:
    """What is wrong with what was asked for."""
    from costmodel.usage.counting.sources import kind_of

    pair = (asked.input_column, asked.output_column)
    named = bool(asked.columns or any(pair))
    if len(set(asked.files)) < len(asked.files):
        yield "a file is named twice: its texts would be counted twice"
    if len({item.name for item in columns}) < len(columns):
        yield "a column is named twice: name each once"
    for file in asked.files:
        is_text = kind_of(file, asked.kind) == "text"
        if is_text and named:
            yield f"'{file}' is read as plain text, which has no columns: name none, or say --as csv or --as jsonl"
        elif not is_text and not named:
            yield f"'{file}' has columns: say which holds the text, such as --column text"
    if asked.chat and all(item.output for item in columns):
        yield "--chat adds to what is sent: name that column with --input-column"
    if profile is not None:
        if None in pair or asked.columns:
            yield "a profile is of pairs: name two columns, with --input-column and --output-column"
        yield from _profile_problems(profile)


def _profile_problems(profile: _Profile) -> Iterator[str]:
    if profile.measured is None:
        yield (
            "--profile: say on which day the texts were counted, such as --measured 2026-11-22 (the clock is not read, "
            "so that the same texts give the same file)"
        )
    if not profile.path.absolute().parents[1].is_dir():  # the folder itself is made
        yield f"--profile: there is no folder '{profile.path.parent.parent}': make it first"


def _refuse(problems: Iterable[str]) -> None:
    from costmodel.errors import CommandLineError

    found = list(dict.fromkeys(problems))
    if found:
        raise CommandLineError("\n".join(found))


def _measures(asked: _Asked, books: _Books) -> tuple[Measure, ...]:
    """What is counted with."""
    from costmodel.usage.counting.measures import measures
    from costmodel.usage.counting.vocabularies import vocabulary_file

    found = measures(listed(",".join(asked.vocabularies)), listed(",".join(asked.models)), books)
    known = vocabulary_file().chat.vocabularies
    unknown = [item.name for item in found if item.name not in known]
    if asked.chat and unknown:
        there, asked_for = ", ".join(known), ", ".join(unknown)
        _refuse([f"--chat: what a chat adds is known for {there}, not for {asked_for}: leave one of them out"])
    return tuple(found)


def _plan(asked: _Asked, columns: Sequence[Texts], found: Sequence[Measure], *, pairs: bool) -> Plan:
    from costmodel.usage.counting.count import Plan

    counted = {item.counted.vocabulary: item.counted for item in found}
    return Plan(tuple(columns), tuple(counted.values()), not asked.as_written, pairs, asked.kind)


def _head(profile: _Profile, columns: Sequence[Texts], found: Sequence[Measure], plan: Plan) -> Head:
    """What the profile says of itself; tried now, so that a mistake is told before hours of counting."""
    from costmodel.results.token_counts import profile_note
    from costmodel.usage.counting.profile_file import Head, profile_name

    vocabularies = tuple(item.vocabulary for item in plan.vocabularies)
    note = profile_note(columns, found, normalised=plan.normalise)
    words = (profile.title, profile.source, profile.licence, str(profile.measured))
    head = Head(profile_name(profile.path), vocabularies, *words, note)
    head.text({(0, 0) * len(vocabularies): 1})
    return head


@contextmanager
def _progress(files: Sequence[str], *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar of the bytes read, where they are known beforehand; it goes when the counting ends, however it ends."""
    from costmodel.cli.progress import bar
    from costmodel.usage.counting.sources import total_bytes

    total, shown, read = total_bytes(files), bar("Counting tokens", quiet=quiet), 0

    def progress(more: int) -> None:
        nonlocal read
        read += more
        if shown is not None and total:
            shown(read, total)

    try:
        yield progress
    finally:
        if shown is not None and total:
            shown(total, total)
