"""Makes the report: one HTML file without script, that nothing can be loaded into."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from costmodel.reports.board import pieces, sections, stated
from costmodel.reports.board.cheers import SOURCE, cheers_table
from costmodel.reports.board.prices import price_table
from costmodel.reports.page.markup import tag
from costmodel.results.labels import in_locale, say
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.reports.board.papers import Papers
    from costmodel.results.estimate import Estimate
    from costmodel.results.labels import Locale, Said
    from costmodel.results.worth.return_on_investment import ReturnOnInvestment

_ROOM = "costmodel.reports.board"
_HEADS = {
    "finding": say("Finding"),
    "pictures": say("What it depends on, and what it comes to"),
    "uncertainty": say("How sure this is"),
    "warnings": say("Warnings"),
    "assumptions": say("Assumptions and their sources"),
    "prices": say("Prices and their sources"),
    "cheers": say("Reporting list"),
    "repeat": say("How to repeat it"),
}
_ENGLISH_WARNINGS = say("Warnings, sources and names from files stand as they were written.")


def board_report(papers: Papers, locale: Locale = "en", command: str = "") -> str:
    """The report, as one HTML file that reaches nothing else; the same results give the same bytes.

    Args:
        papers: the results that it shows.
        locale: language of labels, sentences, numbers and charts: `en`, `vi` or `zh`.
        command: the command that makes it again, without folders.

    Raises:
        CommandLineError: no font on this machine can draw a character of a chart.
    """
    style = _resource("board.css")
    digest = b64encode(sha256(style.encode("utf-8")).digest()).decode("ascii")
    return Template(_resource("board.html")).substitute(
        {name: escape(in_locale(text, locale)) for name, text in _HEADS.items()},
        **_body(papers, locale),
        repeat_list=_repeat(papers, locale, command),
        title=escape(papers.scenario.scenario),
        lang=locale,
        style=style,
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'",
    )


def _resource(name: str) -> str:
    return files(_ROOM).joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _body(papers: Papers, locale: Locale) -> dict[str, str]:
    shown = sections.main_table(papers)
    warnings = "\n".join(tag("li", pieces.prose(notice.text, locale)) for notice in papers.notices)
    return {
        "description": pieces.prose(papers.scenario.description or "", locale),
        "facts": pieces.prose(_facts(papers), locale),
        "headline": pieces.prose(sections.headline(papers), locale),
        "finding_text": pieces.paragraphs(sections.finding(papers), locale),
        "main_table": _with_notes(shown, locale) if shown else "",
        "chart_list": "\n".join(pieces.chart(draw, locale) for draw in sections.charts(papers)),
        "uncertainty_text": pieces.paragraphs(sections.uncertainty(papers), locale),
        "uncertainty_tables": "\n".join(_with_notes(made, locale) for made in sections.uncertainty_tables(papers)),
        "warning_list": tag("ul", warnings) if warnings else pieces.paragraphs([say("There are none.")], locale),
        "warning_note": pieces.paragraphs([_ENGLISH_WARNINGS] if locale != "en" else [], locale, "note"),
        "assumption_table": _assumptions(papers, locale),
        "price_table": pieces.table(price_table(papers), locale, "wide") if papers.bills else "",
        "cheers_table": pieces.table(cheers_table(papers), locale, "wide")
        + pieces.paragraphs([SOURCE], locale, "note"),
    }


def _with_notes(made: Table, locale: Locale) -> str:
    """A table and the sentences that explain it; warnings and prices have places of their own."""
    notes = [note for note in made.notes if not note.startswith(("Note: ", "Prices: "))]
    return pieces.table(made, locale) + "\n" + pieces.paragraphs(notes, locale, "note")


def _assumptions(papers: Papers, locale: Locale) -> str:
    """All that the scenario states, and what was measured for it: with the prices, the figures can be made again."""
    measured = stated.request_table(papers)
    parts = [
        pieces.table(stated.assumption_table(papers), locale, "wide assumptions"),
        pieces.table(measured, locale, "wide", titled=True) if measured else "",
        pieces.paragraphs(measured.notes if measured else (), locale, "note"),
        pieces.table(stated.settings_table(papers), locale, "wide", titled=True),
    ]
    return "\n".join(part for part in parts if part)


def _facts(papers: Papers) -> Said:
    result = _result(papers)
    parts = {"period": result.period, "currency": result.currency, "version": papers.book.name}
    if papers.book.date is None:
        return say("{period}. Amounts in {currency}. Price book {version}, not released.", **parts)
    released = "{period}. Amounts in {currency}. Price book {version} of {day:day}."
    return say(released, day=papers.book.date, **parts)


def _result(papers: Papers) -> Estimate | ReturnOnInvestment:
    return papers.worth.result if papers.worth is not None else papers.bills[0]


def _repeat(papers: Papers, locale: Locale, command: str) -> str:
    columns = Column("what"), Column("which")
    made = Table(say("How to repeat it"), columns, tuple(_trail(papers, command)))
    return pieces.table(made, locale, "wide")


def _trail(papers: Papers, command: str) -> Iterator[tuple[str, str]]:
    from costmodel import __version__

    result = _result(papers)
    if command:
        yield say("command"), command
    yield say("program"), f"costmodel {__version__}"
    yield say("scenario, sha256"), result.scenario_sha256
    yield say("price book"), papers.book.name
    yield say("price book, sha256"), result.book.sha256 or say("not released")
    for name, digest in result.book.overlays:
        yield say("own prices '{name}', sha256", name=name), digest
    draws = papers.worth.draws if papers.worth else None
    if draws is not None:
        yield say("draws and seed"), f"{draws.draws}, {draws.seed}"
    for rate in result.exchange:
        yield (
            say("exchange rate"),
            say(
                "{rate:number} {to} for one {of} on {day:day} ({source})",
                rate=f"{float(rate.rate):.8g}",
                to=rate.to,
                of=rate.from_,
                day=rate.on,
                source=rate.source,
            ),
        )
