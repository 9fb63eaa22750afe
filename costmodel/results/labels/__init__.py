"""Words in other languages, at the edge: results are made in English, and said in the reader's language when shown."""

from __future__ import annotations

from costmodel.results.labels.locales import LOCALES, Locale, kept_together, require_locale
from costmodel.results.labels.said import (
    Said,
    in_locale,
    labelled,
    listed,
    local,
    local_numbers,
    money_text,
    period_text,
    say,
    sentences,
    speaking,
)
from costmodel.results.labels.tables import localised

__all__ = [
    "LOCALES",
    "Locale",
    "Said",
    "in_locale",
    "kept_together",
    "labelled",
    "listed",
    "local",
    "local_numbers",
    "localised",
    "money_text",
    "period_text",
    "require_locale",
    "say",
    "sentences",
    "speaking",
]
