"""Every chart, at its best and at its worst: nothing outside or over another, no letter missing, the same bytes."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from charts_cases import (
    HOSTILE,
    LONG,
    NAMES,
    PRESENT,
    SCENARIOS,
    book_with,
    comparison,
    estimate,
    migration,
    one_way,
    probabilistic,
    scenario,
    two_way,
    variance,
    with_amounts,
)
from charts_look import faults, text_of
from matplotlib.text import Text

import costmodel as cm
from costmodel.errors import CommandLineError
from costmodel.quantities import Money
from costmodel.reports import charts
from costmodel.results.estimate import BookReference
from costmodel.results.providers.provider_comparison import Present
from costmodel.study.worth import case_of
from costmodel.uncertainty.sensitivity import two_way as mapped

BIG = 10**15
EFFECTS = {"volume": 117, "mix": 212, "intensity": 0, "price": -354}


def of_comparison(result):
    return charts.provider_costs(result)


def of_latency(costs, latencies, **more):
    return charts.cost_against_latency(comparison(costs, latencies=latencies, **more))


def by_name(name):
    """Every chart with this as the name of everything that has one."""
    intervals = {f"{place} {name}": charts.Interval(100 * place, 400 * place) for place in range(3)}
    offers = comparison([120, 240, 360], name, latencies=[300, 200, 100], title=name, present=PRESENT, reasons={2})
    drawn = probabilistic([(-100.0, 10.0, 200.0), (-90.0, 20.0, 190.0)], name=name, title=name)
    yield "providers", lambda: charts.provider_costs(offers, intervals, "95 %")
    yield "latency", lambda: charts.cost_against_latency(offers)
    yield "months", lambda: charts.monthly_cost(estimate([(f"1 {name}", 10), (f"2 {name}", 5)], title=name))
    yield "tornado", lambda: charts.tornado(one_way([(50, 60), (10, 5)], name, name))
    yield "two-way", lambda: charts.two_way_map(two_way(4, 5, lambda a, b: a * b - 9, name, name))
    yield "present-value", lambda: charts.net_present_value(drawn)
    yield "acceptability", lambda: charts.acceptability(drawn)
    yield "bridge", lambda: charts.variance_bridge(variance(1230, EFFECTS, name, name))


def extremes():
    """Charts of one, of thirty, of nothing, of less than nothing, and of very much."""
    for count in (1, 30):
        many = range(count)
        yield f"providers-{count}", lambda many=many: of_comparison(comparison([100 + place**3 for place in many]))
        yield f"long-providers-{count}", lambda many=many: charts.provider_costs(comparison(many, LONG), most=30)
        yield f"months-{count}", lambda many=many: charts.monthly_cost(estimate([(f"tax {i}", i + 1) for i in many]))
        yield f"of-{count}-months", lambda count=count: charts.monthly_cost(estimate([("tax", 10)], count))
        yield (
            f"tornado-{count}",
            lambda many=many: charts.tornado(one_way([(30 - i, 40 - i) for i in many]), 30),
        )
        yield f"present-{count}", lambda many=many: charts.net_present_value(probabilistic([(-i, 5, 90) for i in many]))
        yield f"accept-{count}", lambda many=many: charts.acceptability(probabilistic([(-i, 5, 90) for i in many]))
        yield (
            f"latency-{count}",
            lambda many=many: of_latency([5 + i for i in many], [900 - 3 * i for i in many], name=LONG),
        )
        yield f"same-latency-{count}", lambda many=many: of_latency([5 for _ in many], [9 for _ in many], name=LONG)
    yield "months-60", lambda: charts.monthly_cost(estimate([("tax", 10), ("fee", 1)], 60))
    yield "two-way-50", lambda: charts.two_way_map(two_way(50, 50, lambda a, b: a - b))
    yield "two-way-2", lambda: charts.two_way_map(two_way(2, 2, lambda a, b: a - b))
    yield "two-way-never", lambda: charts.two_way_map(two_way(3, 3, lambda a, b: -a * b))
    yield "accept-at-one-value", lambda: charts.acceptability(probabilistic([(1, 2, 3)], values=(0.0,)))
    for name, size in (("zero", 0), ("negative", -5), ("big", BIG), ("small", Fraction(1, 10**7))):
        yield f"providers-{name}", lambda size=size: of_comparison(comparison([size, 2 * size]))
        yield f"latency-{name}", lambda size=size: of_latency([abs(size), 2 * abs(size)], [0, abs(size)])
        yield f"months-{name}", lambda size=size: charts.monthly_cost(estimate([("tax", size), ("rebate", -size)]))
        yield (
            f"months-all-{name}",
            lambda size=size: charts.monthly_cost(estimate([("tax", size)], budget=Money(Fraction(9), "USD"))),
        )
        yield f"tornado-{name}", lambda size=size: charts.tornado(one_way([(size, size), (-size, size)]))
        yield (
            f"two-way-{name}",
            lambda size=size: charts.two_way_map(two_way(6, 8, lambda a, b: size * (a - b))),
        )
        yield (
            f"present-{name}",
            lambda size=float(size): charts.net_present_value(probabilistic([(size, size, size)] * 2)),
        )
        yield (
            f"bridge-{name}",
            lambda size=size: charts.variance_bridge(variance(size, {"volume": size, "price": -3 * size})),
        )
    yield "bridge-of-little", lambda: charts.variance_bridge(variance(1000, {"volume": 3, "price": -2}))
    yield "ramp-zero", lambda: charts.migration_ramp(with_amounts(migration(), 0))
    yield "ramp-negative", lambda: charts.migration_ramp(with_amounts(migration(), -7))
    yield "ramp-big", lambda: charts.migration_ramp(with_amounts(migration(), BIG))
    yield "ramp-of-many-steps", lambda: charts.migration_ramp(migration(migration__canary__step="2 %"))
    yield "ramp-rolled-back", lambda: charts.migration_ramp(migration(migration__canary__error_rate="5 %"))


NAMED = {f"{kind}-{chart}": make for kind, name in NAMES.items() for chart, make in by_name(name)}
EXTREME = dict(extremes())
ALL = {**NAMED, **EXTREME}


@pytest.mark.parametrize("case", sorted(ALL))
def test_words_stay_inside_and_apart(case):
    """No text sticks out or covers another, and every letter is one of the font's."""
    assert faults(ALL[case]()) == []


@pytest.mark.parametrize("case", sorted({name for name in NAMED if name.startswith("hostile")}))
def test_the_same_result_gives_the_same_bytes(case):
    """Two builds of a chart are one file, as SVG and as PNG; the SVG is sound XML that runs nothing."""
    first, second = NAMED[case](), NAMED[case]()
    assert charts.svg(first) == charts.svg(second) == charts.svg(first)
    assert charts.png(first) == charts.png(second)
    root = ET.fromstring(charts.svg(first))  # noqa: S314 - our own
    assert not [item for item in root.iter() if item.tag.endswith("script") or "onload" in item.attrib]
    assert not [item for item in root.iter() if item.tag.endswith("}text")]


def test_the_machine_has_no_say(monkeypatch):
    """Settings of matplotlib that somebody made do not change a byte, and are left as they were."""
    import matplotlib as mpl

    before = charts.svg(EXTREME["providers-30"]())
    theirs = {"font.size": 20, "text.color": "red", "svg.fonttype": "none", "savefig.bbox": "tight"}
    with mpl.rc_context({**theirs, "patch.force_edgecolor": True, "xtick.major.size": 20}):
        assert charts.svg(EXTREME["providers-30"]()) == before
        assert mpl.rcParams["text.color"] == "red"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert charts.svg(EXTREME["providers-30"]()) == before


@pytest.mark.slow
def test_another_process_gives_the_same_bytes():
    """Nothing in a chart depends on the order of a hash or on the process."""
    code = (
        "import sys, hashlib, costmodel as cm; from costmodel.reports import charts\n"
        f"result = cm.compare(cm.Scenario.load({str(SCENARIOS / 'hospital-year.yaml')!r}))\n"
        "print(hashlib.sha256(charts.svg(charts.provider_costs(result))).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_hostile_text_is_shown_as_it_is():
    """A dollar sign is no formula, a tag no tag, and what cannot be seen is marked."""
    shown = text_of(NAMED["hostile-providers"]()).replace("\n", " ")
    assert "$x$ $$ <script>alert(1)</script>" in shown
    assert "\N{REPLACEMENT CHARACTER}" in shown
    assert not any(char in shown for char in HOSTILE if char < " " and char != "\n")


def test_the_look_finds_what_is_wrong():
    """The check of these tests sees a text outside, one over another, and a letter that is missing."""
    figure = charts.provider_costs(comparison([1, 2]))
    assert faults(figure) == []
    figure.text(0.98, 0.5, "outside of the picture")
    figure.text(0.1, 0.82, "over the title")
    found = "\n".join(faults(figure))
    assert "outside: 'outside of the picture'" in found
    assert "is over 'over the title'" in found
    figure.add_artist(Text(0.5, 0.01, "\N{WATCH}"))
    assert "no letter for '\N{WATCH}'" in faults(figure)


# The shipped scenarios


ROI = ["hospital-roi", "vendor-roi", "vendor-roi-capacity"]
FILES = sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def bills(name):
    found = cm.estimate(scenario(name))
    return getattr(found, "estimates", (found,))


@pytest.mark.parametrize("name", FILES)
def test_shipped_scenarios_by_month(name):
    """Every bill of every shipped scenario can be drawn, and its total stands in the title."""
    for bill in bills(name)[:2]:
        figure = charts.monthly_cost(bill)
        assert faults(figure) == []
        total = bill.table().totals[-3]
        assert f"{total} {bill.currency}" in figure.get_label()


@pytest.mark.parametrize(
    "name", ["emr-medium-measured", "hospital-year", "hospital-roi", "xray-50000", "ten-million-tokens"]
)
def test_shipped_scenarios_by_provider(name):
    """Offers of shipped scenarios: the cheapest, and its cost as the table has it, are the title."""
    result = cm.compare(scenario(name))
    figure = charts.provider_costs(result)
    assert faults(figure) == []
    month = re.search(r": ([\d.,]+) [A-Z]{3} a month", figure.get_label())[1]
    assert figure.get_label().startswith(result.ranked[0].name)
    assert month in result.tables()[0].rows[0]
    assert all(
        item.name.replace("/", "") in text_of(figure).replace("\n", "").replace("/", "") for item in result.standings
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ROI)
def test_shipped_returns(name):
    """What sensitivity says of the shipped scenarios stands in titles and beside bars."""
    result, sensitivity = cm.return_on_investment(scenario(name)), cm.one_way_sensitivity(scenario(name))
    figure = charts.tornado(sensitivity)
    assert faults(figure) == []
    first, number = sensitivity.tables()[0].rows[0], sensitivity.rows[0].parameter
    assert first[0] == number.name != number.words
    assert figure.get_label().startswith(f"The net present value moves most with {number.words}: from")
    assert first[5] in figure.get_label()
    assert f"low {first[1]}" in text_of(figure)
    grid = mapped(
        case_of(scenario(name)),
        result.best.name,
        ("roi.manual.minutes", "6", "12", 4),
        ("workload.records.per_day", "50", "800", 5),
    )
    assert faults(charts.two_way_map(grid)) == []


@pytest.mark.slow
def test_shipped_simulation():
    """Means and chances in the titles are those of the table, to the digit."""
    result = cm.probabilistic_sensitivity(scenario("hospital-roi"))
    options, values, _ = result.tables()
    best = max(options.rows, key=lambda row: int(row[1].replace(",", "")))
    figure = charts.net_present_value(result)
    assert faults(figure) == []
    assert f"{best[0]} comes to {best[1]} USD on average, and is a gain in {best[6]} of draws" == figure.get_label()
    figure = charts.acceptability(result)
    assert faults(figure) == []
    rows = [row for row in values.rows if row[5] == "best"]
    assert all(row[3] in figure.get_label() for row in (rows[0], rows[-1]))


@pytest.mark.parametrize("name", ["change-of-provider", "vendor-migration"])
def test_shipped_changes_of_provider(name):
    """The saving of a year, and the day on which it has paid back, are those of the finding."""
    result = migration(name)
    figure = charts.migration_ramp(result)
    assert faults(figure) == []
    saving = figure.get_label().split(" USD")[0].rpartition(" ")[2]
    assert f"{saving} USD a year" in result.finding
    if result.outlook.break_even:
        assert str(result.outlook.break_even) in figure.get_label()


def test_a_shipped_variance():
    """The bridge says what the table says."""
    result = cm.variance(
        *(cm.estimate(scenario("emr-mix", **changes)) for changes in ({}, {"workload__records__per_day": "1100"}))
    )
    figure = charts.variance_bridge(result)
    assert faults(figure) == []
    table = result.tables()[0]
    assert figure.get_label() == table.lead.rstrip(".")
    assert {row[2] for row in table.rows} <= set(text_of(figure).splitlines())


OFFERS = (
    "openai/gpt-4.1",
    "deepseek/deepseek-chat",
    "google/gemini-2.5-pro",
    "openai/gpt-4o",
    "anthropic/claude-haiku-4-5",
)


@pytest.mark.parametrize("name", OFFERS)
def test_shipped_prices(name):
    """The last price of each meter stands at the side as the book has it."""
    book = cm.PriceBook.load(version="2026.11")
    figure = charts.price_history(book, name)
    assert faults(figure) == []
    last = book.card(name).rows[-1].rates[-1].prices
    for meter, price in last.items():
        if meter in {"input", "output", "cache_read"}:
            shown = next(
                line for line in text_of(figure).splitlines() if line.startswith(f"{meter.replace('_', ' ')} ")
            )
            assert Fraction(shown.split()[-1].replace(",", "")) == price.price


# What is drawn


def bars(figure):
    """Widths of the bars of a drawing of rows."""
    return [patch.get_width() for patch in figure.axes[0].patches]


def test_bars_are_as_long_as_costs():
    """A bar is the mean month; an interval is of the mean month too."""
    result = comparison([240, 120], present=PRESENT)
    figure = charts.provider_costs(result, {"1 openai/gpt": charts.Interval(60, 360)}, "95 %")
    assert bars(figure) == [10, 20, pytest.approx(500 / 12)]
    assert (5.0, 30.0) in [tuple(line.get_xdata()) for line in figure.axes[0].lines]
    assert "Lines: 95\u00a0% of the draws" in text_of(figure)
    assert "the mix (present)" in text_of(figure)


def test_offers_left_out_are_told_of():
    """Of many offers the cheapest and the present one are drawn."""
    result = comparison(range(30), present=PRESENT)
    figure = charts.provider_costs(result, most=5)
    assert len(bars(figure)) == 6
    assert "25 more offers, not drawn, stand in the table." in text_of(figure)
    dear = replace(result, present=Present("29 openai/gpt", Fraction(29)))
    figure = charts.provider_costs(dear, most=5)
    assert bars(figure) == [pytest.approx(cost / 12) for cost in (0, 1, 2, 3, 4, 29)]
    assert "24 more offers, not drawn, stand in the table." in text_of(figure)


def test_estimated_costs_have_their_sign():
    """A cost of estimated tokens bears the table's sign at its bar, in titles, and it is explained."""
    result = comparison([120, 240], latencies=[100, 200])
    how = {"token_counts": "factor"}
    guessed = replace(result, standings=(result.standings[0]._replace(**how), result.standings[1]))
    assert guessed.tables()[0].rows[0][1] == "~10.00"
    for draw in (charts.provider_costs, charts.cost_against_latency):
        figure = draw(guessed)
        assert ": ~10.00 USD a month" in figure.get_label()
        assert "~ the tokens are an estimate" in text_of(figure)
        assert "~" not in text_of(draw(result))
    assert {"~10.00", "20.00"} <= set(text_of(charts.provider_costs(guessed)).splitlines())
    assert "~10.00 USD a month" in guessed.tables()[0].lead
    paid = charts.provider_costs(replace(guessed, present=Present("0 openai/gpt", Fraction(120))))
    assert "against" not in paid.get_label()


def test_equal_offers_have_no_winner():
    """The cheapest that cost the same are named together and drawn alike."""
    figure = charts.provider_costs(comparison([120, 120, 240]))
    assert figure.get_label() == (
        "0 openai/gpt, 1 openai/gpt are the cheapest of 3 eligible offers, at the same cost: 10.00 USD a month"
    )
    colours = [patch.get_facecolor() for patch in figure.axes[0].patches]
    assert colours[0] == colours[1] != colours[2]
    assert charts.provider_costs(comparison([120, 120])).get_label() == (
        "2 eligible offers cost the same: 10.00 USD a month"
    )
    many = charts.provider_costs(comparison([120] * 5 + [240])).get_label()
    assert many.startswith("0 openai/gpt, 1 openai/gpt, 2 openai/gpt and 2 more are the cheapest of 6")
    assert of_latency([12, 12], [300, 300]).get_label() == (
        "0 openai/gpt, 1 openai/gpt alike are the cheapest and the fastest of 2 offers of known latency: "
        "1.00 USD a month at 300 ms"
    )


def test_equal_months_bear_equal_figures():
    """Two months of 0.4 yen each: the same figure, none is 0 while it is drawn, and it is told."""
    result = replace(estimate([("tax", 1)], 3), currency="JPY")
    levies = tuple(
        line._replace(cost=Fraction(cost)) for line, cost in zip(result.levies, ("7.6", "0.4", "0.4"), strict=True)
    )
    figure = charts.monthly_cost(replace(result, levies=levies))
    assert figure.get_label() == "8 JPY in 3 months; 7.6 in the first month, 0.4 in the last"
    assert text_of(figure).splitlines().count("0.4") == 2
    assert "the last digit may differ" in text_of(figure)
    assert "may differ" not in text_of(charts.monthly_cost(estimate([("tax", 10)], 2)))


def test_months_without_a_line_are_drawn_as_nothing():
    """A month of which the bill has nothing bears 0, in its place."""
    whole = estimate([("tax", 10)], 3)
    figure = charts.monthly_cost(replace(whole, levies=whole.levies[:2]), "What is paid")
    assert figure.get_label() == "What is paid: 21.00 USD in 3 months; 10.00 in the first month, 0.00 in the last"
    assert {"10.00", "11.00", "0.00"} <= set(text_of(figure).splitlines())


def test_no_line_stands_on_a_number():
    """Where the break-even would cross a number, that stands beside it in its cell."""
    result = two_way(2, 4, lambda a, b: (b - 2) * 50000 + 5000 * a)
    result = replace(result, break_evens=((Fraction("1.9"),), (Fraction("2.1"),)))
    figure = charts.two_way_map(result)
    axes = figure.axes[0]
    picture = figure.canvas.get_renderer()
    boxes = [
        text.get_window_extent(picture) for text in axes.texts if text.get_text().lstrip("-").replace(",", "").isdigit()
    ]
    assert len(boxes) == 8
    for row in (1.9, 2.1):
        at = axes.transData.transform((row, 0))[0]
        height = axes.transData.transform((0, 1 if row == 1.9 else 2))[1]
        mine = [box for box in boxes if abs((box.y0 + box.y1) / 2 - height) < 5]
        assert len(mine) == 4
        assert not any(box.x0 <= at <= box.x1 for box in mine)


def test_months_are_stacked_apart_by_sign():
    """What is paid stands above 0, what is given back below, each on top of the last."""
    rows = [("rebate", -4), ("tax", 10), ("refund", -2), ("fee", 5)]
    axes = charts.monthly_cost(estimate(rows, 1)).axes[0]
    assert [(bar.get_y(), bar.get_height()) for bar in axes.patches] == [(0, -4), (0, 10), (-4, -2), (10, 5)]
    assert [text.get_position()[1] > 15 for text in axes.texts if text.get_text() == "9.00"] == [True]


def test_the_tornado_goes_to_both_outcomes():
    """Each bar goes from the base to the outcome at that value."""
    assert bars(charts.tornado(one_way([(50, 60)]))) == [-50, 60]


def test_a_simulation_is_told_with_its_chances():
    """Mean and chance of a gain; and how likely the best option is the best, at the ends and where it changes."""
    result = probabilistic([(-100.0, 10.0, 200.0), (-90.0, 20.0, 100.0)])
    assert charts.net_present_value(result).get_label() == (
        "0 openai/gpt comes to 37 USD on average, and is a gain in 62.5 % of draws"
    )
    assert charts.acceptability(result).get_label() == (
        "0 openai/gpt is the best on average at every value of a freed hour: in 33.3 % of draws at 0 USD, in 33.3 % of "
        "draws at 60.00 USD"
    )
    loss = probabilistic([(-100.0, -20.0, 30.0)])
    assert charts.acceptability(loss).get_label() == (
        "At 0 USD an hour do nothing is the best on average, and in 50.0 % of draws; at 60.00 USD 0 openai/gpt, in "
        "50.0 % of draws"
    )


def test_the_prices_are_named():
    """Version of the price book, whether it is released, and prices of one's own."""
    result = comparison([1, 2])
    assert "price book 2026.11\n" in text_of(charts.provider_costs(result)) + "\n"
    own = replace(result, book=BookReference("working", None, (("Clinic", "0" * 64),)))
    assert "price book working (not released), own prices 'Clinic'" in text_of(charts.provider_costs(own))


def test_the_bridge_goes_from_base_to_head():
    """Every bar begins where the last one ended."""
    figure = charts.variance_bridge(variance(1230, EFFECTS))
    found = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in figure.axes[0].patches]
    assert found == [(0, 1230), (1230, 1347), (1347, 1559), (1559, 1559), (1559, 1205), (0, 1205)]


def test_a_bridge_of_little_says_where_its_axis_begins():
    """Where what moved could not be seen, the axis begins later, and the chart says so."""
    shown = text_of(charts.variance_bridge(variance(1000, {"volume": 3, "price": -2})))
    assert "The axis begins at 997: the bars of BASE and HEAD are cut." in shown
    assert "axis begins" not in text_of(charts.variance_bridge(variance(1230, EFFECTS)))


def test_the_break_even_line_stands_where_the_sign_changes():
    """A line in each row at its break-even, joined from row to row."""
    result = two_way(3, 4, lambda a, b: b - a - Fraction(1, 2))
    lines = [tuple(line.get_xdata()) for line in charts.two_way_map(result).axes[0].lines]
    for row in result.break_evens:
        assert (float(row[0]), float(row[0])) in lines
    assert (1.5, 2.5) in lines


def test_the_frontier_is_drawn_and_named():
    """The frontier's offers are in the title; those whose latency is not known are named below."""
    figure = of_latency([12, 24, 36, 48], [300, 200, 250, None])
    assert figure.get_label() == (
        "Of 3 offers of known latency 0 openai/gpt is the cheapest, 1.00 USD a month at 300 ms; 1 openai/gpt the "
        "fastest, 2.00 USD at 200 ms"
    )
    assert "Latency not known: 3 openai/gpt." in text_of(figure)


def test_marks_without_room_for_a_name_are_told_of():
    """Where thirty marks stand on one point, those without a name are counted below."""
    assert "Drawn without a name: " in text_of(EXTREME["same-latency-30"]())


def test_price_steps(tmp_path):
    """A line of steps, broken where a price is not known; the title says from what to what."""
    book = book_with(
        tmp_path,
        [
            ("2026-01-01", "input: 2, output: 8"),
            ("2026-03-01", "input: unknown, output: 8"),
            ("2026-06-01", "input: 1, output: 8"),
        ],
    )
    figure = charts.price_history(book, "own/letters")
    assert faults(figure) == []
    assert figure.get_label() == "own/letters: input fell from 2.00 to 1.00 USD since 2026-01-01"
    assert "Where a line is broken" in text_of(figure)
    assert (2.0, 1.0) not in [tuple(line.get_ydata()) for line in figure.axes[0].lines]


def test_thirty_prices(tmp_path):
    """A price that moves every month."""
    begin = cm.Month(2024, 1)
    rows = [(f"{begin.later(place)}-01", f"input: {place % 7 + 1}, output: {30 - place}") for place in range(30)]
    assert faults(charts.price_history(book_with(tmp_path, rows), "own/letters")) == []


def test_prices_of_another_unit_are_not_mixed(tmp_path):
    """Tokens and pages do not stand on one axis."""
    book = book_with(tmp_path, [("2026-01-01", "pages: 0.5, input: 2")], "[1_000_000 tokens, 1_000 pages]")
    shown = text_of(charts.price_history(book, "own/letters", ["pages", "input"]))
    assert "USD for one page" in shown
    assert "pages 0.0005" in shown
    assert "input" not in shown


# What cannot be drawn


def test_no_latency(tmp_path):
    with pytest.raises(CommandLineError, match="no offer's latency is known"):
        of_latency([1, 2], [None, None])


def test_no_swing():
    with pytest.raises(CommandLineError, match="no number changes the net present value"):
        charts.tornado(one_way([]))


def test_an_empty_bill():
    with pytest.raises(CommandLineError, match="the bill of the scenario is empty"):
        charts.monthly_cost(estimate([], 1))


def test_no_price(tmp_path):
    book = book_with(tmp_path, [("2026-01-01", "pages: 0.5")], "1_000 pages")
    with pytest.raises(CommandLineError, match=r"no list price for input, cache_read, output\. It is priced by: pages"):
        charts.price_history(book, "own/letters")


# Start-up


def test_matplotlib_is_loaded_when_a_chart_is_drawn():
    """Importing charts, costmodel or its command line loads neither matplotlib nor numpy."""
    code = (
        "import sys, costmodel, costmodel.reports.charts, costmodel.cli.estimate\n"
        "print([name for name in ('matplotlib', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_window_is_opened():
    """Charts leave the state of pyplot alone."""
    code = (
        "import sys, costmodel as cm; from costmodel.reports import charts\n"
        f"result = cm.compare(cm.Scenario.load({str(SCENARIOS / 'emr-mix.yaml')!r}))\n"
        "charts.png(charts.provider_costs(result)); print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_figure_shows_itself_in_jupyter():
    """As the last line of a cell it is an SVG, whose title screen readers find."""
    figure = charts.provider_costs(comparison([1, 2]))
    shown = figure._repr_svg_()
    assert shown.encode() == charts.svg(figure)
    assert f"<title>{figure.get_label()}</title>" in shown


def test_every_chart_is_documented():
    """Each public function stands in the guide."""
    guide = (Path(__file__).parents[2] / "docs" / "charts.md").read_text(encoding="utf-8")
    assert [name for name in charts.__all__ if f"`{name}" not in guide] == []


def test_examples_of_the_guide_run(tmp_path, monkeypatch):
    """Every example in Python runs, one after the other; the title that is quoted is the one that comes out."""
    root = Path(__file__).parents[2]
    guide = (root / "docs" / "charts.md").read_text(encoding="utf-8")
    (tmp_path / "scenarios").symlink_to(root / "scenarios")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", guide, re.DOTALL):
        exec(block, names)  # noqa: S102 - our own
    quoted = re.search(r"This prints the title: \*(.*?)\*", guide, re.DOTALL)[1]
    assert names["figure"].get_label() == quoted.replace("\n", " ")
    assert (tmp_path / "offers.svg").read_bytes().startswith(b"<?xml")
