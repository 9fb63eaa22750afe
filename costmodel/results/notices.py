"""The warnings of an estimate: everything a reader must know before quoting a figure, one sentence a matter."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.documents.settings import path_text
from costmodel.prices.policy import policy
from costmodel.quantities import decimal_text
from costmodel.results.notice import NOT_USED, Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from costmodel.billing.bill import Entry
    from costmodel.prices.book import PriceBook
    from costmodel.prices.schema import PriceRow
    from costmodel.quantities import Month
    from costmodel.usage.sizes import Doubt
    from costmodel.value.spec import Errors, Roi
    from costmodel.value.work import Work

    Used = Sequence[tuple[str, PriceRow]]


_TOKENS = {
    "other": (
        "These models count text with another vocabulary than the profile's, so their real counts differ",
        "Write 'tokenizer: own' beside the profile to adjust.",
    ),
    "factor": ("Token counts are an estimate by factor", ""),
    "unknown": ("No token counts by the vocabulary of these models, so the profile's counts as measured", ""),
}


def _about(doubts: Sequence[Doubt], kind: str) -> Iterator[str]:
    return (doubt.about for doubt in doubts if doubt.kind == kind)


def notices(
    entries: Sequence[Entry], book: PriceBook, months: Sequence[Month], doubts: Sequence[Doubt]
) -> tuple[Notice, ...]:
    """All warnings, in a fixed order; `doubts` are those about token counts."""
    rows = [(entry.model, row) for entry in entries for row in entry.tariff.rows]
    used = list({(model, id(row)): (model, row) for model, row in rows}.values())
    found = (
        _notice("quoted-price", "Quoted prices, not list prices", _quoted(used)),
        _stale(used, book),
        _beyond(used, months),
        _notice("sources-disagree", "Sources disagree", _disagreeing(used)),
        _notice("low-confidence", "Prices of low confidence", _doubtful(used)),
        *(_notice(f"tokenizer-{kind}", lead, _about(doubts, kind), after) for kind, (lead, after) in _TOKENS.items()),
        _notice("no-cache-price", "No price of its own, so charged as input", _cache_as_input(entries)),
        _notice(
            "size-limit-crossed",
            "Some requests are above a size limit and priced there",
            _limits_crossed(entries),
        ),
        _notice(
            "contract-not-in-force",
            "Own prices do not cover the whole time, so list prices are paid for the rest",
            (f"{entry.model} ({entry.month})" for entry in entries if _outside_contract(entry, book)),
        ),
        _notice(
            NOT_USED,
            "Own prices that nothing here is paid by",
            book.unused_own_offers(entry.model for entry in entries),
            "Check the names: they are exact.",
        ),
        _notice(
            "over-context-window",
            "Requests are larger than the model takes, by what the price book knows",
            (f"{entry.model} ({entry.band})" for entry in entries if _too_large(entry, book)),
            "Such requests may be refused.",
        ),
        _notice("no-list-price", "Own prices without a list price beside them", _private(entries, book)),
    )
    return tuple(notice for notice in found if notice.about)


def stated_notices(distributions: Mapping[tuple[Any, ...], Any], evidence: Iterable[Any]) -> tuple[Notice, ...]:
    """What to know of numbers that a scenario states as a distribution, or takes from published evidence."""
    uses = [(f"{path_text(use.path)} ({use.item.name})", use.item.caution) for use in evidence]
    found = (
        _notice(
            "mean-of-distribution",
            "Uncertain numbers, of which the mean is taken here",
            (f"{path_text(path)} ({distribution})" for path, distribution in distributions.items()),
        ),
        _notice(
            "evidence",
            "Taken from published evidence",
            (name for name, caution in uses if not caution),
            "'costmodel evidence NAME' shows the source.",
        ),
        _notice(
            "evidence-not-verified",
            "Figures that are not verified",
            (f"{name}: {caution}" for name, caution in uses if caution),
            "Replace them with figures of your own.",
        ),
    )
    return tuple(notice for notice in found if notice.about)


_SHARE_OF_COMPENSATION = Fraction("0.298")


def worth_notices(roi: Roi, works: Sequence[Work]) -> tuple[Notice, ...]:
    """What to know of a return on investment: what is left out of it, and what looks like a slip."""
    errors, staff = roi.errors, roi.staff
    found = (
        _notice(
            "one-off-left-out",
            "Left out, so taken as 0",
            ["costs paid once: integration, training, compliance and BAA, security review"]
            if roi.one_off is None
            else (),
            "No published figure was found: ask for quotes, and write them under 'one_off'.",
        ),
        _notice(
            "errors-left-out",
            "Left out of the result",
            _errors_left_out(errors),
            "Unit costs have no default: write your own under 'errors', or say why they do not matter.",
        ),
        _notice(
            "share-of-compensation",
            "A loading that looks like a share of total compensation",
            ["loading_on_wage: 29.8 %"] if staff.loading_on_wage == _SHARE_OF_COMPENSATION else (),
            "US private industry has 29.8 % of compensation, which is 42.3 % on the wage.",
        ),
        _notice(
            "idle-posts",
            "Posts end that the hours do not need even without AI",
            _idle(works),
            "Their pay is not counted as a saving: it could be had without AI.",
        ),
        _notice(
            "payroll-not-stated",
            "Posts of today are not stated",
            [f"{decimal_text(works[0].staff.posts_before, 1)} are taken, as the hours of the first month need"]
            if staff.staffing == "whole_posts" and staff.posts_now is None
            else (),
            "A break-even then changes the payroll too: say 'posts_now'.",
        ),
        _notice(
            "shortfall-after",
            "With AI the posts that are kept cannot do all the work",
            _short(roi, works),
            "These hours are unpaid here: keep more posts, or say what filling one again costs.",
        ),
    )
    return tuple(notice for notice in found if notice.about)


def _errors_left_out(errors: Errors | None) -> Iterator[str]:
    if errors is None:
        yield "the cost of errors, of AI and of work by hand"
        return
    for name, cost, what in (
        ("found_per_record", errors.cost_of_correction, "the cost of correcting errors"),
        ("harmful_per_record", errors.cost_of_harm, "the cost of harmful errors"),
    ):
        if cost is None or getattr(errors.with_ai, name) is None:
            yield what


def _idle(works: Sequence[Work]) -> Iterator[str]:
    idle = [work.staff for work in works if work.staff.posts_idle > 0]
    if idle:
        yield f"at most {decimal_text(max(staff.posts_idle for staff in idle), 1)} posts in {len(idle)} months"


def _short(roi: Roi, works: Sequence[Work]) -> Iterator[str]:
    short = [work for work in works if work.staff.beyond_after > 0]
    if short and roi.staff.staffing == "whole_posts":
        most = max(work.staff.beyond_after for work in short)
        yield f"{len(short)} of {len(works)} months, at most {decimal_text(most, 1)} hours"


def _notice(code: str, lead: str, about: Iterable[str], after: str = "") -> Notice:
    return Notice(code, lead, tuple(dict.fromkeys(about)), after)


def _quoted(used: Used) -> Iterator[str]:
    return (model for model, row in used if row.source.kind == "quoted")


def _stale(used: Used, book: PriceBook) -> Notice:
    limit = policy().stale_after_days.value
    day = book.date or max((row.recorded for _, row in used), default=date.min)
    checked = [(model, row) for model, row in used if row.source.kind != "contracted"]
    old = (f"{model} ({row.source.retrieved})" for model, row in checked if is_stale(row, day, limit))
    return _notice("stale-price", f"Not checked in the {limit} days before {day}", old, "Check the provider's page.")


def is_stale(row: PriceRow, on: date, limit: int) -> bool:
    """Whether a price still in force was last checked more than so many days before a day."""
    return row.valid.until is None and (on - row.source.retrieved).days > limit


def _beyond(used: Used, months: Sequence[Month]) -> Notice:
    last = months[-1]
    open_ended = [
        (model, row.source.retrieved)
        for model, row in used
        if row.valid.until is None and row.source.kind != "contracted"
    ]
    about = (f"{model} ({checked})" for model, checked in open_ended if checked < last.end.date())
    lead = f"Prices are taken to stay as last checked until {last}"
    return _notice("forecast-beyond-check", lead, about, "A provider may change them.")


def _disagreeing(used: Used) -> Iterator[str]:
    return (f"{model} ({row.disagreement})" for model, row in used if row.disagreement)


def _doubtful(used: Used) -> Iterator[str]:
    return (model for model, row in used if row.source.confidence == "low" and row.source.kind == "list")


def _cache_as_input(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        for meter in sorted(entry.tariff.contracted.said):
            if entry.totals.get(meter):
                yield f"{entry.model} ({meter})"


def _limits_crossed(entries: Sequence[Entry]) -> Iterator[str]:
    return (f"{entry.model} ({entry.band})" for entry in entries if entry.band.low is not None and entry.charges)


def _outside_contract(entry: Entry, book: PriceBook) -> bool:
    return book.card(entry.model).has_contract and entry.tariff.contracted is entry.tariff.listed


def _too_large(entry: Entry, book: PriceBook) -> bool:
    offer = book.card(entry.model).offer
    whole, out = entry.factors.largest if entry.factors else (0, 0)
    return whole > (offer.context_window or whole) or out > (offer.max_output or out)


def _private(entries: Sequence[Entry], book: PriceBook) -> Iterator[str]:
    return (entry.model for entry in entries if book.card(entry.model).private or entry.tariff.listed is None)
