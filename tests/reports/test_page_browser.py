"""The what-if page in a real browser: its figures are Python's, nothing leaves it, and it can be used by keyboard."""

from __future__ import annotations

import csv
import itertools
import random
import shutil
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import pytest
from page_settings import TIED, cost_of, data_of, drawn, expected, undone_of, written
from workbook_cases import roi_of, scenario_of

from costmodel.errors import CostmodelError
from costmodel.quantities import decimal_text
from costmodel.reports.page import whatif_page
from costmodel.reports.page.fields import fields_of
from costmodel.scenario import Scenario
from costmodel.study.traced import traced_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from costmodel.study.traced import TracedModel

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser can be driven")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no 'chromium' on this machine: the page is not run in a browser"
)

ROOT = Path(__file__).parents[2]
SHIPPED = ("emr-medium", "vendor-roi", "hospital-roi")
SETTINGS = 500
# Follows an address as a link to the page does, and reads every figure with all its digits.
READ = """
(fragments) => fragments.map((fragment) => {
  history.replaceState(null, "", "#" + fragment);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
  const found = {};
  for (const item of document.querySelectorAll("data"))
    (found[item.dataset.figure] ??= [])[Number(item.dataset.option)] = [item.value, item.textContent];
  return {found, message: document.getElementById("message").textContent};
})
"""


class Opened(NamedTuple):
    """A page in the browser.

    Attributes:
        page: Playwright's.
        requests: addresses that it asked for.
        said: errors, warnings and breaches of its policy.
    """

    page: Any
    requests: list[str]
    said: list[str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def opened(browser: Any, file: Path, text: str = "", width: int = 1300) -> Opened:
    if text:
        file.write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    found = Opened(page, [], [])
    page.on("request", lambda request: found.requests.append(request.url))
    page.on("console", lambda message: found.said.append(message.text))
    page.on("pageerror", lambda error: found.said.append(str(error)))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', (e) => console.error('policy', e.violatedDirective))"
    )
    page.goto(file.as_uri())
    return found


def model_of(name: str) -> TracedModel:
    return traced_model(Scenario.load(ROOT / "scenarios" / f"{name}.yaml"))


@pytest.fixture(scope="module", params=SHIPPED)
def shipped(
    request: pytest.FixtureRequest, browser: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[TracedModel, Opened]:
    model = model_of(request.param)
    return model, opened(browser, tmp_path_factory.mktemp("page") / "page.html", whatif_page(model))


@pytest.mark.slow
def test_random_settings_are_pythons(shipped: tuple[TracedModel, Opened]) -> None:
    """For 500 settings within the sliders the page shows what Python computes, to half a cent."""
    model, (page, requests, said) = shipped
    fields = fields_of(model)
    chance = random.Random(20261123)  # noqa: S311 - drawn for a test
    settings = [drawn(fields, chance) for _ in range(SETTINGS)]
    fragments = [
        urlencode({fields[place].key: decimal_text(value) for place, value in setting.items()}) for setting in settings
    ]
    shown = page.evaluate(READ, fragments)
    compared, worst = 0, 0.0
    for setting, item in zip(settings, shown, strict=True):
        assert item["message"] == ""
        try:
            wanted = expected(model.scenario.changed(written(model, fields, setting)), model)
        except CostmodelError:
            continue  # Python refuses the scenario, such as one with no tokens at all
        compared += 1
        worst = max(worst, *(_distances(item["found"], wanted, setting)))
    assert compared > SETTINGS * 0.9
    assert worst < 0.005
    assert (said, [url for url in requests if not url.startswith("file:")]) == ([], [])


def _distances(found: dict[str, Any], wanted: dict[str, list[Fraction]], setting: Any) -> Iterator[float]:
    """How far the page is from Python, for each figure; the figure as shown is as near as its digits let it be."""
    for name, numbers in wanted.items():
        for place, number in enumerate(numbers):
            value, text = found[name][place] if name in found else ("0", "0")
            if value == "":
                continue  # a ratio that has no denominator
            yield abs(float(value) - float(number))
            if name == "undone_hours":
                assert abs(float(text.replace(",", "")) - float(number)) < 0.051, (name, setting)
            elif "%" not in text:
                assert abs(float(text.replace(",", "")) - float(number)) < 0.0051, (name, setting)


def test_figures_as_delivered(shipped: tuple[TracedModel, Opened]) -> None:
    """Without any change the page shows the figures of the program; nothing else is loaded, and nobody complains."""
    model, (page, requests, said) = shipped
    (item,) = page.evaluate(READ, [""])
    assert max(_distances(item["found"], expected(model.scenario, model), {})) < 0.005
    assert (said, requests) == ([], [page.url.split("#")[0]])


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("width", [360, 768, 1300])
def test_no_text_runs_out_of_the_page(browser: Any, tmp_path: Path, name: str, width: int) -> None:
    """At the width of a telephone, a tablet and a screen nothing makes the page scroll sideways."""
    page = opened(browser, tmp_path / "page.html", whatif_page(model_of(name)), width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.evaluate(
        "[...document.querySelectorAll('#chart text')].map((t) => t.getBoundingClientRect()).every((r) =>"
        " r.left >= document.getElementById('chart').getBoundingClientRect().left - 1"
        " && r.right <= document.getElementById('chart').getBoundingClientRect().right + 1)"
    )
    assert box
    page.close()


def test_keyboard_fragment_and_reset(browser: Any, tmp_path: Path) -> None:
    """A slider moves by key; the change stands in the address, survives loading anew, and reset takes it back."""
    file = tmp_path / "page.html"
    page, _, said = opened(browser, file, whatif_page(model_of("emr-medium")))
    slider = page.get_by_role("slider", name="records a day")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**#workload.records.per_day=1020")
    assert page.get_by_label("records a day").first.input_value() == "1020"
    assert page.locator("#summary").text_content() == (
        "The cheapest is mistral/mistral-large-2512: 918.00 USD over 12 months, 76.50 USD a month."
    )
    page.reload()
    assert page.locator("#n0").input_value() == "1020"
    page.get_by_role("button", name="Reset all").click()
    assert (page.url, page.locator("#n0").input_value()) == (file.as_uri(), "1000")
    assert said == []


def test_field_beyond_its_limits(browser: Any, tmp_path: Path) -> None:
    """A number that the scenario would refuse is refused here too, in words, and the last good one counts."""
    page, _, _ = opened(browser, tmp_path / "page.html", whatif_page(model_of("emr-medium")))
    before = page.locator("#costs").inner_text()
    page.locator("#n1").fill("32")
    assert page.locator("#n1").get_attribute("aria-invalid") == "true"
    assert page.locator("#e1").text_content() == (
        "Write a number above 0 up to 31. Until then the last good one counts."
    )
    assert page.locator("#costs").inner_text() == before
    page.locator("#n1").fill("15")
    assert page.locator("#e1").text_content() == ""
    page.wait_for_function("document.getElementById('costs').innerText.includes('2,340.00')")


@pytest.mark.parametrize(
    ("locale", "good", "bad", "told"),
    [
        (
            "en",
            {"1,000": 1000, "1.5": 1.5, "2,500.75": 2500.75, "2500.75": 2500.75, "1,234,567": 1234567, ".5": 0.5},
            (
                "1,5",
                "12,34",
                "0,123",
                "1,2345",
                "1,000,00",
                "1.2.3",
                "1e5",
                "0x10",
                "x",
                "1 000",
                ".",
                "-",
                "1.000",
                "12.000",
            ),
            "1234.5 or 1,234.5",
        ),
        (
            "vi",
            {"1.000": 1000, "1,5": 1.5, "2.500,75": 2500.75, "2500,75": 2500.75, "1.234.567": 1234567, ",5": 0.5},
            ("1.5", "12.34", "0.123", "1.2345", "1.000.00", "1,2,3", "2,500.75", ",", "1,000"),
            "1234,5 hoặc 1.234,5",
        ),
    ],
)
def test_numbers_are_read_as_the_locale_writes_them(
    browser: Any, tmp_path: Path, locale: str, good: dict[str, float], bad: tuple[str, ...], told: str
) -> None:
    """What is written in another language's way is no number, and is told of; the last good number counts."""
    page, _, said = opened(browser, tmp_path / "page.html", whatif_page(model_of("emr-medium"), locale))
    field = page.locator("#n0")
    for text, number in good.items():
        field.fill(text)
        assert (page.evaluate("values[0]"), field.get_attribute("aria-invalid")) == (number, None), text
    for text in bad:
        field.fill(text)
        assert (page.evaluate("values[0]"), field.get_attribute("aria-invalid")) == (0.5, "true"), text
        assert told in page.locator("#e0").text_content()
        assert "e0" in (field.get_attribute("aria-describedby") or "").split()
    field.fill("1500" + ("," if locale == "vi" else ".") + "25")
    page.wait_for_url("**#workload.records.per_day=1500.25")  # the address is the same in every language
    page.reload()
    assert field.input_value() == ("1500,25" if locale == "vi" else "1500.25")
    assert page.evaluate("data.fields.every((f, i) => numberIn($(`n${i}`).value) === (i ? Number(f.shown) : 1500.25))")
    assert page.evaluate("[1e-7, 0.1, -3.5, 123456789.125, 1e21].every((x) => numberIn(fieldText(String(x))) === x)")
    assert said == []


def test_a_field_moves_by_key(browser: Any, tmp_path: Path) -> None:
    """Arrows move a number by a step of its slider, a price by a tenth of its first digit, and never past a limit."""
    page, _, _ = opened(browser, tmp_path / "page.html", whatif_page(model_of("hospital-roi"), "vi"))
    fields = data_of(whatif_page(model_of("hospital-roi"), "vi"))["fields"]
    rate = next(index for index, field in enumerate(fields) if field["key"] == "roi.discount_rate")
    page.locator(f"#n{rate}").focus()
    page.keyboard.press("ArrowUp")
    step = fields[rate]["slider"][2]
    assert page.evaluate(f"values[{rate}]") == pytest.approx((3.5 + step) / 100)
    assert page.locator(f"#n{rate}").get_attribute("aria-valuenow") == str(round(3.5 + step, 9))
    assert page.locator(f"#n{rate}").input_value() == str(round(3.5 + step, 9)).replace(".", ",")
    page.locator(f"#n{rate}").fill("1.5")
    page.keyboard.press("ArrowDown")  # from the last good number
    assert page.locator(f"#n{rate}").input_value() == "3,5"
    assert page.locator(f"#n{rate}").get_attribute("aria-invalid") is None
    limit = next(i for i, field in enumerate(fields) if field["high"] is not None and field["unit"] == "%")
    page.locator(f"#n{limit}").fill(f"{fields[limit]['high']:.0f}")
    page.keyboard.press("ArrowUp")
    assert page.locator(f"#n{limit}").input_value() == f"{fields[limit]['high']:.0f}"


def test_work_left_undone_is_told_at_once(browser: Any, tmp_path: Path) -> None:
    """A change that leaves work undone is in the headline, with the hours and the worth that `costmodel roi` tells."""
    model = traced_model(scenario_of(undone_of(), tmp_path))
    page, _, _ = opened(browser, tmp_path / "page.html", whatif_page(model))
    page.evaluate(READ, ["roi.adoption.3=0&roi.adoption.4=0&roi.adoption.5=0"])
    assert page.locator("#summary").text_content() == (
        "Worth it with azure/gpt-4.1-global or openai/gpt-4.1, which come to the same, with work left undone: a net "
        "present value of 9,576.00 USD over 6 months. Months in which the posts that are kept are short of more hours "
        "than by hand: 3 of 6. 480 hours more, worth 7,200.00 USD, that nobody is paid for here."
    )
    page.evaluate(READ, [urlencode({f"roi.adoption.{month}": 100 for month in range(6)})])
    assert "undone" not in page.locator("#summary").text_content()
    assert page.locator("summary", has_text="Warnings, of the numbers as delivered").count() == 1


def test_what_costs_the_same_is_no_winner(browser: Any, tmp_path: Path) -> None:
    """Two options of one price: neither is the cheapest, now and over the whole range; nor where nothing is done."""
    three = (*TIED, "google/gemini-2.5-flash")
    texts = {}
    for models in (TIED, three):
        text = whatif_page(traced_model(scenario_of(cost_of(models), tmp_path)))
        page, _, _ = opened(browser, tmp_path / "page.html", text)
        texts[models] = (page.locator("#summary").text_content(), page.locator("#break-even p").first.text_content())
    assert texts[TIED][0] == "All 2 options cost the same: 72.00 USD over 3 months, 24.00 USD a month."
    assert texts[TIED][1] == (
        "azure/gpt-4.1-global and openai/gpt-4.1 cost the same for every value from 0 to 300 records, "
        "and no option costs less."
    )
    assert texts[three][0].startswith("The cheapest is google/gemini-2.5-flash:")
    assert texts[three][1] == "google/gemini-2.5-flash is the cheapest for every value from 0 to 300 records."
    page.evaluate(READ, ["workload.records.per_day=0"])
    assert page.locator("#summary").text_content().startswith("All 3 options cost the same: 0.00 USD over")
    assert page.locator("#break-even p").first.text_content() == texts[three][1]
    dear = (*TIED, "anthropic/claude-sonnet-4-6")
    page, _, _ = opened(
        browser, tmp_path / "page.html", whatif_page(traced_model(scenario_of(cost_of(dear), tmp_path)))
    )
    assert (
        page.locator("#summary")
        .text_content()
        .startswith(
            "azure/gpt-4.1-global and openai/gpt-4.1 cost the same, and no option costs less: 72.00 USD over 3 months"
        )
    )


def test_less_than_a_cent_and_one_month(browser: Any, tmp_path: Path) -> None:
    """Ten short letters in one month: 0.00006 USD is shown with its digits, as the program does."""
    data = cost_of(("google/gemini-2.5-flash-lite", "openai/gpt-4.1"), 1)
    data["workload"] = {"records": {"per_month": 10}, "tokens": {"input": 20, "output": 10}}
    page, _, _ = opened(browser, tmp_path / "page.html", whatif_page(traced_model(scenario_of(data, tmp_path))))
    assert page.locator("#summary").text_content() == (
        "The cheapest is google/gemini-2.5-flash-lite: 0.000060000 USD over one month, 0.000060000 USD a month."
    )
    assert "0.001200000" in page.locator("#costs").inner_text()


def test_no_records(browser: Any, tmp_path: Path) -> None:
    """Without records there are tables of nothing, and no figure once there are records."""
    text = whatif_page(traced_model(scenario_of(cost_of(records={"per_month": 0}), tmp_path)))
    page, _, said = opened(browser, tmp_path / "page.html", text)
    assert page.locator("#summary").text_content().startswith("All 2 options cost the same: 0.00 USD over 3 months")
    assert page.locator("#guards li").count() == 0
    row = page.locator("#costs tbody tr").first.locator("data").all_text_contents()
    assert row == ["0.00", "0.00", "0.00", "none", "none"]
    page.evaluate(READ, ["workload.records.per_month=5"])
    assert page.locator("#summary").text_content().startswith("With records these figures do not hold")
    assert said == []


def test_large_numbers_fit_a_telephone(browser: Any, tmp_path: Path) -> None:
    """Twenty million records a day at 360 px: labels of the axis stand apart, and no field is clipped."""
    data = cost_of(records={"per_day": 20_000_000, "days_per_month": 30, "monthly_growth": "1 %"})
    text = whatif_page(traced_model(scenario_of(data, tmp_path)))
    for width in (360, 1300):
        page = opened(browser, tmp_path / "page.html", text, width).page
        boxes = page.evaluate(
            "[...document.querySelectorAll('#chart text[text-anchor=middle].quiet')]"
            ".map((t) => t.getBoundingClientRect())"
            ".filter((r) => r.top > document.getElementById('chart').getBoundingClientRect().top + 40)"
            ".map((r) => [r.left, r.right])"
        )
        assert len(boxes) > 2
        some = page.evaluate("fitting([0, 1.234567, 2.469134, 3.703701, 4.938268], 120)")
        assert some == {"shown": [0, 2.469134, 4.938268], "texts": ["0", "2.47", "4.94"]}
        assert all(left[1] + 2 < right[0] for left, right in itertools.pairwise(boxes))
        assert page.evaluate(
            "[...document.querySelectorAll('.field input[type=text]')].every((e) => e.scrollWidth <= e.clientWidth)"
        )
        page.close()


def test_hostile_address_and_hostile_scenario(browser: Any, tmp_path: Path) -> None:
    """Neither an address nor a name in a file becomes an element or runs; what is not understood is told."""
    evil = "<img src=x onerror=alert(1)></script><script>alert(1)</script>"
    data = roi_of(llm_cost={"quoted": "80 USD/month", "source": evil})
    data |= {"scenario": evil, "description": evil}
    text = whatif_page(traced_model(scenario_of(data, tmp_path)))
    page, requests, said = opened(browser, tmp_path / "page.html", text)
    page.evaluate(READ, [urlencode({evil: "1", "roi.manual.minutes": "1e999"})])
    assert evil in page.locator("#message").text_content()
    assert "roi.manual.minutes" in page.locator("#message").text_content()
    assert page.locator("img").count() == 0
    assert page.title() == evil
    assert (said, len(requests)) == ([], 1)


def test_download_has_every_digit(browser: Any, tmp_path: Path) -> None:
    """The CSV works under the policy: with a byte-order mark, all digits, months, and numbers as they are now."""
    page, _, said = opened(browser, tmp_path / "page.html", whatif_page(model_of("hospital-roi")))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    text = Path(download.value.path()).read_bytes().decode("utf-8")
    assert text[0] == "\ufeff"
    rows = {row[0]: row[1:] for row in csv.reader(StringIO(text[1:])) if row}
    model = model_of("hospital-roi")
    wanted = expected(model.scenario, model)
    assert float(rows["net present value"][1]) == pytest.approx(float(wanted["net_present_value"][1]), rel=1e-12)
    assert "2029-12" in rows
    assert rows["discount rate"][:2] == ["3.5", "%"]
    assert said == []


def test_break_even_is_pythons(browser: Any, tmp_path: Path) -> None:
    """The break-even of the review minutes: as `costmodel roi` has it, within a step of its digits."""
    from costmodel.study.worth import case_of
    from costmodel.uncertainty.break_even import break_evens

    model = model_of("vendor-roi")
    page, _, _ = opened(browser, tmp_path / "page.html", whatif_page(model))
    fields = {field["key"]: index for index, field in enumerate(data_of(whatif_page(model))["fields"])}
    found = next(
        item for item in break_evens(case_of(model.scenario), model.options[0]) if _is(item, "roi.manual.minutes")
    )
    page.locator("#over").select_option(str(fields["roi.manual.minutes"]))
    words = page.locator("#break-even").inner_text()
    assert found.nearest is not None
    assert f"from {float(found.nearest.end.value):.4g} to 30 minutes" in words


def _is(item: Any, name: str) -> bool:
    return bool(item.parameter.name == name)


def test_guard_is_told(browser: Any, tmp_path: Path) -> None:
    """A size of request beyond its price band brings a warning, and without it there is none."""
    page, _, _ = opened(browser, tmp_path / "page.html", whatif_page(model_of("emr-medium")))
    assert page.locator("#guards li").count() == 0
    page.evaluate(READ, ["workload.tokens.total=2000000"])
    assert "stay in their price band" in page.locator("#guards").inner_text()


@pytest.mark.parametrize(("locale", "shown"), [("en", "4,680.00"), ("vi", "4.680,00"), ("zh", "4,680.00")])
def test_numbers_of_the_locale(browser: Any, tmp_path: Path, locale: str, shown: str) -> None:
    """Numbers are written as people of the locale write them."""
    page, _, _ = opened(browser, tmp_path / "page.html", whatif_page(model_of("emr-medium"), locale))
    assert shown in page.locator("#costs").inner_text()
