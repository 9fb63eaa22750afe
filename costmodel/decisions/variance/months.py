"""Which months of two costs are compared, and what a reader must know of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from costmodel.errors import CommandLineError
from costmodel.quantities import Month, grouped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from costmodel.decisions.variance.spend import Spend

Warning_ = tuple[str, str]


def in_one_month(base: Spend, head: Spend, month: str | Month) -> tuple[Spend, Spend]:
    """Both sides in one month alone.

    Raises:
        CommandLineError: a side does not have it.
        QuantityError: it is no month.
    """
    name = str(Month.parse(month))
    without = [told for told, side in (("BASE", base), ("HEAD", head)) if name not in side.months]
    if without:
        raise CommandLineError(
            f"{name} is not in {' and '.join(without)}: BASE has {months_text(base.months)}, HEAD "
            f"{months_text(head.months)}. {_both(base, head)}"
        )
    return _only(base, name), _only(head, name)


def _only(side: Spend, month: str) -> Spend:
    """A side in one month; rows that a log leaves out have no month that is known."""
    counts = side.counts._replace(beyond=True) if side.counts and len(side.months) > 1 else side.counts
    return replace(side, months=(month,), slices=(side.slices[side.months.index(month)],), counts=counts)


def require_same_length(base: Spend, head: Spend) -> None:
    """Every month must have another that it is compared with.

    Raises:
        CommandLineError: one side has more months.
    """
    if len(base.months) == len(head.months):
        return
    ways = ["compare the mean months with --per month"]
    ways.append("a log of as many" if head.logged else f"as many of HEAD with --set horizon.months={len(base.months)}")
    utc = " The months of a log are those of UTC." if base.logged or head.logged else ""
    raise CommandLineError(
        f"BASE has {months_text(base.months)}, HEAD {months_text(head.months)}: a month has no other to be compared "
        f"with.{utc} {_both(base, head)} Or {', or '.join(ways)}"
    )


def _both(base: Spend, head: Spend) -> str:
    """The months of both sides, and how to compare one."""
    shared = [month for month in base.months if month in head.months]
    if not shared:
        return "No month is in both."
    one = shared[0]
    if len(shared) == 1:
        return f"Both have {one}: compare it alone with --month {one}."
    return f"Both have {_period(shared)}: compare one of these alone, such as --month {one}."


def months_text(months: Sequence[str]) -> str:
    """How many months, and from when to when.

    >>> months_text(["2026-10", "2026-11"]), months_text(["2026-10"])
    ('2 months (2026-10 to 2026-11)', '1 month (2026-10)')
    """
    return f"{len(months)} month{'' if len(months) == 1 else 's'} ({_period(months)})"


def _period(months: Sequence[str]) -> str:
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


def one_month_warnings(given: tuple[Spend, Spend], kept: tuple[Spend, Spend]) -> Iterator[Warning_]:
    """That one month alone is compared, because it was asked for.

    Args:
        given: both sides as they were given.
        kept: both sides in the month.
    """
    pairs = zip(("BASE", "HEAD"), given, kept, strict=True)
    cut = [f"{name} has {months_text(side.months)}" for name, side, one in pairs if len(one.months) < len(side.months)]
    if cut:
        yield "one-month", f"{kept[0].months[0]} alone is compared, as asked: {' and '.join(cut)}."


def month_warnings(base: Spend, head: Spend, per: str) -> Iterator[Warning_]:
    """What a reader must know of the months that are compared, `per` horizon or month."""
    if per == "month":
        text = f"Mean months are compared: of {len(base.months)} months in BASE, of {len(head.months)} in HEAD."
        yield "mean-months", text
    elif base.months != head.months:
        text = f"Months are matched by position: {head.months[0]} of HEAD with {base.months[0]} of BASE, and so on."
        yield "months-by-position", text
    if per == "month" or base.months != head.months:
        yield from _edges(base, head)


def _edges(base: Spend, head: Spend) -> Iterator[Warning_]:
    """Months that a log may only touch, where each counts as whole."""
    for name, side in (("BASE", base), ("HEAD", head)):
        if not side.logged or len(side.months) == 1:
            continue
        ends = [(side.months[place], int(side.slices[place].all_requests)) for place in (0, -1)]
        there = " and ".join(f"{_requests(count)} in {month}" for month, count in ends)
        text = (
            f"The months of a log are those of UTC, and each counts as a whole one, whatever it covers: {name} has "
            f"{there}. Is the log of one month in local time? Then compare that month alone with --month."
        )
        yield "months-are-utc", text


def _requests(count: int) -> str:
    return f"{grouped(count)} request{'' if count == 1 else 's'}"
