"""A change of provider as plain data; and its figures by name, as `expect:` uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costmodel.equations.charges import share_of_total
from costmodel.errors import CommandLineError
from costmodel.quantities import decimal_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from costmodel.results.migration.migration import MigrationResult
    from costmodel.results.migration.parts import Stage

_PHASES = ("before", "during", "after")
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


def migration_figures(result: MigrationResult, selection: Mapping[str, str]) -> dict[str, Any]:
    """The figures that a selection names: of the horizon, of a `phase`, or of a `day`.

    Raises:
        CommandLineError: it names none.
    """
    unknown = sorted(selection.keys() - {"phase", "day"})
    if unknown:
        raise CommandLineError(f"a change of provider is selected by phase or day, not by '{unknown[0]}'")
    if len(selection) > 1:
        raise CommandLineError("select a phase or a day, not both")
    if "phase" in selection:
        if selection["phase"] not in _PHASES:
            raise CommandLineError(f"there is no phase '{selection['phase']}'. There are: {', '.join(_PHASES)}")
        return dict(result.phase(selection["phase"]).figures())
    if "day" in selection:
        found = next((day for day in result.days if str(day.day) == selection["day"]), None)
        if found is None:
            first, last = result.days[0].day, result.days[-1].day
            raise CommandLineError(f"there is no day '{selection['day']}': write one from {first} to {last}")
        return {**found.amounts.figures(), "cumulative_saving": found.cumulative_saving}
    return {**result.total.figures(), **outlook_figures(result), **service_figures(result)}


def outlook_figures(result: MigrationResult) -> dict[str, Any]:
    """What follows from the days, by name; None where there is no such figure."""
    found, quoted = result.outlook, result.quoted
    start = result.stated.start
    return {
        "saving_a_year": found.saving_a_year,
        "unchanged_cost_a_year": found.unchanged_a_year,
        "break_even_days": None if found.break_even is None else (found.break_even - start).days,
        "month_before_cost": found.month_before,
        "month_after_cost": found.month_after,
        "month_saving_share": share_of_total(found.month_before - found.month_after, found.month_before),
        "quoted_before_cost": quoted.before if quoted else None,
        "quoted_after_cost": quoted.after if quoted else None,
        "quoted_before_times": quoted_times(quoted.before, found.month_before) if quoted else None,
        "quoted_after_times": quoted_times(quoted.after, found.month_after) if quoted else None,
        "quoted_saving_share": share_of_total(quoted.before - quoted.after, quoted.before) if quoted else None,
    }


def quoted_times(quoted: Fraction, computed: Fraction) -> Fraction | None:
    """A quoted figure as a multiple of the computed one; None where that is 0."""
    return quoted / computed if computed else None


def service_figures(result: MigrationResult) -> dict[str, Any]:
    """How both providers answer, by name, such as `before_latency_ms`."""
    return {
        f"{when}_{name}": value
        for when, side in zip(("before", "after"), result.service, strict=True)
        for name, value in side._asdict().items()
    }


def day_records(result: MigrationResult, *, exact: bool = False) -> list[dict[str, Any]]:
    """One row for each day.

    Args:
        result: the change of provider.
        exact: numbers as `Fraction` instead of decimal strings.
    """
    number: Any = (lambda value: value) if exact else decimal_text
    return [
        {"day": str(day.day), "phase": day.phase}
        | {name: number(value) for name, value in day.amounts.figures().items()}
        | {"cumulative_saving": number(day.cumulative_saving)}
        for day in result.days
    ]


def record(result: MigrationResult) -> dict[str, Any]:
    """A result as plain data, without its head."""
    outlook = result.outlook
    return {
        "title": result.title,
        "finding": result.finding,
        "currency": result.currency,
        "period": {"start": str(result.months[0]), "months": len(result.months)},
        "total": decimal_text(result.total.cost),
        "rolled_back": result.rolled_back,
        "start": str(result.stated.start),
        "end": result.end.strftime(_INSTANT),
        "old_models": list(result.old_models),
        "new_models": list(result.new_models),
        **{name: _plain(value) for name, value in outlook_figures(result).items()},
        "year": outlook.year,
        "priced_from": str(outlook.priced_from),
        "priced_until": str(outlook.priced_until),
        "break_even": None if outlook.break_even is None else str(outlook.break_even),
        "break_even_beyond_horizon": None if outlook.beyond is None else str(outlook.beyond),
        "totals": _texts(result.total.figures()),
        "phases": [{"phase": name, **_texts(result.phase(name).figures())} for name in _PHASES],
        "stages": [_stage(result, stage) for stage in result.stages],
        "one_off": _texts(result.one_off),
        "service": [
            {"provider": which, **{name: _plain(value) for name, value in side._asdict().items()}}
            for which, side in zip(("old", "new"), result.service, strict=True)
        ],
        "quoted_source": result.quoted.source if result.quoted else None,
        "lines": day_records(result),
        "price_book": result.book.to_json(),
        "scenario_sha256": result.scenario_sha256,
        "exchange_rates": [rate.to_json() for rate in result.exchange],
        "warnings": [{"code": notice.code, "text": notice.text} for notice in result.notices],
    }


def _stage(result: MigrationResult, stage: Stage) -> dict[str, Any]:
    shares = {name: decimal_text(getattr(stage, name)) for name in ("new_share", "failed", "again", "copied")}
    times = {"start": stage.start.strftime(_INSTANT), "end": stage.end.strftime(_INSTANT)}
    return {"phase": stage.phase, "name": stage.name, **times, **shares, **_texts(result.stage(stage).figures())}


def _texts(figures: Mapping[str, Fraction]) -> dict[str, str]:
    return {name: decimal_text(value) for name, value in figures.items()}


def _plain(value: Any) -> str | None:
    return None if value is None else decimal_text(value)
