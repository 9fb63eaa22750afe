"""The what-if page: what stands in it, what may be changed, and that nothing hostile gets out of its place."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from page_settings import cost_of, data_of, undone_of
from workbook_cases import CASES, roi_of, scenario_of

from costmodel import estimate
from costmodel.errors import CommandLineError
from costmodel.reports.page import whatif_page
from costmodel.reports.page.fields import fields_of
from costmodel.reports.page.figures import figures_of
from costmodel.reports.page.words import page_words
from costmodel.results.labels.catalogue import messages
from costmodel.runtimes.script import PRELUDE, function_body
from costmodel.runtimes.trace import as_cell
from costmodel.scenario import Scenario
from costmodel.study.traced import traced_model
from costmodel.study.traced_tree import Trees

if TYPE_CHECKING:
    from costmodel.study.traced import TracedModel

ROOT = Path(__file__).parents[2]
SHIPPED = ("emr-medium", "vendor-roi", "hospital-roi")
LARGEST = 300_000  # bytes
NODE = shutil.which("node")
EVIL = "</script><script>alert(1)</script><!-- & \"'`${x} \u2028"


def model_of(name: str) -> TracedModel:
    return traced_model(Scenario.load(ROOT / "scenarios" / f"{name}.yaml"))


@pytest.fixture(scope="module", params=SHIPPED)
def shipped(request: pytest.FixtureRequest) -> tuple[TracedModel, str]:
    model = model_of(request.param)
    return model, whatif_page(model)


@pytest.mark.parametrize("locale", ["vi", "zh"])
def test_it_speaks(locale):
    """Labels, names of numbers and sentences are in the language; English only where no catalogue has it."""
    text = whatif_page(model_of("hospital-roi"), locale)
    assert f'<html lang="{locale}">' in text
    found = data_of(text)
    assert found["locale"] == locale
    english = page_words("en")
    same = {key for key, words in found["words"].items() if words == english[key]}
    assert same == set()
    own = {message.en for message in messages() if getattr(message, locale) != message.en and "{" not in message.en}
    cells = set(re.findall(r">([^<>{}]+)<", text.partition("<script")[0]))
    assert cells & own == set()
    assert {field["label"] for field in found["fields"]} & own == set()
    assert whatif_page(model_of("hospital-roi")) == whatif_page(model_of("hospital-roi"), "en")


class Elements(HTMLParser):
    """Every element with its attributes, and the text of scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.found.append((tag, dict(attrs)))
        self._inside = tag if tag in self.raw else ""
        if self._inside:
            self.raw[tag].append("")

    def handle_data(self, data: str) -> None:
        """Text, of a script too."""
        if self._inside:
            self.raw[self._inside][-1] += data

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as the parser calls it
        """An element ends."""
        self._inside = ""


def test_size_and_bytes(shipped: tuple[TracedModel, str]) -> None:
    """A page is small enough to be mailed, and the same each time."""
    model, page = shipped
    assert len(page.encode()) < LARGEST
    assert whatif_page(model) == page


def test_nothing_is_loaded_and_nothing_is_inline(shipped: tuple[TracedModel, str]) -> None:
    """No element names another file; no handler and no style stands in an attribute."""
    elements = Elements(shipped[1])
    for name, attributes in elements.found:
        assert not [key for key in attributes if key.startswith("on") or key in {"style", "src", "action"}], name
        assert attributes.get("href", "#").startswith(("#", "data:")), name  # type: ignore[union-attr]
    assert len(elements.raw["style"]) == 1
    assert [name for name, _ in elements.found].count("script") == 2


def test_policy_has_the_hashes_of_what_is_there(shipped: tuple[TracedModel, str]) -> None:
    """The policy lets in this style and this script, and nothing else."""
    elements = Elements(shipped[1])
    (policy,) = (of["content"] for _, of in elements.found if of.get("http-equiv") == "Content-Security-Policy")
    code, style = (
        "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (elements.raw["script"][1], elements.raw["style"][0])
    )
    assert policy == (
        f"default-src 'none'; script-src '{code}'; style-src '{style}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def test_every_field_has_a_label(shipped: tuple[TracedModel, str]) -> None:
    """Each field has one label; each slider is named by it; ids are unique."""
    elements = Elements(shipped[1])
    ids = [of["id"] for _, of in elements.found if "id" in of]
    labels = {of["for"] for name, of in elements.found if name == "label"}
    numbers = [of for name, of in elements.found if name == "input" and of.get("inputmode") == "decimal"]
    sliders = [of for name, of in elements.found if name == "input" and of.get("type") == "range"]
    assert len(ids) == len(set(ids))
    assert {of["id"] for of in numbers} | {"over"} == labels
    assert {of["aria-labelledby"] for of in sliders} <= set(ids)
    assert {word for of in numbers for word in (of["aria-describedby"] or "").split()} <= set(ids)
    assert {(of["type"], of["role"]) for of in numbers} == {("text", "spinbutton")}  # a browser reads no number itself
    assert len(numbers) == len(data_of(shipped[1])["fields"])


def test_no_script_of_the_page_writes_markup() -> None:
    """Text is set as text: nothing in the page's own script takes markup."""
    found = sorted((ROOT / "costmodel" / "reports" / "page").glob("*.js"))
    assert len(found) == 5
    code = "".join(path.read_text() for path in found)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|\.style\b", code)


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    """Names, descriptions and sources of a file neither end a script nor become elements."""
    data = roi_of(llm_cost={"quoted": "80 USD/month", "source": EVIL}, perspective=EVIL)
    data |= {"scenario": f"{EVIL} $title", "description": EVIL}
    page = whatif_page(traced_model(scenario_of(data, tmp_path)))
    elements = Elements(page)
    assert [name for name, _ in elements.found].count("script") == 2
    assert "alert(1)" not in elements.raw["script"][1]
    assert data_of(page)["title"] == f"{EVIL} $title"
    assert "<!--" not in page
    assert "\u2028" not in elements.raw["script"][0]


def test_sliders_lie_within_limits() -> None:
    """A slider begins and ends within what the scenario takes, on whole steps, and holds the value of today."""
    for name in SHIPPED:
        for field in fields_of(model_of(name)):
            if field.slider is None:
                continue
            first, last, step = field.slider
            today = field.leaf.cell.value / field.scale
            assert first - step <= today <= last + step, field.key
            assert (last - first) % step == 0, field.key
            assert field.low is None or first > field.low or (first == field.low and not field.above_low), field.key
            assert field.high is None or last <= field.high, field.key


def test_keys_are_unique_and_shares_are_shown_in_percent() -> None:
    """Each number has a name of its own in the address; a share of 0.035 is shown as 3.5."""
    fields = fields_of(model_of("hospital-roi"))
    keys = {field.key: field for field in fields}
    assert len(keys) == len(fields)
    assert keys["roi.discount_rate"].shown == "3.5"
    assert keys["roi.staff.wage_per_hour"].unit == "USD an hour"


def test_figures_are_those_of_the_result() -> None:
    """The traced figures of the page come to what the program has: 390 USD a month, 4,680 a year, 0.013 a record."""
    figures = {item.name: item for item in figures_of(model_of("emr-medium")).costs}
    assert [cell.value for cell in figures["total"].cells] == [4680, 8640, 1404, 900]
    assert figures["month"].cells[0].value == 390
    assert figures["year"].cells[0].value == 4680
    assert figures["record"].cells[0].value == Fraction(13, 1000)
    assert figures["times"].cells[0].value == Fraction(26, 5)
    worth = {item.name: item for item in figures_of(model_of("vendor-roi")).worth}
    assert worth["net"].cells[0].value == 25776


def test_what_a_record_costs_is_of_those_that_are_billed(tmp_path: Path) -> None:
    """Where AI takes a part of the records, their cost is divided by them: it is what `estimate` says of a record."""
    data = undone_of()
    found = figures_of(traced_model(scenario_of(data, tmp_path)))
    assert all(item.name != "record" for item in found.costs)
    (figure,) = (item for item in found.costs if item.name == "ai_record")
    each = estimate(scenario_of({name: part for name, part in data.items() if name != "roi"}, tmp_path)).estimates
    assert [cell.value for cell in figure.cells] == [bill.cost_per_record for bill in each]


def test_what_a_record_costs_where_there_is_several_work(tmp_path: Path) -> None:
    """Of two kinds of work with the same share done with AI, a record costs what it does in `estimate`."""
    data = undone_of()
    work = {"records": {"per_month": 400}, "tokens": {"input": 1000, "output": 200}}
    longer = {"records": {"per_month": 100}, "requests_per_record": 2, "tokens": {"input": 50_000, "output": 3000}}
    data["workloads"] = [{"name": "short"} | work, {"name": "long"} | longer]
    del data["workload"]
    found = figures_of(traced_model(scenario_of(data, tmp_path)))
    (figure,) = (item for item in found.costs if item.name == "ai_record")
    each = estimate(scenario_of({name: part for name, part in data.items() if name != "roi"}, tmp_path)).estimates
    assert [cell.value for cell in figure.cells] == [bill.cost_per_record for bill in each]


def test_shares_that_belong_together(tmp_path: Path) -> None:
    """Shares of a mix in its long form, of tiers, and of tiers of one model of a mix; no other share of a model."""
    openai = {"share": "40 %", "cache_read": "20 %"}
    google = {"share": "60 %", "service_tier": {"batch": "10 %", "standard": "90 %"}}
    data = cost_of()
    del data["models"]
    data["mix"] = {"by": "requests", "models": {"openai/gpt-4.1": openai, "google/gemini-2.5-flash": google}}
    wholes = traced_model(scenario_of(data, tmp_path)).wholes
    assert {path: [leaf.cell.value for leaf in leaves] for path, leaves in wholes.items()} == {
        ("mix", "models"): [Fraction(2, 5), Fraction(3, 5)],
        ("mix", "models", "google/gemini-2.5-flash", "service_tier"): [Fraction(1, 10), Fraction(9, 10)],
    }
    data = undone_of()  # amounts have names of their own, and may be called so
    data["roi"]["fixed_per_month"] = {"mix": "5 USD", "service_tier": "5 USD"}
    assert traced_model(scenario_of(data, tmp_path)).wholes == {}


def test_guards_and_wholes() -> None:
    """A size that leaves its price band, and shares that do not come to 100 %, are told of."""
    conditions = figures_of(model_of("long-charts")).conditions
    assert all(item.cell.value == 1 for item in conditions)
    assert any("price band" in item.words for item in conditions)
    mix = figures_of(model_of("emr-mix")).conditions
    assert any("100 %" in item.words for item in mix)
    share = next(leaf.cell for leaf in model_of("emr-mix").leaves if leaf.cell.name.startswith("share of "))
    assert share.unit == "%"


def test_without_records_there_are_tables(tmp_path: Path) -> None:
    """No records cost nothing, which is a figure; what a record costs is none, and any record breaks the figures."""
    data = cost_of(records={"per_month": 0})
    found = figures_of(traced_model(scenario_of(data, tmp_path)))
    figures = {item.name: item for item in found.costs}
    assert [as_cell(cell).value for cell in figures["total"].cells] == [0, 0]
    assert [as_cell(cell).value for cell in figures["record"].below] == [0, 0]
    (condition,) = found.conditions
    assert condition.cell.value == 1
    assert condition.cell.kind == "operation"  # it moves with the records
    assert "made of a scenario without any" in condition.words


def test_work_left_undone_is_traced(tmp_path: Path) -> None:
    """Six months, one post left of two: 173 1/3 hours less 13 1/3 in each of two, worth 15 USD an hour."""
    found = figures_of(traced_model(scenario_of(undone_of(), tmp_path)))
    assert [cell.value for cell in found.undone] == [2, Fraction(560, 3), 2800]
    overtime = undone_of(staffing="overtime", overtime={"factor": 2})
    assert figures_of(traced_model(scenario_of(overtime, tmp_path))).undone == ()
    assert figures_of(model_of("emr-medium")).undone == ()


def test_locale() -> None:
    """The locale of the numbers stands in the data; one that is not there is refused in words."""
    model = model_of("emr-mix")
    assert data_of(whatif_page(model, "vi"))["locale"] == "vi"
    with pytest.raises(CommandLineError, match=r"no locale 'fr'\. There are: en, vi, zh"):
        whatif_page(model, "fr")


def test_start_loads_nothing_heavy() -> None:
    """Importing the page loads none of the heavy libraries."""
    heavy = "('numpy', 'pandas', 'matplotlib', 'duckdb', 'pyarrow')"
    code = f"import sys, costmodel.reports.page; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(NODE is None, reason="Node is not installed: the printed script cannot be run")
@pytest.mark.parametrize("name", CASES)
def test_printed_script_gives_the_traced_figures(name: str, tmp_path: Path) -> None:
    """For contracts, shapes of prices and every way of staffing the script gives what the cells give."""
    model = traced_model(scenario_of(CASES[name], tmp_path))
    fields, figures = fields_of(model), figures_of(model)
    wanted = [cell for item in (*figures.costs, *figures.worth) for cell in item.cells if cell is not None]
    body = function_body(wanted, [field.leaf.cell for field in fields])
    chance = random.Random(name)  # noqa: S311 - drawn for a test
    settings = [[_near(field.leaf.cell.value, chance) for field in fields] for _ in range(20)]
    code = (
        f"{PRELUDE}const f = (v) => {{\n{body}}};\nconsole.log(JSON.stringify({json.dumps(_floats(settings))}.map(f)));"
    )
    done = subprocess.run([NODE or "", "-"], input=code, capture_output=True, text=True, check=True, timeout=60)
    for numbers, found in zip(settings, json.loads(done.stdout), strict=True):
        trees = Trees({id(field.leaf.cell): number for field, number in zip(fields, numbers, strict=True)})
        expected = [float(trees.plain(cell).value) for cell in wanted]
        assert found == pytest.approx(expected, rel=1e-9, abs=0.005)


def _near(value: Fraction, chance: random.Random) -> Fraction:
    return value * Fraction(chance.randrange(48, 65), 64) if chance.random() < 0.5 else value


def _floats(settings: Any) -> list[list[float]]:
    return [[float(number) for number in numbers] for numbers in settings]
