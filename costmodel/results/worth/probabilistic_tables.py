"""The tables of an uncertain return on investment."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text, grouped, half_up
from costmodel.results.estimate import shown_places
from costmodel.results.labels import say
from costmodel.results.table import Column, Table
from costmodel.results.worth.probabilistic import DO_NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from costmodel.results.worth.probabilistic import AtValue, Figure, Knowing, Probabilistic, UncertainOption

_HUNDRED = 100
_SHOWN_WHOLE = 1_000  # from here on the decimals of an uncertain amount say nothing to a reader


def options_table(result: Probabilistic) -> Table:
    """One row for each option."""
    tail = (1 - result.interval) / 2
    shares = (f"{decimal_text(share * _HUNDRED)} %" for share in (tail, 1 - tail))
    low, high = (say("{share:number} below", share=share) for share in shares)
    headings = (
        say("mean {currency}", currency=result.currency),
        "standard error",
        low,
        "median",
        high,
        "chance above 0",
    )
    columns = (
        Column("option"),
        *(Column(name, numeric=True) for name in headings),
        Column(say("pays back within {months} months", months=result.payback_months), numeric=True),
    )
    amounts = [number for option in result.options for number in (option.mean.value, option.low, option.high)]
    places = _places(result, amounts)
    title = say(
        "{title}: net present value when its numbers are uncertain, {period}", title=result.title, period=result.period
    )
    return Table(title, columns, tuple(_option_row(option, places) for option in result.options))


def _option_row(option: UncertainOption, places: int) -> tuple[str, ...]:
    return (
        option.name,
        *_figure(option.mean, places),
        *(_amount(value, places) for value in (option.low, option.median, option.high)),
        percent(option.chance_positive),
        percent(option.chance_of_payback),
    )


def values_table(result: Probabilistic) -> Table:
    """For each value of a freed hour, one row for each option, doing nothing among them."""
    columns = (
        Column("a freed hour is worth", numeric=True),
        Column("option"),
        Column(say("mean net benefit {currency}", currency=result.currency), numeric=True),
        Column("chance of being best", numeric=True),
        Column("expected loss", numeric=True),
        Column("on average"),
    )
    places = _places(result, [item.net_benefit for at in result.values for item in at.standings])
    rows = tuple(row for at in result.values for row in _value_rows(result, at, places))
    notes = (
        say("Net benefit: net present value, and freed hours from which no cash comes at the value of an hour."),
        say("Expected loss: how far an option falls short, on average, of what turns out best."),
        say("The expected loss of the best on average is what perfect information is worth (EVPI)."),
    )
    title = say("{title}: which option is best, by the value of a freed hour", title=result.title)
    return Table(title, columns, rows, (), notes)


def _value_rows(result: Probabilistic, at: AtValue, places: int) -> Iterator[tuple[str, ...]]:
    for index, item in enumerate(at.standings):
        yield (
            "" if index else _hour(result, at.value_of_hour),
            say(DO_NOTHING) if item.option == DO_NOTHING else item.option,
            _amount(item.net_benefit, places),
            percent(item.chance_best),
            _amount(item.expected_loss, places),
            say("best") if item.option == at.best.option else "",
        )


def knowing_table(result: Probabilistic) -> Table:
    """What to measure first: at the least and at the greatest value of an hour, all values being in `to_json`."""
    shown = sorted({0, len(result.values) - 1})
    places = _places(result, [result.values[index].evpi.value for index in shown])
    worth = [
        Column(name, numeric=True)
        for index in shown
        for name in (
            say("if an hour is worth {hour:number}", hour=_hour(result, result.values[index].value_of_hour)),
            "standard error",
        )
    ]
    varies = [Column(name, numeric=True) for name in ("of the variance: alone", "with others")]
    columns = (Column("number"), Column("as stated"), *worth, *(varies if result.indices_of else ()))
    rows = tuple(_knowing_row(item, shown, places, bool(result.indices_of)) for item in result.knowing)
    all_known = (text for index in shown for text in _figure(result.values[index].evpi, places))
    totals = (say("all of them"), "", *all_known, *("" for _ in varies if result.indices_of))
    title = say(
        "{title}: what to measure first, {currency} that knowing it is worth",
        title=result.title,
        currency=result.currency,
    )
    return Table(title, columns, rows, totals, (*_knowing_notes(result), *result.notes))


def _knowing_row(item: Knowing, shown: list[int], places: int, varies: bool) -> tuple[str, ...]:  # noqa: FBT001
    shares = (item.first_order, item.total) if varies else ()
    return (
        item.name,
        "; ".join(item.words),
        *(text for index in shown for text in _figure(item.evppi[index], places)),
        *("" if share is None else percent(max(share, 0.0)) for share in shares),
    )


def _knowing_notes(result: Probabilistic) -> tuple[str, ...]:
    lines = [
        say("Knowing a number is worth something only where it may change the choice: a study of it may cost no more.")
    ]
    if not any(at.evpi.value for at in result.values):
        lines.append(say("Here no number changes which option is best: nothing need be measured first."))
    if result.indices_of is not None:
        about = "Of the variance: of the net present value with {option} (Sobol indices)."
        lines.append(say(about, option=result.indices_of))
    return tuple(lines)


def percent(share: Fraction | float) -> str:
    """A probability in percent, with one decimal.

    >>> percent(0.97531)
    '97.5 %'
    """
    return f"{grouped(half_up(Fraction(share) * _HUNDRED, 1), 1)} %"


def _places(result: Probabilistic, amounts: Iterable[float]) -> int:
    """Decimals for amounts: none once there are thousands."""
    found = [Fraction(amount) for amount in amounts]
    if max((abs(amount) for amount in found), default=Fraction(0)) >= _SHOWN_WHOLE:
        return 0
    return shown_places(found, result.currency)


def _hour(result: Probabilistic, value: float) -> str:
    amount = Fraction(value)
    return f"{_amount(value, shown_places([amount], result.currency) if amount else 0)} {result.currency}"


def _amount(value: float, places: int) -> str:
    return grouped(half_up(Fraction(value), places), places)


def _figure(figure: Figure, places: int) -> tuple[str, str]:
    error = figure.standard_error
    return _amount(figure.value, places), "" if error is None else _amount(error, places)
