"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import click

from costmodel.cli.output import Out
from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.prices.book import PriceBook
    from costmodel.results.labels import Locale
    from costmodel.scenario import Scenario

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = ("table", "json", "csv", "markdown")
SCENARIOS = click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCENARIO…")

LOCALE = click.option(
    "--locale",
    type=click.Choice(("en", "vi", "zh")),
    default="en",
    help="Language of what people read: English, Vietnamese or Chinese. JSON and CSV are the same in all.",
)
OVERLAYS = click.option(
    "--overlay",
    "overlays",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file of your own prices; repeatable.",
)


class Given(NamedTuple):
    """What `--set`, `--overlay` and `--prices` say.

    Attributes:
        settings: values of the scenario that are changed.
        overlays: files of the user's own prices.
        version: of the price book, instead of the scenario's.
    """

    settings: tuple[str, ...]
    overlays: tuple[Path, ...]
    version: str | None

    def scenario(self, path: Path, preset: str | None = None) -> Scenario:
        """A scenario with the values of a preset, and `--set` values over them."""
        from costmodel.documents.settings import split_setting
        from costmodel.scenario import Scenario

        named: dict[str, Any] = {}
        if preset is not None:
            from costmodel.presets import preset_settings

            named = preset_settings(preset)
        return Scenario.load(path, named | dict(split_setting(text) for text in self.settings))

    def book(self, scenario: Scenario) -> PriceBook:
        """The price book of a scenario."""
        from costmodel.study import book_for

        return book_for(scenario, self.overlays, self.version)


def output_options(command: F) -> F:
    """`--format`, `--output`, `--quiet` and `--locale`, handed on as `out`."""

    @wraps(command)
    def packed(*, format_: str | None, output: Path | None, quiet: bool, locale: Locale, **rest: Any) -> Any:
        return command(**rest, out=Out(format_, output, quiet, locale))

    options = (
        click.option(
            "--format",
            "-f",
            "format_",
            type=click.Choice(FORMATS),
            help="By default a table, or what the ending of --output says.",
        ),
        click.option(
            "--output",
            "-o",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Write to a file instead of the screen.",
        ),
        click.option("--quiet", is_flag=True, help="Print no messages on stderr."),
        LOCALE,
    )
    return with_options(cast("F", packed), options)


def scenario_options(command: F) -> F:
    """`--set`, `--overlay` and `--prices`, handed on as `given`."""

    @wraps(command)
    def packed(*, settings: tuple[str, ...], overlays: tuple[Path, ...], version: str | None, **rest: Any) -> Any:
        return command(**rest, given=Given(settings, overlays, version))

    options = (
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="PATH=VALUE",
            help="Change a value of the scenario; repeatable.",
        ),
        OVERLAYS,
        click.option("--prices", "version", metavar="VERSION", help="Price book version, instead of the scenario's."),
    )
    return with_options(cast("F", packed), options)


def with_options(command: F, options: Sequence[Callable[[Any], Any]]) -> F:
    """A command with options, which help lists in this order."""
    for option in reversed(options):
        command = option(command)
    return command


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
                "--at roi=net_flow,month=1, migration=saving_a_year or comparison=cost,model=… for a figure of these"
            )
        if name.strip() in found:
            raise CommandLineError(f"--at names '{name.strip()}' twice: one value for each")
        found[name.strip()] = value.strip()
    return found
