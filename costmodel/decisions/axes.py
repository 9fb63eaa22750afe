"""The range of one number of a scenario: `ratio=10:1..1:3`, `cache_read=0 %..90 %`, or any path."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.documents.model import Model
from costmodel.documents.settings import path_of, path_text
from costmodel.equations.tokens import input_of_total, output_of_input
from costmodel.errors import CommandLineError, FileError, Mistake, QuantityError
from costmodel.quantities import exact, grouped, significant
from costmodel.usage.profiles import load_profile
from costmodel.usage.spec import Request, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from costmodel.scenario import Scenario

RATIO = "ratio"
_EVERYWHERE = ("cache_read", "cache_write_5m", "cache_write_1h", "resubmitted")  # may be said at several places
_NOT_VARIED = frozenset({"roi", "uncertainty", "expect", "budget", "prices", "horizon", "labels"})
_WRITTEN = re.compile(r"(?:[A-Z]{3}\s+)?[-+0-9._]+(?:[eE][-+]?[0-9]+)?(.*)")
_LEAST, _MOST = 2, 50  # values shown
_WIDE = 50  # a range over which values rise by factors, not by sums
_INTERVALS = 10  # between the values that are shown where nobody says how many
_RATIOS = (1, 2, 3, 4, 5, 10, 20, 50, 100)
_DIGITS = 6  # of a value for reading; JSON has all
_HALF = Fraction(1, 2)


class Axis(NamedTuple):
    """A range of one number.

    Attributes:
        name: as it was asked for.
        ends: first and last value, in the unit in which it is computed with; of a ratio the share of input.
        at: the scenario at a value: exact, or draws.
        text: a value for reading.
        values: those that are shown, in order from the first to the last.
        notes: what a reader must know.
    """

    name: str
    ends: tuple[Fraction, Fraction]
    at: Callable[[Any], Scenario]
    text: Callable[[Fraction], str]
    values: tuple[Fraction, ...]
    notes: tuple[str, ...] = ()


def axis(scenario: Scenario, text: str) -> Axis:
    """A range as it is written.

    Raises:
        CommandLineError: it is none.
        FileError: a value that cannot stand there.
    """
    name, equals, span = (part.strip() for part in text.partition("="))
    low, dots, high = (part.strip() for part in span.partition(".."))
    if not (equals and dots and name and low and high):
        raise CommandLineError(
            f"'--over {text}' is no range: write ratio=10:1..1:3, cache_read='0 %..90 %' or "
            "workload.records.per_day=10..10000, with ':5' behind it for five values"
        )
    return _ratio_axis(scenario, low, high) if name == RATIO else _number_axis(scenario, name, low, high)


def _number_axis(scenario: Scenario, name: str, low: str, high: str) -> Axis:
    high, _, count = (part.strip() for part in high.partition(":"))
    match = _WRITTEN.fullmatch(high)
    unit = match[1] if match else ""
    low += unit if unit and low[-1:].isdigit() else ""
    paths = _paths(scenario, name)
    ends = _end(scenario, name, paths, low), _end(scenario, name, paths, high)
    if ends[0] == ends[1]:
        raise CommandLineError(f"'--over {name}': both ends are {high}; a range needs two values")
    scale = Fraction(1, 100) if unit.strip().startswith("%") else Fraction(1)
    base = scenario.changed({path_text(path): low for path in paths})
    values = _even(ends, _count(name, count)) if count else tuple(value * scale for value in _nice(*ends, scale))
    return Axis(
        name,
        ends,
        lambda value: base.with_numbers(dict.fromkeys(paths, value)),
        lambda value: grouped(significant(value / scale, _DIGITS)) + unit,
        values,
    )


def _paths(scenario: Scenario, name: str) -> list[tuple[Any, ...]]:
    """Where the number stands; a key about requests may stand at several places."""
    if name in _EVERYWHERE:
        return [path for path in _stated(scenario.document.data, ()) if path[-1] == name] or [(name,)]
    path = path_of(scenario.document, name)
    if path[0] in _NOT_VARIED:
        raise CommandLineError(
            f"'--over {name}' cannot be varied here: name a number of the workload, its requests, taxes or escalation"
        )
    return [path]


def _stated(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        if key not in _NOT_VARIED:
            yield (*path, key)
            yield from _stated(child, (*path, key))


def _end(scenario: Scenario, name: str, paths: list[tuple[Any, ...]], text: str) -> Fraction:
    """The value at one end of a range, in the unit in which it is computed with."""
    try:
        return scenario.changed({path_text(path): text for path in paths}).number(paths[0])
    except KeyError:
        raise CommandLineError(f"'--over {name}': no number stands there that may vary") from None
    except FileError as error:
        found = error.mistakes[0]
        raise FileError([Mistake(f"--over {name}={text}", 1, 1, found.message)]) from None


def _count(name: str, text: str) -> int:
    if not text.isdigit() or not _LEAST <= int(text) <= _MOST:
        raise CommandLineError(f"'--over {name}': '{text}' values cannot be shown: write {_LEAST} to {_MOST}")
    return int(text)


def _even(ends: tuple[Fraction, Fraction], count: int) -> tuple[Fraction, ...]:
    first, last = ends
    return tuple(first + (last - first) * Fraction(index, count - 1) for index in range(count))


def _nice(first: Fraction, last: Fraction, scale: Fraction) -> list[Fraction]:
    """Round numbers between two values, and the two."""
    first, last = first / scale, last / scale
    low, high = sorted((first, last))
    if low > 0 and high / low >= _WIDE:
        inside = [factor * Fraction(10) ** power for power in range(-30, 30) for factor in (1, 2, 5)]
    else:
        steps = (factor * Fraction(10) ** power for power in range(-30, 30) for factor in (1, 2, 5))
        step = next(step for step in steps if (high - low) / step <= _INTERVALS)
        inside = [step * number for number in range(int(low // step), int(high // step) + 1)]
    between = [number for number in inside if low < number < high]
    return [first, *(between if first < last else reversed(between)), last]


def _ratio_axis(scenario: Scenario, low: str, high: str) -> Axis:
    parts = high.split(":")
    count = parts.pop() if len(parts) > 2 else ""  # noqa: PLR2004 - left and right
    ends = _share(low), _share(":".join(parts))
    if ends[0] == ends[1]:
        raise CommandLineError(f"'--over ratio={low}..{high}': both ends are the same ratio")
    inside = sorted({Fraction(a, a + b) for n in _RATIOS for a, b in ((n, 1), (1, n))}, reverse=ends[0] > ends[1])
    between = [share for share in inside if min(ends) < share < max(ends)]
    values = _even(ends, _count(RATIO, count)) if count else (ends[0], *between, ends[1])
    totals = _totals(scenario)

    def at(share: Any) -> Scenario:
        changed: Scenario = _replaced(scenario, share, totals)
        return changed

    return Axis("input:output", ends, at, ratio_text, values, _ratio_notes(totals))


def _share(text: str) -> Fraction:
    """The share of input in all tokens at a ratio."""
    left, colon, right = text.partition(":")
    try:
        parts = exact(left), exact(right)
    except QuantityError as error:
        raise CommandLineError(
            f"'--over ratio': '{text}' is no ratio of input to output such as 3:1 ({error})"
        ) from None
    if not colon or min(parts) < 0 or max(parts) == 0:
        raise CommandLineError(f"'--over ratio': '{text}' is no ratio of input to output such as 3:1")
    return parts[0] / sum(parts)


def ratio_text(share: Fraction) -> str:
    """A share of input as a ratio of input to output.

    >>> ratio_text(Fraction(3, 4)), ratio_text(Fraction(2, 7)), ratio_text(Fraction(1))
    ('3:1', '1:2.5', '1:0')
    """
    if share in {0, 1}:
        return f"{share}:{1 - share}"
    if share >= _HALF:
        return f"{grouped(significant(share / (1 - share), _DIGITS))}:1"
    return f"1:{grouped(significant((1 - share) / share, _DIGITS))}"


def _ratio_notes(totals: dict[Tokens, Fraction]) -> tuple[str, ...]:
    said = [f"{grouped(significant(total, 6))} tokens a request" for total in dict.fromkeys(totals.values())]
    measured = any(tokens.profile is not None for tokens in totals)
    sizes = " (the mean of the profile, by the vocabulary it was measured with; every request at that size)" * measured
    return (f"Input and output together stay the same: {', '.join(said)}{sizes}.",)


def _totals(scenario: Scenario) -> dict[Tokens, Fraction]:
    """Input and output tokens together, of each form of tokens that the scenario states."""
    found = {tokens: _total(tokens, scenario.folder) for tokens in _tokens(scenario)}
    if not found:
        raise CommandLineError("'--over ratio' needs 'tokens' in the scenario")
    return found


def _tokens(node: Any) -> Iterator[Tokens]:
    if isinstance(node, Tokens):
        yield node
    elif isinstance(node, Request) or isinstance(getattr(node, "models", None), dict):
        for name in node.model_fields_set:
            yield from _tokens(getattr(node, name))
    elif isinstance(node, dict | tuple):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _tokens(child)


def _total(tokens: Tokens, folder: Path | None) -> Fraction:
    if tokens.profile is not None:
        points = load_profile(str(tokens.profile), folder).points()
        weights = sum(point.weight for point in points)
        return Fraction(sum(point.weight * (point.input + point.output) for point in points), weights)
    if tokens.total is not None:
        return tokens.total
    into = tokens.input or Fraction(0)
    if tokens.output_per_input is not None:
        return into + Fraction(output_of_input(into, tokens.output_per_input))
    return into + (tokens.output or 0)


def _replaced(node: Any, share: Any, totals: dict[Tokens, Fraction]) -> Any:
    """The same with every form of tokens at a share of input, its total kept."""
    if isinstance(node, Tokens):
        into = input_of_total(totals[node], share, 1 - share)
        return Tokens.model_construct(input=into, output=totals[node] - into)
    if isinstance(node, Model):
        inside = {name: getattr(node, name) for name in node.model_fields_set if name not in _NOT_VARIED}
        changed = {name: _replaced(child, share, totals) for name, child in inside.items()}
        new = {name: child for name, child in changed.items() if child is not inside[name]}
        return node.model_copy(update=new) if new else node
    if isinstance(node, dict):
        made = {key: _replaced(child, share, totals) for key, child in node.items()}
        return node if all(made[key] is node[key] for key in node) else made
    if isinstance(node, tuple) and type(node) is tuple:
        items = tuple(_replaced(child, share, totals) for child in node)
        return node if all(a is b for a, b in zip(items, node, strict=True)) else items
    return node
