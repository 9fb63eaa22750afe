"""The price tables as files: what may stand in `pricing/providers/*.yaml`."""

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from costmodel.documents.model import (
    Amount,
    Count,
    Currency,
    Day,
    Exact,
    Instant,
    Model,
    ModelSlug,
    Positive,
    Slug,
    Text,
    Truth,
    listed,
)
from costmodel.prices.conditions import When

GLOBAL = "global"
STANDARD = "standard"


class Source(Model):
    """Where a figure was read."""

    kind: Literal["list", "quoted", "contracted"]
    """list: the provider's public price; quoted: a brochure's or third party's figure; contracted: your contract."""
    url: Text | None = None
    """Address of the page."""
    title: Text | None = None
    """Name of the document, where there is no address."""
    retrieved: Day
    """The day somebody last read it there."""
    via: Text | None = None
    """The collection through which it was read, with its version."""
    confidence: Literal["high", "medium", "low"] | None = None
    """How well the figure is supported."""
    note: Text | None = None
    """Anything a reader should know about the figure or its dates."""

    @model_validator(mode="after")
    def _named(self) -> "Source":
        if self.url is None and self.title is None:
            raise ValueError("a source needs a url or a title")
        return self


class Bracket(Model):
    """One marginal bracket: the units of one request above the last limit, up to this one."""

    up_to: Positive | None = None
    """Upper limit in units of one request; absent in the last bracket."""
    price: Amount
    """Price in this bracket."""


class Price(Model):
    """The price of one meter."""

    price: Amount | None = None
    """Money for one pricing unit."""
    free: Truth = False
    """The provider states that nothing is charged."""
    unknown: Truth = False
    """A price exists, but its figure is not known: an error when it is needed."""
    increment: Positive | None = None
    """Units of one request are rounded up to whole increments."""
    minimum: Amount | None = None
    """Least units billed for one request."""
    brackets: tuple[Bracket, ...] | None = None
    """Marginal brackets, each for the units of one request that fall into it."""

    @property
    def is_shaped(self) -> bool:
        """Whether it depends on each request's units by more than their count."""
        return self.increment is not None or self.minimum is not None or self.brackets is not None

    @model_validator(mode="after")
    def _one_form(self) -> "Price":
        forms = [self.price is not None, self.free, self.unknown, self.brackets is not None]
        if sum(forms) != 1:
            raise ValueError("write one of: a number, free, unknown, or brackets")
        if self.price == 0:
            raise ValueError("a price of 0 says too little: write 'free' if nothing is charged, 'unknown' if not known")
        if self.brackets is not None:
            _check_brackets(self.brackets)
        return self


def _check_brackets(brackets: "tuple[Bracket, ...]") -> None:
    limits = [bracket.up_to for bracket in brackets]
    if len(limits) < 2 or limits[-1] is not None or None in limits[:-1]:  # noqa: PLR2004 - two brackets at least
        raise ValueError("brackets need two or more entries, each with 'up_to' but the last")
    rising = [limit for limit in limits if limit is not None]
    if rising != sorted(set(rising)):
        raise ValueError("the limits of brackets must rise")


def _price_form(value: Any) -> Any:
    if value == "free":
        return {"free": True}
    if value == "unknown":
        return {"unknown": True}
    if isinstance(value, str):
        return {"price": value}
    if value is None:
        raise ValueError("a price is missing: write a number, 'free' or 'unknown'")
    return value


PriceField = Annotated[Price, BeforeValidator(_price_form, json_schema_input_type=float | str | Price)]


class Rate(Model):
    """One case of a tariff: its conditions and its prices, or that the provider refuses it."""

    when: When | None = None
    """Conditions; absent in the last rate, which is the rest."""
    prices: Annotated[dict[Text, PriceField], Field(min_length=1)] | None = None
    """Price by meter."""
    refused: Text | None = None
    """Why the provider refuses such a request."""

    @model_validator(mode="after")
    def _priced_or_refused(self) -> "Rate":
        if (self.prices is None) == (self.refused is None):
            raise ValueError("a rate needs either 'prices' or 'refused'")
        return self


class Adjustment(Model):
    """A change of prices applied after the rate, in the order written."""

    name: Text
    """What it is called in `explain`."""
    when: When | None = None
    """Conditions; absent: always."""
    meters: Annotated[tuple[Text, ...], Field(min_length=1)]
    """The meters it changes."""
    multiply: Amount = Fraction(1)
    """Factor on the price."""
    add: Exact = Fraction(0)
    """Money added for one pricing unit, after the factor."""


class Credit(Model):
    """What is paid for one unit of list-price credit, where credit is bought at a rate of its own."""

    pays: Currency
    """Currency that is paid."""
    per_list_unit: Positive
    """Units paid for one unit of the list currency."""
    note: Text | None = None
    """Where that is said."""


class MinimumCharge(Model):
    """The least that is invoiced for an offer in a month."""

    amount: Positive
    """Money in the list currency."""
    per: Literal["month"]
    """Invoice period."""


class Valid(Model):
    """When a price is in force: half-open, from the first instant to just before the last."""

    from_: Instant = Field(alias="from")
    """First instant."""
    until: Instant | None = None
    """End, not included; absent: it ends where the next row begins."""
    start: Literal["observed"] | None = None
    """`observed`: the first day it is known to have held; the true start may be earlier."""

    @model_validator(mode="after")
    def _in_order(self) -> "Valid":
        if self.until is not None and self.until <= self.from_:
            raise ValueError("'until' must lie after 'from'")
        return self


class Withdrawn(Model):
    """A row found to be wrong: it stays in the file, and no later version reads it."""

    on: Day
    """The day it was withdrawn."""
    why: Text
    """What was wrong."""


class PriceRow(Model):
    """The offer's whole tariff for one interval of time."""

    valid: Valid
    """When it is in force."""
    recorded: Day
    """The day this row entered the table."""
    withdrawn: Withdrawn | None = None
    """Set instead of editing a wrong row."""
    source: Source
    """Where the figures were read."""
    disagreement: Text | None = None
    """What other sources say, where they disagree."""
    per: Annotated[tuple[Text, ...], BeforeValidator(listed, json_schema_input_type=Text | tuple[Text, ...])] = ()
    """Pricing units, such as `1_000_000 tokens`."""
    based_on: Literal["list"] | None = None
    """In an overlay: the list price, changed by the adjustments of this row."""
    rates: tuple[Rate, ...] | None = None
    """Read from the top; the first rate whose conditions hold is the whole tariff."""
    adjustments: tuple[Adjustment, ...] = ()
    """Changes applied in this order."""
    credit: Credit | None = None
    """Credit rate, where credit is bought."""
    minimum_charge: MinimumCharge | None = None
    """Least invoice of a month."""

    @model_validator(mode="after")
    def _rated(self) -> "PriceRow":
        if (self.rates is None) == (self.based_on is None):
            raise ValueError("a price row needs 'rates' (or, in an overlay, 'based_on: list')")
        if self.rates is not None:
            _check_rates(self.rates)
        if self.withdrawn is not None and self.withdrawn.on <= self.recorded:
            raise ValueError("a row is withdrawn after the day it was recorded, not before")
        return self


def _check_rates(rates: "tuple[Rate, ...]") -> None:
    if not rates:
        raise ValueError("'rates' is empty: write at least one rate")
    if any(rate.when is None for rate in rates[:-1]):
        raise ValueError("a rate without 'when' is the rest: nothing after it is ever read")


class Term(Model):
    """A property that procurement asks about, with its source."""

    value: Truth | Exact | Text = Field(union_mode="left_to_right")
    """The value."""
    url: Text | None = None
    """Address of the page."""
    title: Text | None = None
    """Name of the document, where there is no address."""
    retrieved: Day
    """The day somebody last read it there."""
    note: Text | None = None
    """Restrictions in plain words."""


class Terms(Model):
    """What procurement asks; what is not known is absent."""

    baa: Term | None = None
    """Whether a business associate agreement (HIPAA) is offered."""
    data_residency: Term | None = None
    """Where data is processed and kept."""
    retention_days: Term | None = None
    """Days for which inputs and outputs are kept by default."""
    sla_percent: Term | None = None
    """Availability promised, in percent of a month."""
    latency_ms: Term | None = None
    """Latency of a request, in milliseconds."""


class Listed(Model):
    """A name in a list, with the day it was added where that is later than the offer itself."""

    name: Text
    """The name."""
    recorded: Day | None = None
    """The day it entered the table; absent: with the offer."""


def _listed_name(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


ListedField = Annotated[Listed, BeforeValidator(_listed_name, json_schema_input_type=str | Listed)]


class Offer(Model):
    """One model as one provider sells it."""

    model: ModelSlug
    """The name that the provider's API uses."""
    name: Text | None = None
    """The name that people use."""
    aliases: tuple[ListedField, ...] = ()
    """Other exact names of the same offer."""
    context_window: Count | None = None
    """Most tokens in one request."""
    max_output: Count | None = None
    """Most output tokens of one request."""
    tokenizer: Slug | Literal["o200k_base", "cl100k_base"] | None = None
    """Vocabulary that it counts tokens with; absent where unknown."""
    service_tiers: tuple[ListedField, ...] = (Listed.model_construct(name=STANDARD),)
    """Service tiers it is sold in; anything else has no price."""
    regions: tuple[ListedField, ...] = (Listed.model_construct(name=GLOBAL),)
    """Regions it is sold in; anything else has no price."""
    prices: Annotated[tuple[PriceRow, ...], Field(min_length=1)]
    """Price rows, oldest first; never edited."""
    terms: Terms | None = None
    """What procurement asks."""


class ProviderFile(Model):
    """The price table of one provider."""

    provider: Slug
    """Short name; the file is called the same."""
    name: Text
    """The name that people use."""
    currency: Currency
    """Currency of the price list."""
    offers: Annotated[tuple[Offer, ...], Field(min_length=1)]
    """What the provider sells."""
