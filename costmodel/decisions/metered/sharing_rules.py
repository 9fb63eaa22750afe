"""The file of rules by which shared cost is spread: what is shared, and who bears how much of it."""

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from costmodel.decisions.mix.constraints import any_of
from costmodel.documents.model import (
    Model,
    MoneyField,
    MonthField,
    PlacedError,
    Share,
    Text,
    in_order,
    listed,
    validated,
)
from costmodel.documents.reader import read_document
from costmodel.errors import FileError
from costmodel.quantities import decimal_text, unambiguous

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from costmodel.documents.reader import Document
    from costmodel.errors import Mistake

UNLABELLED, MINIMUMS = "unlabelled", "minimum charges"
_ONE_OR_MORE = BeforeValidator(listed, json_schema_input_type=Text | tuple[Text, ...])
_WHAT = ("cost", "usage_of", "per_month", "amount")


class Shared(Model):
    """One shared cost."""

    name: Text
    """What it is called in the result."""
    cost: Literal["unlabelled", "minimum charges"] | None = None
    """unlabelled: requests without the label. minimum charges: what is missing to a provider's minimum."""
    usage_of: Annotated[tuple[Text, ...], _ONE_OR_MORE, Field(min_length=1)] | None = None
    """Names whose own usage is shared by the others, such as a platform team."""
    per_month: Annotated[MoneyField, BeforeValidator(unambiguous)] | None = None
    """A subscription: money for every month of the log, whole even where the log covers a part of it."""
    amount: Annotated[MoneyField, BeforeValidator(unambiguous)] | None = None
    """A stated pool: money, once. Below 0 it is a credit."""
    month: MonthField | None = None
    """The month in which a stated pool is booked, such as 2026-11; needed where one month is shown by --month."""
    spread: Literal["even", "by cost", "by tokens", "by requests"] | None = None
    """The rule; what is counted is each one's own usage."""
    shares: Annotated[dict[Text, Share], Field(min_length=1)] | None = None
    """Fixed shares in place of a rule; they add up to 100 %."""
    among: Annotated[tuple[Text, ...], _ONE_OR_MORE, Field(min_length=1)] | None = None
    """Who bears it; everybody who has usage of their own where it is left out."""

    @model_validator(mode="after")
    def _whole(self) -> "Shared":
        told = [name for name in _WHAT if getattr(self, name) is not None]
        if len(told) != 1:
            there = f"'{self.name}' has {' and '.join(told)}" if told else f"'{self.name}' does not say what is shared"
            raise PlacedError(told[1] if told else "name", f"{there}: write one of {any_of(_WHAT)}")
        if self.month is not None and self.amount is None:
            raise PlacedError("month", f"'month' is of a stated 'amount' alone, and '{self.name}' has '{told[0]}'")
        if (self.spread is None) == (self.shares is None):
            there = "both 'spread' and 'shares'" if self.spread else "no rule"
            raise PlacedError(
                "shares" if self.spread else "name",
                f"'{self.name}' has {there}: write 'spread' with even, by cost, by tokens or by requests, or 'shares' "
                "with a fixed share for each name",
            )
        self._require_shares()
        return self

    def _require_shares(self) -> None:
        if self.shares is None:
            return
        if self.among is not None:
            raise PlacedError("among", "'shares' says already who bears it: leave 'among' out")
        total = sum(self.shares.values(), Fraction(0))
        if total != 1:
            raise PlacedError("shares", f"the shares add up to {decimal_text(total * 100)} %: they must be 100 %")

    @property
    def rule(self) -> str:
        """The rule in words."""
        return self.spread or "fixed shares"


class SharingRules(Model):
    """A file of rules."""

    showback: Text
    """Whose rules they are."""
    shared: Annotated[tuple[Shared, ...], Field(min_length=1)]
    """Every shared cost, each spread by its own rule. No part of one goes into the spreading of another."""
    may_have_no_usage: Annotated[tuple[Text, ...], _ONE_OR_MORE] = ()
    """Names above that are right although the log may have no usage of theirs."""


class Rules(NamedTuple):
    """A file of rules as it was read.

    Attributes:
        file: what it says.
        document: for the place of a mistake that only the usage shows.
    """

    file: SharingRules
    document: "Document"

    def mistake(self, number: int, keys: tuple[Any, ...], message: str) -> "Mistake":
        """A mistake in one of the shared costs."""
        return self.document.mistake(("shared", number, *keys), message)


def read_rules(path: "str | Path", name: str | None = None) -> Rules:
    """Read a file of rules.

    Raises:
        FileError: every mistake in it, each at its line and column.
    """
    document = read_document(path, name)
    rules = Rules(validated(document, SharingRules), document)
    found = [*_twice(rules), *_bearing_their_own(rules)]
    if found:
        raise FileError(in_order(found))
    return rules


def _twice(rules: Rules) -> "Iterator[Mistake]":
    """Names that stand twice, and cost that would be spread twice."""
    names: set[str] = set()
    spread: set[tuple[str, str]] = set()
    for number, item in enumerate(rules.file.shared):
        if item.name in names:
            yield rules.mistake(number, ("name",), f"the name '{item.name}' stands twice: each shared cost its own")
        names.add(item.name)
        for place, what in _spread(item):
            if (str(place[0]), what) in spread:
                yield rules.mistake(number, place, f"'{what}' is spread already: it is paid once")
            spread.add((str(place[0]), what))
        for at, text in enumerate(item.among or ()):
            if text in (item.among or ())[:at]:
                yield rules.mistake(number, ("among", at), f"'{text}' stands twice")


def _spread(item: Shared) -> "Iterator[tuple[tuple[Any, ...], str]]":
    """Usage that one entry spreads, and where it says so."""
    if item.cost is not None:
        yield ("cost",), item.cost
    for place, name in enumerate(item.usage_of or ()):
        yield ("usage_of", place), name


def named(item: Shared) -> "Iterator[tuple[str, tuple[Any, ...]]]":
    """Everybody whom a shared cost names, and where."""
    yield from ((name, ("shares", name)) for name in item.shares or ())
    yield from ((name, ("among", place)) for place, name in enumerate(item.among or ()))
    yield from ((name, ("usage_of", place)) for place, name in enumerate(item.usage_of or ()))


def _bearing_their_own(rules: Rules) -> "Iterator[Mistake]":
    """Those whose usage is shared bear no part of anything: nothing would be left to say who does."""
    spread = {text for item in rules.file.shared for text in item.usage_of or ()}
    for number, item in enumerate(rules.file.shared):
        for name, place in named(item):
            if name in spread and place[0] != "usage_of":
                message = f"the usage of '{name}' is shared by the others under 'usage_of', so it bears no part"
                yield rules.mistake(number, place, message)
