"""What each department has to bear: its own usage, and its parts of the shared cost, each by a stated rule."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import decimal_text
from costmodel.results.adding_up import apportioned
from costmodel.results.estimate import SCHEMA_VERSION, shown_places
from costmodel.results.metered.metered import usage_record
from costmodel.results.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from costmodel.results.metered.metered import Metered
    from costmodel.results.table import Table

KIND = "showback"
EDGES = "months-are-utc"  # the notice that a log only touches a month
OWN = "own usage"
NOT_SPREAD = "not spread"
_ZERO = Fraction(0)


class Own(NamedTuple):
    """What one department used itself.

    Attributes:
        name: of the department, team or whatever usage is grouped by.
        requests, tokens: used; tokens are input and output.
        cost: money in the reporting currency.
    """

    name: str
    requests: Fraction
    tokens: Fraction
    cost: Fraction


class Pool(NamedTuple):
    """One shared cost and who bears it.

    Attributes:
        name: as the rules call it.
        what: where the cost comes from, in words.
        rule: how it is spread, in words.
        cost: money in the reporting currency.
        shares: share of each name that bears a part; they add up to 1.
        parts: money of each of them; they add up to the cost.
    """

    name: str
    what: str
    rule: str
    cost: Fraction
    shares: Mapping[str, Fraction]
    parts: Mapping[str, Fraction]


class Part(NamedTuple):
    """One amount that one department bears.

    Attributes:
        name: of the department; empty where nobody bears it.
        of: `own usage`, the name of a shared cost, or what was not spread.
        rule: by which it bears the amount.
        share: of the shared cost; None of own usage.
        cost: money, exactly.
        charge: the same as booked: rounded, so that everything adds up.
    """

    name: str
    of: str
    rule: str
    share: Fraction | None
    cost: Fraction
    charge: Fraction


class Row(NamedTuple):
    """Everything that one department bears.

    Attributes:
        own_charge, shared_charge: rounded; together its charge.
        cost: money, exactly.
    """

    name: str
    requests: Fraction
    tokens: Fraction
    own_charge: Fraction
    shared_charge: Fraction
    cost: Fraction

    @property
    def charge(self) -> Fraction:
        """What is booked."""
        return self.own_charge + self.shared_charge


@dataclass(frozen=True)
class Showback(Shown):
    """Metered usage and shared cost by department.

    Attributes:
        title: whose rules were used.
        used: the metered usage, of the months that are shown.
        dimension: what it is shown by, such as `department`.
        own: what each one used itself, without those whose usage is shared.
        pools: shared cost.
        rest: cost that no rule spreads, by what it is.
    """

    title: str
    used: Metered
    dimension: str
    own: tuple[Own, ...]
    pools: tuple[Pool, ...]
    rest: tuple[tuple[str, Fraction], ...]

    @property
    def currency(self) -> str:
        """Of every amount."""
        return self.used.currency

    @property
    def total(self) -> Fraction:
        """Everything: metered usage, and what the rules add to it."""
        pools = sum((pool.cost for pool in self.pools), _ZERO)
        return sum((item.cost for item in self.own), pools) + sum((cost for _, cost in self.rest), _ZERO)

    @property
    def places(self) -> int:
        """Decimal places of a charge."""
        return shown_places([self.total], self.currency)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every amount: own usage, then each shared cost, then what nobody bears."""
        kinds: list[list[Fraction]] = [
            [item.cost for item in self.own],
            *(list(pool.parts.values()) for pool in self.pools),
            *([cost] for _, cost in self.rest),
        ]
        rounded = iter(charge for kind in apportioned(kinds, self.places) for charge in kind)
        return tuple(part._replace(charge=next(rounded)) for part in self._unrounded())

    def _unrounded(self) -> Iterator[Part]:
        for item in self.own:
            yield Part(item.name, OWN, "as metered", None, item.cost, _ZERO)
        for pool in self.pools:
            for name, cost in pool.parts.items():
                yield Part(name, pool.name, pool.rule, pool.shares[name], cost, _ZERO)
        for what, cost in self.rest:
            yield Part("", what, NOT_SPREAD, None, cost, _ZERO)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Everybody who bears something, the largest first."""
        own = {item.name: item for item in self.own}
        found: dict[str, Row] = {}
        for part in self.parts:
            if part.rule == NOT_SPREAD and not part.name:
                continue
            used = own.get(part.name)
            counts = (used.requests, used.tokens) if used else (_ZERO, _ZERO)
            row = found.get(part.name) or Row(part.name, *counts, _ZERO, _ZERO, _ZERO)
            field = "own_charge" if part.share is None else "shared_charge"
            charge = getattr(row, field) + part.charge
            found[part.name] = row._replace(cost=row.cost + part.cost, **{field: charge})
        return tuple(sorted(found.values(), key=lambda row: (-row.cost, row.name)))

    def tables(self) -> Sequence[Table]:
        """What each one bears; then every shared cost; then every part of one."""
        from costmodel.results.metered.showback_tables import all_tables

        return all_tables(self)

    def to_json(self) -> dict[str, Any]:
        """As plain data: costs unrounded, charges rounded so that they add up; both as decimal strings."""
        first = self.used.months[0] if self.used.months else None
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": KIND,
            "name": self.title,
            "currency": self.currency,
            "period": {"start": str(first), "months": len(self.used.months)} if first else None,
            "by": self.dimension,
            "total": decimal_text(self.total),
            "complete": self.used.complete,
            "usage": usage_record(self.used.counts),
            "charges": [self._row_record(row) for row in self.rows],
            "shared": [
                {"name": pool.name, "what": pool.what, "rule": pool.rule, "cost": decimal_text(pool.cost)}
                for pool in self.pools
            ],
            "not_spread": [{"what": what, "cost": decimal_text(cost)} for what, cost in self.rest],
            "lines": self.to_records(),
            "price_book": self.used.book.to_json(),
            "exchange_rates": [rate.to_json() for rate in self.used.exchange],
            "warnings": [{"code": item.code, "text": item.text} for item in self.used.notices],
        }

    def _row_record(self, row: Row) -> dict[str, Any]:
        counts = {name: decimal_text(getattr(row, name)) for name in ("requests", "tokens", "cost")}
        names = ("own_charge", "shared_charge", "charge")
        charges = {name: decimal_text(getattr(row, name), self.places) for name in names}
        return {self.dimension: row.name, **counts, **charges}

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """Every amount, with the rule by which it is borne."""
        number: Any = (lambda value: value) if exact else decimal_text
        return [
            {
                self.dimension: part.name,
                "of": part.of,
                "rule": part.rule,
                "share": None if part.share is None else number(part.share),
                "cost": number(part.cost),
                "charge": part.charge if exact else decimal_text(part.charge, self.places),
                "currency": self.currency,
            }
            for part in self.parts
        ]

    def __repr__(self) -> str:
        return f"<Showback: {self.title}, {self.used.period}, by {self.dimension}>"
