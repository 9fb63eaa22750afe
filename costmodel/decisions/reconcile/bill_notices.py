"""What a reader must know of a bill: names that the price book does not know, and days of another zone."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from costmodel.decisions.reconcile.bill_words import MAPPING
from costmodel.results.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from costmodel.decisions.reconcile.bill import Bill
    from costmodel.prices.book import PriceBook
    from costmodel.results.metered.difference import Line

_NEAR = 0.6  # of difflib
_MOST_NAMED = 10  # names that a note tells


def bill_notices(bill: Bill, lines: Sequence[Line], book: PriceBook, unpriced: Collection[str]) -> Iterator[Notice]:
    """What must be known of a bill beside its difference.

    Args:
        bill: the bill.
        lines: it and the log, side by side.
        book: the price book.
        unpriced: models of the log without a price, which are told of as such.
    """
    billed = dict.fromkeys(line.model for line in lines if line.priced is None)
    used = dict.fromkeys(line.model for line in lines if line.priced is not None)
    unknown = [name for name in billed if name not in used and name not in unpriced and not book.knows(name)]
    if unknown:
        about = [_meant(name, used) for name in unknown[:_MOST_NAMED]]
        about += [f"and {len(unknown) - _MOST_NAMED} more"] if len(unknown) > _MOST_NAMED else []
        lead = "The bill has names of models that the price book does not know"
        after = f"Say what each stands for under 'values' of 'model' in {MAPPING}, such as "
        yield Notice("names-not-known", lead, tuple(about), after + _example(unknown[0], used))
    if bill.zone:
        after = "The days of the log are those of UTC: requests near midnight may stand on the day or month beside."
        yield Notice("days-as-written", "Days of the bill without a clock are taken as written", (bill.zone,), after)


def _near(name: str, used: Collection[str]) -> str:
    """The model of the log whose name is nearest; empty where none is near."""
    plain = {model.lower(): model for model in used}
    near = get_close_matches(name.lower(), sorted(plain), n=1, cutoff=_NEAR)
    return plain[near[0]] if near else ""


def _meant(name: str, used: Collection[str]) -> str:
    near = _near(name, used)
    return f"'{name}'" + (f" (is it {near}?)" if near else "")


def _example(name: str, used: Collection[str]) -> str:
    return f"{{'{name}': {_near(name, used) or next(iter(used), 'openai/gpt-4.1')}}}."
