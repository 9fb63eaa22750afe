"""What a change of provider is made of: stages, amounts by span and day, service, outlook."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.equations.migration import saving_of_move

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

_NOTHING = Fraction(0)


class Stage(NamedTuple):
    """A span of time in which the same shares of the requests are at the same place.

    Attributes:
        phase: before, during or after the change.
        name: what happens.
        start, end: half-open, UTC.
        new_share: share of all requests that goes to the new provider.
        failed: share of all requests that fails there.
        again: share of all requests that is sent again to the old provider because it failed.
        copied: share of all requests that goes to the new provider as a copy, beside the old one.
    """

    phase: str
    name: str
    start: datetime
    end: datetime
    new_share: Fraction = _NOTHING
    failed: Fraction = _NOTHING
    again: Fraction = _NOTHING
    copied: Fraction = _NOTHING

    @property
    def old_load(self) -> Fraction:
        """What is paid at the old provider, as a share of all requests."""
        return 1 - self.new_share + self.again

    @property
    def new_load(self) -> Fraction:
        """What is paid at the new provider, as a share of all requests."""
        return self.new_share + self.copied


class Amounts(NamedTuple):
    """Requests and money of a span of time; money in the reporting currency.

    Attributes:
        requests: each counted once, however often it is sent.
        requests_at_new: those that go to the new provider; the rest goes to the old one.
        requests_failed: those that fail at the new provider.
        requests_sent_again: those sent again to the old provider.
        requests_copied: copies to the new provider while both run.
        old_cost, new_cost: bills, with taxes and fees.
        twice_cost: the part of both that pays for sending a second time.
        minimum_cost: what is paid because a bill is below a minimum.
        prepaid_lost_cost: money paid in advance that lapses.
        one_off_cost: paid once.
        unchanged_bills_cost, unchanged_minimum_cost, unchanged_prepaid_lost_cost: the same, had nothing changed.
    """

    requests: Fraction = _NOTHING
    requests_at_new: Fraction = _NOTHING
    requests_failed: Fraction = _NOTHING
    requests_sent_again: Fraction = _NOTHING
    requests_copied: Fraction = _NOTHING
    old_cost: Fraction = _NOTHING
    new_cost: Fraction = _NOTHING
    twice_cost: Fraction = _NOTHING
    minimum_cost: Fraction = _NOTHING
    prepaid_lost_cost: Fraction = _NOTHING
    one_off_cost: Fraction = _NOTHING
    unchanged_bills_cost: Fraction = _NOTHING
    unchanged_minimum_cost: Fraction = _NOTHING
    unchanged_prepaid_lost_cost: Fraction = _NOTHING

    @property
    def cost(self) -> Fraction:
        """Everything that is paid."""
        bills = self.old_cost + self.new_cost
        return bills + self.minimum_cost + self.prepaid_lost_cost + self.one_off_cost

    @property
    def unchanged_cost(self) -> Fraction:
        """Everything that would be paid, had nothing changed."""
        return self.unchanged_bills_cost + self.unchanged_minimum_cost + self.unchanged_prepaid_lost_cost

    @property
    def saving(self) -> Fraction:
        """What the change saves; negative where it costs more."""
        return Fraction(saving_of_move(self.unchanged_cost, self.cost))

    def figures(self) -> dict[str, Fraction]:
        """Every figure by name."""
        return {
            **self._asdict(),
            "cost": self.cost,
            "unchanged_cost": self.unchanged_cost,
            "saving": self.saving,
        }


def together(parts: Iterable[Amounts]) -> Amounts:
    """Several amounts added up."""
    return Amounts(*(sum(column, _NOTHING) for column in zip(Amounts(), *parts, strict=True)))


class Span(NamedTuple):
    """Amounts between two instants, within one day and one stage."""

    start: datetime
    end: datetime
    stage: Stage
    amounts: Amounts


class Day(NamedTuple):
    """Amounts of one day, UTC; `phase` is during if the change goes on at any time of it."""

    day: date
    phase: str
    amounts: Amounts
    cumulative_saving: Fraction


class Quoted(NamedTuple):
    """A cost a month before and after, as quoted and as computed; money in the reporting currency."""

    before: Fraction
    after: Fraction
    source: str


class Side(NamedTuple):
    """How one provider answers; None where the scenario does not say.

    Attributes:
        latency_ms, sla, support_hours, concurrency: as stated.
        attempts: of one request on average.
        waiting_seconds: after refusals, a request.
        lost_seconds: in attempts that are too slow, a request.
        request_seconds: of one request, retries included.
        given_up: share of requests without an answer after the last retry.
        records_a_day: that can be done.
        backlog_hours: that the records to work through take.
        downtime_30, downtime_mean: minutes of a month of 30 days, and of 30.4375.
    """

    latency_ms: Fraction | None = None
    sla: Fraction | None = None
    support_hours: Fraction | None = None
    concurrency: int | None = None
    attempts: Fraction | None = None
    waiting_seconds: Fraction | None = None
    lost_seconds: Fraction | None = None
    request_seconds: Fraction | None = None
    given_up: Fraction | None = None
    records_a_day: Fraction | None = None
    backlog_hours: Fraction | None = None
    downtime_30: Fraction | None = None
    downtime_mean: Fraction | None = None


class Outlook(NamedTuple):
    """What follows from the days of a change.

    Attributes:
        saving_a_year: a year at the prices of the last week and the volume of the last month; 0 where everything goes
            back.
        unchanged_a_year: cost of such a year, had nothing changed.
        year: how long that year is, in words.
        priced_from, priced_until: first and last day of the week whose prices these are.
        break_even: the day from which the cumulative saving stays at 0 or above; None if it never does.
        beyond: the day on which it would do so after the horizon, at the saving of a year; None if never.
        month_before, month_after: bills of the horizon's last month at the present and at the new models, the change
            being finished.
    """

    saving_a_year: Fraction
    unchanged_a_year: Fraction
    year: str
    priced_from: date
    priced_until: date
    break_even: date | None
    beyond: date | None
    month_before: Fraction
    month_after: Fraction
