"""What an offer must meet to be considered: terms such as a BAA, latency, context window, region."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.documents.model import did_you_mean
from costmodel.errors import CommandLineError, QuantityError
from costmodel.prices.schema import Terms
from costmodel.quantities import exact, grouped
from costmodel.results.providers.provider_comparison import NOT_KNOWN, Value, value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.prices.card import RateCard
    from costmodel.prices.schema import Term

_WRITTEN = re.compile(r"([a-z_]+)\s*(?:(<=|>=|=|<|>)\s*(\S.*))?")
_OFFER = ("context_window", "max_output")  # known of the offer itself, without a day of their own
_UNITS = {"latency_ms": "ms", "sla_percent": "%"}
_YES_OR_NO, _TEXTS = frozenset({"baa"}), frozenset({"data_residency"})  # every other term is a number


class Requirement(NamedTuple):
    """One condition on a term.

    Attributes:
        term: name of the term, such as `baa`.
        operator: empty where it is enough that the term says yes.
        value: what it is compared with.
    """

    term: str
    operator: str = ""
    value: Fraction | str = ""

    def unmet(self, card: RateCard) -> str:
        """Why an offer does not meet it; empty where it does. What is not known does not meet it."""
        found = term_value(card, self.term)
        words = self.term.removesuffix("_ms").replace("_", " ")
        if found is None:
            return f"{words} {NOT_KNOWN}"
        if self._holds(found):
            return ""
        unit = _UNITS.get(self.term, "")
        wanted = f", wanted {self.operator} {_text(self.value)}" if self.operator else ""
        return f"{words} {value_text(found)}{f' {unit}' if unit else ''}{wanted}"

    def _holds(self, found: Value) -> bool:
        if not self.operator:
            return bool(found) and str(found).strip().lower() not in {"no", "none"}
        if isinstance(self.value, str):
            return value_text(found).lower() == self.value.lower()
        if isinstance(found, bool | str):
            return False
        return _compared(Fraction(found), self.operator, self.value)

    def __str__(self) -> str:
        return f"{self.term} {self.operator} {_text(self.value)}".strip() if self.operator else self.term


def _compared(left: Fraction, operator: str, right: Fraction) -> bool:
    if operator == "=":
        return left == right
    if operator.startswith("<"):
        return left < right or (operator == "<=" and left == right)
    return left > right or (operator == ">=" and left == right)


def _text(value: Fraction | str) -> str:
    return value if isinstance(value, str) else grouped(value)


class Filters(NamedTuple):
    """Everything that an offer must meet.

    Attributes:
        requirements: conditions on terms.
        region: the region in which it must be sold; empty for any.
    """

    requirements: tuple[Requirement, ...] = ()
    region: str = ""

    def reasons(self, card: RateCard) -> tuple[str, ...]:
        """Why an offer is not eligible; none where it is."""
        region = [] if not self.region or self.region in card.regions else [f"not sold in region {self.region}"]
        return (*region, *filter(None, (requirement.unmet(card) for requirement in self.requirements)))

    @property
    def words(self) -> tuple[str, ...]:
        """As they are shown."""
        return (*map(str, self.requirements), *([f"region {self.region}"] if self.region else []))


def term_of(card: RateCard, name: str) -> Term | None:
    """An offer's term with its source; None where nothing is known of it."""
    found: Term | None = getattr(card.offer.terms, name, None)
    return found


def term_value(card: RateCard, name: str) -> Value | None:
    """What is known of an offer's term; None where nothing is."""
    if name in _OFFER:
        found = getattr(card.offer, name)
        return None if found is None else Fraction(found)
    term = term_of(card, name)
    return None if term is None else term.value


def filters_of(
    require: Sequence[str] = (), max_latency: str | None = None, min_context: str | None = None, region: str = ""
) -> Filters:
    """Filters as they are written on the command line.

    Args:
        require: such as `baa` or `retention_days<=30`.
        max_latency: milliseconds.
        min_context: tokens.
        region: a region's name.

    Raises:
        CommandLineError: there is no such term, or a number is none.
    """
    found = [requirement(text) for text in require]
    if max_latency is not None:
        found.append(Requirement("latency_ms", "<=", _number("--max-latency", max_latency, "milliseconds")))
    if min_context is not None:
        found.append(Requirement("context_window", ">=", _number("--min-context", min_context, "tokens")))
    return Filters(tuple(dict.fromkeys(found)), region)


def requirement(text: str) -> Requirement:
    """A condition as it is written.

    Raises:
        CommandLineError: it is none, or no value of the term could ever meet it.

    >>> requirement("retention_days<=30")
    Requirement(term='retention_days', operator='<=', value=Fraction(30, 1))
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise CommandLineError(f"'{text}' is no requirement: write a term such as 'baa', or 'retention_days<=30'")
    name, operator, value = match.groups()
    terms = [*Terms.model_fields, *_OFFER]
    if name not in terms:
        hint = did_you_mean(name, terms, listed=False)
        raise CommandLineError(f"there is no term '{name}'{hint} There are: {', '.join(terms)}")
    if not operator:
        return Requirement(name)
    if name in _YES_OR_NO:
        if operator != "=" or value.strip().lower() not in {"yes", "no"}:
            raise CommandLineError(f"'{text}': '{name}' is yes or no: write '{name}', or '{name}=no' for those without")
        return Requirement(name) if value.strip().lower() == "yes" else Requirement(name, "=", "no")
    if name in _TEXTS:
        if operator != "=":
            raise CommandLineError(f"'{text}': '{name}' is a text: write '{name}=' and the whole of it")
        return Requirement(name, "=", value.strip())
    return Requirement(name, operator, _least_nothing(text, name, value))


def _least_nothing(text: str, name: str, value: str) -> Fraction:
    """A number that a term may be compared with."""
    unit = _UNITS.get(name, "")
    try:
        number = exact(value.removesuffix("%").removesuffix(unit).strip())
    except QuantityError:
        raise CommandLineError(f"'{text}': '{value}' is no number to compare with") from None
    if number < 0:
        raise CommandLineError(f"'{text}': no offer has less than 0: write 0 or more")
    return number


def _number(option: str, text: str, what: str) -> Fraction:
    try:
        number = exact(text.replace(",", ""))
    except QuantityError as error:
        raise CommandLineError(f"{option}: {error}") from None
    if number <= 0:
        raise CommandLineError(f"{option}: '{text}' is no limit: write {what} above 0")
    return number
