"""What to know of a change of provider: what is left out of it, and what does not fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.results.migration.words import instant_text
from costmodel.results.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from costmodel.results.migration.parts import Stage
    from costmodel.value.move import Migration


_MOST_STEPS = 3  # of a ramp that are named


def move_notices(
    stated: Migration, stages: Sequence[Stage], empty: Sequence[Stage], changes: Iterable[str]
) -> tuple[Notice, ...]:
    """Warnings about a change of provider.

    Args:
        stated: the section of the scenario.
        stages: in order.
        empty: steps of the ramp in which there are no requests.
        changes: models whose price changes within the last week, each with the day.
    """
    return (*_found(stated, stages), *_empty_steps(empty), *_price_changes(tuple(changes)))


def _empty_steps(empty: Sequence[Stage]) -> Iterator[Notice]:
    if empty:
        named = [f"{stage.name} from {instant_text(stage.start)} UTC" for stage in empty[:_MOST_STEPS]]
        left = len(empty) - len(named)
        yield Notice(
            "ramp-without-requests",
            "No request passes in these steps of the ramp, so nothing can fail there and be seen",
            (*named, *([f"{left} more"] if left else [])),
            "Start where there are requests, or make the steps longer.",
        )


def _price_changes(changes: tuple[str, ...]) -> Iterator[Notice]:
    if changes:
        yield Notice(
            "price-changes-in-last-week",
            "A year is computed with the prices of the last week, and within it prices change",
            changes,
            "Add a month, so that the new prices alone count.",
        )


def _found(stated: Migration, stages: Sequence[Stage]) -> Iterator[Notice]:
    if not stated.one_off:
        yield Notice(
            "one-off-left-out",
            "Left out, so taken as 0",
            ("costs paid once: integration, testing, security review, a new BAA",),
            "Write them under 'one_off'.",
        )
    if stated.contract is None:
        yield Notice(
            "contract-left-out",
            "Left out, so taken as 0",
            ("what the contract with the old provider still costs: money paid in advance, minimums",),
            "Write it under 'contract'.",
        )
    elif stated.contract.ends is not None and stated.contract.ends < stages[-1].start.date():
        yield Notice(
            "contract-ends-early",
            "The old provider is still used after its contract ends",
            (f"until {stages[-1].start:%Y-%m-%d %H:%M} UTC, at the prices of the price book",),
        )
    unanswered = any(stage.failed > stage.again for stage in stages)
    if unanswered:
        yield Notice(
            "failed-not-answered",
            "Requests that fail at the new provider stay without an answer",
            ("'fallback: old provider' would send them again",),
        )
