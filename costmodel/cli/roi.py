"""`costmodel roi`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from costmodel.cli.options import listed, output_options, scenario_options

if TYPE_CHECKING:
    from costmodel.cli.options import Given
    from costmodel.cli.output import Out
    from costmodel.study.worth import Case


@click.command("roi")
@click.argument("scenario", type=click.Path(path_type=Path), metavar="SCENARIO")
@click.option("--models", metavar="A,B,…", help="These models, each alone, in place of the scenario's mix.")
@click.option("--preset", metavar="NAME", help="Named values over the scenario's: vendor, trial-nabla …")
@click.option("--monthly", is_flag=True, help="Posts, hours and money month by month too.")
@click.option("--cheers", is_flag=True, help="A summary after CHEERS 2022 too.")
@click.option("--sensitivity", is_flag=True, help="Break-even values, one number at a time, and named cases.")
@click.option("--vary", metavar="SHARE", help="With --sensitivity: change numbers that are not uncertain by this much.")
@click.option("--grid", metavar="A=LOW:HIGH:COUNT,B=…", help="The outcome for every pair of values of two numbers.")
@click.option("--probabilistic", is_flag=True, help="All uncertain numbers at once: how likely a gain or a loss is.")
@click.option("--draws", type=int, help="With --probabilistic: how many, instead of the scenario's.")
@click.option("--seed", type=int, help="With --probabilistic: the seed, instead of the scenario's.")
@click.option("--method", type=click.Choice(("sobol", "monte-carlo")), help="With --probabilistic: how draws are made.")
@click.option("--option", "option", metavar="NAME", help="The option that sensitivity is about; the best if not said.")
@scenario_options
@output_options
def command(
    scenario: Path,
    models: str | None,
    preset: str | None,
    monthly: bool,
    cheers: bool,
    given: Given,
    out: Out,
    **asked: Any,
) -> int:
    """Is it worth it: clinicians' work by hand against AI-assisted work that a clinician reviews."""
    from costmodel.results.labels import sentences
    from costmodel.results.worth.records import month_records
    from costmodel.study.worth import case_of
    from costmodel.uncertainty.appraisal import appraised

    wanted = _Asked(**asked)
    wanted.require_sense()
    loaded = given.scenario(scenario, preset)
    case = case_of(loaded, listed(models), given.book(loaded))
    result, turns = appraised(case, asked["option"])
    more = _more(case, asked["option"] or result.best.name, turns, wanted, listed(models), quiet=out.quiet)
    for found in more:
        result = result.with_words(sentences((result.hangs_on, getattr(found, "in_words", ""))))
    if more and out.format == "csv":
        out.say("CSV holds the months only: sensitivity and simulation are in the table, Markdown and JSON.")
    shown = [table for found in more for table in found.tables()]
    tables = result.tables(monthly=monthly, cheers=cheers, more=shown)

    def record() -> dict[str, Any]:
        return result.to_json() | {found.to_json()["kind"]: found.to_json() for found in more}

    out.emit(tables, record, lambda: month_records(result))
    return 0


class _Asked(NamedTuple):
    """What is asked for beside the finding."""

    sensitivity: bool
    vary: str | None
    grid: str | None
    probabilistic: bool
    draws: int | None
    seed: int | None
    method: str | None
    option: str | None

    def require_sense(self) -> None:
        """What is asked of a simulation needs one."""
        from costmodel.errors import CommandLineError

        alone = [name for name in ("draws", "seed", "method") if getattr(self, name) is not None]
        if alone and not self.probabilistic:
            raise CommandLineError(f"'--{alone[0]}' is of a simulation: add --probabilistic")


def _more(case: Case, option: str, turns: Any, asked: _Asked, models: list[str], *, quiet: bool) -> list[Any]:
    """Results of sensitivity and of simulation, in the order in which they are shown."""
    from costmodel.uncertainty import sensitivity

    found: list[Any] = []
    if asked.sensitivity or asked.vary:
        found += [turns, sensitivity.one_way(case, option, _share(asked.vary))]
        if case.scenario.uncertainty is not None and case.scenario.uncertainty.cases:
            found.append(sensitivity.named_cases(case, models))
    if asked.grid:
        found.append(sensitivity.two_way(case, option, *_sides(asked.grid)))
    if asked.probabilistic:
        from costmodel.cli.progress import bar
        from costmodel.uncertainty.probabilistic import probabilistic

        found.append(probabilistic(case, _settings(case, asked), bar("draws", quiet=quiet)))
    return found


def _share(text: str | None) -> Any:
    from costmodel.errors import CommandLineError, QuantityError
    from costmodel.quantities import rate

    if text is None:
        return None
    try:
        return rate(text)
    except QuantityError as error:
        raise CommandLineError(f"--vary: {error}") from None


def _sides(text: str) -> list[tuple[str, str, str, int]]:
    from costmodel.errors import CommandLineError

    found = []
    for part in text.split(","):
        path, _, values = part.partition("=")
        words = [word.strip() for word in values.split(":")]
        if len(words) != 3 or not words[2].isdigit():  # noqa: PLR2004 - low, high and steps
            break
        found.append((path.strip(), words[0], words[1], int(words[2])))
    if len(found) != 2 or len(text.split(",")) != 2:  # noqa: PLR2004 - two numbers
        raise CommandLineError(
            f"'--grid {text}' names no two numbers: write "
            "--grid roi.with_ai.review_minutes=1:6:6,roi.adoption='20 %:100 %:5'"
        )
    return found


def _settings(case: Case, asked: _Asked) -> Any:
    """The scenario's settings of uncertainty, with those of the command line over them."""
    from pydantic import ValidationError

    from costmodel.errors import CommandLineError
    from costmodel.value.doubt import Uncertainty

    stated = case.scenario.uncertainty or Uncertainty()
    changes = {name: getattr(asked, name) for name in ("draws", "seed", "method")}
    changed = {name: value for name, value in changes.items() if value is not None}
    try:
        checked = Uncertainty.model_validate({name: getattr(stated, name) for name in changes} | changed)
    except ValidationError as error:
        words = str(error.errors()[0]["ctx"]["error"]) if "ctx" in error.errors()[0] else error.errors()[0]["msg"]
        raise CommandLineError(f"--{', --'.join(changed)}: {words}") from None
    return stated.model_copy(update={name: getattr(checked, name) for name in changed})
