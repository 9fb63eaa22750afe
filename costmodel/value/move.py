"""What a scenario says under `migration`: the new models, the way there, the old contract, and the service around it.

Money is written with its currency and may be in another than the scenario's: it is exchanged at the scenario's rates.
"""

from datetime import timedelta
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from costmodel.documents.model import Amount, Count, Day, Model, PlacedError, Positive, Share, Text, Whole
from costmodel.quantities import decimal_text
from costmodel.usage.spec import MixField
from costmodel.value.spec import Cost, CostPerMonth

_MOST_STEPS = 1_000
_MOST_DAYS = 3_660
_MOST_RETRIES = 100
_SECONDS = {"interval_seconds": 1, "interval_minutes": 60, "interval_hours": 3_600, "interval_days": 86_400}


def _above_zero(value: Fraction) -> Fraction:
    if value <= 0:
        raise ValueError("a share of 0 % moves nothing: write more than 0 %")
    return value


def _not_all(value: Fraction) -> Fraction:
    if value >= 1:
        raise ValueError("with 100 % no request is ever answered: write less than 100 %")
    return value


def _some_time_up(value: Fraction) -> Fraction:
    if value <= 0:
        raise ValueError("a service that is up 0 % of the time has no use")
    return value


def _days(value: int) -> int:
    if value > _MOST_DAYS:
        raise ValueError(f"{value:,} days are longer than any change of provider: write at most {_MOST_DAYS:,}")
    return value


def _retries(value: int) -> int:
    if value > _MOST_RETRIES:
        raise ValueError(f"{value:,} retries of one request are not computed with: write at most {_MOST_RETRIES}")
    return value


SomeShare = Annotated[Share, AfterValidator(_above_zero)]
FewerThanAll = Annotated[Share, AfterValidator(_not_all)]
Days = Annotated[Whole, AfterValidator(_days)]


class Canary(Model):
    """The ramp: a first share of the requests goes to the new provider, then more, step by step."""

    example: ClassVar[str] = "{initial: 5 %, step: 20 %, interval_hours: 24, error_rate: 0.4 %}"
    initial: SomeShare
    """Share of the requests with which it begins."""
    step: SomeShare | None = None
    """Share that each step adds."""
    interval_seconds: Positive | None = None
    """Time between two steps, in seconds; or one of the three below."""
    interval_minutes: Positive | None = None
    """The same in minutes."""
    interval_hours: Positive | None = None
    """The same in hours."""
    interval_days: Positive | None = None
    """The same in days."""
    highest: SomeShare = Fraction(1)
    """Share at which the ramp ends; below 100 % the old provider keeps the rest for good."""
    error_rate: FewerThanAll
    """Share of the requests at the new provider that fail. It has no default: measure it, or say what you assume."""
    rollback_above: Share | None = None
    """Error rate above which everything goes back to the old provider after the first step; never if not said."""

    @property
    def interval(self) -> timedelta:
        """Time between two steps; none where there is one step alone."""
        stated = {name: getattr(self, name) for name in _SECONDS}
        seconds = sum((value * _SECONDS[name] for name, value in stated.items() if value is not None), Fraction(0))
        return timedelta(seconds=int(seconds))

    @property
    def steps(self) -> int:
        """Steps that are taken after the first share."""
        missing = self.highest - self.initial
        return 0 if self.step is None else -int(-missing // self.step)

    @property
    def rolls_back(self) -> bool:
        """Whether the error rate sends everything back."""
        return self.rollback_above is not None and self.error_rate > self.rollback_above

    @model_validator(mode="after")
    def _fits(self) -> "Canary":
        if self.initial > self.highest:
            raise PlacedError("initial", "the ramp begins above its 'highest' share")
        intervals = [name for name in _SECONDS if getattr(self, name) is not None]
        if len(intervals) > 1:
            raise PlacedError(intervals[1], f"the time between two steps stands twice: leave out '{intervals[1]}'")
        stays = self.initial == self.highest and not self.rolls_back
        if stays and (self.step is not None or intervals):
            key = intervals[0] if intervals else "step"
            raise PlacedError(key, "the ramp begins at its highest share, so there is no step: leave this out")
        if not stays and self.initial != self.highest and self.step is None:
            raise ValueError("a ramp needs 'step': the share that each step adds")
        if not stays and not intervals:
            raise ValueError(f"a ramp needs the time between two steps: one of {', '.join(_SECONDS)}")
        for name in intervals:
            self._require_whole(name)
        if self.steps > _MOST_STEPS:
            raise PlacedError("step", f"this ramp has {self.steps:,} steps: make them larger, {_MOST_STEPS:,} at most")
        return self

    def _require_whole(self, name: str) -> None:
        seconds = getattr(self, name) * _SECONDS[name]
        if seconds.denominator != 1:
            raise PlacedError(name, f"{decimal_text(seconds)} seconds: write a time of whole seconds")
        if seconds > _MOST_DAYS * _SECONDS["interval_days"]:
            raise PlacedError(name, f"a step of more than {_MOST_DAYS:,} days is longer than any change of provider")


class Contract(Model):
    """What was agreed with the old provider, and is paid whether it is used or not."""

    example: ClassVar[str] = "{ends: 2027-01-31, prepaid_balance: 1_200 USD}"
    provider: Text | None = None
    """Provider it is with, as in `openai/…`; all providers of the present models if not said."""
    ends: Day | None = None
    """Last day on which it runs."""
    prepaid_balance: Cost | None = None
    """Money paid in advance that is left on the day of the start; bills are drawn from it until the contract ends."""
    minimum_a_month: Cost | None = None
    """Least that is paid for a calendar month until the contract ends, before taxes and fees."""

    @model_validator(mode="after")
    def _says_something(self) -> "Contract":
        if self.prepaid_balance is None and self.minimum_a_month is None:
            raise ValueError("a contract without 'prepaid_balance' and 'minimum_a_month' changes nothing: leave it out")
        if self.minimum_a_month is not None and self.ends is None:
            raise PlacedError("minimum_a_month", "a minimum is paid until the contract ends: add 'ends', its last day")
        return self


class Retries(Model):
    """How requests that are refused or too slow are tried again: it takes time. What is billed again: `resubmitted`."""

    example: ClassVar[str] = "{share: 2 %, first_delay_seconds: 1, factor: 2, most: 3}"
    on: Text = "429"
    """Status with which the provider refuses; a name for reading."""
    share: FewerThanAll = Fraction(0)
    """Share of attempts that are refused."""
    first_delay_seconds: Amount = Fraction(0)
    """Wait before the first retry after a refusal."""
    factor: Positive = Fraction(1)
    """By which each further wait is longer: 2 doubles it, 1 keeps it."""
    most: Annotated[Whole, AfterValidator(_retries)]
    """How often a request is tried again at most."""
    timeout_seconds: Positive | None = None
    """Time after which an attempt without an answer is given up."""
    timeout_share: FewerThanAll = Fraction(0)
    """Share of attempts that run into it."""
    timeout_delay_seconds: Amount = Fraction(0)
    """Wait before the next attempt after one that was too slow."""

    @model_validator(mode="after")
    def _fits(self) -> "Retries":
        if self.timeout_share and self.timeout_seconds is None:
            raise PlacedError("timeout_share", "a share that runs into the time limit needs 'timeout_seconds'")
        if self.share + self.timeout_share >= 1:
            raise ValueError("'share' and 'timeout_share' together leave no attempt that is answered")
        return self


class Service(Model):
    """How one provider answers. It stands beside the money and is never turned into money."""

    example: ClassVar[str] = "{latency_ms: 420, sla: 99.5 %, support_hours: 24, concurrency: 20}"
    latency_ms: Positive | None = None
    """Milliseconds until a request is answered, on average."""
    sla: Annotated[Share, AfterValidator(_some_time_up)] | None = None
    """Share of the time in which the service is promised to be up (service level agreement)."""
    support_hours: Amount | None = None
    """Hours until support answers."""
    concurrency: Count | None = None
    """Requests that may be under way at the same time."""
    retries: Retries | None = None
    """Retries at this provider, where they differ from those of the section."""

    @model_validator(mode="after")
    def _says_something(self) -> "Service":
        if not self.model_fields_set:
            raise ValueError("this says nothing of the service: leave it out, or write 'latency_ms', 'sla' …")
        return self


class QuotedChange(Model):
    """What somebody quotes for the change."""

    example: ClassVar[str] = "{before: 4_200 USD/month, after: 680 USD/month}"
    before: CostPerMonth
    """Money a month before, as quoted."""
    after: CostPerMonth
    """Money a month after, as quoted."""
    source: Text | None = None
    """Who quotes it, and where."""


class Migration(Model):
    """A change of provider: from the scenario's `mix`, or its one model, to others."""

    example: ClassVar[str] = "{to: {openai/gpt-4.1-mini: 100 %}, start: 2026-12-10}"
    to: MixField
    """The new models, written like `mix`."""
    start: Day
    """Day on which the change begins, at 00:00 UTC."""
    parallel_days: Days = 0
    """Days before the first step on which both providers get every request, and the old one's answers are used."""
    canary: Canary | None = None
    """The ramp; without it everything moves at once."""
    fallback: Literal["old provider", "none"] = "none"
    """old provider: a request that fails at the new one is sent again to the old one, and paid at both."""
    fallback_days: Days = 0
    """Days after the last step for which the old provider still takes what fails."""
    one_off: dict[Text, Cost] = Field(default_factory=dict)
    """Paid once, on the day of the start, by name: integration, testing, security review."""
    contract: Contract | None = None
    """What is paid to the old provider whether it is used or not."""
    before: Service | None = None
    """Service of the old provider."""
    after: Service | None = None
    """Service of the new provider."""
    retries: Retries | None = None
    """How refused and slow requests are tried again, before and after alike."""
    records_to_work_through: Positive | None = None
    """Records of a backlog: the hours they take before and after are shown."""
    quoted: QuotedChange | None = None
    """A cost before and after that somebody quotes; it stands beside the computed one."""

    @model_validator(mode="after")
    def _fits(self) -> "Migration":
        if self.fallback != "none" and self.canary is None:
            raise PlacedError("fallback", "a fallback needs a 'canary' with an 'error_rate': what fails is sent again")
        if self.fallback_days and self.fallback == "none":
            raise PlacedError("fallback_days", "'fallback_days' goes with 'fallback: old provider'")
        if self.fallback_days and self.canary is not None and self.canary.highest < 1:
            raise PlacedError("fallback_days", "below a 'highest' share of 100 % the fallback stays: leave this out")
        for name, what in (("retries", "latency_ms"), ("records_to_work_through", "concurrency")):
            if getattr(self, name) is not None and not any(self._said(side, what) for side in ("before", "after")):
                raise PlacedError(name, f"'{name}' needs '{what}' under 'before' or 'after'")
        return self

    def _said(self, side: str, name: str) -> Any:
        service = getattr(self, side)
        return service is not None and service.latency_ms is not None and getattr(service, name) is not None
