"""How a provider answers: seconds of a request, records a day, hours of a backlog, downtime. Never money."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.equations import service as equations
from costmodel.results.migration.parts import Side
from costmodel.runtimes.operations import some

if TYPE_CHECKING:
    from costmodel.value.move import Migration, Retries, Service

_DAYS_30, _DAYS_MEAN = Fraction(30), Fraction("30.4375")
_MILLISECONDS = 1_000
_NOTHING = Fraction(0)


def side(migration: Migration, service: Service | None, requests_per_record: Any) -> Side:
    """How one provider answers, as far as the scenario says; numbers may be exact or traced.

    Args:
        migration: for the retries and the backlog that both sides share.
        service: what is stated of this provider.
        requests_per_record: requests that one record takes.
    """
    if service is None:
        return Side()
    found: dict[str, Any] = {
        name: getattr(service, name) for name in ("latency_ms", "sla", "support_hours", "concurrency")
    }
    if service.latency_ms is not None:
        found |= _request(service.latency_ms / _MILLISECONDS, service.retries or migration.retries)
        if service.concurrency is not None:
            found |= _throughput(found["request_seconds"], service.concurrency, requests_per_record)
            found |= _backlog(migration, found["request_seconds"], service.concurrency, requests_per_record)
    if service.sla is not None:
        found["downtime_30"] = equations.downtime_minutes(service.sla, _DAYS_30)
        found["downtime_mean"] = equations.downtime_minutes(service.sla, _DAYS_MEAN)
    return Side(**found)


def _request(latency_seconds: Fraction, retries: Retries | None) -> dict[str, Any]:
    """Attempts, waiting and seconds of one request."""
    if retries is None:
        return {"request_seconds": latency_seconds}
    again = equations.share_tried_again(retries.share, retries.timeout_share)
    attempts = equations.expected_attempts(again, retries.most)
    waiting = equations.backoff_wait(retries.share, again, retries.first_delay_seconds, retries.factor, retries.most)
    limit = _NOTHING if retries.timeout_seconds is None else retries.timeout_seconds
    lost = equations.timeout_wait(retries.timeout_share, again, attempts, limit, retries.timeout_delay_seconds)
    return {
        "attempts": attempts,
        "waiting_seconds": waiting,
        "lost_seconds": lost,
        "request_seconds": equations.request_seconds(latency_seconds, again, attempts, waiting, lost),
        "given_up": equations.given_up_share(again, retries.most),
    }


def _throughput(seconds: Fraction, concurrency: int, requests_per_record: Fraction) -> dict[str, Any]:
    possible = equations.requests_per_day(concurrency, seconds)
    return {"records_a_day": possible / requests_per_record} if some(requests_per_record) else {}


def _backlog(
    migration: Migration, seconds: Fraction, concurrency: int, requests_per_record: Fraction
) -> dict[str, Any]:
    records = migration.records_to_work_through
    if records is None:
        return {}
    return {"backlog_hours": equations.hours_of_work(records * requests_per_record, concurrency, seconds)}
