"""What the documents say is true: files load, figures are met, console examples print what is shown, links lead on."""

from __future__ import annotations

import inspect
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, NamedTuple

import click
import pytest

import costmodel.equations
from costmodel import PriceBook, Scenario, errors, estimate
from costmodel.cli import cli, run
from costmodel.documents.model import validated
from costmodel.documents.reader import read_document
from costmodel.expectations import cases_of
from costmodel.prices.meters import Meters
from costmodel.prices.mistakes import provider_mistakes
from costmodel.prices.release import read_tables
from costmodel.prices.schema import ProviderFile
from costmodel.quantities import exact, rate
from costmodel.shipped import shipped_folder
from costmodel.usage.profiles import load_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(ROOT.glob("docs/*.md"))
EXAMPLES = [path for path in DOCUMENTS if path.parent.name == "docs" or path.name == "README.md"]
FENCE = re.compile(r"(?:<!-- check: (\w+) -->\s*)?^( *)```(\S*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = "…"
OURS = re.compile(r"(?:(?:\S*/)?python3? -m )?costmodel\b")


class Block(NamedTuple):
    """A fenced block of a document.

    Attributes:
        check: what its comment says it is; empty where there is none.
        language: the word after the fence.
    """

    document: Path
    line: int
    check: str
    language: str
    text: str

    @property
    def file_name(self) -> str:
        """The file it is meant to be: its first line where that is a comment with a name."""
        named = re.match(r"# (\S+\.yaml)\n", self.text)
        return named[1] if named else f"{self.check}-{self.line}.yaml"


def _blocks() -> Iterator[Block]:
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            line = text.count("\n", 0, match.start(4))
            body = re.sub(rf"^{match[2]}", "", match[4], flags=re.MULTILINE)
            yield Block(path, line, match[1] or "", match[3], body)


BLOCKS = list(_blocks())


def _items(blocks: list[Block]) -> list[object]:
    return [pytest.param(block, id=f"{block.document.name}:{block.line}") for block in blocks]


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# (a) Files


def _check_scenario(path: Path) -> None:
    scenario = Scenario.load(path)
    estimate(scenario)
    assert [f"{case.name}: {case.actual}, not {case.expected}" for case in cases_of(scenario) if not case.met] == []


def _check_overlay(path: Path) -> None:
    book = PriceBook.load(overlays=[path])
    (overlay,) = book.overlays
    for offer in overlay.offers:
        start = offer.prices[0].valid.from_
        assert book.price(f"{overlay.provider}/{offer.model}", start, input=1_000, output=100).row is not None
        card = book.card(f"{overlay.provider}/{offer.model}")
        assert card.tariff(start, 1_000, "standard", "global").row.source.kind == "contracted"


def _check_provider(path: Path) -> None:
    document = read_document(path)
    file = validated(document, ProviderFile)
    meters = Meters.of(read_document(shipped_folder("pricing") / "meters.yaml"))
    assert provider_mistakes(document, file, meters, file.provider, date.max) == []


def _check_profile(path: Path) -> None:
    load_profile(path.stem.replace("--", "/"), path.parent.parent)


def _check_meters(path: Path) -> None:
    assert Meters.of(read_document(path)).names


CHECKS: dict[str, Callable[[Path], None]] = {
    "scenario": _check_scenario,
    "overlay": _check_overlay,
    "provider": _check_provider,
    "profile": _check_profile,
    "meters": _check_meters,
}
FILES = [block for block in BLOCKS if block.check]


@pytest.fixture
def beside(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with every checked file of a document, as its reader would have saved them."""
    for block in FILES:
        if block.document == request.param:
            path = tmp_path / block.file_name
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("block", "beside"),
    [pytest.param(block, block.document, id=f"{block.document.name}:{block.line}") for block in FILES],
    indirect=["beside"],
)
def test_files_are_sound(block: Block, beside: Path) -> None:
    """Every complete file in the documents loads, and every scenario comes to what it expects."""
    assert block.check in CHECKS, f"'{block.check}' is none of {', '.join(CHECKS)}"
    CHECKS[block.check](beside / block.file_name)


# (b) Console examples


@pytest.fixture
def playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory that looks like the project's root; what an example writes does not end up there."""
    for path in ROOT.iterdir():
        if not path.name.startswith("."):
            (tmp_path / path.name).symlink_to(path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command with the lines of output shown below it."""
    command, shown = "", []
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:].strip(), []
        else:
            shown.append(line.rstrip())
    if command:
        yield command, shown


def _run(command: str, last: int) -> tuple[int, str] | None:
    """Exit code and output, without a terminal; None for a command that is not ours."""
    if command == "echo $?":
        return 0, f"{last}\n"
    if not OURS.match(command):
        return None
    assert " prices release" not in command or "--folder" in command, "an example may not release the shipped book"
    if set("|><;&") & set(re.sub(r"'[^']*'|\"[^\"]*\"", "", command)):
        shell = OURS.sub(f"{shlex.quote(sys.executable)} -m costmodel", command)
        script = ["bash", "-o", "pipefail", "-c", shell]
        done = subprocess.run(script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout.decode()
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="utf-8", write_through=True)
    with redirect_stdout(stream), redirect_stderr(stream):
        code = run(shlex.split(OURS.sub("", command, count=1)))
    return code, buffer.getvalue().decode()


def _same(shown: list[str], actual: list[str]) -> bool:
    """Whether lines are the same; `…` alone on a line stands for any number of lines."""
    if not shown:
        return not actual
    if shown[0].strip() == LEFT_OUT:
        return any(_same(shown[1:], actual[start:]) for start in range(len(actual) + 1))
    return bool(actual) and shown[0] == actual[0] and _same(shown[1:], actual[1:])


def _trimmed(lines: list[str]) -> list[str]:
    return "\n".join(line.rstrip() for line in lines).strip("\n").splitlines()


CONSOLE = [block for block in BLOCKS if block.language == "console" and block.document in EXAMPLES]


@pytest.mark.parametrize("block", _items(CONSOLE))
def test_console_examples_give_the_output_shown(block: Block, playground: Path) -> None:
    """Every command in a console block prints exactly what stands below it."""
    last = 0
    for command, shown in _commands(block.text):
        outcome = _run(command, last)
        if outcome is None:
            continue
        last, text = outcome
        assert _same(_trimmed(shown), _trimmed(text.splitlines())), f"$ {command}\n{text}"


def test_there_are_examples() -> None:
    """The patterns above find blocks: a change of style cannot switch the tests off unseen."""
    kinds = {block.check for block in FILES}
    assert kinds >= set(CHECKS)
    assert {block.document.name for block in CONSOLE} >= {"formats.md", "prices.md"}
    unread = [f"{block.document.name}:{block.line}" for block in BLOCKS if block.language == "yml"]
    assert unread == []
    marked = sum(text.count("<!-- check: ") for text in map(_text, DOCUMENTS))
    assert marked - len(re.findall(r"`<!-- check: ", "".join(map(_text, DOCUMENTS)))) == len(FILES)


def test_left_out_lines() -> None:
    """`…` stands for lines, never for a difference within one."""
    assert _same(["a", "…", "d"], ["a", "b", "c", "d"])
    assert _same(["…"], [])
    assert not _same(["a", "…", "d"], ["a", "b"])
    assert not _same(["a"], ["a", "b"])
    assert not _same(["a …"], ["a b"])


# (c) Completeness


def _all_commands(group: click.Group, name: str = "costmodel") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _all_commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


def test_every_command_and_option_is_documented() -> None:
    """README or docs name every command in full, and every option."""
    text = "".join(map(_text, EXAMPLES))
    missing = []
    for name, command in _all_commands(cli):
        missing += [] if re.search(rf"{name}\b", text) else [name]
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                long = [option for option in parameter.opts if option.startswith("--")]
                missing += [f"{name} {option}" for option in long if not re.search(rf"{option}(?![\w-])", text)]
    assert missing == []


def test_documented_commands_exist() -> None:
    """No document names a command that is not there."""
    there = {name for name, _ in _all_commands(cli)} | {"costmodel prices", "costmodel usage"}
    named = set(re.findall(r"`(?:\$ )?(costmodel (?:prices |usage )?[a-z]+)\b", "".join(map(_text, EXAMPLES))))
    assert sorted(named - there) == []


def _error_classes() -> list[type[errors.CostmodelError]]:
    found = [item for _, item in inspect.getmembers(errors, inspect.isclass) if item.__module__ == errors.__name__]
    return [item for item in found if issubclass(item, errors.CostmodelError)]


def test_every_error_has_a_documented_exit_code() -> None:
    """The table of exit codes has the code of every error class, and names the class beside it."""
    rows = dict(re.findall(r"^\| (\d+) \|(.*)\|$", _text(ROOT / "docs" / "formats.md"), re.MULTILINE))
    wrong = [
        item.__name__ for item in _error_classes() if f"`{item.__name__}`" not in rows.get(str(item.exit_code), "")
    ]
    assert wrong == []


def _equations() -> dict[str, Callable[..., object]]:
    modules = [import_module(item.name) for item in iter_modules(costmodel.equations.__path__, "costmodel.equations.")]
    return {
        name: item
        for module in modules
        for name, item in inspect.getmembers(module, inspect.isfunction)
        if item.__module__ == module.__name__ and not name.startswith("_")
    }


def _sections() -> dict[str, str]:
    """The text of each equation's section in the method."""
    parts = re.split(r"^### `(\w+)`\n", _text(ROOT / "docs" / "method.md"), flags=re.MULTILINE)
    return {
        name: re.split(r"^##", text, flags=re.MULTILINE)[0] for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_method_mirrors_the_equations() -> None:
    """Every equation has a section, every section an equation, with formula, units, check and source."""
    sections = _sections()
    assert sorted(sections) == sorted(_equations())
    for name, text in sections.items():
        for label in ("- Formula: ", "- Units: ", "- By hand: ", "- Check: ", "- Source: "):
            assert label in text, f"{name} has no line '{label}'"


@pytest.mark.parametrize("name", sorted(_sections()))
def test_method_figures_are_right(name: str) -> None:
    """The figure that a reader can check by hand is what the equation gives."""
    match = re.search(rf"^- Check: `{name}\((.*)\)` = ([\d.,]*\d)", _sections()[name], re.MULTILINE)
    assert match is not None
    words = [word.strip() for word in match[1].split(",")]
    numbers = [rate(word) if word.endswith("%") else exact(word) for word in words]
    assert _equations()[name](*numbers) == exact(match[2].replace(",", ""))


def test_price_data_of_the_changelog() -> None:
    """The changelog counts providers, offers and rows as the released version reads them."""
    tables = read_tables(shipped_folder("pricing"))
    first = tables.versions[0].date
    contents = {name: part for name, part in tables.contents(first).items() if name in tables.providers}
    text = _text(ROOT / "CHANGELOG.md")
    for name, content in contents.items():
        rows = [row for offer in content["offers"] for row in offer["prices"]]
        start = min(str(row["valid"]["from"])[:10] for row in rows)
        line = f"| {tables.providers[name].data['name']} | {len(content['offers'])} | {len(rows)} | {start} |"
        assert line in text, f"CHANGELOG.md should say: {line}"
    offers = [offer for content in contents.values() for offer in content["offers"]]
    rows_in_all = sum(len(offer["prices"]) for offer in offers)
    assert f"{len(contents)} providers, {len(offers)} offers, {rows_in_all} price rows" in text


# Links


def _anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    text = re.sub(r"^ *```.*?^ *```$", "", _text(path), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in plain}


def _broken_links(path: Path) -> Iterator[str]:
    text = re.sub(r"^ *```.*?^ *```$", "", _text(path), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        file = path if not place else path.parent / place
        if not file.exists():
            yield f"{path.name}: {target} leads to no file"
        elif anchor and file.suffix == ".md" and anchor not in _anchors(file):
            yield f"{path.name}: {target} leads to no heading"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_on(path: Path) -> None:
    """Every link between the documents leads to a file, and to a heading in it."""
    assert list(_broken_links(path)) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_nothing_points_outside(path: Path) -> None:
    """The documents speak of the project's own files alone."""
    assert re.findall(r"(?:^|[\s(`])(?:/\w+/\w|\.\./)\S*", _text(path), re.MULTILINE) == []


def test_glossary_is_in_order() -> None:
    """One line a word, in alphabetical order, no word twice."""
    words = re.findall(r"^\| ([^|]+?) \|", _text(ROOT / "docs" / "glossary.md"), re.MULTILINE)[2:]
    keys = [word.replace("`", "").casefold() for word in words]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))


@pytest.mark.skipif(shutil.which("bash") is None, reason="console examples with pipes need bash")
def test_pipes_run(playground: Path) -> None:
    """An example may pipe its output on."""
    assert _run("costmodel --version | cut -c1-9", 0) == (0, "costmodel\n")
