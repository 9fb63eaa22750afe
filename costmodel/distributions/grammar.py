"""Reads a distribution from plain data, such as `{triangular: [1, 2, 5]}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel.distributions.distribution import Distribution
from costmodel.distributions.families import FAMILIES
from costmodel.distributions.mistake import DistributionError, Path
from costmodel.errors import QuantityError
from costmodel.quantities import exact, share

_RANGE = ("min", "mode", "max")
_MEAN_AND_SD = ("mean", "sd")
_NAMED = {
    "triangular": (_MEAN_AND_SD,),
    "pert": (_MEAN_AND_SD,),
    "normal": (_MEAN_AND_SD,),
    "lognormal": (_MEAN_AND_SD,),
    "gamma": (_MEAN_AND_SD, ("shape", "scale")),
    "beta": (_MEAN_AND_SD, ("alpha", "beta")),
    "uniform": (_MEAN_AND_SD,),
    "discrete": (),
}
_LISTED = {"triangular": _RANGE, "pert": _RANGE, "uniform": ("min", "max"), "normal": _MEAN_AND_SD}
_UNITLESS = frozenset({"shape", "alpha", "beta"})
_NUMBER_AND_UNIT = re.compile(r"([+-]?[0-9][0-9_.,]*(?:[eE][+-]?[0-9]+)?)(\s*)([^\s0-9.,_+-].*)?", re.ASCII | re.DOTALL)
_NEAREST = Fraction(1, 10_000)  # of a quantile to another, or to 0 and 1: nearer, a fit rests on rounding
_COUNTS = {1: "one", 2: "two", 3: "three"}


class Amount(NamedTuple):
    """A number with its unit as it was written, under its name, at its path."""

    name: str | int
    path: Path
    number: Fraction
    unit: str
    text: str


def read(value: object) -> Distribution:
    """The distribution that was written.

    Args:
        value: plain data with every number as text or whole number.

    Raises:
        DistributionError: what is wrong, with its path inside the mapping.

    >>> read({"uniform": ["1", "4"]}).mean
    Fraction(5, 2)
    """
    if not isinstance(value, Mapping):
        raise DistributionError((), f"expected a distribution such as {{triangular: [1, 2, 5]}}, got {_kind(value)}")
    family = _family(value)
    cut = _cut(value["within"]) if "within" in value else []
    body, path = value[family], (family,)
    if family == "discrete":
        return _with_points(family, _discrete(body, path), cut)
    if isinstance(body, Mapping) and "quantiles" in body:
        return _with_points(family, _quantiles(body, family), cut)
    return _with_parameters(family, _parameters(body, family), cut)


def _family(value: Mapping[Any, Any]) -> str:
    found = [key for key in value if key in _NAMED]
    if not found:
        raise DistributionError((), f"no distribution is named here: write one of {', '.join(FAMILIES)}")
    for key in value:
        if key not in {found[0], "within"}:
            raise DistributionError(
                (key, "[key]"), f"'{key}' cannot stand beside '{found[0]}': one distribution, and at most 'within'"
            )
    return str(found[0])


def _cut(body: object) -> list[tuple[str | int, Path, Any]]:
    if not isinstance(body, list | tuple) or len(body) != 2:  # noqa: PLR2004 - the two ends
        raise DistributionError(("within",), f"expected [low, high], got {_kind(body)}")
    return [("low", ("within", 0), body[0]), ("high", ("within", 1), body[1])]


def _parameters(body: object, family: str) -> list[tuple[str | int, Path, Any]]:
    """Name, path and text of each parameter, in the order of the form."""
    if isinstance(body, Mapping):
        for form in _NAMED[family]:
            if set(body) == set(form):
                return [(name, (family, name), body[name]) for name in form]
        raise _unknown_form(family, f"the keys {', '.join(str(key) for key in body) or '(none)'}")
    names = _LISTED.get(family, ())
    if not isinstance(body, list | tuple) or not names:
        raise _unknown_form(family, _kind(body))
    if len(body) != len(names):
        raise DistributionError(
            (family,), f"{family} takes {_COUNTS[len(names)]} numbers, [{', '.join(names)}], got {len(body)}"
        )
    return [(name, (family, index), body[index]) for index, name in enumerate(names)]


def _unknown_form(family: str, got: str) -> DistributionError:
    forms = [f"[{', '.join(_LISTED[family])}]"] if family in _LISTED else []
    forms += [f"{{{', '.join(f'{name}: …' for name in form)}}}" for form in _NAMED[family]]
    inside = ", ".join(["5 %: …", "50 %: …", "95 %: …"] if _points(family) == 3 else ["5 %: …", "95 %: …"])  # noqa: PLR2004
    forms.append(f"{{quantiles: {{{inside}}}}}")
    return DistributionError((family,), f"{family} is written {', '.join(forms[:-1])} or {forms[-1]}; got {got}")


def _points(family: str) -> int:
    """So many quantiles as the family has free numbers."""
    return 3 if family in {"triangular", "pert"} else 2


def _quantiles(body: Mapping[Any, Any], family: str) -> list[tuple[Fraction, Path, Any]]:
    path, points = (family, "quantiles"), body["quantiles"]
    if len(body) > 1:
        other = next(key for key in body if key != "quantiles")
        raise DistributionError((family, other, "[key]"), f"'{other}' cannot stand beside 'quantiles': leave one out")
    if not isinstance(points, Mapping):
        raise DistributionError(path, f"expected probabilities with values, {{5 %: …, 95 %: …}}, got {_kind(points)}")
    if len(points) != _points(family):
        raise DistributionError(path, f"{family} takes {_COUNTS[_points(family)]} quantiles, got {len(points)}")
    found: dict[Fraction, tuple[Fraction, Path, Any]] = {}
    for key, value in points.items():
        at = (*path, key, "[key]")
        probability = _share(key, at)
        if not _NEAREST <= probability <= 1 - _NEAREST:
            raise DistributionError(at, f"a quantile stands at 0.01 % to 99.99 %, got '{key}'")
        if any(abs(probability - other) < _NEAREST for other in found):
            raise DistributionError(at, f"the quantile at {key} stands twice, or less than 0.01 % from another")
        found[probability] = probability, (*path, key), value
    return [found[probability] for probability in sorted(found)]


def _discrete(body: object, path: Path) -> list[tuple[Fraction, Path, Any]]:
    if not isinstance(body, Mapping) or not body:
        hint = "write each value with its share, such as {20: 30 %, 22: 70 %}"
        raise DistributionError(path, f"{hint}; got {'nothing' if body == {} else _kind(body)}")
    if set(body) & {"mean", "sd", "quantiles"}:
        raise DistributionError(
            path,
            "a mean, an sd or quantiles do not say which values a discrete distribution takes: "
            "write each value with its share, such as {20: 30 %, 22: 70 %}",
        )
    if not set(body) & {"values", "weights"}:
        return [(_share(text, (*path, key)), (*path, key, "[key]"), key) for key, text in body.items()]
    if set(body) != {"values", "weights"} or not all(isinstance(body[key], list | tuple) for key in body):
        raise DistributionError(path, "write {values: […], weights: […]}, or each value with its share")
    values, weights = body["values"], body["weights"]
    if len(values) != len(weights) or not values:
        raise DistributionError(
            (*path, "weights"), f"there are {len(values)} values and {len(weights)} weights: write one weight a value"
        )
    return [
        (_share(weight, (*path, "weights", index)), (*path, "values", index), values[index])
        for index, weight in enumerate(weights)
    ]


def _share(value: object, path: Path) -> Fraction:
    return _read(share, value, path)


def _read(reader: Any, value: object, path: Path) -> Fraction:
    if value is None or isinstance(value, Mapping | list | tuple):
        raise DistributionError(path, f"expected a number, got {_kind(value)}")
    try:
        result: Fraction = reader(value)
    except QuantityError as error:
        raise DistributionError(path, str(error)) from None
    return result


def _amount(name: str | int, path: Path, value: object) -> Amount:
    text = "" if value is None else str(value).strip()
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if isinstance(value, float) or match is None:
        return Amount(name, path, _read(exact, value, path), "", text)
    number, space, unit = match.groups()
    words = " ".join((unit or "").split())
    return Amount(name, path, _read(exact, number, path), f"{' ' if space else ''}{words}" if words else "", text)


def _suffix(amounts: list[Amount], family: str) -> str:
    """The unit that all amounts share; a bare 0 needs none."""
    counted = [amount for amount in amounts if amount.unit or amount.number]
    for amount in counted[1:]:
        if amount.unit.split() != counted[0].unit.split():
            raise DistributionError(
                amount.path,
                f"'{counted[0].text}' and '{amount.text}' stand in one distribution: write both in the same unit",
            )
    suffix = counted[0].unit if counted else ""
    if family == "beta" and suffix and not suffix.lstrip().startswith("%"):
        raise DistributionError(
            counted[0].path, f"a beta describes a share, got '{counted[0].text}': write it as 30 % or 0.3"
        )
    return suffix


def _places(amounts: list[Amount], suffix: str) -> dict[str | int, tuple[Path, str]]:
    """Where each amount stands, and its text with the unit that a bare 0 leaves out."""
    return {item.name: (item.path, item.text if item.unit or not suffix else f"0{suffix}") for item in amounts}


def _within(amounts: list[Amount]) -> tuple[Fraction, Fraction] | None:
    ends = {amount.name: amount.number for amount in amounts}
    return (ends["low"], ends["high"]) if "low" in ends else None


def _with_parameters(family: str, given: list[Any], cut: list[Any]) -> Distribution:
    bare = {name: (path, _read(exact, value, path), str(value)) for name, path, value in given if name in _UNITLESS}
    amounts = [_amount(*item) for item in [*given, *cut] if item[0] not in _UNITLESS]
    suffix = _suffix(amounts, family)
    numbers = {**{name: item[1] for name, item in bare.items()}, **{item.name: item.number for item in amounts}}
    parameters = tuple((name, numbers[name]) for name, _, _ in given)
    places = {**{name: (path, text) for name, (path, _, text) in bare.items()}, **_places(amounts, suffix)}
    return Distribution(family, parameters, (), suffix, _within(amounts), places).checked()


def _with_points(family: str, given: list[tuple[Fraction, Path, Any]], cut: list[Any]) -> Distribution:
    amounts = [_amount(index, path, value) for index, (_, path, value) in enumerate(given)]
    ends = [_amount(*item) for item in cut]
    suffix = _suffix([*amounts, *ends], family)
    pairs = list(zip([share for share, _, _ in given], amounts, strict=True))
    if family == "discrete":
        pairs.sort(key=lambda pair: pair[1].number)
    amounts = [amount._replace(name=index) for index, (_, amount) in enumerate(pairs)]
    points = tuple((share, amount.number) for share, amount in pairs)
    return Distribution(family, (), points, suffix, _within(ends), _places([*amounts, *ends], suffix)).checked()


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping (key: value)"
    return "a list" if isinstance(value, list | tuple) else f"'{str(value)[:40]}'"
