"""What a mix must meet: a small file of the user's own."""

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from costmodel.documents.model import Exact, Model, MoneyField, Positive, Share, Slug, Text, listed, validated
from costmodel.documents.reader import Document, read_document
from costmodel.errors import CommandLineError, FileError
from costmodel.quantities import unambiguous

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def _condition(value: str) -> str:
    from costmodel.decisions.filters import requirement

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


class ProviderLimit(Model):
    """What one provider may have, or was promised."""

    at_most: Share | None = None
    """Largest share of the records."""
    at_least: Share | None = None
    """Smallest share of the records: a commitment."""
    spend_at_least: Annotated[MoneyField, BeforeValidator(unambiguous)] | None = None
    """Least spend a month, taxes and fees included: a commitment."""

    @model_validator(mode="after")
    def _asks(self) -> "ProviderLimit":
        if not self.model_fields_set:
            raise ValueError("no limit is given: add 'at_most', 'at_least' or 'spend_at_least'")
        if self.at_most is not None and self.at_least is not None and self.at_least > self.at_most:
            raise ValueError("'at_least' is more than 'at_most'")
        return self


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


class Wanted(NamedTuple):
    """Constraints, and where they stand."""

    file: Constraints
    document: Document

    def require_names(self, models: "Mapping[str, str]", workloads: "tuple[str, ...]", currency: str) -> None:
        """Everything named must be there.

        Args:
            models: full name of each offer by the name that is used in the file; of those that have one.
            workloads: names of the workloads.
            currency: of the scenario.

        Raises:
            FileError: a name that is not there, or money in another currency.
        """
        quality, found = self.file.quality, []
        found += [
            self.document.mistake(("quality", "scores", name), f"no offer is called '{name}'", of_key=True)
            for name in (quality.scores if quality else ())
            if name not in models
        ]
        for name in quality.by_workload if quality else ():
            if name not in workloads:
                message = f"there is no workload '{name}'. There are: {', '.join(workloads)}"
                found.append(self.document.mistake(("quality", "by_workload", name), message, of_key=True))
        for name, limit in self.file.providers.items():
            spend = limit.spend_at_least
            if spend is not None and spend.currency != currency:
                message = f"this is in {spend.currency}, the scenario in {currency}: write it in {currency}"
                found.append(self.document.mistake(("providers", name, "spend_at_least"), message))
        if found:
            raise FileError(found)


def read_constraints(path: "str | Path") -> Wanted:
    """Read a file of constraints.

    Raises:
        FileError: every mistake in it.
    """
    document = read_document(path)
    return Wanted(validated(document, Constraints), document)
