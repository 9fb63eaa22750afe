"""Providers side by side: each offer doing all the work alone, with what it costs and what procurement asks."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from costmodel.equations.charges import cost_per_record
from costmodel.quantities import grouped
from costmodel.results.estimate import SCHEMA_VERSION, shown_places
from costmodel.results.labels import period_text, say
from costmodel.results.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import pandas as pd

    from costmodel.prices.exchange import ExchangeRate
    from costmodel.quantities import Month
    from costmodel.results.estimate import BookReference
    from costmodel.results.notice import Notice
    from costmodel.results.table import Table
    from costmodel.value.returns import Payback

Value: TypeAlias = Fraction | bool | str

NOT_KNOWN = "not known"
MIX = say("the mix")  # what is paid at present, where the scenario has one
PRICES_SHOWN = ("input", "cache_read", "output")
_YEAR = 12  # months


class Fact(NamedTuple):
    """What is known of one term; nothing where the value is None.

    Attributes:
        on: the day it was read.
        note: restrictions, as the source or the price book has them.
        source: address or title of the document.
        quoted: whether somebody else than the provider says so.
    """

    value: Value | None
    on: date | None
    note: str = ""
    source: str = ""
    quoted: bool = False

    def __str__(self) -> str:
        return NOT_KNOWN if self.value is None else f"{value_text(self.value)}{f' ({self.on})' if self.on else ''}"


class PriceState(NamedTuple):
    """How well a price is known.

    Attributes:
        kind: list, quoted or contracted.
        checked: the day it was last read; the oldest where there are several rows.
        stale: whether that is longer ago than the policy allows.
    """

    kind: str
    checked: date
    stale: bool

    def __str__(self) -> str:
        return f"{self.kind}{', stale' if self.stale else ''}"


class Standing(NamedTuple):
    """One offer that can do the work.

    Attributes:
        name: `provider/model`.
        total: cost of the horizon, taxes and fees included, in the reporting currency.
        list_prices: by meter, for 1,000,000 tokens, in the list currency; the highest where the hour decides.
        context_window: most tokens in one request; None where it is not known.
        terms: what procurement asks, by name.
        reasons: why it is not eligible; none where it is.
        net_present_value, payback: of the scenario's return on investment; None where it has none.
        lowest_prices: by meter, where the hour decides.
        list_read: when the list prices were read, where a contract's are paid in their place.
        too_large: those of the reasons that say so of a request or an answer.
        token_counts: how tokens of a profile are estimated: `factor`, or counts as measured, because the offer's
            vocabulary is not known (`unknown`) or the scenario says so (`other`); empty where they are its own.
    """

    name: str
    total: Fraction
    list_prices: Mapping[str, Fraction]
    list_currency: str
    context_window: int | None
    terms: Mapping[str, Fact]
    price: PriceState
    reasons: tuple[str, ...] = ()
    net_present_value: Fraction | None = None
    payback: Payback | None = None
    lowest_prices: Mapping[str, Fraction] = {}
    list_read: date | None = None
    too_large: tuple[str, ...] = ()
    token_counts: str = ""

    @property
    def latency_ms(self) -> Fraction | None:
        """Latency of a request; None where it is not known."""
        value = self.terms["latency_ms"].value
        return None if value is None or isinstance(value, bool | str) else value


class Unpriced(NamedTuple):
    """An offer that has no price for the work, and why."""

    name: str
    reason: str


class Present(NamedTuple):
    """What is paid at present: a model or a mix, and its cost over the horizon.

    Attributes:
        taken: what it was taken for, where nobody said; empty where somebody did.
        reasons: why it does not meet the filters, in a mix with the name of the model; none where it does.
    """

    name: str
    total: Fraction
    taken: str = ""
    reasons: tuple[str, ...] = ()


class LatencyClass(NamedTuple):
    """A word for latencies below a limit; the last has none."""

    name: str
    below_ms: Fraction | None


@dataclass(frozen=True)
class ProviderComparison(Shown):
    """Offers that each do all the work alone.

    Attributes:
        title: name of the scenario.
        currency: reporting currency of every cost.
        months: the horizon.
        records: of the horizon.
        standings: offers that have a price, in any order.
        unpriced: offers that have none.
        present: what is paid at present; None where nobody said.
        classes: words for latencies.
        required: the filters in words.
        book, scenario_sha256, exchange, notices: as in an estimate.
        quoted: whether the scenario quotes an API cost, which is left out of the returns here.
        worth: whether there are returns.
        adopted: whether the returns are of a part of the records, as adoption grows.
        own_counts: whether tokens of a profile are counted by each offer's own vocabulary.
    """

    title: str
    currency: str
    months: tuple[Month, ...]
    records: Fraction
    standings: tuple[Standing, ...]
    unpriced: tuple[Unpriced, ...]
    present: Present | None
    classes: tuple[LatencyClass, ...]
    required: tuple[str, ...]
    book: BookReference
    scenario_sha256: str
    exchange: tuple[ExchangeRate, ...]
    notices: tuple[Notice, ...]
    worth: bool = False
    quoted: bool = False
    adopted: bool = False
    own_counts: bool = False

    @cached_property
    def ranked(self) -> tuple[Standing, ...]:
        """The eligible ones, cheapest first, then the others, cheapest first; equals by name."""
        return tuple(sorted(self.standings, key=lambda item: (bool(item.reasons), item.total, item.name)))

    @cached_property
    def eligible(self) -> tuple[Standing, ...]:
        """Those that meet every filter, cheapest first."""
        return tuple(item for item in self.ranked if not item.reasons)

    @property
    def rankable(self) -> tuple[str, ...]:
        """Names of those that meet every filter; whether their windows take the requests is another matter."""
        return tuple(item.name for item in self.ranked if set(item.reasons) <= set(item.too_large))

    @property
    def cheapest(self) -> Standing | None:
        """The cheapest eligible one; None where there is none."""
        return self.eligible[0] if self.eligible else None

    @cached_property
    def frontier(self) -> tuple[Standing, ...]:
        """The eligible ones than which none is both faster and cheaper; cheapest first."""
        return frontier(self.eligible)

    @cached_property
    def on_frontier(self) -> frozenset[str]:
        """Their names."""
        return frozenset(item.name for item in self.frontier)

    @cached_property
    def places(self) -> int:
        """Decimal places in which costs are shown."""
        return shown_places([self.month(item.total) for item in self.standings], self.currency)

    @cached_property
    def present_standing(self) -> Standing | None:
        """The offer that is what is paid at present: of that name, at that cost, which another region may change."""
        named = (item for item in self.standings if self.present and item.name == self.present.name)
        return next((item for item in named if self.present and item.total == self.present.total), None)

    @property
    def present_beside(self) -> Present | None:
        """What is paid at present, where it is none of the offers."""
        return self.present if self.present_standing is None else None

    @property
    def present_reasons(self) -> tuple[str, ...]:
        """Why what is paid at present is not eligible itself; none where it is."""
        found = self.present_standing or self.present
        return () if found is None else found.reasons

    @property
    def period(self) -> str:
        """The horizon in words."""
        first, last = self.months[0], self.months[-1]
        return period_text(first, last)

    def __getitem__(self, name: str) -> Standing:
        for item in self.standings:
            if item.name == name:
                return item
        raise KeyError(name)

    def month(self, total: Fraction) -> Fraction:
        """A month's mean of a cost of the horizon."""
        return total / len(self.months)

    def year(self, total: Fraction) -> Fraction:
        """Twelve such months."""
        return self.month(total) * _YEAR

    def record(self, total: Fraction) -> Fraction:
        """Mean cost of a record."""
        return Fraction(cost_per_record(total, self.records))

    def latency_class(self, latency_ms: Fraction | None) -> str:
        """The word for a latency."""
        if latency_ms is None:
            return NOT_KNOWN
        return next(item.name for item in self.classes if item.below_ms is None or latency_ms < item.below_ms)

    def tables(self) -> list[Table]:
        """The costs, why offers are not eligible, prices, terms, cost against latency, and what has no price."""
        from costmodel.results.providers import provider_tables as shown
        from costmodel.results.providers import provider_terms as terms

        found = [shown.cost_table(self)]
        found += [shown.reasons_table(self)] if len(self.eligible) < len(self.standings) or self.present_reasons else []
        found += [terms.prices_table(self), terms.terms_table(self)]
        found += [terms.frontier_table(self)] if self.frontier else []
        found += [shown.unpriced_table(self)] if self.unpriced else []
        return found

    def lines(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """One record an offer, those without a price at the end."""
        from costmodel.results.providers.provider_records import line_records

        return line_records(self, exact=exact)

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """One record an offer for a spreadsheet."""
        from costmodel.results.providers.provider_records import csv_records

        return csv_records(self, exact=exact)

    def to_json(self) -> dict[str, Any]:
        """As plain data. Alternatives are not added up: `total` is null, each of `lines` has its own cost."""
        from costmodel.results.providers.provider_records import record

        return {"schema_version": SCHEMA_VERSION, "kind": "provider-comparison", **record(self)}

    def to_pandas(self) -> pd.DataFrame:
        """One row an offer, money as exact `Fraction` objects."""
        import pandas as pd

        return pd.json_normalize(self.lines(exact=True))

    def __repr__(self) -> str:
        return f"<ProviderComparison {self.title!r} of {len(self.standings)}>"


def frontier(offers: Iterable[Standing]) -> tuple[Standing, ...]:
    """The offers of known latency than which none is at least as cheap and as fast, and one of the two more so."""
    known = [(item.total, item.latency_ms, item) for item in offers if item.latency_ms is not None]
    found: list[tuple[Fraction, Fraction, Standing]] = []
    for total, latency, item in sorted(known, key=lambda entry: (entry[0], entry[1], entry[2].name)):
        if not found or latency < found[-1][1] or (total, latency) == found[-1][:2]:
            found.append((total, latency, item))
    return tuple(item for *_, item in found)


def value_text(value: Value) -> str:
    """The value of a term for reading.

    >>> value_text(True), value_text(Fraction(1200)), value_text("EU")
    ('yes', '1,200', 'EU')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else grouped(value)


def shortened(names: Sequence[str], most: int) -> str:
    """Names separated by commas, the first of them where there are many.

    >>> shortened(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = len(names) - most
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:most])} and {more} more"
