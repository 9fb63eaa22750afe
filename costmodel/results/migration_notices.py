"""What to know of a change of provider: what is left out of it, and what does not fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.results.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from costmodel.results.migration_parts import Stage
    from costmodel.value.move import Migration


def move_notices(stated: Migration, stages: Sequence[Stage]) -> tuple[Notice, ...]:
    """Warnings about a change of provider."""
    return tuple(_found(stated, stages))


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
