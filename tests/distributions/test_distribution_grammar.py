"""How distributions are written: every form, every mistake with its path, and the way back to text."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.distributions import FAMILIES, Distribution, DistributionError, is_distribution, parse
from costmodel.errors import CostmodelError
from costmodel.quantities import exact

FORMS = [
    ({"triangular": ["1", "2", "5"]}, "triangular from 1 to 5, most likely 2"),
    ({"triangular": ["0", "2 USD", "5 USD"]}, "triangular from 0 USD to 5 USD, most likely 2 USD"),
    ({"triangular": {"mean": "10", "sd": "2"}}, "triangular, mean 10, sd 2"),
    (
        {"triangular": {"quantiles": {"5 %": "1", "50 %": "3.5", "95 %": "7"}}},
        "triangular, 5 % below 1, 50 % below 3.5, 95 % below 7",
    ),
    ({"pert": ["12 USD", "15 USD", "20 USD"]}, "pert from 12 USD to 20 USD, most likely 15 USD"),
    ({"pert": {"mean": "10", "sd": "2"}}, "pert, mean 10, sd 2"),
    (
        {"pert": {"quantiles": {"95 %": "7", "50 %": "3", "5 %": "1"}}},
        "pert, 5 % below 1, 50 % below 3, 95 % below 7",
    ),
    ({"normal": ["10", "2"]}, "normal, mean 10, sd 2"),
    ({"normal": {"sd": "2 h", "mean": "-10 h"}}, "normal, mean -10 h, sd 2 h"),
    ({"normal": {"quantiles": {"5 %": "800", "0.95": "1_200"}}}, "normal, 5 % below 800, 95 % below 1200"),
    ({"normal": ["10", "2"], "within": ["0", "12"]}, "normal, mean 10, sd 2, within 0 to 12"),
    ({"lognormal": {"mean": "10 min", "sd": "5 min"}}, "lognormal, mean 10 min, sd 5 min"),
    ({"lognormal": {"quantiles": {"10 %": "1", "90 %": "9"}}}, "lognormal, 10 % below 1, 90 % below 9"),
    ({"gamma": {"mean": "2", "sd": "1"}}, "gamma, mean 2, sd 1"),
    ({"gamma": {"shape": "4", "scale": "0.50 h"}}, "gamma, shape 4, scale 0.5 h"),
    ({"gamma": {"quantiles": {"5 %": "1", "95 %": "3"}}}, "gamma, 5 % below 1, 95 % below 3"),
    ({"beta": {"mean": "30 %", "sd": "5 %"}}, "beta, mean 30 %, sd 5 %"),
    ({"beta": {"mean": "0.3", "sd": "0.05"}}, "beta, mean 0.3, sd 0.05"),
    ({"beta": {"mean": "40 % of input", "sd": "5 % of input"}}, "beta, mean 40 % of input, sd 5 % of input"),
    ({"beta": {"alpha": "2", "beta": "5"}}, "beta, alpha 2, beta 5"),
    ({"beta": {"alpha": "2", "beta": "5"}, "within": ["10 %", "50 %"]}, "beta, alpha 2, beta 5, within 10 % to 50 %"),
    ({"beta": {"quantiles": {"5 %": "10 %", "95 %": "30 %"}}}, "beta, 5 % below 10 %, 95 % below 30 %"),
    ({"uniform": ["9.40 USD/hour", "12 USD/hour"]}, "uniform from 9.4 USD/hour to 12 USD/hour"),
    ({"uniform": {"mean": "10", "sd": "1"}}, "uniform, mean 10, sd 1"),
    ({"uniform": {"quantiles": {"25 %": "1", "75 %": "2"}}}, "uniform, 25 % below 1, 75 % below 2"),
    ({"discrete": {"22": "70 %", "20": "0.3"}}, "discrete, 20 (30 %), 22 (70 %)"),
    ({"discrete": {"values": ["0", "3 USD"], "weights": ["25 %", "75 %"]}}, "discrete, 0 USD (25 %), 3 USD (75 %)"),
]


@pytest.mark.parametrize(("written", "words"), FORMS, ids=lambda item: item if isinstance(item, str) else "")
def test_every_form_reads_and_writes_itself(written, words):
    """A distribution says in words what was written, and reading its JSON gives an equal one."""
    distribution = parse(written)
    assert is_distribution(written)
    assert str(distribution) == words
    again = parse(distribution.to_json())
    assert again == distribution
    assert hash(again) == hash(distribution)
    assert str(again) == words


def test_every_family_and_form_is_among_the_examples():
    """The list above leaves out no family, and no continuous family without mean and sd or quantiles."""
    found = {(next(iter(written)), "quantiles" in str(written), "'sd'" in str(written)) for written, _ in FORMS}
    for family in set(FAMILIES) - {"discrete"}:
        assert (family, True, False) in found
        assert (family, False, True) in found or family == "normal"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"normal": ["1", "2"]}, True),
        ({"normal": "nonsense"}, True),
        ({"normal": ["1", "2"], "within": ["0", "9"]}, True),
        ({"normal": ["1", "2"], "pert": ["1", "2", "3"]}, False),
        ({"normal": ["1", "2"], "more": "1"}, False),
        ({"within": ["0", "1"]}, False),
        ({}, False),
        ("normal", False),
        (["normal"], False),
        (None, False),
    ],
)
def test_what_counts_as_a_distribution(value, expected):
    """One family key, and beside it at most `within`."""
    assert is_distribution(value) is expected


MISTAKES = [
    ("5", (), "expected a distribution such as {triangular: [1, 2, 5]}, got '5'"),
    (["1"], (), "got a list"),
    ({"weibull": ["1", "2"]}, (), "no distribution is named here: write one of triangular, pert, normal"),
    ({"normal": ["1", "2"], "pert": "x"}, ("pert", "[key]"), "'pert' cannot stand beside 'normal'"),
    ({"normal": ["1", "2"], "cut": "x"}, ("cut", "[key]"), "one distribution, and at most 'within'"),
    # forms
    (
        {"triangular": "5"},
        ("triangular",),
        "triangular is written [min, mode, max], {mean: …, sd: …} or {quantiles: {5",
    ),
    ({"triangular": None}, ("triangular",), "got nothing"),
    ({"triangular": ["1", "5"]}, ("triangular",), "triangular takes three numbers, [min, mode, max], got 2"),
    ({"uniform": ["1", "2", "5"]}, ("uniform",), "uniform takes two numbers, [min, max], got 3"),
    ({"lognormal": ["1", "2"]}, ("lognormal",), "lognormal is written {mean: …, sd: …} or {quantiles: {5 %: …, 95 %"),
    ({"gamma": {"shape": "1", "rate": "2"}}, ("gamma",), "or {quantiles: {5 %: …, 95 %: …}}; got the keys shape, rate"),
    ({"gamma": {}}, ("gamma",), "got the keys (none)"),
    ({"beta": {"mean": "30 %"}}, ("beta",), "beta is written {mean: …, sd: …}, {alpha: …, beta: …} or"),
    # numbers
    ({"normal": ["ten", "2"]}, ("normal", 0), "expected a number, got 'ten'"),
    ({"normal": ["10", ["2"]]}, ("normal", 1), "expected a number, got a list"),
    ({"normal": ["10", None]}, ("normal", 1), "expected a number, got nothing"),
    ({"normal": ["1,000", "2"]}, ("normal", 0), "could be read in two ways: write thousands as 1_000"),
    ({"normal": ["010", "2"]}, ("normal", 0), "starts with a zero"),
    ({"normal": ["5-10", "2"]}, ("normal", 0), "expected a number, got '5-10'"),
    ({"normal": ["USD 10", "USD 2"]}, ("normal", 0), "expected a number, got 'USD 10'"),
    ({"normal": [10.5, "2"]}, ("normal", 0), "a binary float (10.5) is not exact"),
    ({"gamma": {"shape": "4 h", "scale": "1 h"}}, ("gamma", "shape"), "expected a number, got '4 h'"),
    # units
    ({"pert": ["1 USD", "2 EUR", "3 USD"]}, ("pert", 1), "'1 USD' and '2 EUR' stand in one distribution"),
    ({"normal": ["30 %", "5"]}, ("normal", 1), "write both in the same unit"),
    ({"normal": ["10", "5"], "within": ["0", "9 h"]}, ("within", 1), "'10' and '9 h' stand in one distribution"),
    ({"discrete": {"1 h": "50 %", "2": "50 %"}}, ("discrete", "2", "[key]"), "'1 h' and '2' stand in one"),
    ({"beta": {"mean": "3 USD", "sd": "1 USD"}}, ("beta", "mean"), "a beta describes a share, got '3 USD'"),
    # ranges
    (
        {"triangular": ["5", "2", "1"]},
        ("triangular", 0),
        "the smallest value, 5, is above the largest, 1: write [min, m",
    ),
    ({"uniform": ["5", "1"]}, ("uniform", 0), "the smallest value, 5, is above the largest, 1: write [min, max]"),
    (
        {"pert": ["1 h", "7 h", "5 h"]},
        ("pert", 1),
        "the most likely value, 7 h, lies outside 1 h to 5 h: write [min, m",
    ),
    ({"pert": ["2", "2", "2"]}, ("pert",), "the smallest and the largest value are both 2: write that number alone"),
    ({"uniform": ["1_000_000_000_000", "1_000_000_000_001"]}, ("uniform",), "a uniform so narrow cannot be computed"),
    # mean and sd
    ({"normal": ["10", "0"]}, ("normal", 1), "the sd is 0: it must be more than 0"),
    ({"gamma": {"mean": "2", "sd": "-1"}}, ("gamma", "sd"), "the sd is -1: it must be more than 0"),
    ({"gamma": {"mean": "0", "sd": "1"}}, ("gamma", "mean"), "the mean is 0: a gamma has a mean above 0"),
    ({"lognormal": {"mean": "-2", "sd": "1"}}, ("lognormal", "mean"), "a lognormal has a mean above 0"),
    ({"beta": {"mean": "130 %", "sd": "5 %"}}, ("beta", "mean"), "lies between 0 and 100 %, got 130 %"),
    ({"beta": {"mean": "30", "sd": "5"}}, ("beta", "mean"), "lies between 0 and 100 %, got 30: write 30 %"),
    ({"beta": {"mean": "30 %", "sd": "50 %"}}, ("beta", "sd"), "with a mean of 30 % a beta has an sd below 45.8 %"),
    ({"beta": {"mean": "50 %", "sd": "50 %"}}, ("beta", "sd"), "an sd of 50 % is too large"),
    ({"gamma": {"mean": "1", "sd": "0.0000001"}}, ("gamma", "sd"), "a gamma so narrow cannot be computed"),
    ({"gamma": {"mean": "1", "sd": "100"}}, ("gamma", "sd"), "a gamma so wide has nearly all of its values far"),
    ({"normal": ["1", "1e-10"]}, ("normal", 1), "a normal so narrow cannot be computed"),
    ({"gamma": {"shape": "0", "scale": "1"}}, ("gamma", "shape"), "the shape must be more than 0"),
    ({"beta": {"alpha": "1", "beta": "-1"}}, ("beta", "beta"), "the beta must be more than 0"),
    ({"discrete": {"mean": "1", "sd": "1"}}, ("discrete",), "a mean, an sd or quantiles do not say which values"),
    # quantiles
    ({"normal": {"quantiles": ["1", "2"]}}, ("normal", "quantiles"), "expected probabilities with values"),
    ({"normal": {"quantiles": {"5 %": "1"}}}, ("normal", "quantiles"), "normal takes two quantiles, got 1"),
    ({"pert": {"quantiles": {"5 %": "1", "9 %": "2"}}}, ("pert", "quantiles"), "pert takes three quantiles, got 2"),
    ({"normal": {"quantiles": {}, "mean": "1"}}, ("normal", "mean", "[key]"), "'mean' cannot stand beside 'quantiles'"),
    (
        {"normal": {"quantiles": {"5": "1", "95 %": "2"}}},
        ("normal", "quantiles", "5", "[key]"),
        "'5' could mean 5 % or 5 times",
    ),
    (
        {"normal": {"quantiles": {"0 %": "1", "95 %": "2"}}},
        ("normal", "quantiles", "0 %", "[key]"),
        "a quantile stands at 0.01 % to 99.99 %, got '0 %'",
    ),
    (
        {"normal": {"quantiles": {"5 %": "1", "0.05": "2"}}},
        ("normal", "quantiles", "0.05", "[key]"),
        "the quantile at 0.05 stands twice",
    ),
    (
        {"normal": {"quantiles": {"5 %": "1200", "95 %": "800"}}},
        ("normal", "quantiles", "95 %"),
        "the 95 % quantile, 800, is not above the 5 % quantile, 1200: values rise with their probability",
    ),
    (
        {"gamma": {"quantiles": {"5 %": "0", "95 %": "800"}}},
        ("gamma", "quantiles", "5 %"),
        "0 is not possible: a gamma has values above 0",
    ),
    (
        {"beta": {"quantiles": {"5 %": "10 %", "95 %": "100 %"}}},
        ("beta", "quantiles", "95 %"),
        "100 % is not possible: a beta has values between 0 and 100 %",
    ),
    (
        {"pert": {"quantiles": {"5 %": "1", "50 %": "6.9", "95 %": "7"}}},
        ("pert", "quantiles", "50 %"),
        "with such values at 5 % and 95 %, its 50 % quantile lies between 2.6240 and 5.3760, got 6.9",
    ),
    (
        {"triangular": {"quantiles": {"5 %": "1", "50 %": "3", "95 %": "7"}}},
        ("triangular", "quantiles", "50 %"),
        "no triangular has these quantiles: with such values at 5 % and 95 %, its 50 % quantile lies between 3.138",
    ),
    (
        {"gamma": {"quantiles": {"5 %": "1", "95 %": "1.0000001"}}},
        ("gamma",),
        "no gamma with these quantiles was found: check them, or write its mean and sd",
    ),
    (
        {"lognormal": {"quantiles": {"49 %": "1", "51 %": "100"}}},
        ("lognormal",),
        "a lognormal so wide has nearly all of its values far from its mean",
    ),
    # discrete
    ({"discrete": ["1", "2"]}, ("discrete",), "write each value with its share, such as {20: 30 %, 22: 70 %}; got a l"),
    ({"discrete": {}}, ("discrete",), "got nothing"),
    ({"discrete": {"1": "50 %", "2": "40 %"}}, ("discrete",), "the shares add to 90 %: they must add to 100 %"),
    ({"discrete": {"1": "50 %", "2": "-1 %"}}, ("discrete", "2"), "'-1 %' is outside 0 % to 100 %"),
    ({"discrete": {"1": "50 %", "2": {}}}, ("discrete", "2"), "expected a number, got a mapping"),
    ({"discrete": {"1": "50 %", "x": "50 %"}}, ("discrete", "x", "[key]"), "expected a number, got 'x'"),
    ({"discrete": {"1": "100 %"}}, ("discrete",), "there is one value only: write 1 alone"),
    ({"discrete": {"1": "50 %", "1.0": "50 %"}}, ("discrete", "1.0", "[key]"), "the value 1 stands twice: add its sh"),
    ({"discrete": {"values": ["1"], "weight": ["1"]}}, ("discrete",), "write {values: […], weights: […]}, or each"),
    (
        {"discrete": {"values": ["1", "2"], "weights": ["1"]}},
        ("discrete", "weights"),
        "there are 2 values and 1 weights: write one weight a value",
    ),
    (
        {"discrete": {"values": ["1", "2"], "weights": ["1", "x"]}},
        ("discrete", "weights", 1),
        "expected a number, got 'x'",
    ),
    ({"discrete": {"1": "50 %", "2": "50 %"}, "within": ["1", "2"]}, ("within",), "a discrete distribution is not cut"),
    # within
    ({"normal": ["10", "2"], "within": "5"}, ("within",), "expected [low, high], got '5'"),
    ({"normal": ["10", "2"], "within": ["5"]}, ("within",), "expected [low, high], got a list"),
    ({"normal": ["10", "2"], "within": ["9", "5"]}, ("within",), "9 is not below 5: write [low, high]"),
    ({"normal": ["10", "2"], "within": ["5", "x"]}, ("within", 1), "expected a number, got 'x'"),
    (
        {"normal": ["10 h", "2 h"], "within": ["30 h", "40 h"]},
        ("within",),
        "less than one in a million of this distribution lies between 30 h and 40 h: widen the range",
    ),
    ({"beta": {"alpha": "2", "beta": "2"}, "within": ["2", "3"]}, ("within",), "less than one in a million"),
    ({"gamma": {"mean": "2", "sd": "1"}, "within": ["-2", "0"]}, ("within",), "less than one in a million"),
    ({"lognormal": {"mean": "2", "sd": "1"}, "within": ["-2", "0"]}, ("within",), "less than one in a million"),
    ({"triangular": ["1", "2", "5"], "within": ["5", "9"]}, ("within",), "less than one in a million"),
    ({"uniform": ["1", "5"], "within": ["0", "1"]}, ("within",), "less than one in a million"),
]


@pytest.mark.parametrize(("written", "path", "words"), MISTAKES, ids=lambda item: item if isinstance(item, str) else "")
def test_every_mistake_is_told_at_its_place(written, path, words):
    """The message says in plain words what is wrong; its path leads to the number or key that is."""
    with pytest.raises(DistributionError) as caught:
        parse(written)
    assert words in caught.value.message
    assert caught.value.path == path
    assert str(caught.value) == caught.value.message


def test_a_mistake_is_one_that_a_user_can_correct():
    """It is collected by whoever collects mistakes of numbers, and exits as a wrong file does."""
    assert issubclass(DistributionError, ValueError)
    assert issubclass(DistributionError, CostmodelError)
    assert DistributionError.exit_code == 3


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(30), "30 USD"),
        (Fraction(1, 3), "0.333333333333 USD"),
        (Fraction(2, 3) * 10**14, "66666666666700 USD"),
        (0.1 + 0.2, "0.3 USD"),
        (-1e-7, "-0.0000001 USD"),
        (-0.0, "0 USD"),
        (1e-300, "0 USD"),
        (-1e-300, "0 USD"),
        (1.5e15, "1500000000000000 USD"),
    ],
)
def test_a_value_as_text(number, text):
    """At most 12 significant digits, as decimal digits, then the unit."""
    assert parse({"uniform": ["1 USD", "2 USD"]}).text(number) == text


@given(st.floats(min_value=1e-9, max_value=1e12), st.sampled_from(["", " %", " USD/hour", "%"]))
def test_a_text_is_read_as_the_same_number(number, suffix):
    """Text of a value, without its unit, is exactly the number at 12 digits, for floats and fractions alike."""
    distribution = Distribution("uniform", suffix=suffix)
    text = distribution.text(number)
    assert text.endswith(suffix)
    assert abs(exact(text.removesuffix(suffix)) / Fraction(number) - 1) <= Fraction(5, 10**12)
    assert float(exact(distribution.text(Fraction(number)).removesuffix(suffix))) == pytest.approx(number, rel=5e-12)


PROBES = [
    (
        {"triangular": ["1.000 h", "2 h", "5 h"]},
        [(("triangular", 0), "1.000 h"), (("triangular", 2), "5 h"), (("triangular", 1), "2 h")],
        (("triangular",), "2.66666666667 h"),
    ),
    (
        {"pert": ["0", "2 USD", "5 USD"], "within": ["1 USD", "9 USD"]},
        [(("within", 0), "1 USD"), (("pert", 2), "5 USD"), (("pert", 1), "2 USD")],
        None,
    ),
    (
        {"normal": ["10", "1"]},
        [(("normal",), "4.00219298499"), (("normal",), "15.9978070196"), (("normal", 0), "10")],
        (("normal",), "10"),
    ),
    (
        {"normal": {"quantiles": {"5 %": "800", "95 %": "1200"}}, "within": ["900", "1_300"]},
        [(("within", 0), "900"), (("within", 1), "1_300"), (("normal", "quantiles", "95 %"), "1200")],
        None,
    ),
    ({"uniform": {"mean": "0", "sd": "3"}}, [(("uniform",), "-5.19615242271"), (("uniform",), "5.19615242271")], None),
    (
        {"discrete": {"0": "30 %", "22 d": "20 %", "21 d": "50 %"}},
        [
            (("discrete", "0", "[key]"), "0 d"),
            (("discrete", "22 d", "[key]"), "22 d"),
            (("discrete", "21 d", "[key]"), "21 d"),
        ],
        None,
    ),
    (
        {"discrete": {"values": ["3", "1"], "weights": ["30 %", "70 %"]}},
        [(("discrete", "values", 1), "1"), (("discrete", "values", 0), "3")],
        None,
    ),
]


@pytest.mark.parametrize(("written", "first", "last"), PROBES)
def test_probes_lead_to_what_was_written(written, first, last):
    """Ends first, at the path where they were written; then what was written between; then the mean.

    The quantile of the standard normal distribution at 1e-9 is -5.99780701500769 (Wichura's AS 241; R `qnorm(1e-9)`);
    at its complement eight digits agree, because 1 - 1e-9 is not a binary number.
    """
    probes = parse(written).probes
    assert list(probes[: len(first)]) == first
    if last is not None:
        assert probes[-1] == last


def test_reading_needs_neither_numpy_nor_scipy():
    """Start-up time is a feature: forms with a formula, their means and words import no array library."""
    program = (
        "import sys; from costmodel.distributions import parse\n"
        "for value in ({'triangular': ['1','2','5'], 'within': ['1','3']}, {'pert': ['1','2','5']}, "
        "{'normal': ['1','2'], 'within': ['0','3']}, {'lognormal': {'quantiles': {'5 %': '1', '95 %': '3'}}}, "
        "{'gamma': {'mean': '1', 'sd': '1'}}, {'beta': {'mean': '30 %', 'sd': '5 %'}}, {'uniform': ['1','2']}, "
        "{'discrete': {'1': '50 %', '2': '50 %'}}):\n"
        "    found = parse(value); found.mean; str(found); found.to_json()\n"
        "assert not {'numpy', 'scipy', 'pydantic'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


numbers = st.one_of(
    st.sampled_from(["0", "1", "2", "5", "30 %", "5 %", "0.3", "-1", "1e-30", "1e30", "1e-9", "1000001", "1000000"]),
    st.decimals(-1000, 1000, places=3).map(str),
    st.decimals(0, 1, places=6).map(lambda value: f"{value * 100:f} %"),
)
names = st.sampled_from(["mean", "sd", "shape", "scale", "alpha", "beta"])
bodies = st.one_of(
    st.lists(numbers, min_size=2, max_size=3),
    st.dictionaries(names, numbers, min_size=2, max_size=2),
    st.dictionaries(numbers, numbers, min_size=2, max_size=3).map(lambda points: {"quantiles": points}),
    st.dictionaries(numbers, numbers, max_size=3),
)


@given(st.sampled_from(FAMILIES), bodies, st.none() | st.lists(numbers, min_size=2, max_size=2))
def test_whatever_is_written_is_a_distribution_or_a_mistake(family, body, within):
    """No text ends in any other error, and every distribution has finite ends that hold its mean."""
    written = {family: body} if within is None else {family: body, "within": within}
    try:
        distribution = parse(written)
    except DistributionError:
        return
    low, high = distribution.ends
    slack = (high.value - low.value) / 10**3
    assert low.value < high.value
    assert low.value - slack <= distribution.mean <= high.value + slack
    assert distribution.sd > 0
    assert len(distribution.probes) >= 2
    assert parse(distribution.to_json()) == distribution
