"""What a usage log cost, in the form in which two costs are compared, and what a log cannot tell."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.decisions.variance.meter_words import MeterWords
from costmodel.decisions.variance.spend import Spend, slices_of
from costmodel.quantities import Month

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from costmodel.results.metered.metered import Metered

TITLE = "Metered usage"


def spend_of_log(metered: Metered) -> Spend:
    """What a priced log says, with every digit. It has no records: what it counts as such are requests."""
    from costmodel.results.records import line_records

    months = dict.fromkeys(map(str, metered.months), Fraction(0))
    lines = line_records(metered.lines, metered.meters, exact=True)
    used = dict.fromkeys(line["meter"] for line in lines if "levy" not in line)
    return Spend(
        TITLE,
        metered.currency,
        tuple(months),
        slices_of(lines, months),
        metered.book.to_json(),
        "",
        tuple((notice.code, notice.text) for notice in metered.notices),
        {name: MeterWords.of(name, metered.meters) for name in used},
        logged=True,
        counts=metered.counts,
    )


def months_of_log(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The months of a priced log that was kept as JSON, those without any usage included."""
    period = record["period"]
    return tuple(str(Month.parse(period["start"]).later(place)) for place in range(int(period["months"])))


def in_months_of_log(base: Spend, head: Spend) -> tuple[Spend, Spend]:
    """A plan beside a log of some of its months: these months alone, each beside itself."""
    if base.logged == head.logged:
        return base, head
    log, plan = (base, head) if base.logged else (head, base)
    if not set(log.months) < set(plan.months):
        return base, head
    places = [plan.months.index(month) for month in log.months]
    cut = replace(plan, months=log.months, slices=tuple(plan.slices[place] for place in places))
    return (base, cut) if base.logged else (cut, head)


def log_warnings(base: Spend, head: Spend, compared: tuple[Spend, Spend]) -> Iterator[tuple[str, str]]:
    """What a log cannot tell apart.

    Args:
        base: one side as it was given.
        head: the other.
        compared: both sides in the months that are compared.
    """
    if not (base.logged or head.logged):
        return
    for side, kept in zip((base, head), compared, strict=True):
        if len(kept.months) < len(side.months):
            period = kept.months[0] if len(kept.months) == 1 else f"{kept.months[0]} to {kept.months[-1]}"
            yield (
                "months-of-the-log",
                f"{period} alone is compared: the plan has {len(side.months)} months, the log no more.",
            )
    text = "A usage log counts requests and no records: more requests for a record are told as volume, not apart."
    yield "log-without-records", text
    if any(len({key[:2] for key in side.whole.uses}) > 1 for side in (base, head)):
        text = (
            "A usage log knows no workloads and steps: all work is compared together, and a shift between them is mix."
        )
        yield "log-without-work", text
    text = "A log does not say whether its months are whole: what it does not cover is told as less volume."
    yield "log-months-may-be-parts", text
