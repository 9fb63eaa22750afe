"""The words of the page: every label passes through here, into the language that is spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.results.labels import said

if TYPE_CHECKING:
    from costmodel.results.labels import Locale

_WORDS = {
    "above": "above",
    "ai_record": "a record done with AI",
    "all_same": "All {count} options cost the same: {cost} over {period}, {month} a month.",
    "api_cost": "API cost",
    "as_delivered": "As delivered",
    "assumptions": "Assumptions and their sources",
    "audit": "What this page was made of",
    "below": "Cheapest below {at}: {a}; from there on: {b}.",
    "benefits": "benefits",
    "break_even": "Break-even",
    "break_even_at": "break-even {at}",
    "capacity_hours": "hours freed, not used",
    "capacity_used": "value of the freed hours that is used",
    "capacity_value": "their value, in no flow",
    "cash_present_value": "net present value in cash alone",
    "change": "Numbers to change",
    "cheapest": "The cheapest is {who}: {cost} over {period}, {month} a month.",
    "copied": "Copied.",
    "copy": "Copy results",
    "copy_failed": "The browser does not let the page copy. Use the CSV file.",
    "cost": "cost, all of it",
    "cost_title": "API cost by option, {currency}",
    "csv": "Download CSV",
    "either": "{who}, which come to the same",
    "error_cost": "cost of errors",
    "fixed_cost": "fixed cost",
    "from": "from",
    "guard": "These figures do not hold: {about}. This page has the prices of that size of request alone.",
    "idle": "no figure of this page depends on it",
    "ignored": "Not understood in the address of this page, so left out: {names}.",
    "invalid": "Write a number {limits}. Until then the last good one counts.",
    "llm_cost": "API cost",
    "month": "a month",
    "net": "net",
    "net_present_value": "net present value",
    "never": "It is not worth it for any value {range}.",
    "no_records": "With records these figures do not hold: this page was made of a scenario without any. Make it anew.",
    "no_number": "these numbers cannot be computed with",
    "no_script": "This page computes in the browser: allow JavaScript to change numbers and to see results.",
    "none": "none",
    "not_worth": "Not worth it: the best is {who}, with a net present value of {npv} over {period}{undone}.",
    "now": "now {at}",
    "one_cost": "{who}: {cost} over {period}, {month} a month.",
    "one_month": "one month",
    "one_off": "paid once",
    "option": "option",
    "outcome_cost": "API cost over the horizon, {currency}",
    "outcome_worth": "Net present value, {currency}",
    "over": "Outcome over",
    "prices": "Prices, their rows and sources",
    "quoted": "The return above takes the API cost that the scenario quotes; this is what it costs by the price book.",
    "range": "from {low} to {high}",
    "ranges": "{who} is worth it {ranges}.",
    "record": "a record",
    "reset": "Reset all",
    "results": "Results",
    "return_on_all_cost": "return on all cost",
    "return_on_api_spend": "return on API spend",
    "same_cheapest": "{who} is the cheapest for every value {range}.",
    "same_tied": "{who} cost the same for every value {range}, and no option costs less.",
    "saving": "pay released, less severance and rehiring",
    "benefit_cost_ratio": "benefit-cost ratio, of present values",
    "searched": "Searched {range}, in {steps} steps of {step}: two changes within one step are not seen.",
    "shares": "shares that must come to 100 % do not: {about}",
    "skip": "Skip to the results",
    "some_months": "{count} months",
    "some_same": "{who} cost the same, and no option costs less: {cost} over {period}, {month} a month.",
    "sources": "source",
    "times": "x cheapest",
    "to": "up to",
    "total": "over the horizon",
    "undone": "Months in which the posts that are kept are short of more hours than by hand: {short} of {months}. "
    "{hours} hours more, worth {worth}, that nobody is paid for here.",
    "undone_hours": "hours left undone, beyond those by hand",
    "undone_value": "their worth, that nobody is paid for",
    "unread": "Not read as a number. Write it as {plain} or {grouped}. Until then the last good one counts.",
    "warnings": "Warnings, of the numbers as delivered",
    "with_undone": ", with work left undone",
    "worth": "Worth it with {who}{undone}: a net present value of {npv} over {period}.",
    "worth_title": "Is it worth it? Over the horizon, {currency}",
    "year": "a year",
    "and_more": "and in {count} more ranges",
    "figure": "figure",
    "key": "key in the scenario",
    "unit": "unit",
    "value": "value",
    "month_flow": "net flow",
}


def say(key: str, **parts: object) -> str:
    """A label with its parts filled in, in the language that is spoken.

    >>> say("guard", about="x").startswith("These figures do not hold: x.")
    True
    """
    return said.local(said.say(_WORDS[key], **parts))


def named(text: str) -> str:
    """A name of the program's, such as that of a number, in the language that is spoken; any other as it is."""
    return said.local(said.labelled(text))


def page_words(locale: Locale) -> dict[str, str]:
    """Every label, for the script of the page, which fills in the parts itself."""
    return {key: said.translated(text, locale) for key, text in _WORDS.items()}
