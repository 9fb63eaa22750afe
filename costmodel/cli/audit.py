"""`costmodel audit`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from costmodel.cli.options import OVERLAYS, output_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from costmodel.cli.output import Out

_VERDICTS = {"contradicted": "contradicted", "not-computable": "not computable"}
_SHIPPED = "scenarios/claims/vendor.yaml"


@click.command("audit")
@click.argument("claims", required=False, type=click.Path(), metavar="[CLAIMS]")
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(list(_VERDICTS)),
    help="Exit 1 where a claim has this verdict; repeatable.",
)
@OVERLAYS
@click.option("--prices", "version", metavar="VERSION", help="Price book version, instead of the file's.")
@output_options
def command(
    claims: str | None,
    fail_on: tuple[str, ...],
    overlays: tuple[Path, ...],
    version: str | None,
    out: Out,
) -> int:
    """Recompute quoted figures, and say what would make a contradicted one true; the shipped claims by default."""
    from costmodel.decisions.audit.audit import audit
    from costmodel.shipped import shipped_folder

    path = claims or shipped_folder("scenarios") / "claims" / "vendor.yaml"
    name = None if claims else _SHIPPED
    result = audit(path, overlays=overlays, version=version, name=name, progress=_progress(quiet=out.quiet))
    out.emit(result.tables(), result.to_json, result.to_records)
    return 1 if any(result.of(_VERDICTS[verdict]) for verdict in fail_on) else 0


def _progress(*, quiet: bool) -> Callable[[int, int], None]:
    """Says on a terminal how far it is, from two seconds on."""
    from time import monotonic

    start, shown = monotonic(), sys.stderr.isatty() and not quiet

    def progress(done: int, of: int) -> None:
        if shown and monotonic() - start > 2:  # noqa: PLR2004 - seconds
            click.echo(f"\r{done} of {of} claims" + ("\r\033[K" if done == of else ""), err=True, nl=False)

    return progress
