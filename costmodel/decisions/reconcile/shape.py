"""What is in a bill: one format for the kinds that are known and for a user's own mapping file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator

from costmodel.documents.model import Model, Slug, Text, did_you_mean, listed, load, validated
from costmodel.documents.reader import read_document
from costmodel.errors import FileError
from costmodel.usage.logs.shapes.families import merged_times
from costmodel.usage.logs.shapes.shape import Decimal, Named, Names, Paths, Recognise, Shape, ShapeSource, Time

_FOLDER = Path(__file__).with_name("bills")
AMOUNT, CURRENCY, KIND, UNTIL, PART = "amount", "currency", "kind", "until", "part"
"""What a row of a bill says beside time and model; of the last there may be several."""


class BillShape(Model):
    """What is in a bill: a kind that is known, or a user's mapping file."""

    bill: Slug
    """Its short name."""
    name: Text | None = None
    """What it is, in words."""
    source: ShapeSource | None = None
    """Where the fields are documented."""
    like: Slug | None = None
    """A known kind of bill of which everything holds that is not said here."""
    recognise: Recognise | None = None
    """What tells such a bill; a mapping file needs none."""
    time: Annotated[tuple[Time, ...], BeforeValidator(listed)] = ()
    """The day or instant of the charge, or the first of its period."""
    until: Paths = ()
    """The end of its period. Where a period is longer than a day, months are compared."""
    model: Names = ()
    """The model that is charged for; of several the first that the row has."""
    provider: Text | None = None
    """The provider, where models are billed without it: put before the name as `provider/`."""
    amount: Names = ()
    """What is charged, before taxes of the whole bill."""
    of_tokens: tuple[Paths, ...] = ()
    """Amounts that add up to what of it is for tokens; the rest is charged beside them, such as for searches."""
    currency: Names = ()
    """Its currency: a column, or `{is: USD}`."""
    kind: Names = ()
    """What kind of charge it is: `Usage`, or another, such as a tax, which no usage stands for."""
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    """What separates the cells of a CSV file; found from the heading where it is left out."""
    decimal: Decimal | None = None
    """What stands before the decimals of amounts in a CSV file: a comma, or a point if thousands are set apart too."""

    @property
    def labels(self) -> dict[str, tuple[Named, ...]]:
        """What is read beside time and model."""
        found = {AMOUNT: self.amount, CURRENCY: self.currency, KIND: self.kind}
        found[UNTIL] = (Named.model_construct(path=self.until),) if self.until else ()
        parts = {f"{PART}_{place}": (Named.model_construct(path=paths),) for place, paths in enumerate(self.of_tokens)}
        return {name: names or (Named.model_construct(is_="-"),) for name, names in (found | parts).items()}

    def shape(self) -> Shape:
        """As a usage log without counts, which is read in the same way."""
        return Shape.model_construct(
            shape=self.bill,
            recognise=self.recognise,
            time=self.time,
            model=self.model,
            provider=self.provider,
            labels=self.labels,
            delimiter=self.delimiter,
            decimal=self.decimal,
        )


def known_bills() -> tuple[BillShape, ...]:
    """The kinds of bills that are known, by name."""
    return tuple(load(path, BillShape, f"bills/{path.name}") for path in sorted(_FOLDER.glob("*.yaml")))


def load_bill_mapping(path: Path) -> BillShape:
    """A user's mapping file of a bill, with what it leaves to the kind that it is like.

    Raises:
        FileError: every mistake in it, at file:line:column.
    """
    document = read_document(path)
    own, known = validated(document, BillShape), {shape.bill: shape for shape in known_bills()}
    if own.like is not None and own.like not in known:
        hint = did_you_mean(own.like, known, label="Bills")
        raise FileError([document.mistake(("like",), f"there is no bill '{own.like}'{hint}")])
    base = known[own.like] if own.like else own
    said = {name: getattr(own, name) for name in own.model_fields_set}
    said |= {"time": merged_times(own.time, base.time)} if own.like and own.time else {}
    found = base.model_copy(update={**said, "recognise": own.recognise})
    needed = ("time", "model", "amount", "currency")
    missing = [name for name in needed if not getattr(found, name)]
    if missing:
        words = f"a bill needs {' and '.join(missing)}: say where they stand, or 'like: focus'"
        raise FileError([document.mistake((), words)])
    return found
