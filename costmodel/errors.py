"""Every error a user can meet, one class a situation; each builds its own message.

The tree (the number is the exit code of the command line):

    CostmodelError
    ├── CommandLineError 2      the command line is wrong
    ├── FileError 3             files are wrong: every mistake, at file:line:column
    ├── NoPriceError 4          there is no price for what was asked
    │   ├── UnknownModelError       no offer of that name or alias
    │   ├── AmbiguousModelError     a bare name that several providers use
    │   ├── NotInForceError         no row covers that instant
    │   ├── NotOfferedError         a service tier or region the offer does not list
    │   ├── UnknownMeterError       a meter that the book does not have
    │   ├── NoMeterPriceError       the row has no price for a meter that was used
    │   ├── NegativePriceError      adjustments make a price negative
    │   ├── UnknownPriceError       the price exists, but its figure is not known
    │   ├── RefusedRequestError     the provider refuses such a request
    │   ├── NoExchangeRateError     no exchange rate on or before that day, or too old
    │   └── SeveralPricesMissingError  more than one of the above in one run
    ├── QuantityError 3         a number, date or share that cannot mean what was written
    └── UsageError 3            a quantity of usage that cannot be (negative, part larger than the whole)

A message says what was asked, what there is, and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

T = TypeVar("T")
R = TypeVar("R")


class CostmodelError(Exception):
    """Base of all errors that a user can do something about."""

    exit_code = 70


class CommandLineError(CostmodelError):
    """The command line asks for something that cannot be done."""

    exit_code = 2


class QuantityError(CostmodelError, ValueError):
    """A number, share, date or sum of money that cannot mean what was written."""

    exit_code = 3


class UsageError(CostmodelError, ValueError):
    """A quantity of usage that cannot be: negative, or a part larger than its whole."""

    exit_code = 3


class Mistake(NamedTuple):
    """One mistake in one file.

    Attributes:
        file: the file as the user named it.
        line: line, from 1.
        column: column, from 1.
        message: what is wrong and what would be right.
        source: the line of the file, for the caret below it; empty where there is none.
    """

    file: str
    line: int
    column: int
    message: str
    source: str = ""

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.message}"
        if not self.source:
            return text
        start = max(0, self.column - 60)
        lead = "… " if start else ""
        shown = self.source[start : start + 110].replace("\t", " ")
        return f"{text}\n    {lead}{shown}\n    {' ' * (len(lead) + self.column - 1 - start)}^"


class FileError(CostmodelError):
    """One or more files are wrong; carries every mistake of every file of the run."""

    exit_code = 3

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class NoPriceError(CostmodelError):
    """There is no price for what was asked; never taken as zero."""

    exit_code = 4

    def at(self, mistake: Mistake) -> NoPriceError:
        """The same error, told of the place in the file that asks for it."""
        self.args = (str(mistake),)
        return self


class UnknownModelError(NoPriceError):
    """No offer of that exact name or alias."""

    def __init__(self, name: str, nearest: Sequence[str], version: str) -> None:
        self.name = name
        self.nearest = tuple(nearest)
        there = f"Nearest names: {', '.join(nearest)}." if nearest else "No name is near it."
        super().__init__(
            f"No offer is called '{name}' in price book {version}. {there} "
            "Names are exact: run 'costmodel prices list', or add a private model in an overlay file, with this name "
            "among its `aliases`. Of a log, `values` of `model` in a mapping file say what its names stand for."
        )


class AmbiguousModelError(NoPriceError):
    """A bare model name that more than one provider uses."""

    def __init__(self, name: str, candidates: Sequence[str]) -> None:
        super().__init__(
            f"'{name}' is offered by more than one provider: {', '.join(candidates)}. Write provider/model."
        )


class NotInForceError(NoPriceError):
    """No price row covers the instant asked for."""

    def __init__(self, offer: str, at: datetime, known: Sequence[str]) -> None:
        intervals = "; ".join(known) if known else "none"
        super().__init__(
            f"No price for '{offer}' at {at:%Y-%m-%dT%H:%MZ}. Its prices are in force: {intervals}. "
            "Add a dated row, or choose another date."
        )


class NotOfferedError(NoPriceError):
    """A service tier or region that the offer does not list."""

    def __init__(self, offer: str, what: str, asked: str, there: Sequence[str], since: str = "") -> None:
        row = f" in its price row from {since}" if since else ""
        super().__init__(
            f"'{offer}' has no {what} '{asked}'{row}. It is offered{row} with: {', '.join(there)}. "
            f"Choose one of these, or add the {what} with its price to the price table."
        )


class NoMeterPriceError(NoPriceError):
    """The tariff has no price for a meter of which something was used."""

    def __init__(self, offer: str, meter: str, there: Sequence[str], where: str) -> None:
        super().__init__(
            f"'{offer}' has no price for the meter '{meter}' ({where}). Priced meters: {', '.join(there)}. "
            "A missing price is never taken as zero: add the price, or write 'free' where nothing is charged."
        )


class UnknownMeterError(NoPriceError):
    """A meter that the price book does not have."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(f"There is no meter '{name}'{hint.rstrip('.')}. Meters are added in pricing/meters.yaml.")


class NegativePriceError(NoPriceError):
    """Adjustments that make a price negative."""

    def __init__(self, meter: str, price: str, names: Sequence[str]) -> None:
        super().__init__(
            f"The adjustments {', '.join(names)} make the price of '{meter}' negative ({price}). "
            "Correct them: nobody pays for being used."
        )


class UnknownPriceError(NoPriceError):
    """The price exists but its figure is marked unknown."""

    def __init__(self, offer: str, meter: str, where: str) -> None:
        super().__init__(
            f"The price of '{meter}' at '{offer}' is marked unknown ({where}). "
            "Find it and add a dated row, or put your contracted price in an overlay file."
        )


class RefusedRequestError(NoPriceError):
    """The provider refuses such a request, so it has no price."""

    def __init__(self, offer: str, why: str, where: str) -> None:
        super().__init__(
            f"'{offer}' refuses such a request ({where}): {why}. Change the request, or choose another model."
        )


class NoExchangeRateError(NoPriceError):
    """No exchange rate for that pair on or before that day, or only one that is too old."""

    def __init__(self, pair: str, on: str, there: str) -> None:
        super().__init__(
            f"No exchange rate for {pair} on {on}. {there} "
            "Add a dated rate with its source to an overlay, or set fx_as_of and fx_max_age_days in the scenario."
        )


class SeveralPricesMissingError(NoPriceError):
    """Several prices are missing; all are named in one run."""

    def __init__(self, errors: Sequence[NoPriceError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in errors))


def all_or_errors(items: Iterable[T], compute: Callable[[T], R]) -> list[R]:
    """Compute something for every item; what went wrong anywhere is told together, files before prices.

    Raises:
        FileError: every mistake of every file.
        NoPriceError: every missing price, where no file is wrong.
    """
    results: list[R] = []
    mistakes: list[Mistake] = []
    unpriced: list[NoPriceError] = []
    for item in items:
        try:
            results.append(compute(item))
        except FileError as error:
            mistakes += error.mistakes
        except NoPriceError as error:
            unpriced.append(error)
    if mistakes:
        raise FileError(dict.fromkeys(mistakes))
    if unpriced:
        raise unpriced[0] if len(unpriced) == 1 else SeveralPricesMissingError(unpriced)
    return results


def how_to_install(extra: str) -> str:
    """How to install what is not needed for every work. On the package index, `costmodel` is somebody else's program.

    >>> how_to_install("tokens")
    "in the folder of this project, python -m pip install --constraint constraints.txt --editable '.[tokens]'"
    """
    return f"in the folder of this project, python -m pip install --constraint constraints.txt --editable '.[{extra}]'"
