"""`costmodel check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costmodel.cli.options import output_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.cli.output import Out


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[SCENARIO|FOLDER]…")
@output_options
def command(
    paths: tuple[Path, ...],
    out: Out,
) -> int:
    """Run every `expect:` of scenarios; the shipped ones by default. Exit 1 where one is missed."""
    from costmodel.results.table import Column, Table
    from costmodel.shipped import shipped_folder

    rows = _checked(scenario_files(paths or (shipped_folder("scenarios"),)))
    missed = [row for row in rows if row["met"] is False]
    shown = [
        (row["scenario"], row["figure"], row["expected"], row["actual"], "ok" if row["met"] else "MISSED")
        for row in rows
    ]
    columns = (
        Column("scenario"),
        Column("figure"),
        Column("expected", numeric=True),
        Column("is", numeric=True),
        Column(""),
    )
    title = f"{len(rows) - len(missed)} of {len(rows)} figures as expected"
    record = {
        "schema_version": "1",
        "kind": "check",
        "met": len(rows) - len(missed),
        "missed": len(missed),
        "cases": rows,
    }
    out.emit([Table(title, columns, tuple(shown))], lambda: record, lambda: rows)
    return 1 if missed else 0


def scenario_files(paths: Sequence[Path]) -> list[Path]:
    """The scenario files that paths name: files themselves, and the scenarios directly in folders."""
    return [
        file
        for path in paths
        for file in ([item for item in sorted(path.glob("*.yaml")) if _is_scenario(item)] if path.is_dir() else [path])
    ]


def _is_scenario(path: Path) -> bool:
    """Whether a file in a folder is meant as a scenario; overlays and tables may lie beside it."""
    from costmodel.documents.reader import read_document
    from costmodel.errors import FileError

    try:
        data = read_document(path).data
    except FileError:
        return True
    return not (
        isinstance(data, dict)
        and {"overlay", "provider", "profile", "meters", "versions", "evidence", "presets", "claims"} & data.keys()
    )


def _checked(files: Sequence[Path]) -> list[dict[str, Any]]:
    from costmodel.errors import CommandLineError, all_or_errors
    from costmodel.expectations import cases_of
    from costmodel.scenario import Scenario

    found = all_or_errors(files, lambda file: [(file, case) for case in cases_of(Scenario.load(file))])
    rows = [
        {"scenario": file.name, "figure": case.name, "expected": case.expected, "actual": case.actual, "met": case.met}
        for cases in found
        for file, case in cases
    ]
    if not rows:
        raise CommandLineError("nothing was checked: no scenario there has an 'expect:'")
    return rows
