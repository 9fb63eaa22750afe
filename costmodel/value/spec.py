"""What a scenario says under `roi`: clinicians' time and pay, adoption, review, errors, costs and benefits.

Money is written with its currency and may be in another than the scenario's: it is exchanged at the scenario's rates.
"""

from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from costmodel.documents.model import (
    Amount,
    Count,
    Model,
    MoneyField,
    PlacedError,
    Positive,
    Rate,
    Reads,
    Share,
    Slug,
    Text,
    Whole,
)
from costmodel.quantities import Money, decimal_text, rate, unambiguous

_HOURS_OF_DAY = 24
_DAYS_OF_MONTH = 31
_LONGEST_NOTICE = 60
_YEARS = (1990, 2200)


def _money(value: Money) -> Money:
    if value.amount < 0:
        raise ValueError(f"'{value}' is negative: costs and wages are written as 0 or more")
    return value


Cost = Annotated[MoneyField, AfterValidator(_money), BeforeValidator(unambiguous)]


def _monthly(value: Any) -> Money:
    if isinstance(value, Money):
        return value
    text, slash, unit = str(value).partition("/")
    if not slash or unit.strip() != "month" or len(text.split()) != len(("amount", "currency")):
        raise ValueError(f"expected money a month such as '252 USD/month', got '{str(value)[:40]}'")
    return _money(Money.parse(unambiguous(text)))


CostPerMonth = Annotated[Money, Reads(_monthly, {"type": "string", "title": "money a month such as 252 USD/month"})]


def _at_most(limit: int, what: str) -> AfterValidator:
    def check(value: Any) -> Any:
        if value > limit:
            raise ValueError(f"{what}, got {decimal_text(value)}")
        return value

    return AfterValidator(check)


def _above_zero(value: Fraction) -> Fraction:
    if value <= 0:
        raise ValueError("a share of 0 % leaves no hour that can be used")
    return value


def _learning(value: Fraction) -> Fraction:
    if value <= 0:
        raise ValueError(
            "a learning rate of 0 % leaves no review time after the first: write what is left, such as 90 %"
        )
    return value


def _not_all(value: Fraction) -> Fraction:
    if value > 1:
        raise ValueError("more than 100 % of the time cannot be saved")
    return value


def _above_total_loss(value: Fraction) -> Fraction:
    if value <= -1:
        raise ValueError("a rate of -100 % or less a year leaves nothing to compute with")
    return value


def _loading(value: Any) -> Fraction:
    text = str(value).strip()
    for ending in ("of compensation", "of total compensation"):
        if text.endswith(ending):
            part = rate(text.removesuffix(ending).strip())
            raise ValueError(f"{_share_of_compensation(text, part)}: write {_on_wage(part)}")
    found = rate(text.removesuffix("of wage").strip())
    if found < 0:
        raise ValueError(f"'{value}' is negative: write 0 or more")
    return found


def _share_of_compensation(text: str, part: Fraction) -> str:
    return (
        f"'{text}' is a share of total compensation, not of the wage, and understates what an hour costs"
        if part < 1
        else f"'{text}' leaves no wage"
    )


def _on_wage(part: Fraction) -> str:
    if not 0 <= part < 1:
        return "benefits and payroll taxes as a share of the wage, such as 42.3 %"
    return f"{decimal_text(part / (1 - part) * 100, 1)} %, which is {decimal_text(part)} / (1 - {decimal_text(part)})"


LoadingOnWage = Annotated[
    Fraction, Reads(_loading, {"type": ["number", "string"], "title": "a share of the wage such as 42.3 %"})
]


class Overtime(Model):
    """How overtime is paid."""

    factor: Positive
    """Pay of an overtime hour as a multiple of the wage, such as 1.5."""
    loading: LoadingOnWage = Fraction(0)
    """Payroll taxes on overtime pay, as a share of it."""


class Staff(Model):
    """Clinicians who do the work: pay, hours and posts."""

    wage_per_hour: Cost
    """Wage for one hour, before benefits and payroll taxes."""
    loading_on_wage: LoadingOnWage
    """Benefits and payroll taxes as a share of the WAGE (29.8 % of total compensation is 42.3 % on the wage)."""
    hours_per_day: Annotated[Positive, _at_most(_HOURS_OF_DAY, "a day has at most 24 hours")]
    """Paid hours of one post on a working day."""
    days_per_month: Annotated[Positive, _at_most(_DAYS_OF_MONTH, "a month has at most 31 days")]
    """Working days of one post in a month; not the days on which records are made."""
    usable_share: Annotated[Share, AfterValidator(_above_zero)]
    """Share of paid hours that can be worked on records: breaks, meetings and training are not in it."""
    staffing: Literal["whole_posts", "fractional", "overtime"]
    """whole_posts: people, one by one. fractional: hours as such. overtime: fixed posts, the rest is overtime."""
    posts_now: Positive | None = None
    """Posts on the payroll today; without it, the posts that the hours need."""
    least_posts: Amount = Fraction(0)
    """Posts that must stay whatever the hours are."""
    overtime: Overtime | None = None
    """How overtime is paid, where staffing is overtime."""
    notice_months: Annotated[
        Whole, _at_most(_LONGEST_NOTICE, "a notice of more than 60 months is not computed with")
    ] = 0
    """Months for which a post is still paid after it is no longer needed."""
    severance_per_post: Cost | None = None
    """Paid once when a post ends."""
    rehiring_cost_per_post: Cost | None = None
    """Paid when a post that ended is filled again; without it a post never returns."""

    @model_validator(mode="after")
    def _fits(self) -> "Staff":
        if self.staffing == "overtime" and (self.overtime is None or self.posts_now is None):
            raise ValueError("staffing by overtime needs 'posts_now' and 'overtime: {factor: ...}'")
        if self.staffing != "overtime" and self.overtime is not None:
            raise ValueError("'overtime' goes with 'staffing: overtime'")
        if self.staffing == "fractional" and self.posts_now is not None:
            raise ValueError("fractional staffing knows no posts: leave out 'posts_now'")
        whole = ("least_posts", "notice_months", "severance_per_post", "rehiring_cost_per_post")
        for name in whole:
            if self.staffing != "whole_posts" and name in self.model_fields_set:
                raise PlacedError(name, f"'{name}' goes with 'staffing: whole_posts', where posts end: leave it out")
        return self


class Adoption(Model):
    """Share of each month's records that is done with AI: a constant, a curve, or a table."""

    curve: Literal["constant", "exponential", "logistic", "linear", "table"] = "constant"
    """constant: from the first month on. exponential, logistic, linear: it rises. table: month by month."""
    share: Share | None = None
    """Share reached in the end."""
    time_constant_months: Positive | None = None
    """exponential: months after which 63 % of it is reached."""
    midpoint_months: Positive | None = None
    """logistic: month in which half of it is reached."""
    steepness_per_month: Positive | None = None
    """logistic: how fast it turns."""
    months_to_reach: Positive | None = None
    """linear: months until it is reached."""
    shares: tuple[Share, ...] = ()
    """table: the share of month 1, 2, …; the last one stays."""

    @model_validator(mode="after")
    def _form(self) -> "Adoption":
        needed = {
            "constant": {"share"},
            "exponential": {"share", "time_constant_months"},
            "logistic": {"share", "midpoint_months", "steepness_per_month"},
            "linear": {"share", "months_to_reach"},
            "table": {"shares"},
        }[self.curve]
        given = self.model_fields_set - {"curve"}
        if given != needed:
            raise ValueError(
                f"adoption with the curve '{self.curve}' is written with {', '.join(sorted(needed))}; "
                f"got {', '.join(sorted(given)) or 'none of them'}"
            )
        if self.curve == "table" and not self.shares:
            raise ValueError("a table of adoption needs at least one share")
        return self


def _adoption(value: Any) -> Any:
    if isinstance(value, list):
        return {"curve": "table", "shares": value}
    return {"share": value} if isinstance(value, str) else value


class WithAI(Model):
    """Clinician's time for a record done with AI: a review, or a share of time saved."""

    review_share: Share | None = None
    """Share of such records that a clinician reviews."""
    review_minutes: Amount | None = None
    """Minutes of one review, after practice."""
    first_review_minutes: Amount | None = None
    """Minutes of the first review; with it, reviews get faster with practice."""
    learning_rate: Annotated[Share, AfterValidator(_learning)] | None = None
    """What is left of the excess over review_minutes each time the number of records doubles, such as 90 %."""
    clinicians: Positive | None = None
    """Clinicians among whom the records are shared, for learning; posts_now if not said."""
    fixed_minutes: Amount = Fraction(0)
    """Minutes for every record done with AI, reviewed or not."""
    time_saved: Annotated[Rate, AfterValidator(_not_all)] | None = None
    """Share of the manual minutes that is saved, as studies state it, instead of review minutes; may be negative."""

    @model_validator(mode="after")
    def _form(self) -> "WithAI":
        if self.time_saved is not None:
            if self.model_fields_set - {"time_saved", "review_share"}:
                raise ValueError("'time_saved' says the whole of the time, review included: leave the minutes out")
            return self
        if self.review_share is None or self.review_minutes is None:
            raise ValueError("say 'review_share' and 'review_minutes', or 'time_saved'")
        if (self.first_review_minutes is None) != (self.learning_rate is None):
            raise ValueError("learning needs both 'first_review_minutes' and 'learning_rate'")
        if self.first_review_minutes is not None and self.first_review_minutes < self.review_minutes:
            raise PlacedError(
                "first_review_minutes", "the first review takes less than a settled one: reviews do not get slower"
            )
        return self


class Manual(Model):
    """Clinician's time for a record done by hand."""

    example: ClassVar[str] = "{minutes: 10}"
    minutes: Positive
    """Minutes a record."""


class ErrorCounts(Model):
    """Errors of one record."""

    found_per_record: Amount | None = None
    """Errors in one record: before review (AI), or found and corrected (by hand)."""
    harmful_per_record: Amount | None = None
    """Harmful errors in one record: before review (AI), or after checks (by hand)."""


class Errors(Model):
    """Errors, incremental to work by hand. Unit costs have no default."""

    with_ai: ErrorCounts = ErrorCounts.model_construct()
    """Errors of a record done with AI, before review."""
    by_hand: ErrorCounts = ErrorCounts.model_construct()
    """Errors of a record done by hand."""
    review_finds: Share | None = None
    """Share of errors that a review finds."""
    cost_of_correction: Cost | None = None
    """Cost of correcting one error that was found."""
    cost_of_harm: Cost | None = None
    """Cost of one harmful error that was not found."""

    @model_validator(mode="after")
    def _both(self) -> "Errors":
        for name in ("found_per_record", "harmful_per_record"):
            if (getattr(self.with_ai, name) is None) != (getattr(self.by_hand, name) is None):
                raise ValueError(f"'{name}' is needed both under 'with_ai' and 'by_hand': the cost is the difference")
        if (self.with_ai.found_per_record is not None or self.with_ai.harmful_per_record is not None) and (
            self.review_finds is None
        ):
            raise ValueError("'review_finds' is missing: the share of errors that a review finds")
        for cost, counts in (("cost_of_correction", "found_per_record"), ("cost_of_harm", "harmful_per_record")):
            if getattr(self, cost) is not None and getattr(self.with_ai, counts) is None:
                raise PlacedError(cost, f"'{cost}' needs '{counts}' under 'with_ai' and under 'by_hand'")
        return self


class OneOff(Model):
    """What is paid once, before the first month."""

    integration: Cost | None = None
    """Connecting it to the record system."""
    training: Cost | None = None
    """Training of the people who use it."""
    compliance: Cost | None = None
    """Compliance work and the business associate agreement (BAA)."""
    security_review: Cost | None = None
    """Security review."""
    other: dict[Slug, Cost] = Field(default_factory=dict)
    """Anything else, by name."""

    @property
    def costs(self) -> dict[str, Money]:
        """Every cost by name."""
        named = {name: getattr(self, name) for name in ("integration", "training", "compliance", "security_review")}
        return {name: cost for name, cost in named.items() if cost is not None} | self.other


class Capacity(Model):
    """Hours freed that no post leaves with."""

    example: ClassVar[str] = "{share_used: 50 %}"
    share_used: Share = Fraction(0)
    """Share of freed hours that replaces work otherwise paid for; only this share enters the net flow."""
    value_per_hour: Cost | None = None
    """Value of one freed hour; what a usable hour costs if not said."""


class LlmCost(Model):
    """An API cost that somebody quotes, in place of the computed bill."""

    example: ClassVar[str] = "{quoted: 252 USD/month}"
    quoted: CostPerMonth
    """Money a month, as quoted."""
    source: Text | None = None
    """Who quotes it, and where."""


class ModifiedReturn(Model):
    """Rates of the modified internal rate of return; the discount rate if not said."""

    finance_rate: Annotated[Rate, AfterValidator(_above_total_loss)] | None = None
    """At which costs are financed, a year."""
    reinvest_rate: Annotated[Rate, AfterValidator(_above_total_loss)] | None = None
    """At which returns are reinvested, a year."""


def _not_negative(value: Fraction) -> Fraction:
    if value < 0:
        raise ValueError("a discount rate below 0 % is not computed with")
    return value


def _a_year(value: int) -> int:
    if not _YEARS[0] <= value <= _YEARS[1]:
        raise ValueError(f"'{value}' is no year: write one such as 2026")
    return value


class Roi(Model):
    """Is it worth it: work by hand against AI-assisted work that a clinician reviews."""

    perspective: Text
    """Whose costs and benefits are counted, such as: the hospital."""
    price_year: Annotated[Count, AfterValidator(_a_year)]
    """Year of the wages and costs."""
    discount_rate: Annotated[Rate, AfterValidator(_not_negative)]
    """A year, for net present values."""
    staff: Staff
    """Clinicians who do the work."""
    manual: Manual
    """Work by hand."""
    with_ai: WithAI
    """Work with AI."""
    adoption: Annotated[
        Adoption, BeforeValidator(_adoption, json_schema_input_type=Share | tuple[Share, ...] | Adoption)
    ]
    """Share of records done with AI."""
    errors: Errors | None = None
    """Errors, beyond those of work by hand."""
    one_off: OneOff | None = None
    """Paid once, before the first month."""
    fixed_per_month: dict[Text, Cost] = Field(default_factory=dict)
    """Paid every month beside the API: support, licences."""
    capacity: Capacity = Capacity.model_construct()
    """Hours freed that no post leaves with."""
    llm_cost: LlmCost | None = None
    """An API cost taken as quoted; the computed bill stands beside it."""
    modified_return: ModifiedReturn = ModifiedReturn.model_construct()
    """Rates of the modified internal rate of return."""

    @model_validator(mode="after")
    def _fits(self) -> "Roi":
        learns = self.with_ai.learning_rate is not None
        if learns and self.with_ai.clinicians is None and self.staff.posts_now is None:
            raise PlacedError(
                "with_ai", "learning is by clinician: say how many share the records, 'clinicians' under 'with_ai'"
            )
        if self.errors is not None and self.with_ai.review_share is None:
            raise PlacedError("errors", "errors are found by review: say the 'review_share' under 'with_ai'")
        return self
