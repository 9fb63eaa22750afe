"""`costmodel evidence`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from costmodel.cli.options import output_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.cli.output import Out
    from costmodel.evidence import Item


@click.command("evidence")
@click.argument("names", nargs=-1, metavar="[NAME]…")
@output_options
def command(names: tuple[str, ...], out: Out) -> None:
    """Published evidence for the parameters of a return on investment; with names, everything about them."""
    from costmodel.results.evidence_tables import evidence_listing, evidence_records, evidence_text

    items = _items(names)
    records = evidence_records(items)
    record = {"schema_version": "1", "kind": "evidence", "items": records}
    if names and out.format in {"table", "markdown"}:
        out.emit_text(evidence_text(items), record)
    else:
        tables = [] if names else [evidence_listing(items)]
        out.emit(tables, lambda: record, lambda: records)


def _items(names: Sequence[str]) -> list[Item]:
    """The items named, each once; all where none is named."""
    from costmodel.errors import CommandLineError
    from costmodel.evidence import EvidenceError, evidence, evidence_item

    found, problems = [], []
    for name in dict.fromkeys(names or evidence()):
        try:
            found.append(evidence_item(name))
        except EvidenceError as error:
            problems.append(str(error))
    if problems:
        raise CommandLineError("\n".join(problems))
    return found
