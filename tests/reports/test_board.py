"""The board report: it shows figures of results, in the reader's language; nothing hostile leaves its place."""

from __future__ import annotations

import hashlib
import re
import shutil
from base64 import b64decode, b64encode
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest
from charts_look import faults

import costmodel as cm
from costmodel.billing.levies import LevyLine
from costmodel.cli import cli, run
from costmodel.documents.numbers import paths_of
from costmodel.documents.settings import path_text
from costmodel.errors import CommandLineError
from costmodel.quantities import grouped, half_up
from costmodel.reports.board import board_report, papers_of, sections, stated
from costmodel.reports.board.cheers import cheers_table
from costmodel.reports.board.prices import price_table
from costmodel.reports.charts.words import Size, families, width, wrapped
from costmodel.results.labels import Said, in_locale, speaking
from costmodel.results.labels.catalogue import messages
from costmodel.study import book_for

ROOT = Path(__file__).parents[2]
SHIPPED = ("emr-medium", "emr-mix", "vendor-roi", "hospital-roi", "long-charts")
CHARTS = {"long-charts": 1}  # of one model and one month there is nothing to set side by side
DRAWS = {"uncertainty.draws": 1024}
EVIL = "</style><script>alert(1)</script> & \"'`${x} $title {0} \u202e"
LOCALES = ("en", "vi", "zh")
CUT = """[...document.querySelectorAll("td, h2, p, li, caption")]
  .filter((item) => item.getBoundingClientRect().right > 361).map((item) => item.textContent)"""
_PAPERS = {}


def papers(name, **settings):
    key = name, *settings.items()
    if key not in _PAPERS:
        changes = settings | (DRAWS if name == "hospital-roi" else {})
        scenario = cm.Scenario.load(ROOT / "scenarios" / f"{name}.yaml", changes)
        _PAPERS[key] = papers_of(scenario, (), book_for(scenario))
    return _PAPERS[key]


def needs_chinese(locale):
    if locale == "zh":
        try:
            families("值")
        except CommandLineError as error:
            pytest.skip(f"{error}")


class Page(HTMLParser):
    """Elements with their attributes, text by element, and what the page says."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.cells, self.texts, self._stack = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Keep it."""
        self.tags.append((tag, dict(attrs)))
        self._stack.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag):
        """It, and what it left open, ends."""
        while self._stack and self._stack.pop() != tag:
            pass

    def handle_data(self, data):
        """Keep what a reader sees."""
        data = data.replace("\N{NO-BREAK SPACE}", " ")  # which keeps a figure and its unit on one line
        if "style" not in self._stack:
            self.texts.append(data)
        if "td" in self._stack:
            self.cells[-1] += data

    def of(self, tag):
        """Attributes of every element of a name."""
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", SHIPPED)
def test_it_shows_the_results(name, locale):
    """Finding, every figure of the table, charts, assumptions, 28 items, how to repeat: in every language."""
    needs_chinese(locale)
    found, text = papers(name), board_report(papers(name), locale, "costmodel report x.yaml")
    page = Page(text)
    said = "".join(page.texts)
    table = sections.main_table(found)
    for row in table.rows:
        for cell, column in zip(row, table.columns, strict=True):
            if locale == "en" or not column.numeric:
                assert in_locale(cell, locale) in page.cells
    assert in_locale(sections.headline(found), locale) in said
    assert all(in_locale(line, locale) in said for line in sections.finding(found))
    assert all(in_locale(notice.text, locale) in said for notice in found.notices)
    assert len(page.of("img")) == CHARTS.get(name, 2)
    assert len(page.of("section")) == 8
    assert [cell for cell in page.cells if cell == "28"] == ["28"]
    assert "costmodel report x.yaml" in page.cells
    assert found.bills[0].scenario_sha256 in page.cells
    assert page.of("html") == [{"lang": locale}]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_same_bytes(name):
    """Twice the same input gives the same file; no path stands in it."""
    scenario = papers(name).scenario
    again = papers_of(scenario, (), book_for(scenario))
    assert board_report(papers(name)) == board_report(again)
    assert str(ROOT) not in board_report(again)


def test_it_can_load_nothing():
    """One style that its policy names by hash; no script, no inline style, no address that is asked for."""
    text = board_report(papers("hospital-roi"))
    page = Page(text)
    style = re.search(r"<style>(.*)</style>", text, re.DOTALL)[1]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(item["content"] for item in page.of("meta") if "http-equiv" in item)
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert not page.of("script")
    assert all("style" not in found and not any(key.startswith("on") for key in found) for _, found in page.tags)
    assert all(item["src"].startswith("data:image/svg+xml;base64,") and item["alt"] for item in page.of("img"))
    assert len(text) < 600_000


def test_charts_tell_their_finding():
    """A chart's title is its text for those who cannot see it, with figures of the result."""
    found = papers("hospital-roi")
    alts = [item["alt"] for item in Page(board_report(found)).of("img")]
    first = found.worth.swings.rows[0].parameter
    assert (first.name, first.words) == ("roi.staff.usable_share", "usable share of paid hours")
    assert alts[0].startswith("The net present value moves most with usable share of paid hours: from")
    assert "on average, and is a gain in" in alts[1]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", SHIPPED)
def test_charts_can_be_read_in_every_language(name, locale):
    """No letter is missing, none stands outside the picture or over another."""
    needs_chinese(locale)
    with speaking(locale):
        figures = [draw() for draw in sections.charts(papers(name))]
    assert [faults(figure) for figure in figures] == [[] for _ in figures]


def test_charts_speak():
    """Their titles and numbers are of the language, and English again behind it."""
    draw = sections.charts(papers("emr-medium"))[0]
    english = draw().get_label()
    with speaking("vi"):
        vietnamese = draw().get_label()
    assert english.startswith("mistral/mistral-large-2512 is the cheapest of 4 eligible offers: 75.00 USD a month")
    assert vietnamese.startswith("mistral/mistral-large-2512 rẻ nhất trong 4 gói đủ điều kiện: 75,00 USD mỗi tháng")
    assert draw().get_label() == english


@pytest.mark.parametrize("locale", ["vi", "zh"])
def test_no_english_in_the_middle(locale):
    """What the catalogue has stands on the page in the language, not in English; warnings and files' words aside."""
    needs_chinese(locale)
    found = papers("hospital-roi")
    page = Page(board_report(found, locale))
    own = {message.en for message in messages() if getattr(message, locale) != message.en and "{" not in message.en}
    assert [text for text in {part.strip() for part in page.texts} if text in own] == []


def test_an_auditor_can_do_the_sums_again():
    """Records, mix, measured tokens with their source, and prices: from the page alone comes the total of the page."""
    found = papers("clinic-budget")
    page = Page(board_report(found))
    rows = [[cell.replace(",", "") for cell in row] for row in stated.request_table(found).rows]
    asked = {row[0]: [int(cell) for cell in row[3:6]] for row in rows}
    assert asked == {"openai/gpt-4.1": [87, 128515, 51028], "google/gemini-2.5-flash": [87, 137674, 51794]}
    prices = {"openai/gpt-4.1": (2, 8, 30), "google/gemini-2.5-flash": (Fraction("0.3"), Fraction("2.5"), 70)}
    total = sum(
        Fraction((250 + 80) * 23 * share, 100) * (into * price + out * dear) / count / 1_000_000
        for name, (count, into, out) in asked.items()
        for price, dear, share in [prices[name]]
    )
    assert total == found.bills[0].total
    assert grouped(half_up(total, 2), 2) == "27.84"
    cells = set(page.cells)
    assert {"250", "80", "23", "30", "70", "87", "128,515", "51,794", "o200k_base", "gemini", "1,582.46"} <= cells
    assert {
        "aci-bench/gold-note",
        "30 USD",
        "07:00-19:00",
        "America/New_York",
        "own",
        "mon, tue, wed, thu, fri",
    } <= cells
    assert "Yim et al., ACI-BENCH" in "".join(page.texts)


@pytest.mark.parametrize("name", [*SHIPPED, "clinic-budget", "batch-cache-retries", "off-peak"])
def test_all_that_is_stated_is_listed(name):
    """Every value of the scenario stands among the assumptions or in the other table, each path once."""
    found = papers(name)
    numbers = {row[3] for row in stated.assumption_table(found).rows}
    others = {row[0] for row in stated.settings_table(found).rows}
    assert not numbers & others
    shown = numbers | others
    for path in paths_of(found.scenario.document.data):
        if (path[0] not in {"scenario", "description", "expect", "migration"}) and path[:2] != ("uncertainty", "cases"):
            texts = {path_text(path[:end]) for end in range(1, len(path) + 1)}
            assert texts & shown or any(key.startswith(path_text(path)) for key in shown), path


def test_uncertain_numbers_are_told_in_the_language():
    """The program's own words of a source are translated, and its numbers written as the language does."""
    found = papers("hospital-roi")
    sources = {row[3]: row[4] for row in stated.assumption_table(found).rows}
    words = sources["roi.one_off.integration"]
    assert words == "mean of pert from 20,000 USD to 100,000 USD, most likely 40,000 USD"
    assert in_locale(words, "vi") == "trung bình của pert từ 20.000 USD đến 100.000 USD, khả năng cao nhất 40.000 USD"
    assert in_locale(words, "zh") == "pert 从 20,000 USD 到 100,000 USD，最可能 40,000 USD 的均值"
    assert sources["workload.tokens.input"] == "mean of lognormal, mean 3,000, sd 1,000"
    assert in_locale(sources["roi.adoption.share"], "vi").startswith("trung bình của pert từ 20 % đến 57 %")
    assert "PHTI 2025" in in_locale(sources["roi.adoption.share"], "vi")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_figure_and_its_unit_stay_on_one_line(locale):
    """No line can end before a percent sign or a currency, in sentences and in charts; a command is as it was typed."""
    needs_chinese(locale)
    text = board_report(papers("emr-mix"), locale, "costmodel report x.yaml --set budget='30 USD'")
    lines = re.findall(r"<(?:p|li|caption)[^>]*>(.*?)</", text)
    assert any("\N{NO-BREAK SPACE}USD" in line for line in lines)
    assert [line for line in lines if re.search(r"\d (%|[A-Z]{3}\b)", line)] == []
    assert "--set budget=&#x27;30 USD&#x27;" in text
    assert wrapped("so much as 74.4 %", width("so much as 74.4"), Size())[0] == "so much as"


@pytest.mark.parametrize(("locale", "month"), [("en", "2026-12"), ("vi", "12/2026"), ("zh", "2026年12月")])
def test_one_month_is_drawn_in_the_middle(locale, month):
    """Its bar has as much room on either side, and its name is of the language."""
    needs_chinese(locale)
    with speaking(locale):
        figure = sections.charts(papers("clinic-budget"))[-1]()
    axes = figure.axes[0]
    assert sum(axes.get_xlim()) == 0
    assert [label.get_text() for label in axes.get_xticklabels()] == [month]
    assert faults(figure) == []


def test_documented_commands_without_a_language():
    """The page names each command that takes no `--locale`, and no other."""
    text = (ROOT / "docs" / "board-report.md").read_text(encoding="utf-8")
    told = text.partition("which are in English: ")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z ]+)`", told)) == set(silent(cli, ()))


def silent(command, names):
    """Commands below one that take no `--locale`."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from silent(command.get_command(context, name), (*names, name))
    elif not any("--locale" in found.opts for found in command.params):
        yield " ".join(names)


def test_a_cost_is_not_called_a_return():
    """Without work by hand there is a cost, and it says what is not computed."""
    text = "".join(Page(board_report(papers("emr-mix"))).texts)
    total = grouped(half_up(cm.estimate(papers("emr-mix").scenario).total, 2), 2)
    assert f"It costs {total} USD over 12 months: " in text
    assert "no benefit, no return and no probability is computed" in text
    assert "net present value" not in text


@pytest.mark.parametrize("name", ["emr-mix", "emr-medium-measured"])
def test_one_figure_of_one_thing(name):
    """Offers are counted as the bills are: a table never contradicts the finding."""
    found = papers(name)
    offers = {item.name: item.total for item in found.offers.standings} | {
        found.offers.present.name: found.offers.present.total
    }
    for bill in found.bills:
        assert offers[bill.alternative or "the mix"] == bill.total


def written(tmp_path, text):
    """The papers of a scenario that is written here."""
    file = tmp_path / "s.yaml"
    file.write_text(f"prices: {{version: '2026.11'}}\ncurrency: USD\n{text}", encoding="utf-8")
    scenario = cm.Scenario.load(file)
    return papers_of(scenario, (), book_for(scenario))


WORK = """
scenario: Letters
horizon: {start: 2026-12, months: 4}
models: [%s]
workload: {records: {per_month: %s}, tokens: {input: 2_000, output: 1_000}}
"""
ALIKE = "azure/gpt-4.1-global, openai/gpt-4.1"
RETURN = """
roi:
  perspective: the clinic
  price_year: 2026
  discount_rate: 0 %
  staff: {wage_per_hour: 15 USD, loading_on_wage: 0 %, hours_per_day: 8, days_per_month: 20, usable_share: 100 %,
          staffing: whole_posts, posts_now: 2}
  manual: {minutes: 10}
  with_ai: {review_share: 100 %, review_minutes: 2}
"""


def labels(found):
    """Titles of the charts."""
    return [draw().get_label() for draw in sections.charts(found)]


def test_the_chart_has_the_cost_that_the_return_counts(tmp_path):
    """2,000 records of 0.012 USD, 0, 50, 100 and 0 % of them: table and chart have 36.00 USD, and it is said whose."""
    found = written(tmp_path, WORK % (ALIKE, 2000) + RETURN + "  adoption: [0 %, 50 %, 100 %, 0 %]\n")
    assert found.worth.counted.total == found.worth.result.best.flows.total("llm_cost") == 36
    title = labels(found)[-1]
    assert title.startswith("API cost of the records done with AI: 36.00 USD in 4 months")
    assert title.endswith("; 0.00 in the first month, 0.00 in the last")
    assert "36.00" in sections.main_table(found).rows[0]
    assert not any("48.00" in label or "96.00" in label for label in labels(found))


def test_a_computed_bill_is_not_the_quoted_one():
    """The table has what is quoted; the chart of the bill says that it is computed."""
    found = papers("vendor-roi")
    assert any("3,024.00" in cell for cell in sections.main_table(found).rows[0])
    assert labels(found)[-1].startswith("API cost computed from prices, not the quoted one: 16.80 USD in 12 months")


def test_equal_costs_have_no_winner(tmp_path):
    """Two offers at 24 USD a month are told as equal: headline, finding, chart; of three, the cheapest two."""
    found = written(tmp_path, WORK % (ALIKE, 2000))
    assert sections.headline(found) == (
        "All 2 cost the same: 96.00 USD over 4 months, 24.00 a month, 0.01200 a record."
    )
    assert next(iter(sections.finding(found))).startswith("2 eligible offers cost the same: 24.00 USD a month, 288.00")
    assert labels(found)[0] == "2 eligible offers cost the same: 24.00 USD a month"
    found = written(tmp_path, WORK % (f"anthropic/claude-sonnet-4-6, {ALIKE}", 2000))
    assert sections.headline(found).startswith(f"{ALIKE} are the cheapest of 3, at the same cost: 96.00 USD")
    assert next(iter(sections.finding(found))).startswith(
        f"Cheapest of 3 eligible offers: {ALIKE} alike, 24.00 USD a month, 288.00 a year."
    )
    assert labels(found)[0].startswith(f"{ALIKE} are the cheapest of 3 eligible offers, at the same cost: 24.00 USD")


def test_equal_returns_have_no_winner(tmp_path):
    """Two options with the same net present value are both named."""
    found = written(tmp_path, WORK % (ALIKE, 2000) + RETURN + "  adoption: 100 %\n")
    assert sections.headline(found).startswith(f"Worth it with {ALIKE} alike: over 4 months it leaves ")
    assert next(iter(sections.finding(found))).startswith(f"Worth it with each of 2 options alike ({ALIKE}), in cash")
    found = written(tmp_path, WORK % (f"anthropic/claude-sonnet-4-6, {ALIKE}", 2000) + RETURN + "  adoption: 100 %\n")
    assert next(iter(sections.finding(found))).startswith(
        f"Worth it with {ALIKE} alike, the best of 3 options, in cash"
    )
    alone = papers("hospital-roi")
    assert " alike" not in sections.headline(alone)
    assert not any(" alike" in text for text in sections.finding(alone))


def test_prices_are_those_that_are_paid(tmp_path):
    """A discount of a contract and that of a service tier are in the price, with the price as written beside it."""
    (tmp_path / "discount.yaml").write_text(
        "overlay: Group\nprovider: openai\noffers:\n  - model: gpt-4.1\n    prices:\n"
        "      - valid: {from: 2026-12-01}\n        recorded: 2026-11-20\n"
        "        source: {kind: contracted, title: Contract, retrieved: 2026-11-20}\n        based_on: list\n"
        "        adjustments: [{name: group, meters: [output], multiply: 0.9, add: 0.10}]\n"
    )
    text = (
        "prices: {version: '2026.11'}\ncurrency: USD\n"
        + WORK % (ALIKE, 2000)
        + "service_tier: {batch: 50 %, standard: 50 %}\n"
    )
    (tmp_path / "s.yaml").write_text(text)
    scenario = cm.Scenario.load(tmp_path / "s.yaml")
    table = price_table(papers_of(scenario, (), book_for(scenario, [tmp_path / "discount.yaml"])))
    found = {tuple(map(str, row[:4])): tuple(map(str, row[5:])) for row in table.rows}
    made, first, source = found["openai/gpt-4.1", "output", "", "7.3 USD"]
    assert (made, first) == ("8 USD x 0.9 (group) + 0.1 (group)", "2026-12-01")
    assert source.startswith("Contract, read 2026-11-20; the list: https://")
    assert source.endswith("read 2025-11-01")
    batch = found["openai/gpt-4.1", "output", "service tier batch", "3.7 USD"]
    assert batch[0] == "8 USD x 0.5 (batch) x 0.9 (group) + 0.1 (group)"
    assert found["openai/gpt-4.1", "input", "", "2 USD"][0] == ""
    assert not any(key[3] == "8 USD" for key in found if key[0] == "openai/gpt-4.1")
    plain = price_table(written(tmp_path, WORK % ("openai/gpt-4.1", 2000)))
    assert [column.heading for column in plain.columns] == ["offer", "meter", "price", "for", "in force from", "source"]


def test_a_price_says_what_it_is_for(tmp_path):
    """Brackets, sizes of requests, a factor of a sum, a credit, a minimum charge, a yearly change: all are told."""
    (tmp_path / "beta.yaml").write_text(
        "overlay: B\nprovider: beta\nname: Beta\ncurrency: USD\noffers:\n  - model: b\n    prices:\n"
        "      - valid: {from: 2026-01-01}\n        recorded: 2026-11-20\n        per: 1_000_000 tokens\n"
        "        source: {kind: contracted, title: Contract, retrieved: 2026-11-20}\n"
        "        rates: [{prices: {input: {brackets: [{up_to: 1_000, price: 5}, {price: 2}]}, output: 1}}]\n"
        "        adjustments: [{name: fee, meters: [output], add: 1}, {name: group, meters: [output], multiply: 0.5}]\n"
        "        credit: {pays: CNY, per_list_unit: 7}\n        minimum_charge: {amount: 50, per: month}\n"
    )
    text = "prices: {version: '2026.11'}\ncurrency: CNY\nescalation: {prices: 3 %}\n" + WORK % ("beta/b", 2000)
    (tmp_path / "s.yaml").write_text(text.replace("months: 4", "months: 14"))
    scenario = cm.Scenario.load(tmp_path / "s.yaml")
    table = price_table(papers_of(scenario, (), book_for(scenario, [tmp_path / "beta.yaml"])))
    paid = "(credit, CNY for one USD)"
    assert [tuple(map(str, row[1:6])) for row in table.rows] == [
        ("input", "units of a request above 0 up to 1,000", "35 CNY", "1,000,000 tokens", f"5 USD x 7 {paid}"),
        ("input", "units of a request above 1,000", "14 CNY", "1,000,000 tokens", f"2 USD x 7 {paid}"),
        ("output", "", "7 CNY", "1,000,000 tokens", f"(1 USD + 1 (fee)) x 0.5 (group) x 7 {paid}"),
        ("minimum charge", "", "350 CNY", "a month", ""),
    ]
    assert table.notes == ("A yearly change of prices by 3 % is not in this table. The bill has it from 2027-12 on.",)
    sizes = price_table(papers("long-charts"))
    assert {str(row[2]) for row in sizes.rows} == {"request input <= 200,000", "request input > 200,000"}


def test_no_records(tmp_path):
    """Of nothing there is no cheapest, and no cost of a record."""
    found = written(tmp_path, WORK % ("openai/gpt-4.1, google/gemini-2.5-flash", 0))
    assert sections.headline(found) == (
        "There are no records over 4 months, so nothing is charged: the cost is 0.00 USD."
    )
    assert next(iter(sections.finding(found))).startswith("2 eligible offers cost the same: 0.00 USD a month")
    found = written(tmp_path, WORK % ("openai/gpt-4.1", 0))
    (bill,) = found.bills
    fees = tuple(LevyLine(month, "account", Fraction(0), None, Fraction(5)) for month in bill.months)
    assert (
        sections.headline(found._replace(bills=(replace(bill, levies=fees),)))
        == "It costs 20.00 USD over 4 months: 5.00 a month; there are no records."
    )


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        ("1_000 USD", "Budget 1,000 USD for google/gemini-2.5-flash: kept. 0 of 2 options are over it."),
        ("50 USD", "Budget 50 USD for google/gemini-2.5-flash: kept. 1 of 2 options are over it."),
        ("20.5 USD", "Budget 20.5 USD for google/gemini-2.5-flash: over by 4.30. 2 of 2 options are over it."),
    ],
)
def test_a_broken_budget_is_told(budget, words, tmp_path):
    """In the finding, with how many options are over it; an amount stands in the list as a report writes it."""
    found = written(tmp_path, WORK % ("openai/gpt-4.1, google/gemini-2.5-flash", 2000) + f"budget: {budget}\n")
    assert words in list(sections.finding(found))
    said = dict(stated.settings_table(found).rows)["budget"]
    assert said == budget.replace("_", ",")
    assert in_locale(said, "vi") == budget.replace(".", ";").replace("_", ".").replace(";", ",")
    assert dict(stated.settings_table(found).rows)["prices.version"] == "2026.11"


def test_a_budget_beside_a_return_is_that_of_all_records(tmp_path):
    """What is compared with it is said, where the return counts a part of the records."""
    text = WORK % ("openai/gpt-4.1", 2000) + RETURN + "  adoption: SHARE %\nbudget: 50 USD\n"
    said, whole = (list(sections.finding(written(tmp_path, text.replace("SHARE", share)))) for share in ("50", "100"))
    assert whole[-1] == "Budget 50 USD for openai/gpt-4.1: over by 46.00."
    assert said[-1] == f"{whole[-1]} This is the cost of all records; the return counts those done with AI."


def test_how_sure_it_is():
    """Chances and ends are those of the simulation; where nothing is uncertain, it says how to have them."""
    found = papers("hospital-roi")
    draws = found.worth.draws
    option = draws.option(found.worth.result.best.name)
    said = " ".join(sections.uncertainty(found))
    assert f"in {round(option.chance_positive * 100, 1)} % of 1,024 draws" in said
    assert f"between {round(option.low):,} and {round(option.high):,} USD" in said
    assert "no interval and no probability is computed" in " ".join(sections.uncertainty(papers("vendor-roi")))


def test_reporting_list():
    """The 28 items of CHEERS 2022 in their order; what the program cannot know is left to the author."""
    rows = cheers_table(papers("hospital-roi")).rows
    assert [row[0] for row in rows] == [str(number) for number in range(1, 29)]
    reported = {row[0]: row[2] for row in rows}
    assert reported["9"] == "36 months, 2027-01 to 2029-12"
    assert reported["27"] == reported["28"] == "to be stated by the author"
    assert cheers_table(papers("emr-medium")).rows[9][2] == "none: costs are not discounted"
    assert all(isinstance(row[1], Said) for row in rows)


@pytest.mark.parametrize("name", ["emr-medium", "hospital-roi"])
def test_hostile_words(name):
    """A text from a file is text on the page, whatever it says."""
    found = papers(name)
    document = found.scenario.model_copy(update={"scenario": EVIL, "description": EVIL})
    page = Page(board_report(found._replace(scenario=document), "en", EVIL))
    assert not page.of("script")
    assert EVIL in "".join(page.texts)
    assert len(page.of("style")) == 1


def test_the_command(tmp_path, capsys):
    """`--as board` writes it, and it says how to make it again, without folders."""
    file = tmp_path / "board of us.html"
    name = str(ROOT / "scenarios" / "emr-mix.yaml")
    options = ["--set", "workload.records.per_day=2000", "--locale", "vi"]
    assert run(["report", name, "--as", "board", "--to", str(file), *options]) == 0
    text = file.read_text(encoding="utf-8")
    assert "Kết luận" in text
    again = "costmodel report emr-mix.yaml --as board --to 'board of us.html' --set workload.records.per_day=2000"
    assert f"{again} --locale vi" in Page(text).cells
    assert str(tmp_path) not in text
    assert capsys.readouterr().err == f"Written: {file}\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--as", "board", "--to", "x.xlsx"], "--as board is a page: end the name of --to with .html"),
        (["--locale", "zh", "--to", "x.xlsx"], "--locale zh: a workbook is in English"),
        (["--as", "board", "--to", "x.pdf"], "--to: '.pdf' is not written"),
        (["--as", "poster", "--to", "x.html"], "'poster' is not one of 'whatif', 'board'"),
    ],
)
def test_what_does_not_go_together(options, words, capsys, monkeypatch, tmp_path):
    """Nothing is written, and it says what to do."""
    monkeypatch.chdir(tmp_path)
    assert run(["report", str(ROOT / "scenarios" / "emr-mix.yaml"), *options]) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_in_a_browser(tmp_path):
    """Chromium shows it without a complaint or a request, at every width, and prints its pictures."""
    chromium = shutil.which("chromium")
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser can be driven")
    if chromium is None:
        pytest.skip("no 'chromium' on this machine: the report is not opened in a browser")
    file = tmp_path / "board.html"
    file.write_text(board_report(papers("hospital-roi"), "vi"), encoding="utf-8")
    said, asked = [], []
    with driver.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url[:40]))
        page.goto(file.as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth")
        cut = page.evaluate(CUT)
        tall = page.evaluate("Math.max(...[...document.querySelectorAll('td')].map((cell) => cell.clientHeight))")
        small = page.evaluate("Math.min(...[...document.images].map((image) => image.clientWidth))")
        pictures = page.evaluate("[...document.images].map((image) => image.complete && image.naturalWidth > 100)")
        printed = page.pdf(prefer_css_page_size=True)
        browser.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert wide <= 360
    assert cut == []
    assert tall < 250  # a cell is not squeezed into a column of words
    assert small >= 700  # its letters are those of the page, not a third of them
    assert pictures == [True, True]
    assert printed.startswith(b"%PDF")
    boxes = {tuple(map(float, box)) for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)}
    assert {(round(wide), round(tall)) for wide, tall in boxes} == {(595, 842)}  # points of A4


def test_pictures_are_whole():
    """Each picture is an SVG that stands in the file."""
    for item in Page(board_report(papers("emr-medium"))).of("img"):
        assert b64decode(item["src"].partition(",")[2]).startswith(b"<?xml")
