"""What a price may depend on: the size of a request, hours of the day, service tier, region."""

import re
from fractions import Fraction
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, model_validator

from costmodel.documents.model import Model, Reads, Text, kind_of, listed
from costmodel.prices.hours import Hours
from costmodel.quantities import exact


class SizeLimit(NamedTuple):
    """A limit on the size of one request, such as `> 200000` input tokens."""

    operator: str
    limit: Fraction

    def holds(self, size: Fraction | int) -> bool:
        """Whether a request of this many input tokens meets the limit."""
        if self.operator == ">":
            return size > self.limit
        if self.operator == ">=":
            return size >= self.limit
        return size < self.limit if self.operator == "<" else size <= self.limit

    @property
    def cut(self) -> tuple[Fraction, bool]:
        """Where it cuts the line of sizes: the limit, and whether the limit itself lies below the cut."""
        return self.limit, self.operator in {">", "<="}

    def __str__(self) -> str:
        return f"{self.operator} {int(self.limit):_}"


def _size_limit(value: Any) -> "SizeLimit":
    if isinstance(value, SizeLimit):
        return value
    if isinstance(value, dict | list) or value is None:
        raise ValueError(f"expected a limit such as '> 200000', got {kind_of(value)}")
    match = re.fullmatch(r"(>=|<=|>|<)\s*(\S+)", str(value).strip())
    if match is None:
        raise ValueError(f"'{str(value)[:40]}' is not a limit: write the operator and the tokens, such as '> 200000'")
    return SizeLimit(match[1], exact(match[2]))


SizeLimitField = Annotated[
    SizeLimit,
    Reads(_size_limit, {"type": "string", "pattern": r"^(>=|<=|>|<)\s*[0-9_]+$", "title": "a limit such as > 200000"}),
]


class When(Model):
    """Conditions of a rate or an adjustment; all that are given must hold."""

    request_input_tokens: Annotated[
        tuple[SizeLimitField, ...],
        BeforeValidator(listed, json_schema_input_type=SizeLimitField | tuple[SizeLimitField, ...]),
    ] = ()
    """Limit or limits on all input tokens of one request, cache included: it decides for the whole request."""
    hours: Hours | None = None
    """Daily windows in a time zone."""
    service_tier: Text | None = None
    """Service tier, such as batch."""
    region: Text | None = None
    """Region."""

    @model_validator(mode="after")
    def _something(self) -> "When":
        if not (self.request_input_tokens or self.hours or self.service_tier or self.region):
            raise ValueError("a condition is empty: leave 'when' out where the rate is the rest")
        return self

    def holds(self, tier: str, region: str, sizes: "frozenset[SizeLimit]", hours: frozenset[Hours]) -> bool:
        """Whether every condition holds; `sizes` and `hours` are those limits and windows that hold."""
        return (
            self.service_tier in {None, tier}
            and self.region in {None, region}
            and all(limit in sizes for limit in self.request_input_tokens)
            and (self.hours is None or self.hours in hours)
        )


class Case(NamedTuple):
    """What a price may depend on, beside the row: tier, region, and which limits and windows hold."""

    tier: str
    region: str
    sizes: frozenset[SizeLimit] = frozenset()
    hours: frozenset[Hours] = frozenset()

    def meets(self, when: When | None) -> bool:
        """Whether conditions hold in this case."""
        return when is None or when.holds(*self)

    def __str__(self) -> str:
        words = [f"service tier {self.tier}", f"region {self.region}"]
        words += [f"request input {limit}" for limit in sorted(self.sizes, key=str)]
        words += [f"hours {window}" for window in sorted(self.hours, key=str)]
        return ", ".join(words)
