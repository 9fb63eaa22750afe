"""What a scenario says about its workload: records, tokens, mix, service tiers, hours."""

import re
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from costmodel.documents.model import Amount, Model, Positive, Rate, Reads, Share, Slug, Text, kind_of
from costmodel.errors import QuantityError
from costmodel.prices.hours import Hours
from costmodel.quantities import exact, share, unambiguous

# What results are grouped by beside labels; see results/lines.py.
_DIMENSIONS = frozenset(
    {"month", "year", "workload", "step", "model", "provider", "tier", "region", "size", "meter", "alternative"}
)
_PARTS_OF_INPUT = ("cache_read", "cache_write_5m", "cache_write_1h")


def _ratio(value: Any) -> tuple[Fraction, Fraction]:
    if isinstance(value, tuple):
        return value
    if isinstance(value, dict | list) or value is None:
        raise ValueError(f"expected a ratio such as '1:3', got {kind_of(value)}")
    left, colon, right = str(value).partition(":")
    if not colon:
        raise ValueError(f"'{str(value)[:40]}' is not a ratio: write input:output, such as '3:1'")
    ratio = exact(left), exact(right)
    if min(ratio) < 0 or max(ratio) == 0:
        raise ValueError(f"'{value}' is not a ratio of input to output")
    return ratio


def _share_of_input(value: Any) -> Fraction:
    if isinstance(value, dict | list) or value is None:
        raise ValueError(f"expected a share such as '40 % of input', got {kind_of(value)}")
    return share(re.sub(r"\s+of\s+input$", "", str(value).strip()))


Ratio = Annotated[
    tuple[Fraction, Fraction],
    Reads(_ratio, {"type": "string", "pattern": "^[0-9._]+:[0-9._]+$", "title": "input:output, such as 3:1"}),
]
ShareOfInput = Annotated[
    Fraction,
    Reads(_share_of_input, {"type": ["string", "number"], "title": "such as 40 % of input"}),
]


def _days(value: Any) -> Any:
    if value == "calendar":
        return value
    if isinstance(value, dict | list) or value is None:
        raise ValueError(f"expected a number of days or 'calendar', got {kind_of(value)}")
    try:
        number = exact(value)
    except QuantityError:
        raise ValueError(f"'{str(value)[:40]}' is neither a number of days nor 'calendar'") from None
    if not 0 < number <= _LONGEST_MONTH:
        raise ValueError(f"'{value}' days are no month: write a number above 0 and up to 31, or 'calendar'")
    return number


_LONGEST_MONTH = 31
DaysPerMonth = Annotated[
    Fraction | Literal["calendar"],
    Reads(_days, {"type": ["number", "string"], "title": "days in a month, or 'calendar'"}),
]
Quantity = Annotated[Amount, BeforeValidator(unambiguous)]  # records, tokens: 1.500 may be meant as 1,500


class Records(Model):
    """How many records there are in a month."""

    per_day: Quantity | None = None
    """Records on a day on which records are made."""
    days_per_month: DaysPerMonth | None = None
    """Such days in a month; `calendar` for every day of each month."""
    per_month: Quantity | None = None
    """Records in the first month, instead of the two above."""
    monthly_growth: Rate = Fraction(0)
    """Growth a month, compounded from the first month."""

    @model_validator(mode="after")
    def _one_form(self) -> "Records":
        if self.per_day is not None and self.per_month is not None:
            raise ValueError("give records 'per_day' or 'per_month', not both")
        if self.per_day is not None and self.days_per_month is None:
            raise ValueError("'per_day' needs 'days_per_month': a number such as 30 or 20, or 'calendar'")
        if self.per_day is None and self.days_per_month is not None:
            raise ValueError("'days_per_month' goes with 'per_day'")
        if self.monthly_growth <= -1:
            raise ValueError("a growth of -100 % or less leaves no records")
        return self

    @property
    def stated(self) -> bool:
        """Whether a number of records is given (a mix of counts may give it instead)."""
        return self.per_day is not None or self.per_month is not None


class Tokens(Model):
    """Tokens of one request, in one of four forms."""

    profile: Text | None = None
    """Name of a measured distribution of request sizes."""
    tokenizer: Literal["measured", "own"] = "measured"
    """With a profile: counts as measured, or by each model's own vocabulary (an estimate where it is by factor)."""
    input: Quantity | None = None
    """Input tokens."""
    output: Quantity | None = None
    """Output tokens."""
    output_per_input: Amount | None = None
    """Output tokens for one input token."""
    total: Quantity | None = None
    """Input and output tokens together."""
    input_to_output: Ratio | None = None
    """Ratio of input to output, such as 3:1."""

    @model_validator(mode="after")
    def _one_form(self) -> "Tokens":
        given = self.model_fields_set - {"tokenizer"}
        forms = (
            {"profile"},
            {"input", "output"},
            {"input", "output_per_input"},
            {"total", "input_to_output"},
        )
        if given not in forms:
            raise ValueError(
                "write tokens in one of four forms: {profile}, {input, output}, {input, output_per_input} "
                f"or {{total, input_to_output}}; got {{{', '.join(sorted(given))}}}"
            )
        if "tokenizer" in self.model_fields_set and self.profile is None:
            raise ValueError("'tokenizer' adjusts measured profiles only, never counts that somebody typed")
        return self


class Images(Model):
    """Images in one request."""

    per_request: Positive
    """Images."""
    tokens_each: Annotated[Positive, BeforeValidator(unambiguous)] | None = None
    """Input tokens of one image; absent where the provider has a price by the image."""


def _tier_shares(value: Any) -> Any:
    return {value: "100 %"} if isinstance(value, str) else value


class Request(Model):
    """What a request looks like. Each key may be said for a model, a step, a workload or the whole scenario."""

    tokens: Tokens | None = None
    """Tokens of one request."""
    cache_read: ShareOfInput | None = None
    """Share of each request's input tokens that is read from cache."""
    cache_write_5m: ShareOfInput | None = None
    """Share of each request's input tokens that is written to a five-minute cache."""
    cache_write_1h: ShareOfInput | None = None
    """Share of each request's input tokens that is written to a one-hour cache."""
    images: Images | None = None
    """Images in each request."""
    meters: dict[Text, Quantity] | None = None
    """Units of other meters in each request, such as `audio_seconds: 30`."""
    requests_per_record: Positive | None = None
    """Requests that one record takes; 1 if not said."""
    resubmitted: Share | None = None
    """Share of requests that are sent, and billed, once more; 0 if not said."""
    service_tier: (
        Annotated[dict[Text, Share], BeforeValidator(_tier_shares, json_schema_input_type=Text | dict[Text, Share])]
        | None
    ) = None
    """Service tier, or shares of several; standard if not said."""
    region: Text | None = None
    """Region; global if not said."""
    hours: Hours | None = None
    """Hours in which requests are made; any hour if not said."""

    @model_validator(mode="after")
    def _whole(self) -> "Request":
        if self.service_tier is not None and sum(self.service_tier.values()) != 1:
            total = float(sum(self.service_tier.values()) * 100)
            raise ValueError(f"the shares of service_tier add up to {total:g} %, not to 100 %")
        own = sorted(set(self.meters or ()) & {"request", "input", "output", *_PARTS_OF_INPUT})
        if own:
            raise ValueError(
                f"'{own[0]}' is no other meter: it follows from 'tokens', the cache shares and the requests"
            )
        if sum(getattr(self, part) or 0 for part in _PARTS_OF_INPUT) > 1:
            raise ValueError("cache_read and cache_write together are more than 100 % of input")
        return self


class Entry(Request):
    """One model of a mix: how much of it, and what its requests have of their own."""

    share: Share | None = None
    """Share of requests, or of tokens."""
    count: Quantity | None = None
    """Requests, or tokens, a month instead of a share."""


def _entry(value: Any) -> Any:
    if isinstance(value, str):
        return {"share" if value.rstrip().endswith("%") else "count": value}
    return value


EntryField = Annotated[Entry, BeforeValidator(_entry, json_schema_input_type=str | float | Entry)]


class Mix(Model):
    """Models and what each of them takes."""

    by: Literal["requests", "tokens"]
    """What the shares or counts are of: the two give different bills."""
    models: dict[Text, EntryField]
    """By offer."""

    @model_validator(mode="after")
    def _whole(self) -> "Mix":
        if not self.models:
            raise ValueError("the mix names no model")
        entries = list(self.models.values())
        if any((entry.share is None) == (entry.count is None) for entry in entries):
            raise ValueError("each model of a mix needs either a share such as 20 % or a count a month")
        if any(entry.requests_per_record is not None for entry in entries):
            raise ValueError("'requests_per_record' belongs to the workload or step: in a mix, shares are of requests")
        if len({entry.share is None for entry in entries}) > 1:
            raise ValueError("a mix is of shares or of counts, not of both")
        total = sum((entry.share for entry in entries if entry.share is not None), Fraction(0))
        if self.shares and total != 1:
            raise ValueError(f"the shares add up to {float(total * 100):g} %, not to 100 %")
        return self

    @property
    def shares(self) -> bool:
        """Whether it is of shares (else of counts)."""
        return all(entry.share is not None for entry in self.models.values())


def _mix(value: Any) -> Any:
    if not isinstance(value, dict) or "models" in value:
        return value
    models = {key: item for key, item in value.items() if key != "by"}
    if "by" in value:
        return {"by": value["by"], "models": models}
    return {"models": models} | ({"by": "requests"} if len(models) == 1 else {})


def _alternatives(value: Any) -> Any:
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        twice = {item for item in value if isinstance(item, str) and value.count(item) > 1}
        if twice:
            raise ValueError(f"'{min(twice)}' stands twice in 'models'")
        return {item: {} for item in value}
    if isinstance(value, dict):
        return {key: {} if item is None else item for key, item in value.items()}
    return value


MixField = Annotated[Mix, BeforeValidator(_mix, json_schema_input_type=dict[Text, Text | EntryField])]
Alternatives = Annotated[
    dict[Text, Request],
    BeforeValidator(_alternatives, json_schema_input_type=Text | tuple[Text, ...] | dict[Text, Request | None]),
    Field(min_length=1),
]


class Step(Request):
    """One of several calls that a record takes."""

    name: Text
    """What it does, such as OCR."""
    mix: MixField | None = None
    """Models that do it."""


class Workload(Request):
    """Records of one kind and the requests they take."""

    name: Text = "workload"
    """What it is called, where there are several."""
    labels: dict[Slug, Text] = Field(default_factory=dict)
    """Department, site or anything else to group by."""
    records: Records = Records.model_construct()
    """How many."""
    steps: tuple[Step, ...] = ()
    """Calls that each record takes, where they differ."""
    mix: MixField | None = None
    """Models that share the work."""
    monthly: dict[Text, dict[Text, Amount]] = Field(default_factory=dict)
    """By offer: units a month that do not depend on requests, such as `subscription_month: 1`."""

    @model_validator(mode="after")
    def _names(self) -> "Workload":
        names = [step.name for step in self.steps]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two steps are called '{twice}': give each a name of its own")
        taken = sorted(set(self.labels) & _DIMENSIONS)
        if taken:
            raise ValueError(f"a label cannot be called '{taken[0]}': results are grouped by that already")
        return self
