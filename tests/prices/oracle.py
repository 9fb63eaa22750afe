"""An oracle for the price of one request, written from the format document and the rules alone.

It imports nothing of the package, reads the YAML with every scalar as text, and computes with `Decimal` in a
context that raises where a digit would be lost. Slow and plain on purpose: it is there to disagree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, localcontext
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, DivisionByZero])
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COMPARED = {">": gt, ">=": ge, "<": lt, "<=": le}


class NoAnswerError(Exception):
    """There is no price; its text is the class of the reason."""


@dataclass(frozen=True)
class Request:
    """One request: when, in which tier and region, and units by meter."""

    at: datetime
    tier: str
    region: str
    units: Mapping[str, int]


@dataclass(frozen=True)
class Answer:
    """What one request costs, or why it has no price.

    Attributes:
        cost: money in the list currency; None where there is no price.
        refusal: `not in force`, `not offered`, `refused`, `unknown`, `no meter price` or `usage`.
        row, rate: position in the file of what was matched; None where nothing was.
    """

    cost: Decimal | None = None
    refusal: str | None = None
    row: int | None = None
    rate: int | None = None


class Oracle:
    """All offers of a folder of price files, as of a day; every row not withdrawn where no day is given."""

    def __init__(self, folder: Path, as_of: date | None = None) -> None:
        self.as_of = as_of
        meters = _read(folder / "meters.yaml")["meters"]
        self.meters: dict[str, dict[str, str]] = {meter["meter"]: meter for meter in meters}
        self.offers: dict[str, dict[str, Any]] = {}
        self.timelines: dict[str, list[tuple[datetime, datetime | None, int]]] = {}
        for path in sorted((folder / "providers").glob("*.yaml")):
            file = _read(path)
            for offer in file["offers"]:
                name = f"{file['provider']}/{offer['model']}"
                self.offers[name], self.timelines[name] = offer, self._timeline(offer["prices"])

    def _timeline(self, rows: list[dict[str, Any]]) -> list[tuple[datetime, datetime | None, int]]:
        """First instant, end and position of each row of this reading; a row ends where the next begins."""
        read = [at for at, row in enumerate(rows) if self._belongs(row)]
        starts = sorted((_moment(rows[at]["valid"]["from"]), at) for at in read)
        ends = [start for start, _ in starts[1:]] + [None]
        found = []
        for (start, at), following in zip(starts, ends, strict=True):
            until = rows[at]["valid"].get("until")
            found.append((start, following if until is None else _moment(until), at))
        return found

    def _belongs(self, row: dict[str, Any]) -> bool:
        gone = date.fromisoformat(row["withdrawn"]["on"]) if "withdrawn" in row else None
        if self.as_of is None:
            return gone is None
        return date.fromisoformat(row["recorded"]) <= self.as_of and (gone is None or gone > self.as_of)

    def listed(self, name: str, key: str) -> list[str]:
        """The service tiers or regions of an offer that were recorded by the day."""
        entries = self.offers[name].get(key, ["standard" if key == "service_tiers" else "global"])
        found = []
        for entry in entries:
            dated = entry if isinstance(entry, dict) else {"name": entry}
            recorded = dated.get("recorded")
            if None in {recorded, self.as_of} or date.fromisoformat(str(recorded)) <= self.as_of:
                found.append(dated["name"])
        return found

    def answer(self, name: str, request: Request) -> Answer:
        """What a request costs, or the first reason why it has no price."""
        at = rate = None
        with localcontext(EXACT):
            try:
                at = self._row(name, request.at)
                row = self.offers[name]["prices"][at]
                self._require_offered(name, row, request)
                rate = _first_match(row["rates"], request)
                if "refused" in row["rates"][rate]:
                    raise NoAnswerError("refused")  # noqa: TRY301
                return Answer(self._cost(row, row["rates"][rate]["prices"], request), None, at, rate)
            except NoAnswerError as reason:
                return Answer(None, str(reason), at, rate)

    def _row(self, name: str, instant: datetime) -> int:
        for start, end, at in self.timelines[name]:
            if start <= instant and (end is None or instant < end):
                return at
        raise NoAnswerError("not in force")

    def _require_offered(self, name: str, row: dict[str, Any], request: Request) -> None:
        tiers = self.listed(name, "service_tiers")
        if request.tier not in tiers or request.region not in self.listed(name, "regions"):
            raise NoAnswerError("not offered")
        # A tier that came later than a row: the row says nothing of it, and nothing said is not a price.
        said = {when.get("service_tier") for when in conditions(row)}
        if request.tier != "standard" and tiers != [request.tier] and request.tier not in said:
            raise NoAnswerError("not offered")

    def _cost(self, row: dict[str, Any], prices: dict[str, Any], request: Request) -> Decimal:
        """Every unit belongs to one meter alone, and is charged at that meter's price or at its parent's."""
        units = {**request.units, "request": request.units.get("request", 1)}
        payers = {meter: self._payer(meter, prices) for meter, count in units.items() if count}
        own = {meter: units.get(meter, 0) for meter in self.meters}
        for part, said in self.meters.items():
            if "part_of" in said:
                own[said["part_of"]] -= units.get(part, 0)
        if min(own.values()) < 0:
            raise NoAnswerError("usage")
        total = Decimal(0)
        for payer in dict.fromkeys(payers.values()):
            billed = sum(own[meter] for meter in payers if payers[meter] == payer)
            if billed and payer in prices:
                total += self._charge(row, payer, prices[payer], Decimal(billed), request)
        return total

    def _payer(self, meter: str, prices: dict[str, Any]) -> str:
        """The meter at whose price a meter is charged: its own, or its parent's where providers do that."""
        if meter in prices:
            if "unknown" in prices[meter]:
                raise NoAnswerError("unknown")
            return meter
        rule = self.meters[meter].get("without_price", "error")
        if rule == "error":
            raise NoAnswerError("no meter price")
        return meter if rule == "nothing" else self._payer(self.meters[meter]["part_of"], prices)

    def _charge(self, row: dict[str, Any], meter: str, price: Any, units: Decimal, request: Request) -> Decimal:
        if "free" in price:
            return Decimal(0)
        named = [change for change in row.get("adjustments", []) if meter in change["meters"]]
        applied = [change for change in named if holds(change.get("when"), request)]
        money = [count * _adjusted(amount, applied) for count, amount in _billed(price, units)]
        return sum(money, Decimal(0)) / self._per(row, meter)

    def _per(self, row: dict[str, Any], meter: str) -> Decimal:
        said = self.meters[meter]
        for text in _list(row.get("per")):
            count, unit = text.split(maxsplit=1)
            if unit in {said["unit"], said["units"]}:
                return _number(count)
        return _number(said.get("per", "1"))


def _billed(price: Any, units: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
    """Billed units and the price of each, of one meter of one request."""
    if isinstance(price, str):
        yield units, _number(price)
        return
    below = Decimal(0)
    for bracket in price.get("brackets", []):
        top = _number(bracket["up_to"]) if "up_to" in bracket else units
        yield max(min(units, top) - below, Decimal(0)), _number(bracket["price"])
        below = max(below, top)
    if "price" in price:
        increment = _number(price.get("increment", "1"))
        whole, rest = divmod(max(units, _number(price.get("minimum", "0"))), increment)
        yield (whole + (1 if rest else 0)) * increment, _number(price["price"])


def _adjusted(price: Decimal, applied: list[dict[str, Any]]) -> Decimal:
    for change in applied:
        price = price * _number(change.get("multiply", "1")) + _number(change.get("add", "0"))
    return price


def _first_match(rates: list[dict[str, Any]], request: Request) -> int:
    for at, rate in enumerate(rates):
        if holds(rate.get("when"), request):
            return at
    raise NoAnswerError("refused")


def conditions(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that a row's rates and adjustments depend on."""
    return [part["when"] for part in (*row["rates"], *row.get("adjustments", [])) if "when" in part]


def limits(row: dict[str, Any]) -> list[int]:
    """The request sizes that a row speaks of."""
    texts = [text for when in conditions(row) for text in _list(when.get("request_input_tokens"))]
    return sorted({int(_number(text.strip("<>= "))) for text in texts})


def window_edges(row: dict[str, Any], day: date) -> list[datetime]:
    """The instants of a day, on the clock of its zone, at which a daily window of a row opens or closes."""
    found = []
    for hours in (when["hours"] for when in conditions(row) if "hours" in when):
        for minute in (edge for window in _list(hours["daily"]) for edge in _window(window)):
            clock = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - zoned next
            found.append(clock.replace(tzinfo=ZoneInfo(hours["zone"])).astimezone(UTC))
    return sorted(set(found))


def holds(when: dict[str, Any] | None, request: Request) -> bool:
    """Whether all conditions hold for a request; none means always."""
    when = when or {}
    tier, region = when.get("service_tier", request.tier), when.get("region", request.region)
    sizes = [re.fullmatch(r"([<>]=?)\s*(\S+)", text) for text in _list(when.get("request_input_tokens"))]
    fits = all(COMPARED[size[1]](request.units.get("input", 0), _number(size[2])) for size in sizes if size)
    open_ = "hours" not in when or _inside(when["hours"], request.at)
    return tier == request.tier and region == request.region and fits and open_


def _inside(hours: dict[str, Any], at: datetime) -> bool:
    """Read off the clock on the wall: a window past midnight is of the weekday on which it began."""
    clock = at.astimezone(ZoneInfo(hours["zone"]))
    minutes = clock.hour * 60 + clock.minute  # seconds are never needed: windows begin and end on a minute
    days = hours.get("days", DAYS)
    today, yesterday = DAYS[clock.weekday()] in days, DAYS[clock.weekday() - 1] in days
    for opens, closes in map(_window, _list(hours["daily"])):
        if opens < closes and today and opens <= minutes < closes:
            return True
        if opens >= closes and ((today and minutes >= opens) or (yesterday and minutes < closes)):
            return True
    return False


def _window(text: str) -> tuple[int, int]:
    """Both ends in minutes since midnight."""
    opens, closes = (int(edge[:2]) * 60 + int(edge[3:]) for edge in text.replace(" ", "").split("-"))
    return opens, closes


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _number(text: str) -> Decimal:
    return Decimal(text.replace("_", ""))


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - BaseLoader builds nothing but text
