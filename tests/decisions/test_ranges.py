"""The ranking over a range: where two offers cost the same, and where one takes the requests no more."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from private_offers import OFFERS, Private, letters, overlay

from costmodel import Scenario, estimate
from costmodel.cli import run
from costmodel.decisions.comparison.axes import axis
from costmodel.decisions.comparison.crossing import crossing
from costmodel.decisions.comparison.ranges import over
from costmodel.errors import CommandLineError
from costmodel.study import book_for

SCENARIOS = Path(__file__).parents[2] / "scenarios"
MEDIUM = SCENARIOS / "emr-medium-measured.yaml"
INPUT, OUTPUT = 128_515, 51_028  # of the 87 records of the profile, as it was measured
GEMINI = (137_674, 51_794)  # the same by Gemini's vocabulary
PAIR = ["openai/gpt-4.1", "google/gemini-2.5-pro"]


@pytest.fixture
def own(tmp_path: Path) -> tuple[Scenario, list[Path]]:
    """A scenario and four private models: 1.40, 2.00, 2.80 and 0.10 (at least 4) USD a month for it."""
    return letters(tmp_path)


def turns_of(path: str, models: list[str], changes: dict[str, str] | None = None):
    loaded = Scenario.load(MEDIUM, changes)
    return over(loaded, models, path, book_for(loaded))


# Where two offers cost the same


def test_a_crossing_over_the_ratio_by_hand():
    """2 s + 8 (1 - s) = 1.25 s + 10 (1 - s) where 0.75 s = 2 (1 - s): at 8 : 3, exactly."""
    result = turns_of("ratio=10:1..1:3", PAIR, {"workload.tokens.tokenizer": "measured"})
    (turn,) = result.turns
    assert (turn.value, turn.kind, turn.text) == (Fraction(8, 11), "exact", "2.66667:1")
    assert (turn.before, turn.after, turn.leads) == ("google/gemini-2.5-pro", "openai/gpt-4.1", True)
    tokens = Fraction(INPUT + OUTPUT, 87)
    assert turn.cost == 30_000 * tokens * Fraction(2 * 8 + 8 * 3, 11) / 1_000_000
    assert "Each offer's own vocabulary" not in result.notes[0]


@pytest.mark.parametrize("changes", [{}, {"workload.tokens.tokenizer": "own"}])
def test_a_ratio_by_each_vocabulary(changes):
    """Gemini counts a and b tokens for one of input and of output: (2 - 1.25 a) s = (10 b - 8) (1 - s)."""
    a, b = Fraction(GEMINI[0], INPUT), Fraction(GEMINI[1], OUTPUT)
    result = turns_of("ratio=10:1..1:3", PAIR, changes)
    (turn,) = result.turns
    assert turn.value == (10 * b - 8) / (10 * b - 8 + 2 - Fraction("1.25") * a)
    assert turn.text == "3.25324:1"
    last = result.steps[-1].costs["google/gemini-2.5-pro"]
    whole = Fraction(INPUT + OUTPUT, 87)
    assert last == 30_000 * whole * (Fraction("1.25") * a / 4 + 10 * b * 3 / 4) / 1_000_000
    assert "Each offer's own vocabulary counts the text" in result.notes[0]


def test_a_ratio_where_the_profile_does_not_know_the_vocabulary(tmp_path):
    """The factor of the price book counts then: 1.07 for input and 1.01 for output of Gemini."""
    file = (SCENARIOS / "profiles" / "aci-bench--gold-note.yaml").read_text(encoding="utf-8")
    head, _, points = file.partition("points: |\n")
    head = re.sub(r"columns: .*", "columns: weight input:o200k_base output:o200k_base", head)
    kept = "".join(f"  {' '.join(line.split()[:3])}\n" for line in points.splitlines())
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "aci-bench--gold-note.yaml").write_text(f"{head}points: |\n{kept}", encoding="utf-8")
    (tmp_path / "work.yaml").write_text(MEDIUM.read_text(encoding="utf-8"), encoding="utf-8")
    scenario = Scenario.load(tmp_path / "work.yaml")
    result = over(scenario, PAIR, "ratio=1:1..1:2:2", book_for(scenario))
    cost = result.steps[0].costs["google/gemini-2.5-pro"]
    half = Fraction(INPUT + OUTPUT, 87) / 2
    assert cost == 30_000 * half * (Fraction("1.25") * Fraction("1.07") + 10 * Fraction("1.01")) / 1_000_000


def test_a_range_may_fall_or_rise():
    """From the other end the same turn is found, the other way round."""
    (turn,) = turns_of("ratio=1:3..10:1", PAIR, {"workload.tokens.tokenizer": "measured"}).turns
    assert (turn.value, turn.before) == (Fraction(8, 11), "openai/gpt-4.1")


def test_a_crossing_over_the_cache_by_hand():
    """I (0.25 - 0.225 c) + 2 O = I (0.50 - 0.45 c) + 1.5 O, every request at its own size."""
    (turn,) = turns_of("cache_read=0 %..90 %", ["openai/gpt-5-mini", "mistral/mistral-large-2512"]).turns
    assert turn.value == (Fraction("0.25") * INPUT - Fraction("0.5") * OUTPUT) / (Fraction("0.225") * INPUT)
    assert turn.kind == "exact"


def test_the_costs_at_each_step_are_exact():
    """Each figure is that of `estimate` at the value."""
    models = ["openai/gpt-4.1", "google/gemini-2.5-flash"]
    result = turns_of("workload.records.per_day=10..10000:4", models)
    assert [step.text for step in result.steps] == ["10", "3,340", "6,670", "10,000"]
    for step in result.steps:
        changes = {"workload.records.per_day": str(int(step.value)), "workload.tokens.tokenizer": "own"}
        changed = Scenario.load(MEDIUM, changes)
        found = estimate(changed, models=models)
        assert step.costs == {name: found[name].total / 12 for name in step.costs}
        assert list(step.costs) == ["google/gemini-2.5-flash", "openai/gpt-4.1"]
    assert result.turns == ()


def test_a_minimum_charge_is_met_where_it_is_reached(tmp_path):
    """4 USD a month at least: 1.40 USD for 1,000 records are as much at 2,857.14 records, 4 / 0.0014."""
    offers = {name: offer._replace(window=None) for name, offer in OFFERS.items()}
    scenario, overlays = letters(tmp_path, offers)
    book = book_for(scenario, overlays)
    result = over(scenario, ["cheap/slow-1", "flat/fee-1"], "workload.records.per_month=1000..10000", book)
    (turn,) = result.turns
    assert turn.kind == "step"  # records are whole
    assert turn.value == Fraction("2857.5")
    assert result.finding == "cheap/slow-1 is the cheapest from 1,000, from 2,857.5 on flat/fee-1."


def test_costs_that_are_the_same_over_a_stretch(tmp_path):
    """7 USD at least, 0.0014 a record: the same at 5,000 whole records, from 4,999.5 to 5,000.5. The middle is told."""
    offers = OFFERS | {"flat/fee-1": Private("0.10", "0.10", of_row="minimum_charge: {amount: 7, per: month}")}
    scenario, overlays = letters(tmp_path, offers)
    path = "workload.records.per_month=1000..9000.7"  # so that no point of the grid is the middle
    (turn,) = over(scenario, ["cheap/slow-1", "flat/fee-1"], path, book_for(scenario, overlays)).turns
    assert (turn.value, turn.kind, turn.cost, turn.text) == (5000, "exact", 7, "5,000")


def test_a_third_offer_that_leads_between_two_points(own, tmp_path):
    """1 + s and 2 - s meet at 1.5; one at 1.4999 is cheapest for a sliver there, between two points."""
    scenario, _ = own
    prices = {"a/1": ("2", "1"), "b/1": ("1", "2"), "c/1": ("1.4999", "1.4999")}
    overlays = [overlay(name, tmp_path, Private(*pair)) for name, pair in prices.items()]
    result = over(scenario, list(prices), "ratio=9:1..1:4:3", book_for(scenario, overlays))
    leaders = [(turn.value, turn.before, turn.after) for turn in result.leaders]
    assert leaders == [(Fraction("0.5001"), "b/1", "c/1"), (Fraction("0.4999"), "c/1", "a/1")]
    assert (Fraction(1, 2), "b/1", "a/1") in [(turn.value, turn.before, turn.after) for turn in result.turns]


def test_offers_of_the_same_cost_are_told_of(own, tmp_path):
    """Equal costs are no turns."""
    scenario, _ = own
    overlays = [overlay(name, tmp_path, Private("2", "1")) for name in ("a/1", "b/1")]
    result = over(scenario, ["a/1", "b/1"], "ratio=3:1..1:3", book_for(scenario, overlays))
    assert (result.equal, result.turns) == ((("a/1", "b/1"),), ())


@given(st.fractions(-5, 5), st.fractions(-5, 5).filter(bool))
def test_a_crossing_of_straight_lines_is_exact(root, slope):
    """The first straight line through two points meets it."""
    found = crossing(lambda x: slope * (x - root), root - 3, root + 2, Fraction(1))
    assert found == (root, "exact")


def test_other_crossings():
    """A curve is known to 12 digits, a jump as such; without a change there is none."""
    curved = crossing(lambda x: x * x - 2, Fraction(0), Fraction(2), Fraction(1))
    assert curved is not None
    assert (abs(float(curved.value) - 2**0.5) < 1e-12, curved.kind) == (True, "crossing")
    jump = crossing(
        lambda x: Fraction(1) if x > Fraction("0.3") else Fraction(-1), Fraction(0), Fraction(1), Fraction(1)
    )
    assert jump == (Fraction("0.3"), "step")
    assert crossing(lambda x: x + 1, Fraction(0), Fraction(1), Fraction(1)) is None
    assert crossing(lambda x: -x, Fraction(0), Fraction(1), Fraction(1)) == (0, "exact")


# Where an offer takes the requests no more


def windows(folder: Path, path: str, **offers: Private):
    """A ranking of offers with windows."""
    scenario, overlays = letters(folder, {f"{name}/1": offer for name, offer in offers.items()})
    return over(scenario, [f"{name}/1" for name in offers], path, book_for(scenario, overlays))


def test_an_offer_leads_as_far_as_its_window_reaches(tmp_path):
    """A window of 5,000 takes 400 output tokens with up to 4,600 of input: beyond, the next one is cheapest."""
    path = "workload.tokens.input=1000..9000:3"
    small, large = Private("1", "1", window=5_000), Private("2", "2", window=100_000)
    result = windows(tmp_path, path, small=small, large=large)
    assert [list(step.costs) for step in result.steps] == [["small/1", "large/1"], ["large/1"], ["large/1"]]
    (turn,) = result.turns
    assert (turn.value, turn.kind, turn.before, turn.after, turn.leads) == (4600, "limit", "small/1", "large/1", True)
    assert result.finding == (
        "small/1 is the cheapest from 1,000, beyond 4,600, where requests are too large for it, large/1."
    )
    assert "small/1: requests are too large for it beyond 4,600." in str(result)
    assert "Where two offers cost the same" not in str(result)
    assert result.to_json()["reaches"] == [{"offer": "small/1", "value": "4600", "text": "4,600", "takes_after": False}]
    assert result.to_records()[-1]["kind"] == "limit"


def test_a_window_in_a_range_that_falls(tmp_path):
    """From the other end the small window begins to lead where it takes the requests."""
    small, large = Private("1", "1", window=5_000), Private("2", "2")
    result = windows(tmp_path, "workload.tokens.input=9000..1000:3", small=small, large=large)
    assert result.finding == "large/1 is the cheapest from 9,000, from 4,600 on small/1."
    assert "small/1: requests are too large for it before 4,600." in str(result)


def test_windows_and_crossings_together(tmp_path):
    """3 i + 400 and i + 2,400 meet at 1,000; then the second reaches its limit, and in the end the last."""
    offers = {
        "a": Private("3", "1", window=3_000),  # 3 i + 400
        "b": Private("1", "6", window=4_000),  # i + 2,400: less from i = 1,000 on
        "c": Private("9", "9", window=6_000),
    }
    result = windows(tmp_path, "workload.tokens.input=100..8100", **offers)
    leaders = [(turn.value, turn.kind, turn.before, turn.after) for turn in result.leaders]
    assert leaders == [
        (1000, "exact", "a/1", "b/1"),
        (3600, "limit", "b/1", "c/1"),
        (5600, "limit", "c/1", ""),
    ]
    assert result.finding.endswith("beyond 5,600, where requests are too large for it, no offer.")
    assert result.steps[-1].costs == {}
    assert [reach.value for reach in result.reaches] == [2600, 3600, 5600]


def test_the_longest_answer_counts_too(tmp_path):
    """Most output tokens, as the offer says."""
    short, long = Private("1", "1", of_offer="max_output: 500"), Private("2", "2")
    result = windows(tmp_path, "workload.tokens.output=100..900:3", short=short, long=long)
    assert [(turn.value, turn.kind) for turn in result.leaders] == [(500, "limit")]


def test_an_offer_that_takes_the_requests_nowhere(tmp_path):
    """It is left out, with the reason; where that is every offer, it is an error."""
    path = "workload.tokens.input=1000..9000:3"
    tiny = Private("1", "1", window=1_000)
    result = windows(tmp_path, path, tiny=tiny, large=Private("2", "2"))
    assert result.left_out == (("tiny/1", "a request of 1,400 tokens is more than its context window of 1,000"),)
    with pytest.raises(CommandLineError, match="no offer takes these requests"):
        windows(tmp_path, path, tiny=tiny)


def test_offers_too_large_for_the_scenario_itself_are_ranked_where_they_fit(tmp_path, capsys):
    """A window that the scenario's own requests exceed is no reason to leave an offer out of the whole range."""
    letters(tmp_path, {"small/1": Private("1", "1", window=900), "large/1": Private("2", "2")})
    work = tmp_path / "work.yaml"
    work.write_text(work.read_text(encoding="utf-8").partition("models:")[0], encoding="utf-8")
    command = ["compare", str(tmp_path / "work.yaml"), "--models", "small/1,large/1", "--overlay"]
    command += [str(tmp_path / "small.yaml"), "--overlay", str(tmp_path / "large.yaml"), "--format", "json"]
    assert run([*command, "--over", "workload.tokens.input=100..1000:2"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [line["eligible"] for line in record["lines"]] == [True, False]
    assert [line["offer"] for line in record["ranges"][0]["lines"]] == ["small/1", "large/1", "large/1"]


# What is shown


def test_csv_has_the_turns(own):
    """Below the ranks stands each turn, with both offers."""
    scenario, overlays = own
    models = ["mid/medium-1", "cheap/slow-1", "dear/fast-1"]
    result = over(scenario, models, "ratio=3:1..1:3", book_for(scenario, overlays))
    rows = result.to_records()
    turns = [row for row in rows if row["row"] == "turn"]
    assert len(rows) == len(result.lines()) + len(result.turns)
    assert [(row["before"], row["offer"], row["value"]) for row in turns] == [
        (turn.before, turn.after, turn.text) for turn in result.turns
    ]
    assert turns
    assert result.to_json()["lines"] == result.lines()


# Mistakes


@pytest.mark.parametrize(
    ("text", "words"),
    [("ratio=1..2", "'1' is no ratio of input to output: write both numbers, such as ratio=10:1..1:3"),
     ("ratio=3..0.3", "'3' is no ratio"), ("ratio=3:1..x:1", "expected a number, got 'x'"),
     ("ratio=3:1..-1:1", "'-1:1' is no ratio"), ("ratio=1:1..2:2", "same ratio"),
     ("nothing", "is no range"), ("a=1", "is no range"), ("foo=1..2", "'--over foo=1': unknown key 'foo'"),
     ("horizon.months=1..5", "cannot be varied"), ("workload.records.per_day=5..5", "needs two values"),
     ("migration.to=1..5", "cannot be varied"),
     ("workload.records.per_day=5..6:99", "write 2 to 50"), ("workload.tokens.profile=1..2", "no number"),
     ("cache_read=0 %..120 %", "'--over cache_read=120 %': '120 %' is outside 0 % to 100 %")],
)  # fmt: skip
def test_wrong_ranges(text, words):
    """What is no range, and a value that cannot stand there, is told as it was given."""
    scenario = Scenario.load(MEDIUM)
    with pytest.raises(CommandLineError) as found:
        axis(scenario, text, book_for(scenario))
    assert words in str(found.value)
    assert ":1:1" not in str(found.value)
