"""The range of one number of a scenario: `ratio=10:1..1:3`, `cache_read=0 %..90 %`, or any path."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.comparison.ratio import Ratio
from costmodel.decisions.comparison.work import NOT_WORK
from costmodel.documents.settings import path_of, path_text
from costmodel.errors import CommandLineError, FileError, QuantityError
from costmodel.quantities import exact, grouped, significant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from costmodel.prices.book import PriceBook
    from costmodel.scenario import Scenario

RATIO = "ratio"
_EVERYWHERE = ("cache_read", "cache_write_5m", "cache_write_1h", "resubmitted")  # may be said at several places
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
        at: the scenario at a value, exact or draws, for offers of a vocabulary.
        text: a value for reading.
        values: those that are shown, in order from the first to the last.
        notes: what a reader must know.
        by_vocabulary: whether the scenario at a value is another for each vocabulary.
    """

    name: str
    ends: tuple[Fraction, Fraction]
    at: Callable[[Any, str | None], Scenario]
    text: Callable[[Fraction], str]
    values: tuple[Fraction, ...]
    notes: tuple[str, ...] = ()
    by_vocabulary: bool = False


def axis(scenario: Scenario, text: str, book: PriceBook) -> Axis:
    """A range as it is written.

    Args:
        scenario: the work as it is written.
        text: the range.
        book: knows how other vocabularies count.

    Raises:
        CommandLineError: it is none, or a value cannot stand there.
    """
    name, equals, span = (part.strip() for part in text.partition("="))
    low, dots, high = (part.strip() for part in span.partition(".."))
    if not (equals and dots and name and low and high):
        raise CommandLineError(
            f"'--over {text}' is no range: write ratio=10:1..1:3, cache_read='0 %..90 %' or "
            "workload.records.per_day=10..10000, with ':5' behind it for five values"
        )
    if name == RATIO:
        return _ratio_axis(Ratio(scenario, book.tokenizer_factor), low, high)
    return _number_axis(scenario, name, low, high)


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
        lambda value, _: base.with_numbers(dict.fromkeys(paths, value)),
        lambda value: grouped(significant(value / scale, _DIGITS)) + unit,
        values,
    )


def _paths(scenario: Scenario, name: str) -> list[tuple[Any, ...]]:
    """Where the number stands; a key about requests may stand at several places."""
    if name in _EVERYWHERE:
        return [path for path in _stated(scenario.document.data, ()) if path[-1] == name] or [(name,)]
    path = path_of(scenario.document, name)
    if path[0] in NOT_WORK:
        raise CommandLineError(
            f"'--over {name}' cannot be varied here: name a number of the workload, its requests, taxes or escalation"
        )
    return [path]


def _stated(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        if key not in NOT_WORK:
            yield (*path, key)
            yield from _stated(child, (*path, key))


def _end(scenario: Scenario, name: str, paths: list[tuple[Any, ...]], text: str) -> Fraction:
    """The value at one end of a range, in the unit in which it is computed with."""
    try:
        return scenario.changed({path_text(path): text for path in paths}).number(paths[0])
    except KeyError:
        raise CommandLineError(f"'--over {name}': no number stands there that may vary") from None
    except FileError as error:
        raise CommandLineError(f"'--over {name}={text}': {error.mistakes[0].message}") from None


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


def _ratio_axis(ratio: Ratio, low: str, high: str) -> Axis:
    parts = high.split(":")
    count = parts.pop() if len(parts) > 2 else ""  # noqa: PLR2004 - left and right
    ends = _share(low), _share(":".join(parts))
    if ends[0] == ends[1]:
        raise CommandLineError(f"'--over ratio={low}..{high}': both ends are the same ratio")
    inside = sorted({Fraction(a, a + b) for n in _RATIOS for a, b in ((n, 1), (1, n))}, reverse=ends[0] > ends[1])
    between = [share for share in inside if min(ends) < share < max(ends)]
    values = _even(ends, _count(RATIO, count)) if count else (ends[0], *between, ends[1])
    return Axis("input:output", ends, ratio.at, ratio_text, values, (ratio.note,), ratio.by_vocabulary)


def _share(text: str) -> Fraction:
    """The share of input in all tokens at a ratio."""
    left, colon, right = text.partition(":")
    if not colon or not left.strip() or not right.strip():
        raise _no_ratio(text)
    try:
        parts = exact(left), exact(right)
    except QuantityError as error:
        raise _no_ratio(text, f" ({error})") from None
    if min(parts) < 0 or max(parts) == 0:
        raise _no_ratio(text)
    return parts[0] / sum(parts)


def _no_ratio(text: str, why: str = "") -> CommandLineError:
    return CommandLineError(
        f"'--over ratio': '{text}' is no ratio of input to output{why}: write both numbers, such as ratio=10:1..1:3"
    )


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
