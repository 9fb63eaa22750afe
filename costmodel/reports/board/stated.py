"""What the scenario states, so that an auditor can do the sums again: numbers, measured requests, and all the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from costmodel.documents.settings import path_text
from costmodel.quantities import grouped, half_up, magnitude, significant
from costmodel.results.labels import labelled, money_text, say
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from costmodel.reports.board.measured import Measured
    from costmodel.reports.board.papers import Papers
    from costmodel.results.labels import Said
    from costmodel.scenario import Steps
    from costmodel.study.traced_leaves import Leaf

_DIGITS, _WHOLE = 4, 2  # of a small assumption; with more digits before the point, two decimals
_WRITTEN_AMOUNT = re.compile(r"(?P<whole>\d[\d_]*)(?P<rest>(?:\.\d+)?)(?: (?P<currency>[A-Z]{3}))?", re.ASCII)
# What stands elsewhere in the report, or is no part of it: tests of a scenario, other questions, other cases.
_ELSEWHERE = frozenset({("scenario",), ("description",), ("expect",), ("migration",), ("uncertainty", "cases")})


def assumption_table(papers: Papers) -> Table:
    """Every number that the scenario computes with, with its source."""
    columns = (Column("assumption"), Column("value", numeric=True), Column("unit"), Column("key"), Column("source"))
    rows = tuple(_assumption(leaf, value) for leaf, value in papers.assumptions)
    return Table(say("Assumptions and their sources"), columns, rows)


def _assumption(leaf: Leaf, value: Fraction) -> tuple[str, ...]:
    percent_ = leaf.cell.unit == "%"
    shown = value * 100 if percent_ else value
    name = labelled(leaf.cell.name)
    return (
        say("{about}: {name}", about=leaf.about, name=name) if leaf.about else name,
        grouped(half_up(shown, 2) if magnitude(shown) > _WHOLE else significant(shown, _DIGITS)),
        labelled(leaf.cell.unit),
        path_text(leaf.path),
        say("the scenario") if leaf.source == "the scenario" else leaf.source,
    )


def request_table(papers: Papers) -> Table | None:
    """Tokens of the measured requests as each model counts them, in all and for each; None where none are measured."""
    if not papers.measured:
        return None
    columns = (
        Column("model"),
        Column("profile"),
        Column("counted with"),
        *(
            Column(heading, numeric=True)
            for heading in (
                say("requests measured"),
                say("input tokens"),
                say("output tokens"),
                say("input tokens a request"),
                say("output tokens a request"),
            )
        ),
    )
    return Table(say("Measured requests"), columns, tuple(map(_measured, papers.measured)), notes=_sources(papers))


def _measured(found: Measured) -> tuple[str, ...]:
    requests, (left, right) = found.profile.requests, found.factors
    by = say("{name}, input x {left:number}, output x {right:number}", name=found.vocabulary, left=left, right=right)
    return (
        found.offer,
        found.profile.profile,
        found.vocabulary if left == right == 1 else by,
        grouped(requests),
        *(grouped(half_up(tokens, 2)) for tokens in found.tokens),
        *(grouped(half_up(tokens / requests, 2), 2) for tokens in found.tokens),
    )


def _sources(papers: Papers) -> tuple[str, ...]:
    profiles = {item.profile.profile: item.profile for item in papers.measured}
    return tuple(
        say(
            "{profile}: {title}. {where}. Measured on {day:day}. {note}",
            profile=name,
            title=file.title,
            where=", ".join(word for word in (file.source.title, file.source.url, file.source.licence) if word),
            day=file.source.measured,
            note=file.source.note or "",
        )
        for name, file in profiles.items()
    )


def settings_table(papers: Papers) -> Table:
    """All else that the scenario states, as written but for months and amounts: hours, budget, profiles, choices."""
    numbers = {leaf.path for leaf, _ in papers.assumptions}
    rows = tuple((path_text(path), text) for path, text in _others(papers.scenario.document.data, (), numbers))
    return Table(say("What else the scenario states"), (Column("key"), Column("value")), rows)


def _others(node: Any, path: Steps, numbers: set[Steps]) -> Iterator[tuple[Steps, Said | str]]:
    """Texts that are not among the numbers; a list of words on one line."""
    if path in numbers or path in _ELSEWHERE:
        return
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    below = [(key, part) for key, part in parts if (*path, key) not in numbers]
    if isinstance(node, list) and not any(isinstance(part, dict | list) for part in node):
        if below:
            yield path, ", ".join(str(part) for _, part in below)
    elif isinstance(node, dict | list):
        for key, part in below:
            yield from _others(part, (*path, key), numbers)
    else:
        yield path, _amount(str(node))


def _amount(text: str) -> str:
    """An amount of money, or a number, as a report shows it; any other text as it is written."""
    found = _WRITTEN_AMOUNT.fullmatch(text)
    if not found or not (found["currency"] or "_" in text):
        return text
    number = f"{int(found['whole']):,}{found['rest']}"
    return money_text(number, found["currency"]) if found["currency"] else say("{amount:number}", amount=number)
