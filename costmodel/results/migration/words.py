"""The finding of a change of provider, in sentences, and how its figures are meant."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.equations.charges import share_of_total
from costmodel.quantities import decimal_text, grouped, half_up, significant
from costmodel.results.estimate import shown_costs
from costmodel.results.migration.records import quoted_times

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from costmodel.results.migration.migration import MigrationResult

_HUNDRED = 100
_DIGITS = 4
_SMALL = Fraction(1, 10)  # of a unit of money: below it the digits that count are shown


def finding(result: MigrationResult) -> str:
    """What it saves a year, when it has paid back, what is lost, and what is quoted against it."""
    parts = [_attempt(result)] if result.rolled_back else [_year(result), _payback(result)]
    return " ".join(part for part in (*parts, _lost(result), _quoted(result)) if part)


def _year(result: MigrationResult) -> str:
    saved, unchanged = result.outlook.saving_a_year, result.outlook.unchanged_a_year
    new, old = models_text(result.new_models), models_text(result.old_models)
    if not saved:
        return f"Moving from {old} to {new} saves nothing and costs nothing more a year."
    share = percent(share_of_total(abs(saved), unchanged))
    what = (
        f"saves {_money(result, saved)} a year, {share} of" if saved > 0 else f"costs {_money(result, -saved)} a year"
    )
    how = "what is paid now" if saved > 0 else f"more, {share} of what is paid now"
    return f"Moving from {old} to {new} {what} {how}."


def _payback(result: MigrationResult) -> str:
    outlook, start, last = result.outlook, result.stated.start, result.days[-1].day
    total = result.total.saving
    over = f"Over the horizon, until {last}, it {_saves(result, total)}"
    if outlook.break_even is not None:
        days = (outlook.break_even - start).days
        when = f"{days} days after the start" if days else "the day of the start"
        again = ", and would lose that again later" if outlook.saving_a_year < 0 else ""
        return f"It has paid back on {outlook.break_even}, {when}{again}. {over}."
    if outlook.beyond is not None:
        return f"It has not paid back by {last}; at the saving of a year it would on {outlook.beyond}. {over}."
    return f"It never pays back. {over}."


def _saves(result: MigrationResult, saving: Fraction) -> str:
    if saving < 0:
        return f"costs {_money(result, -saving)} more"
    return f"saves {_money(result, saving)}" if saving else "saves nothing"


def _attempt(result: MigrationResult) -> str:
    canary, total = result.stated.canary, result.total.saving
    failed = percent(canary.error_rate) if canary else ""
    limit = percent(canary.rollback_above or Fraction(0)) if canary else ""
    effect = f"costs {_money(result, -total)}" if total < 0 else _saves(result, total)
    first = next(stage for stage in result.stages if stage.new_share)
    if not result.stage(first).requests_at_new:
        seen = (
            f"by the error rate stated, {failed} where {limit} is allowed. But no request passes in the first step, so "
            "none could fail there. The ramp"
        )
    else:
        seen = f"{failed} of the requests at the new provider fail, more than the {limit} allowed, so the ramp"
    return (
        f"Rolled back: {seen} stops after its first step and at {instant_text(result.end)} UTC everything is back at "
        f"{models_text(result.old_models)}. The attempt {effect}."
    )


def _lost(result: MigrationResult) -> str:
    total = result.total
    lost = _anyway(result, total.unchanged_prepaid_lost_cost, "lost")
    paid = _anyway(result, total.unchanged_minimum_cost, "paid")
    parts = [
        (total.one_off_cost, "paid once"),
        (total.prepaid_lost_cost, f"of prepaid money that is lost{lost}"),
        (total.minimum_cost, f"for minimums that the bills do not reach{paid}"),
        (total.twice_cost, "for requests sent twice"),
    ]
    words = [f"{_money(result, amount)} {what}" for amount, what in parts if amount > 0]
    return f"It counts {_listed(words)}." if words else ""


def _anyway(result: MigrationResult, amount: Fraction, what: str) -> str:
    """How much of it staying would cost, too."""
    return f" ({_money(result, amount)} would be {what} anyway)" if amount else ""


def _quoted(result: MigrationResult) -> str:
    quoted, found = result.quoted, result.outlook
    if quoted is None:
        return ""
    computed = f"{_money(result, found.month_before)} and {_money(result, found.month_after)}"
    return (
        f"Quoted: {_money(result, quoted.before)} a month before and {_money(result, quoted.after)} after "
        f"({change_text(quoted.before, quoted.after)}). Computed: {computed} "
        f"({change_text(found.month_before, found.month_after)}); what is quoted is "
        f"{times_text(quoted.before, found.month_before)} and {times_text(quoted.after, found.month_after)} that."
    )


def change_text(before: Fraction, after: Fraction) -> str:
    """The change of a cost in percent, for reading.

    >>> change_text(Fraction(4200), Fraction(680))
    '-83.8 %'
    """
    if not before:
        return "from nothing"
    share = half_up((after - before) / before * _HUNDRED, 1)
    return f"{'+' if share > 0 else ''}{decimal_text(share, 1)} %"


def times_text(quoted: Fraction, computed: Fraction) -> str:
    """A quoted figure as a multiple of the computed one, for reading.

    >>> times_text(Fraction(680), Fraction(6800))
    '0.1 times'
    """
    times = quoted_times(quoted, computed)
    return "no multiple of" if times is None else f"{grouped(significant(times, _DIGITS))} times"


def explained(result: MigrationResult) -> tuple[str, ...]:
    """How the figures are meant."""
    return tuple(_explained(result))


def _explained(result: MigrationResult) -> Iterator[str]:
    unchanged = "Unchanged: all requests at the present models, under the same contract."
    yield unchanged if result.rolled_back else f"A year: {year_text(result)} {unchanged}"
    if result.total.twice_cost:
        yield (
            "Sent twice: copies to the new provider while both run, and failed requests that the old one answers; the "
            "second sending is the cost of it, and both sendings are in the bills."
        )
    if any(stage.copied for stage in result.stages):
        yield "Parallel running: the old provider's answers are used, the new one gets a copy of every request."


def year_text(result: MigrationResult) -> str:
    """Which year a saving a year is of."""
    outlook = result.outlook
    return (
        f"{outlook.year} at the volume of {result.months[-1]} and the prices of the week from {outlook.priced_from} to "
        f"{outlook.priced_until}, with the change finished; bills and minimum charges of offers, taxes and fees, "
        "nothing that is paid once."
    )


def models_text(names: Sequence[str]) -> str:
    """Models for reading: the one, or how many of which providers.

    >>> models_text(["a/x", "a/y", "b/z"])
    '3 models of a and b'
    """
    if len(names) == 1:
        return names[0]
    providers = list(dict.fromkeys(name.partition("/")[0] for name in names))
    return f"{len(names)} models of {_listed(providers)}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def percent(share: Fraction) -> str:
    """A share in percent, for reading.

    >>> percent(Fraction("0.004"))
    '0.4 %'
    """
    return f"{grouped(half_up(share * _HUNDRED, 2))} %"


def instant_text(at: datetime) -> str:
    """An instant for reading: the day alone at midnight."""
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        return f"{at:%Y-%m-%d}"
    return f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"


def _money(result: MigrationResult, amount: Fraction) -> str:
    small = 0 < abs(amount) < _SMALL
    shown = grouped(significant(amount, _DIGITS)) if small else shown_costs([amount], result.currency)[0]
    return f"{shown} {result.currency}"
