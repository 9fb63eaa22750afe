"""The rate card of one offer: its rows in force, compiled case by case to price sheets."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CostmodelError, NoPriceError, NotInForceError, NotOfferedError, RefusedRequestError
from costmodel.prices.conditions import Case
from costmodel.prices.schema import STANDARD
from costmodel.prices.tariff import PriceSheet, Tariff, price_lines, where_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from fractions import Fraction

    from costmodel.prices.conditions import SizeLimit
    from costmodel.prices.hours import Hours
    from costmodel.prices.meters import Meters
    from costmodel.prices.schema import Adjustment, Listed, Offer, PriceRow, Rate
    from costmodel.prices.tariff import Measure
    from costmodel.prices.tokenizers import Factor
    from costmodel.quantities import Number


class _Row:
    """A price row with what its conditions depend on."""

    __slots__ = ("hours", "limits", "row", "tiers")

    def __init__(self, row: PriceRow) -> None:
        stated = [*(rate.when for rate in row.rates or ()), *(item.when for item in row.adjustments)]
        conditions = [when for when in stated if when is not None]
        self.row = row
        self.limits = tuple(dict.fromkeys(limit for when in conditions for limit in when.request_input_tokens))
        self.hours = tuple(dict.fromkeys(when.hours for when in conditions if when.hours is not None))
        self.tiers = frozenset(when.service_tier for when in conditions if when.service_tier is not None)


class _Timeline:
    """Rows by time: half-open, each to its own end or to the next row."""

    def __init__(self, rows: Iterable[PriceRow]) -> None:
        self.rows = [_Row(row) for row in sorted(rows, key=lambda row: row.valid.from_)]
        self.starts = [item.row.valid.from_ for item in self.rows]

    def at(self, instant: datetime) -> _Row | None:
        index = bisect_right(self.starts, instant) - 1
        if index < 0:
            return None
        found = self.rows[index]
        until = found.row.valid.until
        return found if until is None or instant < until else None

    def edges(self) -> list[datetime]:
        ends = [item.row.valid.until for item in self.rows if item.row.valid.until is not None]
        return self.starts + ends

    def intervals(self) -> list[str]:
        return [
            f"{start:%Y-%m-%dT%H:%MZ} to {f'{end:%Y-%m-%dT%H:%MZ}' if end else 'further notice'}"
            for start, end in self.merged()
        ]

    def merged(self) -> list[tuple[datetime, datetime | None]]:
        """The intervals in which some row is in force."""
        found: list[tuple[datetime, datetime | None]] = []
        for index, item in enumerate(self.rows):
            start, end = item.row.valid.from_, item.row.valid.until
            following = self.starts[index + 1] if index + 1 < len(self.rows) else None
            end = following if end is None else end
            if found and found[-1][1] == start:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        return found


def spans_of(rows: Iterable[PriceRow]) -> list[tuple[datetime, datetime | None]]:
    """The intervals in which some of the rows is in force; None: to further notice."""
    return _Timeline(rows).merged()


def in_reading(recorded: date, withdrawn_on: date | None, on: date) -> bool:
    """Whether a row belongs to the book as it was read on a day."""
    return recorded <= on and (withdrawn_on is None or withdrawn_on > on)


def rows_read(offer: Offer, on: date) -> list[PriceRow]:
    """The rows of an offer that belong to the book as it was read on a day."""
    return [row for row in offer.prices if in_reading(row.recorded, row.withdrawn.on if row.withdrawn else None, on)]


def names_read(listed: Sequence[Listed], on: date) -> tuple[str, ...]:
    """The names of a list that were recorded by a day."""
    return tuple(item.name for item in listed if item.recorded is None or item.recorded <= on)


def joined_names(*lists: tuple[str, ...]) -> tuple[str, ...]:
    """The names of several lists, each once."""
    return tuple(dict.fromkeys(name for names in lists for name in names))


class Reading(NamedTuple):
    """How a book is read.

    Attributes:
        on: the day it is read as of.
        meters: what can be priced.
        factor: factor between two tokenizers, by their names.
    """

    on: date
    meters: Meters
    factor: Callable[[str, str], Factor | None]


class RateCard:
    """Everything an offer costs, at any instant, as of one version of the book.

    Attributes:
        name: `provider/model`.
        offer: the offer of the book, or a private one.
        currency: currency of its list prices.
        private: whether it exists in an overlay alone, so that it has no list price.
    """

    def __init__(
        self,
        name: str,
        offer: Offer,
        currency: str,
        reading: Reading,
        contract: Sequence[Offer] = (),
        *,
        private: bool = False,
    ) -> None:
        self.name, self.offer, self.currency, self.private = name, offer, currency, private
        self._meters, self._factor, on = reading.meters, reading.factor, reading.on
        dated = [(offer, on), *((item, date.max) for item in contract)]  # own offers hold as they are written
        self.tiers = joined_names(*(names_read(item.service_tiers, day) for item, day in dated))
        self.regions = joined_names(*(names_read(item.regions, day) for item, day in dated))
        self._listed = _Timeline(rows_read(offer, on))
        own = [row for item in contract for row in item.prices if row.withdrawn is None]
        self._contract = _Timeline(own)
        self._tariffs: dict[tuple[int, int, Case], Tariff] = {}

    def tariff(self, at: datetime, size: Number, tier: str, region: str) -> Tariff:
        """The prices of a request.

        Args:
            at: the instant at which it is made, zoned.
            size: all its input tokens.
            tier: service tier.
            region: region.

        Raises:
            NoPriceError: not in force, not offered, or refused.
        """
        listed = self._listed.at(at)
        contract = self._contract.at(at) if self._contract.rows else None
        if listed is None and (contract is None or contract.row.based_on is not None):
            raise NotInForceError(self.name, at, self._listed.intervals())
        rows = (listed, contract)
        plain = contract is None and listed is not None and not listed.limits and not listed.hours
        case = Case(tier, region) if plain else _case(rows, at, size, tier, region)
        key = (id(listed), id(contract), case)
        found = self._tariffs.get(key)
        if found is None:
            found = self._tariffs[key] = self._compiled(listed, contract, case)
        return found

    def _compiled(self, listed: _Row | None, contract: _Row | None, case: Case) -> Tariff:
        if contract is None or contract.row.based_on is not None:
            if listed is None:
                raise CostmodelError("a tariff without any row was asked for")
            self._require_offered(listed, case)
            sheet = self._sheet(listed.row, listed.row, (), case)
            if contract is None:
                return Tariff(sheet, sheet)
            return Tariff(sheet, self._sheet(contract.row, listed.row, contract.row.adjustments, case))
        self._require_offered(contract, case)
        return Tariff(self._list_sheet(listed, case), self._sheet(contract.row, contract.row, (), case))

    def _list_sheet(self, listed: _Row | None, case: Case) -> PriceSheet | None:
        """List prices beside a contract's; None where the list has none, which is no fault of the contract."""
        try:
            if listed is not None:
                self._require_offered(listed, case)
                return self._sheet(listed.row, listed.row, (), case)
        except NoPriceError:
            pass
        return None

    def _sheet(self, row: PriceRow, base: PriceRow, further: Sequence[Adjustment], case: Case) -> PriceSheet:
        rate = self._rate(base, case)
        applied = tuple(item for item in (*base.adjustments, *further) if case.meets(item.when))
        prices = rate.prices or {}
        lines = price_lines(base, prices, applied, self._meters)
        unknown = frozenset(meter for meter, price in prices.items() if price.unknown)
        return PriceSheet((self.name, row, case), lines, unknown, self._meters)

    def _rate(self, row: PriceRow, case: Case) -> Rate:
        for rate in row.rates or ():
            if case.meets(rate.when):
                if rate.refused is not None:
                    raise RefusedRequestError(self.name, rate.refused, where_text(row, case))
                return rate
        raise RefusedRequestError(self.name, "no rate covers it", where_text(row, case))

    def _require_offered(self, row: _Row, case: Case) -> None:
        if case.tier not in self.tiers:
            raise NotOfferedError(self.name, "service tier", case.tier, self.tiers)
        if case.region not in self.regions:
            raise NotOfferedError(self.name, "region", case.region, self.regions)
        if case.tier != STANDARD and len(self.tiers) > 1 and case.tier not in row.tiers:
            there = [tier for tier in self.tiers if tier == STANDARD or tier in row.tiers]
            raise NotOfferedError(self.name, "service tier", case.tier, there, f"{row.row.valid.from_:%Y-%m-%d}")

    def time_cuts(self, begin: datetime, end: datetime) -> list[datetime]:
        """The instants between two others at which a price may change: row edges and window edges."""
        cuts = set(self._listed.edges()) | set(self._contract.edges())
        for item in (*self._listed.rows, *self._contract.rows):
            for window in item.hours:
                for opens, closes in window.windows(begin, end):
                    cuts |= {opens, closes}
        return sorted(cut for cut in cuts if begin < cut < end)

    def edges(self) -> set[datetime]:
        """The instants at which a row begins or ends."""
        return {*self._listed.edges(), *self._contract.edges()}

    def windows(self) -> tuple[Hours, ...]:
        """The daily windows that some price depends on."""
        rows = (*self._listed.rows, *self._contract.rows)
        return tuple(dict.fromkeys(window for item in rows for window in item.hours))

    def situation(self, at: datetime) -> tuple[object, ...]:
        """What prices depend on at an instant, whatever the request: the rows in force, and which windows hold."""
        rows = (self._listed.at(at), self._contract.at(at))
        return (*map(id, rows), _case(rows, at, 0, STANDARD, "").hours)

    def depends_on_hours(self, begin: datetime, end: datetime) -> bool:
        """Whether a price in force between two instants depends on the time of day."""
        return any(item.hours for item in self._rows_between(begin, end))

    def _rows_between(self, begin: datetime, end: datetime) -> list[_Row]:
        found = []
        for timeline in (self._listed, self._contract):
            for index, item in enumerate(timeline.rows):
                following = timeline.starts[index + 1] if index + 1 < len(timeline.rows) else None
                stop = item.row.valid.until or following
                if item.row.valid.from_ < end and (stop is None or stop > begin):
                    found.append(item)
        return found

    def size_cuts(self) -> list[tuple[Fraction, bool]]:
        """The request sizes at which a price may change, in order; see `SizeLimit.cut`."""
        rows = (*self._listed.rows, *self._contract.rows)
        return sorted({limit.cut for item in rows for limit in item.limits}, key=lambda cut: (cut[0], cut[1]))

    def shaped_measures(self) -> set[Measure]:
        """The measures that must be taken request by request (increments, minimums, brackets)."""
        found = set()
        for item in (*self._listed.rows, *self._contract.rows):
            for rate in item.row.rates or ():
                if not any(price.is_shaped for price in (rate.prices or {}).values()):
                    continue
                for line in price_lines(item.row, rate.prices or {}, (), self._meters):
                    if line.measure.shape is not None:
                        found.add(line.measure)
        return found

    def meters_without_price(self, names: Iterable[str]) -> set[str]:
        """Those of some meters that some rate has no known price for, though it has one for what they are part of."""
        asked = {name: self._meters[name].part_of for name in names if name in self._meters}
        found = set()
        for item in (*self._listed.rows, *self._contract.rows):
            for prices in (rate.prices for rate in item.row.rates or () if rate.prices is not None):
                unknown = frozenset(meter for meter, price in prices.items() if price.unknown)
                lines = price_lines(item.row, prices, (), self._meters)
                sheet = PriceSheet((self.name, item.row, None), lines, unknown, self._meters)
                found |= {part for part, whole in asked.items() if not sheet.knows(part) and _is_known(sheet, whole)}
        return found

    def tokenizer_factor(self, measured_with: str) -> Factor | None:
        """The factor from the vocabulary of a measurement to the offer's own; None where there is none."""
        return self._factor(measured_with, self.offer.tokenizer) if self.offer.tokenizer else None

    def row_at(self, at: datetime) -> PriceRow | None:
        """The list row in force at an instant; None where there is none."""
        found = self._listed.at(at)
        return found.row if found else None

    @property
    def has_contract(self) -> bool:
        """Whether an overlay has contracted prices of it, at any time."""
        return bool(self._contract.rows)

    def contract_at(self, at: datetime) -> PriceRow | None:
        """The contracted row in force at an instant; None where there is none."""
        found = self._contract.at(at)
        return found.row if found else None

    def intervals(self) -> list[str]:
        """When it has prices, in words."""
        return self._listed.intervals()

    @property
    def rows(self) -> list[PriceRow]:
        """The list rows of this reading, oldest first."""
        return [item.row for item in self._listed.rows]


def _case(rows: tuple[_Row | None, _Row | None], at: datetime, size: Number, tier: str, region: str) -> Case:
    sizes: frozenset[SizeLimit] = frozenset()
    hours: frozenset[Hours] = frozenset()
    for item in rows:
        if item is not None and item.limits:
            sizes |= {limit for limit in item.limits if limit.holds(size)}
        if item is not None and item.hours:
            hours |= {window for window in item.hours if window.holds(at)}
    return Case(tier, region, sizes, hours)


def _is_known(sheet: PriceSheet, meter: str | None) -> bool:
    return meter is None or sheet.knows(meter)
