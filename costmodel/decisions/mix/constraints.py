"""What a mix must meet: a small file of the user's own."""

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from costmodel.documents.model import Exact, Model, MoneyField, Positive, Share, Slug, Text, listed
from costmodel.errors import CommandLineError
from costmodel.quantities import unambiguous

if TYPE_CHECKING:
    from collections.abc import Iterable


def _condition(value: str) -> str:
    from costmodel.decisions.comparison.filters import requirement

    try:
        requirement(value)
    except CommandLineError as error:
        raise ValueError(str(error)) from None
    return value


class Quality(Model):
    """Scores of your own, and what their mean must be."""

    source: Text
    """Where the scores come from."""
    scores: Annotated[dict[Text, Exact], Field(min_length=1)]
    """Score by offer; higher is better. An offer without a score takes no part."""
    at_least: Exact | None = None
    """Least mean score of all records."""
    by_workload: dict[Text, Exact] = Field(default_factory=dict)
    """Least mean score of the records of one workload, by its name."""

    @model_validator(mode="after")
    def _asks(self) -> "Quality":
        if self.at_least is None and not self.by_workload:
            raise ValueError("scores alone ask for nothing: add 'at_least', or 'by_workload'")
        return self


class LatencyLimit(Model):
    """Limits on latency; an offer whose latency is not known takes no part."""

    mean_ms: Positive | None = None
    """Longest mean latency of all records, in milliseconds."""
    at_most_ms: Positive | None = None
    """Longest latency of any offer in the mix, in milliseconds."""

    @model_validator(mode="after")
    def _asks(self) -> "LatencyLimit":
        if self.mean_ms is None and self.at_most_ms is None:
            raise ValueError("no limit is given: add 'mean_ms', or 'at_most_ms'")
        return self


class ShareLimit(Model):
    """What one model or provider may have of the records, or must."""

    at_most: Share | None = None
    """Largest share of the records."""
    at_least: Share | None = None
    """Smallest share of the records: a commitment."""

    @model_validator(mode="after")
    def _asks(self) -> "ShareLimit":
        if not self.model_fields_set:
            raise ValueError(f"no limit is given: add {any_of(type(self).model_fields)}")
        if self.at_most is not None and self.at_least is not None and self.at_least > self.at_most:
            raise ValueError("'at_least' is more than 'at_most'")
        return self


class ProviderLimit(ShareLimit):
    """What one provider may have, or was promised."""

    spend_at_least: Annotated[MoneyField, BeforeValidator(unambiguous)] | None = None
    """Least spend a month, taxes and fees included: a commitment."""


class WorkloadLimits(Model):
    """Shares of the records of one workload."""

    providers: dict[Slug, ShareLimit] = Field(default_factory=dict)
    """Limits by provider."""
    models: dict[Text, ShareLimit] = Field(default_factory=dict)
    """Limits by offer."""

    @model_validator(mode="after")
    def _asks(self) -> "WorkloadLimits":
        if not (self.providers or self.models):
            raise ValueError("no limit is given: add 'providers', or 'models'")
        return self


def any_of(names: "Iterable[str]") -> str:
    """Names in a sentence.

    >>> any_of(["a", "b", "c"])
    "'a', 'b' or 'c'"
    """
    *first, last = (f"'{name}'" for name in names)
    return f"{', '.join(first)} or {last}"


def _above_nothing(value: Fraction) -> Fraction:
    if not value:
        raise ValueError("a share of 0 % leaves no provider")
    return value


class Constraints(Model):
    """A file of constraints."""

    constraints: Text
    """Whose they are."""
    quality: Quality | None = None
    """Scores, and what they must come to."""
    latency: LatencyLimit | None = None
    """Limits on latency."""
    require: Annotated[
        tuple[Annotated[Text, AfterValidator(_condition)], ...], BeforeValidator(listed, json_schema_input_type=Text)
    ] = ()
    """Terms that every offer must have, as with `--require`."""
    each_provider_at_most: Annotated[Share, AfterValidator(_above_nothing)] | None = None
    """Largest share of the records that any one provider may have."""
    providers: dict[Slug, ProviderLimit] = Field(default_factory=dict)
    """Limits and commitments, by provider."""
    models: dict[Text, ShareLimit] = Field(default_factory=dict)
    """Limits by offer."""
    by_workload: dict[Text, WorkloadLimits] = Field(default_factory=dict)
    """Limits on the records of one workload, by its name."""
