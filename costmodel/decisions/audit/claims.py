"""The file of claims: figures that somebody quotes, what computes each of them, and other assumptions to try."""

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from costmodel.decisions.audit.units import Amount, Quoted, Unit, quoted, unit_of
from costmodel.documents.model import Day, Model, Positive, Reads, Slug, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

Steps = tuple[Any, ...]
Operation = Literal["ratio", "difference", "saving", "change", "sum", "product"]
OPERATIONS: tuple[Operation, ...] = ("ratio", "difference", "saving", "change", "sum", "product")
_OF_TWO = ("ratio", "difference", "saving", "change")
_OWN = re.compile(r"[^\W\d][^{}\[\]]*")
GIVEN = "given."


def _relative(value: Any) -> str:
    text = str(value).replace("\\", "/")
    if not text.strip() or text.startswith("/") or ":" in text:
        raise ValueError(f"'{text[:60]}' is no path from the folder of the claims, such as ../emr-small.yaml")
    return text


def _pair(value: Any) -> tuple[str, str]:
    match = re.fullmatch(r"\s*([A-Z]{3}) to ([A-Z]{3})\s*", str(value))
    if match is None:
        raise ValueError(f"expected two currencies such as 'USD to CNY', got '{str(value)[:40]}'")
    return match[1], match[2]


_TEXT: dict[str, Any] = {"type": ["string", "number"]}
QuotedField = Annotated[
    Quoted, Reads(quoted, {**_TEXT, "title": "a figure as quoted, such as 800 USD, ~800 ms, < 50 ms or up to 85 %"})
]
AmountField = Annotated[
    Amount, Reads(Amount.parse, {**_TEXT, "title": "a number with its unit, such as 252 USD/month or 180 ms"})
]
UnitField = Annotated[Unit, Reads(lambda value: unit_of(str(value)), {"type": "string", "title": "a unit"})]
FileField = Annotated[str, Reads(_relative, {"type": "string", "title": "a file, from the folder of the claims"})]
PairField = Annotated[tuple[str, str], Reads(_pair, {"type": "string", "title": "currencies such as USD to CNY"})]


class ScenarioRef(Model):
    """A scenario, with values set over it."""

    file: FileField
    """The scenario file, from the folder of the claims."""
    set: dict[Text, Any] = Field(default_factory=dict)
    """Values set over the scenario, by path, as with `--set`."""


def _scenario(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


def _operand(value: Any) -> Any:
    """A text alone is a number with its unit, or the name of a given one."""
    if not isinstance(value, str):
        return value
    return {"own": value} if _OWN.fullmatch(value.strip()) else {"amount": value}


class OrText:
    """Tells an editor that a text alone may stand in place of a mapping."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [_TEXT, handler(core)]}


ScenarioField = Annotated[ScenarioRef, BeforeValidator(_scenario), OrText()]
Operand = Annotated["Figure", BeforeValidator(_operand), OrText()]


class Figure(Model):
    """A figure to compute with: a number, a figure of a scenario, another quoted figure, a rate, or a computation."""

    amount: AmountField | None = None
    """A number with its unit; the text alone says the same."""
    own: Text | None = None
    """The name of a number under `given` of the claim; the text alone says the same."""
    figure: Text | None = None
    """A figure of a scenario, such as `month 1, model openai/gpt-4.1: cost`."""
    scenario: ScenarioField | None = None
    """The scenario that has the figure; the claim's own if not said."""
    set: dict[Text, Any] = Field(default_factory=dict)
    """Values set over the claim's scenario for this figure, by path."""
    claim: Slug | None = None
    """The figure quoted by another claim, by its name."""
    quoted: AmountField | None = None
    """Another figure that was quoted."""
    source: Text | None = None
    """Where that one stands."""
    exchange: PairField | None = None
    """An exchange rate of the price book, such as `USD to CNY`: yuan for one dollar."""
    on: Day | None = None
    """The day of the exchange rate."""
    ratio: "tuple[Operand, ...] | None" = None
    """The first divided by the second."""
    difference: "tuple[Operand, ...] | None" = None
    """The first less the second."""
    saving: "tuple[Operand, ...] | None" = None
    """[before, after]: 1 - after / before."""
    change: "tuple[Operand, ...] | None" = None
    """[before, after]: after / before - 1."""
    sum: "tuple[Operand, ...] | None" = None
    """All added up."""
    product: "tuple[Operand, ...] | None" = None
    """All multiplied."""
    in_: UnitField | None = Field(default=None, alias="in")
    """The unit in which it is shown."""

    @model_validator(mode="after")
    def _one_kind(self) -> "Figure":
        kinds = ("amount", "own", "figure", "claim", "quoted", "exchange", *OPERATIONS)
        there = [name for name in kinds if getattr(self, name) is not None]
        if len(there) != 1:
            found = f"found {' and '.join(there)}" if there else "found none"
            raise ValueError(f"say one of: a number with its unit, {', '.join(kinds[2:])}; {found}")
        if (self.scenario or self.set) and self.figure is None:
            raise ValueError("'scenario' and 'set' go with 'figure': say which figure of the scenario")
        if self.scenario and self.set:
            raise ValueError("values are set inside 'scenario: {file: …, set: …}' where a scenario is named")
        if self.source and self.quoted is None:
            raise ValueError("'source' goes with 'quoted'")
        if (self.exchange is None) != (self.on is None):
            raise ValueError("an exchange rate needs both: {exchange: USD to CNY, on: 2026-10-31}")
        return self._of_right_length()

    def _of_right_length(self) -> "Figure":
        name, parts = self.operation
        if name in _OF_TWO and len(parts) != 2:  # noqa: PLR2004 - before and after
            raise ValueError(f"'{name}' takes two figures in a list, not {len(parts)}")
        if name and not parts:
            raise ValueError(f"'{name}' takes at least one figure")
        return self

    @property
    def operation(self) -> "tuple[Operation | None, tuple[Figure, ...]]":
        """The computation, and what it computes with."""
        for name in OPERATIONS:
            parts: tuple[Figure, ...] | None = getattr(self, name)
            if parts is not None:
                return name, parts
        return None, ()

    def parts(self, path: Steps) -> "Iterator[tuple[Figure, Steps]]":
        """Itself and every figure inside it, each with its path."""
        yield self, path
        name, inside = self.operation
        for index, part in enumerate(inside):
            yield from part.parts((*path, name, index))


class Assumption(Model):
    """Another assumption under which a contradicted figure may be true."""

    set: dict[Text, Any] = Field(default_factory=dict)
    """Values set over the scenario, by path; `given.NAME` is a number under `given` of the claim."""
    multiply: dict[Text, Positive] = Field(default_factory=dict)
    """Factors on numbers of the scenario, by path; `given.NAME` is a number under `given` of the claim."""
    models: dict[Text, Text] = Field(default_factory=dict)
    """Models in place of others: old name, new name."""
    scenarios: dict[FileField, FileField] = Field(default_factory=dict)
    """Scenario files in place of others: old file, new file."""

    @model_validator(mode="after")
    def _says_something(self) -> "Assumption":
        if not (self.set or self.multiply or self.models or self.scenarios):
            raise ValueError("this assumption changes nothing: say 'set', 'multiply', 'models' or 'scenarios'")
        twice = sorted(self.set.keys() & self.multiply.keys())
        if twice:
            raise ValueError(f"'{twice[0]}' is both set and multiplied: say one")
        for path, value in self.set.items():
            if path.startswith(GIVEN):
                Amount.parse(value)
        return self

    def given(self, name: str, amount: Amount) -> Amount:
        """What it makes of a number under `given`."""
        if f"{GIVEN}{name}" in self.set:
            return Amount.parse(self.set[f"{GIVEN}{name}"])
        factor = self.multiply.get(f"{GIVEN}{name}", Fraction(1))
        return amount._replace(number=amount.number * factor)


class Claim(Model):
    """One quoted figure."""

    claim: Text
    """What is claimed, in words."""
    name: Slug | None = None
    """A short name by which other claims refer to the figure."""
    quoted: QuotedField
    """The figure as quoted; `? ms` where only its unit is claimed."""
    source: Text
    """Where it stands."""
    scenario: ScenarioField | None = None
    """The scenario that computes it."""
    figure: Text | None = None
    """The figure of the scenario, such as `month 1, model openai/gpt-4.1: cost`."""
    given: dict[Text, Operand] = Field(default_factory=dict)
    """Numbers of the computation by name, each with its unit; an assumption can change them."""
    compute: Operand | None = None
    """A computation in place of a figure of a scenario."""
    against: Operand | None = None
    """Another figure of the same source that it must agree with."""
    missing: Text | None = None
    """Why it cannot be computed: what the source does not give."""
    try_: tuple[Text, ...] | None = Field(default=None, alias="try")
    """Names of the assumptions to try where it is contradicted; all that apply if not said."""
    beside: dict[Text, Operand] = Field(default_factory=dict)
    """Further figures to show with it."""
    would_need: dict[Text, Operand] = Field(default_factory=dict)
    """What would have to hold for the figure to be true, where that can be computed."""
    note: Text | None = None
    """What a reader should know."""

    @model_validator(mode="after")
    def _one_way(self) -> "Claim":
        ways = [name for name in ("figure", "compute", "against", "missing") if getattr(self, name) is not None]
        if len(ways) != 1:
            found = f"found {' and '.join(ways)}" if ways else "found none"
            raise ValueError(
                f"say one of: figure (with scenario), compute, against, or missing (why it cannot be computed); {found}"
            )
        if self.quoted.amount is None and self.missing is None and not self.compute:
            raise ValueError(f"'{self.quoted.text}' is no figure, only a unit: it can only be compared with 'compute'")
        return self

    @property
    def way(self) -> str:
        """How it is computed: `figure`, `compute` or `against`; empty where it cannot be."""
        return next((name for name in ("figure", "compute", "against") if getattr(self, name) is not None), "")

    @property
    def computed(self) -> "Figure | None":
        """What it is computed by."""
        if self.figure is not None:
            return Figure(figure=self.figure)
        return self.compute or self.against

    def figures(self) -> "Iterator[tuple[Figure, Steps]]":
        """Every figure it speaks of, with its path in the claim."""
        named: list[tuple[Figure | None, Steps]] = [(self.compute, ("compute",)), (self.against, ("against",))]
        if self.figure is not None:
            named.append((self.computed, ()))
        for section in ("given", "beside", "would_need"):
            named += [(figure, (section, name)) for name, figure in getattr(self, section).items()]
        for figure, path in named:
            if figure is not None:
                yield from figure.parts(path)


class ClaimPrices(Model):
    """Which prices are used."""

    version: Text | None = None
    """Released version of the price book, quoted, in place of the scenarios' own."""


class ClaimsFile(Model):
    """A file of claims."""

    claims: Text
    """Whose claims they are."""
    description: Text | None = None
    """What they are about."""
    prices: ClaimPrices = ClaimPrices.model_construct()
    """Which prices are used; those of each scenario if not said."""
    assumptions: dict[Text, Assumption] = Field(default_factory=dict)
    """Other assumptions that may be tried, in this order."""
    items: Annotated[tuple[Claim, ...], Field(min_length=1)]
    """The claims."""
