"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.scenario import Scenario

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = ("table", "json", "csv", "markdown")
SCENARIOS = click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCENARIO…")


OVERLAYS = click.option(
    "--overlay",
    "overlays",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file of your own prices; repeatable.",
)


def output_options(command: F) -> F:
    """`--format`, `--output` and `--quiet`."""
    command = click.option("--quiet", is_flag=True, help="Print no messages on stderr.")(command)
    command = click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write to a file instead of the screen.",
    )(command)
    return click.option(
        "--format",
        "-f",
        "format_",
        type=click.Choice(FORMATS),
        help="By default a table, or what the ending of --output says.",
    )(command)


def scenario_options(command: F) -> F:
    """`--set`, `--overlay` and `--prices`."""
    command = click.option(
        "--prices", "version", metavar="VERSION", help="Price book version, instead of the scenario's."
    )(command)
    command = OVERLAYS(command)
    return click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="PATH=VALUE",
        help="Change a value of the scenario; repeatable.",
    )(command)


def load_scenario(path: Path, settings: Sequence[str], preset: str | None = None) -> Scenario:
    """A scenario with the values of a preset, and `--set` values over them."""
    from costmodel.documents.settings import split_setting
    from costmodel.scenario import Scenario

    named: dict[str, Any] = {}
    if preset is not None:
        from costmodel.presets import preset_settings

        named = preset_settings(preset)
    return Scenario.load(path, named | dict(split_setting(text) for text in settings))


def listed(text: str | None) -> list[str]:
    """Words separated by commas.

    >>> listed("month, model")
    ['month', 'model']
    """
    return list(dict.fromkeys(word.strip() for word in (text or "").split(",") if word.strip()))


def selection(text: str) -> dict[str, str]:
    """What `month=1,model=openai/gpt-4.1` selects.

    Raises:
        CommandLineError: not name=value.
    """
    found = {}
    for part in listed(text):
        name, equals, value = part.partition("=")
        if not equals or not value.strip():
            raise CommandLineError(
                f"'{part}' is not name=value: write --at month=1,model=openai/gpt-4.1,meter=input, or "
                "--at roi=net_flow,month=1 for a figure of the return on investment"
            )
        if name.strip() in found:
            raise CommandLineError(f"--at names '{name.strip()}' twice: one value for each")
        found[name.strip()] = value.strip()
    return found
