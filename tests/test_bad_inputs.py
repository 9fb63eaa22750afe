"""Every kind of mistake a user can make in a file: one file each, saying what must be said about it."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from costmodel import PriceBook
from costmodel.cli import run
from costmodel.documents.reader import read_document
from costmodel.errors import CostmodelError, FileError
from costmodel.shipped import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).parent / "bad_inputs"
INDEX = "index.yaml"  # what is to be said of files that cannot carry a comment
PLACE = re.compile(r"^(?P<file>[^\n]*?):(?P<line>\d+):(?P<column>\d+): (?P<message>.*)$")
UNSAID = ("Traceback", "value_error", "Input should be", "pydantic", "ValidationError", "type=", "Fraction(")
WITHOUT_LINE = ("the file is empty", "the file cannot be read")
LEAST_KINDS = 490
LEAST_KINDS_BY_FILE = {
    "scenario": 320, "provider": 45, "overlay": 10, "meters": 5, "versions": 5, "fx": 4, "profile": 7,
}  # fmt: skip

SOUND_SCENARIO = """\
scenario: Letters of a small clinic
prices: {{version: working}}
horizon: {{start: 2026-12, months: 1}}
currency: USD
workload:
  records: {{per_month: 100}}
  tokens: {tokens}
mix: {{clinic/letters-1: 100 %}}
"""


class Kind(NamedTuple):
    """One file and what must be said about it.

    Attributes:
        path: the file.
        exit_code: exit code of the command line.
        places: line and column of every mistake, in order; none where there is no price.
        says: words of the message.
        command: the command that reads it.
        fault: what costmodel still says wrongly; empty where it says everything rightly.
        in_comments: whether all this stands in the file itself.
    """

    path: Path
    exit_code: int
    places: tuple[tuple[int, int], ...]
    says: tuple[str, ...]
    command: str
    fault: str
    in_comments: bool

    @property
    def name(self) -> str:
        """Kind of file and of mistake."""
        return f"{self.path.parent.name}/{self.path.stem}"


class Outcome(NamedTuple):
    """What came of a file."""

    exit_code: int
    text: str


def _place(text: str) -> tuple[int, int]:
    line, column = text.split(":")
    return int(line), int(column)


def _kind(path: Path, said: list[tuple[str, str]], *, in_comments: bool) -> Kind:
    single = dict(said)
    assert set(single) <= {"exit", "at", "says", "run", "fault"}, f"{path.name}: what is {sorted(single)}?"
    return Kind(
        path,
        int(single["exit"]),
        tuple(_place(value) for key, value in said if key == "at"),
        tuple(value for key, value in said if key == "says"),
        single.get("run", "estimate"),
        single.get("fault", ""),
        in_comments,
    )


def _said(path: Path) -> Iterable[tuple[str, str]]:
    """The `# key: value` lines at the head of a file."""
    for line in path.read_bytes().split(b"\n"):
        if not line.startswith(b"# "):
            return
        key, _, value = line[2:].decode().partition(": ")
        yield key, value


def _kinds() -> list[Kind]:
    index = read_document(FOLDER / INDEX).data
    found = []
    for path in sorted(FOLDER.glob("*/*.yaml")):
        name = f"{path.parent.name}/{path.name}"
        indexed = [(item["key"], item["value"]) for item in index.pop(name, ())]
        found.append(_kind(path, indexed or list(_said(path)), in_comments=not indexed))
    assert not index, f"{INDEX} speaks of files that are not there: {sorted(index)}"
    return found


KINDS = _kinds()


def _command(*arguments: str, capsys: pytest.CaptureFixture[str]) -> Outcome:
    code = run(list(arguments))
    output = capsys.readouterr()
    assert output.out == "", "nothing is printed as data where a file is wrong"
    return Outcome(code, output.err)


def _error_of(action) -> Outcome:
    with pytest.raises(CostmodelError) as caught:
        action()
    return Outcome(caught.value.exit_code, str(caught.value) + "\n")


def _price_folder(place: Path, kind: Kind | None = None) -> Path:
    """The shipped tables without providers, with the file of one kind in its place."""
    folder = place / "pricing"
    (folder / "providers").mkdir(parents=True)
    for name in ("meters.yaml", "fx.yaml"):
        shutil.copy(shipped_folder("pricing") / name, folder / name)
    if kind is not None:
        name = "providers/clinic.yaml" if kind.path.parent.name == "provider" else f"{kind.path.parent.name}.yaml"
        shutil.copy(kind.path, folder / name)
    return folder


def _sound_scenario(place: Path, tokens: str = "{input: 1500, output: 400}") -> Path:
    path = place / "scenario.yaml"
    path.write_text(SOUND_SCENARIO.format(tokens=tokens), encoding="utf-8")
    return path


def _outcome(kind: Kind, place: Path, capsys: pytest.CaptureFixture[str]) -> Outcome:
    """A file read the way a user has it read."""
    what = kind.path.parent.name
    if what == "scenario":
        return _command(kind.command, str(kind.path), capsys=capsys)
    if what == "overlay":
        return _command("estimate", str(_sound_scenario(place)), "--overlay", str(kind.path), capsys=capsys)
    if what == "profile":
        (place / "profiles").mkdir()
        shutil.copy(kind.path, place / "profiles" / "clinic--letters.yaml")
        prices = FOLDER / "scenario" / "support" / "clinic.yaml"
        scenario = _sound_scenario(place, "{profile: clinic/letters}")
        return _command("estimate", str(scenario), "--overlay", str(prices), capsys=capsys)
    folder = _price_folder(place, kind)
    readers = {
        "provider": lambda: PriceBook.load(folder, version="working").offers(),
        "meters": lambda: PriceBook.load(folder, version="working"),
        "versions": lambda: PriceBook.load(folder),
        "fx": lambda: PriceBook.load(folder, version="working").exchange(),
    }
    return _error_of(readers[what])


def _caret_fault(kind: Kind, shown: str, caret: str, place: tuple[int, int]) -> str:
    """What is wrong with the two lines under a message; empty where they point at the place."""
    line, column = place
    written = kind.path.read_bytes().split(b"\n")[line - 1].decode("utf-8", "replace")
    wanted, pointed = written[column - 1 :][:30], shown[caret.index("^") :][:30] if "^" in caret else "-"
    if caret.strip() != "^" or not shown.startswith("    "):
        return f"no caret under {shown!r}"
    same = all(left in (right, "?", " ") for left, right in zip(pointed, wanted, strict=False))
    return "" if same and bool(pointed) == bool(wanted) else f"the caret points at {pointed!r}, not at {wanted!r}"


def _item(kind: Kind) -> object:
    """One item; a known fault must fail, so that its line is taken out once it is mended."""
    marks = [pytest.mark.xfail(reason=kind.fault, strict=True)] if kind.fault else []
    return pytest.param(kind, id=kind.name, marks=marks)


@pytest.mark.parametrize("kind", [_item(kind) for kind in KINDS])
def test_mistake_is_told(kind: Kind, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each mistake gets its exit code, its words, its line and column and a caret, without jargon."""
    outcome = _outcome(kind, tmp_path, capsys)
    assert outcome.exit_code == kind.exit_code, outcome.text
    for words in kind.says:
        assert words in outcome.text
    for words in UNSAID:
        assert words not in outcome.text
    lines = outcome.text.splitlines()
    found = [(number, match) for number, line in enumerate(lines) if (match := PLACE.match(line))]
    assert tuple((int(match["line"]), int(match["column"])) for _, match in found) == kind.places, outcome.text
    for (number, match), place in zip(found, kind.places, strict=True):
        assert match["file"].endswith(".yaml")
        if not match["message"].startswith(WITHOUT_LINE) and kind.in_comments:
            assert _caret_fault(kind, lines[number + 1], lines[number + 2], place) == "", outcome.text


def test_no_kind_is_lost() -> None:
    """The directory cannot shrink unseen: so many kinds of mistake, over every kind of file a user writes."""
    counts = Counter(kind.path.parent.name for kind in KINDS)
    assert len(KINDS) >= LEAST_KINDS
    assert {name: count for name, count in LEAST_KINDS_BY_FILE.items() if counts[name] < count} == {}
    assert all(kind.says for kind in KINDS)
    assert all(kind.places for kind in KINDS if kind.exit_code == 3)


def test_kinds_differ() -> None:
    """No two files of one kind are the same but for their names."""
    bodies = Counter((kind.path.parent, kind.path.read_bytes()) for kind in KINDS)
    assert [path for (path, _), count in bodies.items() if count > 1] == []


def test_sound_files_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The scenario and the overlay that the bad files are put beside are right themselves."""
    prices = FOLDER / "scenario" / "support" / "clinic.yaml"
    assert run(["estimate", str(_sound_scenario(tmp_path)), "--overlay", str(prices)]) == 0
    assert capsys.readouterr().out.startswith("Letters of a small clinic")


def _bad_scenario(place: Path, name: str, per_day: str) -> Path:
    path = place / name
    text = SOUND_SCENARIO.format(tokens=f"{{input: {per_day}, output: {per_day}}}")
    path.write_text(text.replace("months: 1}", "months: none}"), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["estimate", "check"])
def test_every_mistake_of_every_file_is_told(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One run over several files tells all mistakes of all of them, each file's in the order of its lines."""
    first, second = _bad_scenario(tmp_path, "first.yaml", "010"), _bad_scenario(tmp_path, "second.yaml", "-1")
    outcome = _command(command, str(first), str(second), capsys=capsys)
    found = [match for line in outcome.text.splitlines() if (match := PLACE.match(line))]
    assert outcome.exit_code == 3
    assert [(Path(match["file"]).name, int(match["line"])) for match in found] == [
        (name, line) for name in ("first.yaml", "second.yaml") for line in (3, 7, 7)
    ]


def test_all_mistakes_of_a_price_table_are_told(tmp_path: Path) -> None:
    """A provider's file with several mistakes is told of all of them at once, in the order of its lines."""
    folder = _price_folder(tmp_path)
    text = (FOLDER / "provider" / "meter-unknown.yaml").read_text(encoding="utf-8")
    text = text.replace("meters: [input, output]", "meters: [inputs, output]").replace(
        "[standard, batch]", "[standard]"
    )
    (folder / "providers" / "clinic.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        PriceBook.load(folder, version="working").offers()
    lines = [mistake.line for mistake in caught.value.mistakes]
    assert len(lines) == 5
    assert lines == sorted(lines)


@pytest.mark.parametrize("command", ["estimate", "check"])
def test_wrong_file_outweighs_missing_price(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run over a scenario without a price and a malformed one ends with 3, whichever stands first."""
    unpriced = FOLDER / "scenario" / "price-unknown-model.yaml"
    malformed = _bad_scenario(tmp_path, "malformed.yaml", "010")
    for files in ((unpriced, malformed), (malformed, unpriced)):
        assert _command(command, *map(str, files), capsys=capsys).exit_code == 3


def test_wrong_workload_outweighs_missing_price(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same holds where the file's mistake shows only when it is computed with."""
    unpriced = FOLDER / "scenario" / "price-unknown-model.yaml"
    malformed = FOLDER / "scenario" / "no-tokens.yaml"
    outcome = _command("estimate", str(unpriced), str(malformed), capsys=capsys)
    assert outcome.exit_code == 3
    assert "no tokens are given" in outcome.text


def test_control_characters_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A file cannot drive the terminal through the line that is shown of it."""
    names = ("escape-character-raw", "escape-character-quoted", "nul-character", "text-direction-override")
    for name in names:
        outcome = _command("estimate", str(FOLDER / "scenario" / f"{name}.yaml"), capsys=capsys)
        assert not set(outcome.text) & {"\x1b", "\0", "\u202e"}
