"""From a document to a scenario: sections by their own models, numbers stated otherwise, all mistakes at once."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from importlib import import_module
from typing import TYPE_CHECKING, Any

from costmodel.documents.model import Model, in_order, validated
from costmodel.documents.settings import path_of, with_settings, with_value
from costmodel.errors import CommandLineError, CostmodelError, FileError, Mistake
from costmodel.quantities import share
from costmodel.stated import stated

if TYPE_CHECKING:
    from costmodel.distributions import Distribution
    from costmodel.documents.reader import Document
    from costmodel.scenario.model import Scenario, Steps
    from costmodel.stated import Stated

# Sections that few scenarios have, and the models that read them: imported when there is something to read.
_SECTIONS = {
    "roi": ("costmodel.value.spec", "Roi"),
    "migration": ("costmodel.value.move", "Migration"),
    "uncertainty": ("costmodel.value.doubt", "Uncertainty"),
}
# One of these is read by every field that is a number: if none is, no number can stand there.
_NUMBERS = ("1", "5", "50 %", "1 USD", "1 USD/month")
_NO_NUMBER = "no distribution can stand here: this is not a quantity that may vary"
_ENDLESS = frozenset({"normal", "lognormal", "gamma"})


def section_model(name: str) -> type[Model]:
    """The model of a section such as `roi`."""
    module, attribute = _SECTIONS[name]
    model: type[Model] = getattr(import_module(module), attribute)
    return model


def read(document: Document, model: type[Scenario]) -> tuple[Scenario, Stated]:
    """The scenario of a document, with the mean of each distribution, and what was stated otherwise.

    Raises:
        FileError: every mistake.
    """
    found = stated(document)
    mistakes = list(found.mistakes)
    try:
        scenario = _sections(found.document, model)
    except FileError as error:
        raise FileError(in_order({*mistakes, *_told(document, model, found, error)})) from None
    if mistakes:
        raise FileError(in_order(mistakes))
    mistakes = _unfit(scenario, document, found) or _uncertainty_mistakes(scenario, document, found)
    if mistakes:
        raise FileError(in_order(dict.fromkeys(mistakes)))
    return scenario.with_numbers({path: base(item) for path, item in found.distributions.items()}), found


def _sections(document: Document, model: type[Scenario]) -> Scenario:
    """The scenario, and each of its sections by its own model."""
    data, found = document.data, {}
    mistakes: list[Mistake] = []
    there = [name for name in _SECTIONS if isinstance(data, dict) and data.get(name) is not None]
    for name in there:
        try:
            found[name] = validated(document, section_model(name), data[name], (name,))
        except FileError as error:
            mistakes += error.mistakes
    rest = {key: value for key, value in data.items() if key not in there} if there else data
    try:
        places = {**document.places, id(rest): document.places.get(id(data), {})}
        scenario = validated(replace(document, data=rest, places=places), model)
    except FileError as error:
        raise FileError(in_order({*mistakes, *error.mistakes})) from None
    if mistakes:
        raise FileError(in_order(mistakes))
    return scenario.model_copy(update=found) if found else scenario


def _told(document: Document, model: type[Scenario], found: Stated, error: FileError) -> list[Mistake]:
    """Mistakes of reading, in the words of what was written: evidence and distributions are not what was read."""
    told = []
    broken = {_spot(document, path) for path in found.broken}
    uses = {_spot(document, use.path): use for use in found.evidence}
    spread = {_spot(document, path): (path, item) for path, item in found.distributions.items()}
    for mistake in error.mistakes:
        spot = mistake[:3]
        if spot in broken:
            continue
        if spot in uses:
            use = uses[spot]
            told.append(mistake._replace(message=f"the evidence '{use.item.name}' is {use.text}: {mistake.message}"))
        elif spot in spread:
            path, item = spread[spot]
            text, inside = found.written[path]
            no_number = all(_refuses(found.document, model, path, number, spot) for number in _NUMBERS)
            message = _no_number(mistake.message) if no_number else _reaches(item, text, mistake.message)
            told.append(document.mistake(path if no_number else (*path, *inside), message))
        else:
            told.append(mistake)
    return told


def _no_number(message: str) -> str:
    """That no distribution can stand at a place; and where it can, if the section there says what it looks like."""
    _, such_as, example = message.partition("such as ")
    inside = example.rpartition(", got ")[0] if message.startswith("expected a mapping such as") and such_as else ""
    return f"no distribution can stand here: write it inside, as in {inside}" if inside else _NO_NUMBER


def _spot(document: Document, path: Steps) -> tuple[str, int, int]:
    return document.mistake(path, "")[:3]


def _refuses(document: Document, model: type[Scenario], path: Steps, text: str, spot: tuple[str, int, int]) -> bool:
    try:
        _sections(with_value(document, path, text), model)
    except FileError as error:
        return any(mistake[:3] == spot for mistake in error.mistakes)
    return False


def _unfit(scenario: Scenario, document: Document, found: Stated) -> list[Mistake]:
    """Distributions that stand where none can, or that reach values which the field does not allow."""
    mistakes = []
    for path, item in found.distributions.items():
        try:
            scenario.number(path)
        except KeyError:
            mistakes.append(document.mistake(path, _NO_NUMBER))
            continue
        for inside, text in item.probes:
            message = _refusal(scenario, found.document, path, text)
            if message:
                of_key = inside[-1:] == ("[key]",)
                where = (*path, *(inside[:-1] if of_key else inside))
                mistakes.append(document.mistake(where, _reaches(item, text, message), of_key=of_key))
    return mistakes


def _refusal(scenario: Scenario, plain: Document, path: Steps, text: str) -> str:
    """Why a field does not take a value; empty where it does."""
    try:
        if shared_out(path):
            share(text)  # shares of a mix are shared out anew in each draw: only each must be a share
        else:
            _sections(with_value(plain, path, text), type(scenario))
    except FileError as error:
        return error.mistakes[0].message
    except CostmodelError as error:
        return str(error)
    return ""


def shared_out(path: Steps) -> bool:
    """Whether a number is a share of a mix or of service tiers, which add up to 100 %."""
    directly = path[-2:-1] in {("mix",), ("service_tier",)} or path[-3:-1] == ("mix", "models")
    return directly or (path[-1] == "share" and "mix" in path)


def _reaches(item: Distribution, text: str, message: str) -> str:
    plain = message.replace(f"'{text}' ", "").strip()
    number, space, unit = text.partition(" ")
    short = f"{float(number):.4g}{space}{unit}"
    way_out = " (or cut it with 'within: [low, high]')" if item.family in _ENDLESS and item.within is None else ""
    return (
        f"{item} reaches {short}, which {plain}{way_out}"
        if plain.startswith("is ")
        else (f"{item} reaches {short}: {plain}{way_out}")
    )


def _uncertainty_mistakes(scenario: Scenario, document: Document, found: Stated) -> list[Mistake]:
    """Paths under `uncertainty` that lead nowhere, and cases that cannot be read."""
    section = scenario.uncertainty
    if section is None:
        return []
    mistakes = []
    for index, text in enumerate(section.correlations.of if section.correlations else ()):
        at = ("uncertainty", "correlations", "of", index)
        try:
            known = path_of(document, text) in found.distributions
        except CommandLineError:
            known = False
        if not known:
            there = ", ".join(sorted(map(_text, found.distributions))) or "none"
            message = f"'{text}' is no number that is stated as a distribution. There are: {there}"
            mistakes.append(document.mistake(at, message))
    # Cases are written against the file as it stands: with --set they are looked at when they are computed.
    for name, settings in section.cases.items() if not document.settings else ():
        mistakes += _case_mistakes(document, name, settings, type(scenario))
    return mistakes


def _case_mistakes(document: Document, name: str, settings: dict[str, Any], model: type[Scenario]) -> list[Mistake]:
    mistakes = []
    for key, value in settings.items():
        at = ("uncertainty", "cases", name, key)
        try:
            read(case_document(document, {key: value}), model)
        except FileError as error:
            mistakes.append(document.mistake(at, f"case '{name}': {error.mistakes[0].message}"))
        except CommandLineError as error:
            mistakes.append(document.mistake(at, f"case '{name}': {error}", of_key=key != "preset"))
    return mistakes


def without_uncertainty(document: Document) -> Document:
    """The document without what it says about uncertainty, which is about other numbers than those of a case."""
    rest = {key: value for key, value in document.data.items() if key != "uncertainty"}
    return replace(
        document, data=rest, places={**document.places, id(rest): document.places.get(id(document.data), {})}
    )


def case_document(document: Document, settings: dict[str, Any]) -> Document:
    """The document of a named case, with its values.

    Raises:
        CommandLineError: a path leads nowhere, or there is no preset of that name.
    """
    return with_settings(without_uncertainty(document), case_settings(settings))


def case_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """The values of a named case by path, those of its preset first.

    Raises:
        CommandLineError: there is no preset of that name.
    """
    from costmodel.presets import preset_settings

    named = preset_settings(str(settings["preset"])) if "preset" in settings else {}
    return named | {key: value for key, value in settings.items() if key != "preset"}


def _text(path: Steps) -> str:
    from costmodel.documents.settings import path_text

    return path_text(path)


def base(distribution: Distribution) -> Fraction:
    """The mean of a distribution, in the unit in which it is computed with."""
    return distribution.mean * scale_of(distribution)


def scale_of(distribution: Distribution) -> Fraction:
    """What turns the unit that was written into the one that is computed with: a hundredth for percent."""
    return Fraction(1, 100) if distribution.suffix.strip().startswith("%") else Fraction(1)
