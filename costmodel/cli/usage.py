"""`costmodel usage …`: what was really used, and what it cost. One short file a subcommand, `usage_NAME.py`."""

from __future__ import annotations

import click

_COMMANDS = {
    "price": "exact cost of a usage log, under one price book or several",
    "inspect": "what is in a usage log, and a guess of a mapping file",
    "sql": "the query by which a data warehouse adds up its own usage log",
    "showback": "what each department has to bear, shared cost spread by stated rules",
    "budget": "month to date, projected month end and alerts, by line of a budget",
    "reconcile": "a usage log held against a bill, the difference explained",
    "focus": "a bill as rows of FOCUS 1.2",
    "example": "a made-up usage log of a scenario, to try things on",
}


class _Lazy(click.Group):
    """Loads a subcommand's file when it is called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if name not in _COMMANDS:
            return None
        from importlib import import_module

        command: click.Command = import_module(f"costmodel.cli.usage_{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group("usage", cls=_Lazy)
def command() -> None:
    """What was really used, and what it cost."""
