"""How many tokens texts have: by column and vocabulary, with what is estimated and what was composed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import decimal_text, grouped
from costmodel.results.notice import Notice, notice_lines
from costmodel.results.shown import Shown
from costmodel.results.table import Column, Table
from costmodel.usage.counting.tally import Key
from costmodel.usage.counting.vocabularies import package_version, vocabulary_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction

    from costmodel.results.estimate import BookReference
    from costmodel.usage.counting.measures import Estimate, Measure
    from costmodel.usage.counting.records import Texts
    from costmodel.usage.counting.tally import Spread, Tally

_PARTS = {"text": "", "chat": ": added by the chat", "all": ": in all"}
_HEADINGS = ("texts", "mean", "p50", "p90", "p99", "sum")
_SPAN = ("at least", "at most")  # where there are estimates
_PLACES = 2  # of a mean; an estimate has none


class Line(NamedTuple):
    """The tokens of a column by one vocabulary.

    Attributes:
        part: `text`, `chat` (what a chat adds) or `all` (both).
        span: the least and the most that the sum may be; None where it was counted.
    """

    texts: Texts
    part: str
    measure: Measure
    spread: Spread
    span: tuple[Fraction, Fraction] | None

    @property
    def factor(self) -> Fraction | None:
        """Tokens for one counted token; None where they were counted themselves."""
        return None if self.measure.estimate is None else _factor(self.measure.estimate, self.texts)

    @property
    def basis(self) -> str:
        """What an estimate is made of; empty where the tokens were counted."""
        return "" if self.factor is None else f"{self.measure.counted.vocabulary} x {decimal_text(self.factor)}"


@dataclass(frozen=True)
class TokenCounts(Shown):
    """The tokens of some texts.

    Attributes:
        columns: what was counted.
        measures: what it was counted with.
        tally: the counts.
        normalised: whether texts were composed (NFC) first.
        book: where models and factors are from; None where none was needed.
    """

    columns: tuple[Texts, ...]
    measures: tuple[Measure, ...]
    tally: Tally
    normalised: bool
    book: BookReference | None

    @property
    def lines(self) -> list[Line]:
        """A line for each column, what a chat adds to it, and each vocabulary."""
        return [
            self._line(place, texts, part, measure)
            for place, texts in enumerate(self.columns)
            for part in (_PARTS if texts.chat else ("text",))
            for measure in self.measures
        ]

    def _line(self, place: int, texts: Texts, part: str, measure: Measure) -> Line:
        counted, span = self.tally.spread(Key(place, part, measure.counted.vocabulary)), None
        if measure.estimate is not None:
            low, high = self._range(measure.estimate)
            span = (counted.total * low, counted.total * high)
            counted = counted.times(_factor(measure.estimate, texts))
        return Line(texts, part, measure, counted, span)

    def _range(self, estimate: Estimate) -> tuple[Fraction, Fraction]:
        """The least and the largest factor measured on text like this."""
        other = estimate.elsewhere if self._is_not_english and estimate.elsewhere else estimate.english
        return min(*estimate.english, *other), max(*estimate.english, *other)

    @property
    def _is_not_english(self) -> bool:
        return self.tally.share_beyond_ascii >= vocabulary_file().elsewhere.from_share

    @property
    def _has_estimates(self) -> bool:
        return any(item.estimate for item in self.measures)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What one must know before quoting a figure."""
        return (*self._estimates(), *self._not_english(), *self._composed(), *self._empty())

    def _estimates(self) -> list[Notice]:
        if not self._has_estimates:
            return []
        about = dict.fromkeys(
            f"{line.measure.name} of '{line.texts.name}' ({line.basis})" for line in self.lines if line.basis
        )
        sources = dict.fromkeys(item.estimate.source for item in self.measures if item.estimate)
        after = f"Factors on English clinical text. Source: {'; '.join(sources)}."
        return [Notice("tokenizer-factor", "Token counts are an estimate by factor", tuple(about), after)]

    def _not_english(self) -> list[Notice]:
        if not self._has_estimates or not self._is_not_english:
            return []
        percent = decimal_text(self.tally.share_beyond_ascii * 100, 1)
        elsewhere = vocabulary_file().elsewhere
        lead = (
            f"{percent} % of the characters are outside ASCII: if this is not English, the estimate is far off. On "
            f"{elsewhere.text} the factors were"
        )
        about = tuple(f"{item.name} {_measured(item.estimate)}" for item in self.measures if item.estimate)
        return [Notice("not-english", lead, about, f"Source: {elsewhere.source}.")]

    def _composed(self) -> list[Notice]:
        found = self.tally.normalised
        if not found.texts:
            return []
        about = [
            f"{name} {grouped(found.before[name])} tokens as written and {grouped(found.after[name])} composed"
            for name in dict.fromkeys(item.counted.vocabulary for item in self.measures)
        ]
        texts = f"{found.texts:,} of {self.tally.records * len(self.columns):,}"
        lead = "Texts that were composed (Unicode NFC) before they were counted"
        return [Notice("composed", lead, (texts, *about), "Compose them before they are sent, or say --no-normalise.")]

    def _empty(self) -> list[Notice]:
        if not self.tally.empty:
            return []
        return [Notice("empty", "Texts without a character, counted as 0 tokens", (f"{self.tally.empty:,}",))]

    def tables(self) -> list[Table]:
        """As a table."""
        headings = (*_HEADINGS, *(_SPAN if self._has_estimates else ()))
        columns = (Column("column"), Column("vocabulary"), *(Column(name, numeric=True) for name in headings))
        records, one = self.tally.records, "text" if len(self.columns) == 1 else "record"
        title = f"Tokens of {records:,} {one}{'' if records == 1 else 's'}"
        return [Table(title, columns, self._rows(), (), self._notes())]

    def _rows(self) -> tuple[tuple[str, ...], ...]:
        empty = len(_SPAN) if self._has_estimates else 0
        return tuple(
            (
                f"{line.texts.name}{_PARTS[line.part]}",
                line.measure.name + (", estimate" if line.span else ""),
                f"{line.spread.texts:,}",
                grouped(line.spread.mean, 0 if line.span else _PLACES),
                *(grouped(number, 0) for number in (*line.spread[2:], line.spread.total)),
                *((grouped(number, 0) for number in line.span) if line.span else ("",) * empty),
            )
            for line in self.lines
        )

    def _notes(self) -> tuple[str, ...]:
        notes = ["p50: half of the texts have no more tokens than this; p90: 9 of 10; p99: 99 of 100."]
        notes += ["At least, at most: the sum by the smallest and the largest factor measured."] * self._has_estimates
        notes += [f"{', '.join(item.models)}: {item.name}." for item in self.measures if item.models]
        if any(texts.chat for texts in self.columns):
            chat = vocabulary_file().chat
            notes.append(
                f"A chat adds {chat.per_message} tokens and the role to each message, and {chat.per_request} to each "
                f"request. Source: {chat.source}."
            )
        if not self.normalised:
            notes.append("Texts were counted as written (--no-normalise).")
        elif not self.tally.normalised.texts:
            notes.append("All texts are in Unicode's composed form (NFC).")
        notes += [f"Models and factors: {self.book}."] if self.book else []
        return (*notes, *notice_lines(self.notices))

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """The lines."""
        return [_record(line, (lambda number: number) if exact else decimal_text) for line in self.lines]

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data: no text, no file name; the same texts give the same bytes."""
        counted = {item.counted.vocabulary: package_version(item.counted) for item in self.measures}
        found = self.tally.normalised
        return {
            "schema_version": "1",
            "kind": "token_counts",
            "records": self.tally.records,
            "lines": self.to_records(),
            "counted_with": counted,
            "normalised": None
            if not self.normalised
            else {
                "form": "NFC",
                "texts_changed": found.texts,
                "tokens": {name: {"before": found.before[name], "after": found.after[name]} for name in counted},
            },
            "price_book": self.book.to_json() if self.book else None,
            "warnings": [{"code": notice.code, "text": notice.text} for notice in self.notices],
        }


def _factor(estimate: Estimate, texts: Texts) -> Fraction:
    return estimate.factor.output if texts.output else estimate.factor.input


def _measured(estimate: Estimate) -> str:
    if estimate.elsewhere is None:
        return "not measured"
    low, high = (decimal_text(factor) for factor in estimate.elsewhere)
    return f"x {low} to x {high}"


def _record(line: Line, number: Callable[[Fraction], Any]) -> dict[str, Any]:
    return {
        "column": line.texts.name,
        "part": line.part,
        "vocabulary": line.measure.name,
        "models": ", ".join(line.measure.models),
        "estimate": line.span is not None,
        "counted_with": line.measure.counted.vocabulary,
        "factor": None if line.factor is None else number(line.factor),
        "texts": line.spread.texts,
        **{name: number(getattr(line.spread, name)) for name in ("mean", "p50", "p90", "p99")},
        "tokens": number(line.spread.total),
        "tokens_at_least": None if line.span is None else number(line.span[0]),
        "tokens_at_most": None if line.span is None else number(line.span[1]),
    }


def profile_note(columns: Sequence[Texts], measures: Sequence[Measure], *, normalised: bool) -> str:
    """What a profile says of how it was counted; no text, no file name."""
    into, out = columns
    packages = dict.fromkeys(f"{item.counted.vocabulary} with {package_version(item.counted)}" for item in measures)
    form = "composed (NFC)" if normalised else "as written"
    chat = " Input includes what a chat adds to a message." if into.chat else ""
    return (
        f"Input is column '{into.name}', output column '{out.name}'; texts {form}, counted by {', '.join(packages)}."
        f"{chat} Prompts that are not in the column are not counted."
    )
