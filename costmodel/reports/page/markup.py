"""The parts of the page that no change moves, as HTML; every text that comes from a file is escaped here."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from costmodel.documents.settings import path_text
from costmodel.quantities import decimal_text, grouped
from costmodel.reports.page.fields import MAIN
from costmodel.reports.page.words import named, say
from costmodel.results.labels import local, local_numbers
from costmodel.results.labels import say as say_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from costmodel.prices.schema import PriceRow
    from costmodel.reports.page.fields import Field
    from costmodel.study.traced import TracedModel
    from costmodel.study.traced_leaves import Leaf
    from costmodel.study.traced_prices import PricePoint

_SECTIONS = (
    ("Records and requests", ("workload", "workloads", "")),
    ("Requests and their mix", ("mix", "models")),
    ("Work by hand and with AI", ("manual", "with_ai", "adoption", "capacity", "errors")),
    ("Posts and pay", ("staff",)),
    ("Other cost", ("one_off", "fixed_per_month", "llm_cost")),
    ("Rates", ("discount_rate", "escalation", "taxes_and_fees")),
)
_OTHER = "Other numbers"
_PLAIN = "the scenario"
_USUAL = frozenset({"service tier standard", "region global"})


def tag(name: str, content: str, **attributes: str) -> str:
    """An element around content that is HTML already; its attributes are escaped.

    >>> tag("td", "1", class_="number")
    '<td class="number">1</td>'
    """
    written = "".join(f' {key.strip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{content}</{name}>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], label: str, kind: str = "") -> str:
    """A table of cells that are HTML already, in a frame of its own that scrolls where the page is narrow."""
    heads = [named(text) for text in head]
    top = tag("tr", "".join(tag("th", escape(text), scope="col") for text in heads))
    body = "\n".join(
        tag("tr", "".join(tag("td", cell, data_label=name) for name, cell in zip(heads, row, strict=True)))
        for row in rows
    )
    whole = tag("table", f"{tag('thead', top)}<tbody>\n{body}\n</tbody>", class_=f"cards {kind}".strip())
    return tag("div", whole, class_="frame", role="region", aria_label=label, tabindex="0")


def inputs(fields: Sequence[Field]) -> str:
    """The fields with sliders, in groups."""
    groups: dict[str, list[str]] = {name: [] for name, _ in _SECTIONS}
    for number, field in enumerate(fields):
        if field.leaf.kind in MAIN:
            groups.setdefault(_section(field.leaf), []).append(_input(number, field))
    return "\n".join(
        tag("fieldset", tag("legend", escape(named(name))) + "\n" + "\n".join(items))
        for name, items in groups.items()
        if items
    )


def _section(leaf: Leaf) -> str:
    steps = leaf.path[1:] if leaf.path[:1] == ("roi",) else leaf.path
    first = str(steps[0]) if steps else ""
    return next((name for name, heads in _SECTIONS if first in heads), _OTHER)


def _input(number: int, field: Field) -> str:
    name = f"n{number}"
    label = tag("label", escape(field.label), for_=name, id=f"l{number}")
    shown = tag("span", escape(field.unit), class_="unit")
    told = field.leaf.source != _PLAIN  # that it is the scenario's own is no news: the table below says so
    parts = [label, f'<span class="entry">{_number(number, field, f"s{number}" if told else "")}{shown}</span>']
    if field.slider is not None:
        first, last, step = (decimal_text(part) for part in field.slider)
        parts.append(
            f'<input type="range" id="r{number}" min="{first}" max="{last}" step="{step}" value="{field.shown}" '
            f'aria-labelledby="l{number}" autocomplete="off">'
        )
    if told:
        parts.append(tag("small", escape(local(field.leaf.source)), id=f"s{number}"))
    return tag("div", "".join(parts) + _mistake(number), class_="field")


def _number(number: int, field: Field, about: str) -> str:
    """A field for text, since a browser's field for numbers reads them by a language of its own."""
    limits = "".join(
        f' aria-value{name}="{decimal_text(limit)}"'
        for name, limit in (("min", field.low), ("max", field.high))
        if limit is not None
    )
    return (
        f'<input type="text" role="spinbutton" id="n{number}" value="{local_numbers(field.shown)}"{limits} '
        f'aria-valuenow="{field.shown}" inputmode="decimal" autocomplete="off" '
        f'aria-describedby="{f"{about} e{number}".strip()}">'
    )


def _mistake(number: int) -> str:
    return tag("span", "", id=f"e{number}", class_="mistake", aria_live="polite")


def prices(model: TracedModel, fields: Sequence[Field]) -> str:
    """Every price that is used, with its row of the price book; and rates."""
    numbers = {id(field.leaf.cell): number for number, field in enumerate(fields)}
    written: set[int] = set()
    rows = [_price(point, fields, numbers, written) for point in model.prices]
    head = ("offer", "meter", "price", "for", "in force from", "recorded on", "source")
    found = table(head, rows, say("prices"), "prices")
    others = [number for number, field in enumerate(fields) if field.leaf.kind not in MAIN and number not in written]
    rest = [(_entry(number, fields, written), escape(local(fields[number].leaf.source))) for number in others]
    return found + (table(("rate", "source"), rest, named("rates")) if rest else "")


def _price(point: PricePoint, fields: Sequence[Field], numbers: dict[int, int], written: set[int]) -> tuple[str, ...]:
    cells = [point.price, *(cell for _, factor, added in point.changes for cell in (factor, added))]
    entries = [_entry(numbers[id(cell)], fields, written) for cell in cells if id(cell) in numbers]
    case = ", ".join(word for word in point.where.partition("; ")[2].split(", ") if word not in _USUAL)
    meter = named(point.line.measure.meter.replace("_", " ")) + (f" ({case})" if case else "")
    per = local(say_("{currency} for {count:number}", currency=point.currency, count=grouped(point.line.per)))
    day = f"{point.row.valid.from_:%Y-%m-%d}"
    start = local(say_("{day} or earlier", day=day)) if point.row.valid.start else day
    return (
        escape(point.offer),
        escape(meter),
        "".join(entries),
        escape(per),
        escape(start),
        escape(str(point.row.recorded)),
        escape(_read(point.row)),
    )


def _entry(number: int, fields: Sequence[Field], written: set[int]) -> str:
    """A number to change; where it stands already, only its name."""
    field = fields[number]
    if number in written:
        return tag("span", escape(local(say_("{name}: as above", name=named(field.leaf.cell.name)))))
    written.add(number)
    label = tag("label", escape(field.label), for_=f"n{number}", id=f"l{number}", class_="hidden")
    return label + _number(number, field, f"l{number}") + _mistake(number)


def _read(row: PriceRow) -> str:
    source = row.source
    words = [
        source.title or "",
        source.url or "",
        local(say_("read on {day}", day=source.retrieved)),
        local(say_("via {name}", name=source.via)) if source.via else "",
    ]
    return ", ".join(word for word in words if word)


def assumptions(model: TracedModel) -> str:
    """Every number of the scenario as delivered, with its source."""
    shown = [leaf for leaf in model.leaves if leaf.kind in MAIN]
    rows = [_assumption(leaf, named(leaf.source)) for leaf in shown]
    rows += [_assumption(leaf, f"{named(leaf.source)}; {say('idle')}") for leaf in model.idle]
    return table(("assumption", "As delivered", "source", "key in the scenario"), rows, say("assumptions"))


def _assumption(leaf: Leaf, source: str) -> tuple[str, ...]:
    percent = leaf.cell.unit == "%"
    value = leaf.cell.value * 100 if percent else leaf.cell.value
    name = ": ".join(word for word in (leaf.about, named(leaf.cell.name)) if word)
    text = decimal_text(value) if value.denominator == 1 else local_numbers(f"{float(value):.6g}")
    key = path_text(leaf.path) if leaf.path else ""
    return escape(name), escape(f"{text} {named(leaf.cell.unit)}".strip()), escape(source), escape(key)


def trail(model: TracedModel) -> str:
    """Versions, hashes and exchange rates."""
    from costmodel import __version__

    results = results_of(model)
    book = results[0].book
    rows = [
        ("program", f"costmodel {__version__}"),
        ("scenario, sha256", results[0].scenario_sha256),
        ("price book", book.version),
        ("price book, sha256", book.sha256 or named("not released")),
        *((local(say_("own prices '{name}'", name=name)), f"sha256 {sha256}") for name, sha256 in book.overlays),
        *(("exchange rate", text) for text in _exchange(results)),
    ]
    return tag("dl", "\n".join(tag("dt", escape(named(what))) + tag("dd", escape(which)) for what, which in rows))


def results_of(model: TracedModel) -> Sequence[Any]:
    """The results that know which prices were used: one, or one for each option."""
    found: Sequence[Any] = getattr(model.result, "estimates", (model.result,))
    return found


def _exchange(results: Sequence[Any]) -> Iterator[str]:
    for rate in {rate.from_: rate for result in results for rate in result.exchange}.values():
        yield local(
            say_(
                "{rate:number} {to} for one {of} on {day:day} ({source})",
                rate=decimal_text(rate.rate),
                to=rate.to,
                of=rate.from_,
                day=rate.on,
                source=rate.source,
            )
        )


def warnings(model: TracedModel) -> str:
    """What a reader must know before quoting a figure."""
    return tag("ul", "\n".join(tag("li", escape(notice.text)) for notice in model.result.notices))
