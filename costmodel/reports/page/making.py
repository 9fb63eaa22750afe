"""Makes the page: the frame, what stands still, the numbers and the script, and a policy that lets nothing else in."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from costmodel.prices.policy import places_of
from costmodel.reports.page import markup
from costmodel.reports.page.fields import fields_of
from costmodel.reports.page.figures import figures_of
from costmodel.reports.page.markup import results_of
from costmodel.reports.page.words import page_words, say
from costmodel.results import labels
from costmodel.results.labels import local, period_text, require_locale, speaking
from costmodel.runtimes.script import PRELUDE, function_body
from costmodel.runtimes.trace import as_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.reports.page.fields import Field
    from costmodel.reports.page.figures import Figure, Figures
    from costmodel.results.labels import Locale
    from costmodel.runtimes.trace import Cell
    from costmodel.study.traced import TracedModel

_LABELS = (
    *("change", "results", "break_even", "over", "prices", "assumptions", "warnings", "audit"),
    *("reset", "copy", "csv", "skip", "no_script"),
)
# What the chart begins with, if the scenario has it: what decides most often whether it is worth it.
_FIRST = ("roi.with_ai.time_saved", "roi.with_ai.review_minutes", "roi.manual.minutes")
_SCRIPTS = ("page_state.js", "page_numbers.js", "page_tables.js", "page_chart.js", "page.js")
_ROOM = "costmodel.reports.page"
# As JSON has them they mean the same, and nothing in a data block can end it or open a comment.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def whatif_page(model: TracedModel, locale: str = "en") -> str:
    """The page of a model, as one HTML file that needs nothing else and reaches nothing else.

    Args:
        model: as traced.
        locale: language of words and numbers: `en`, `vi` or `zh`; warnings and sources stay as they were written.

    Raises:
        CommandLineError: there is no such locale.
    """
    with speaking(require_locale(locale)):
        return _page(model, require_locale(locale))


def _page(model: TracedModel, locale: Locale) -> str:
    fields = fields_of(model)
    outputs = _Outputs()
    data = _data(model, fields, outputs, locale)
    body = function_body(outputs.cells, [field.leaf.cell for field in fields])
    style = _resource("page.css")
    code = f'"use strict";\n{PRELUDE}const compute = (v) => {{\n{body}}};\n{"".join(map(_resource, _SCRIPTS))}'
    return Template(_resource("page.html")).substitute(
        _texts(model, fields),
        lang=locale,
        policy=_policy(style, code),
        style=style,
        script=code,
        data=json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES),
    )


def _resource(name: str) -> str:
    return files(_ROOM).joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _policy(style: str, code: str) -> str:
    """What the page may load: this style, this script, pictures that are written in it, and nothing else."""
    return (
        f"default-src 'none'; script-src '{_digest(code)}'; style-src '{_digest(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")


def _texts(model: TracedModel, fields: Sequence[Field]) -> dict[str, str]:
    scenario = model.scenario
    period = period_text(model.months[0], model.months[-1])
    book = results_of(model)[0].book
    facts = labels.say(
        "{period}, amounts in {currency}, {book}", period=period, currency=scenario.currency, book=book.words
    )
    quoted = scenario.roi is not None and scenario.roi.llm_cost is not None
    return {
        **{f"say_{name}": escape(say(name)) for name in _LABELS},
        "title": escape(scenario.scenario),
        "description": escape(scenario.description or ""),
        "facts": escape(local(facts)),
        "quoted": escape(say("quoted")) if quoted else "",
        "inputs": markup.inputs(fields),
        "price_table": markup.prices(model, fields),
        "assumption_table": markup.assumptions(model),
        "warning_list": markup.warnings(model),
        "trail": markup.trail(model),
    }


class _Outputs:
    """The cells that the page asks for, each once."""

    def __init__(self) -> None:
        self.cells: list[Cell] = []
        self._places: dict[int, int] = {}

    def at(self, value: Any) -> int:
        """The place of a cell, or number, among the outputs."""
        cell = as_cell(0 if value is None else value)
        if id(cell) not in self._places:
            self._places[id(cell)] = len(self.cells)
            self.cells.append(cell)
        return self._places[id(cell)]


def _data(model: TracedModel, fields: Sequence[Field], outputs: _Outputs, locale: Locale) -> dict[str, Any]:
    figures = figures_of(model)
    currency = model.scenario.currency
    return {
        "locale": locale,
        "title": model.scenario.scenario,
        "currency": currency,
        "places": places_of(currency),
        "book": local(results_of(model)[0].book.words),
        "options": [local(labels.labelled(option)) for option in model.options],
        "months": [str(month) for month in model.months],
        "fields": [field.to_json() for field in fields],
        "first": _first(fields),
        **_places(figures, outputs),
        "words": page_words(locale),
    }


def _places(figures: Figures, outputs: _Outputs) -> dict[str, Any]:
    return {
        "costs": [_figure(item, outputs) for item in figures.costs],
        "worth": [_figure(item, outputs) for item in figures.worth],
        "outcome": [outputs.at(cell) for cell in figures.outcome],
        "undone": [outputs.at(cell) for cell in figures.undone],
        "monthly": {
            name: [[outputs.at(cell) for cell in cells] for cells in options]
            for name, options in figures.months.items()
        },
        "conditions": [{"at": outputs.at(item.cell), "words": item.words} for item in figures.conditions],
    }


def _figure(figure: Figure, outputs: _Outputs) -> dict[str, Any]:
    return {
        "name": figure.name,
        "kind": figure.kind,
        "at": [outputs.at(cell) for cell in figure.cells],
        "below": [outputs.at(cell) for cell in figure.below],
    }


def _first(fields: Sequence[Field]) -> int | None:
    """The number that the chart begins with: the first of the usual ones, else the first that has a slider."""
    sliders = {field.key: number for number, field in enumerate(fields) if field.slider is not None}
    return next((sliders[key] for key in _FIRST if key in sliders), next(iter(sliders.values()), None))
