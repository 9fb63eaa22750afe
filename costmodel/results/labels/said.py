"""A text that remembers how it was made, so that it can be said in another language."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Any, Self

from costmodel.results.labels.locales import (
    ENGLISH,
    GAPS,
    days_in,
    months_in,
    numbers_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from costmodel.results.labels.locales import Locale

_SPOKEN: ContextVar[Locale] = ContextVar("spoken", default=ENGLISH)
# What may stand behind the name of a placeholder, such as `{cost:number}`: how its text is written elsewhere.
_WRITTEN = {"number": numbers_in, "month": months_in, "day": days_in}


class Said(str):
    """English text, made of a template and parts; to Python a `str` like any other.

    Attributes:
        template: as the catalogue has it; what stands between them, for sentences and words one behind the other.
        parts: what stands in its placeholders: English texts, some of which are made so themselves.
    """

    __slots__ = ("parts", "template")
    template: str
    parts: Mapping[str, str]

    def __new__(cls, text: str, template: str = "", parts: Mapping[str, str] | None = None) -> Self:
        """The text as English has it, and how it was made."""
        made = super().__new__(cls, text)
        made.template, made.parts = template, parts or {}
        return made


def say(template: str, /, **parts: Any) -> Said:
    """A label or sentence. Its template is English, and is the key under which the catalogue has the other languages.

    Args:
        template: with placeholders such as `{title}`; `{cost:number}`, `{start:month}` and `{on:day}` hold figures and
            dates that each language writes its own way.
        parts: what stands in them.

    >>> say("{cost:number} {currency} a month", cost="1,234.50", currency="USD")
    '1,234.50 USD a month'
    """
    texts = {name: part if isinstance(part, str) else str(part) for name, part in parts.items()}
    return Said(_filled(template, texts), template, texts)


def labelled(name: str) -> Said:
    """A name that the catalogue may have, such as that of a meter; any other stays as it is."""
    if isinstance(name, Said):
        return name
    return say(name.replace("{", "{{").replace("}", "}}"))


def sentences(parts: Iterable[str]) -> Said:
    """Sentences one behind the other; empty ones are left out."""
    return _joined([part for part in parts if part], " ")


def listed(parts: Iterable[str]) -> Said:
    """Words one behind the other, with commas."""
    return _joined(list(parts), ", ")


def _joined(parts: Sequence[str], gap: str) -> Said:
    return Said(gap.join(parts), gap, {str(place): part for place, part in enumerate(parts)})


def period_text(first: object, last: object) -> Said:
    """A horizon from one month to another in words.

    >>> period_text("2026-12", "2027-11"), period_text("2026-12", "2026-12")
    ('2026-12 to 2027-11', '2026-12')
    """
    if first == last:
        return say("{month:month}", month=first)
    return say("{first:month} to {last:month}", first=first, last=last)


def money_text(amount: str, currency: str) -> Said:
    """An amount as it is shown, and its currency."""
    return say("{amount:number} {currency}", amount=amount, currency=currency)


def in_locale(text: str, locale: Locale) -> str:
    """A text in a language: what `say` has made is said again, anything else stays as it is."""
    if locale == ENGLISH or not isinstance(text, Said):
        return str(text)
    parts = {name: in_locale(part, locale) for name, part in text.parts.items()}
    if text.template in GAPS:
        return GAPS[text.template].get(locale, text.template).join(parts.values())
    return _filled(translated(text.template, locale), parts, locale)


@contextmanager
def speaking(locale: Locale) -> Iterator[None]:
    """Pages and charts that are made meanwhile speak a language: `local` says their words in it."""
    before = _SPOKEN.set(locale)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def local(text: str) -> str:
    """A text in the language that is spoken."""
    return in_locale(text, _SPOKEN.get())


def local_numbers(text: str) -> str:
    """A number as the language that is spoken writes it."""
    return numbers_in(text, _SPOKEN.get())


def translated(template: str, locale: Locale) -> str:
    """A template in another language; English where there is none, which a test does not let happen."""
    from costmodel.results.labels.catalogue import catalogue

    return template if locale == ENGLISH else catalogue(locale).get(template, template)


def _filled(template: str, parts: Mapping[str, str], locale: Locale = ENGLISH) -> str:
    found = []
    for before, name, how in pieces(template):
        found.append(before)
        if name:
            found.append(_WRITTEN[how](parts[name], locale) if how else parts[name])
    return "".join(found)


@cache
def pieces(template: str) -> tuple[tuple[str, str, str], ...]:
    """A template as texts, each with the placeholder behind it and how that is written."""
    return tuple((before, name or "", how or "") for before, name, how, _ in Formatter().parse(template))
