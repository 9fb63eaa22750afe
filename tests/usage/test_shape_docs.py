"""The page on usage logs says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from log_rows import mapping

from costmodel.cli.usage_inspect import command
from costmodel.usage.logs.reading.inspect import inspect
from costmodel.usage.logs.shapes.columns import REASONS
from costmodel.usage.logs.shapes.families import load_mapping, shipped_shapes
from costmodel.usage.logs.shapes.limits import limits
from costmodel.usage.logs.shapes.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "usage-logs.md"
TEXT = PAGE.read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the table with this first heading."""
    lines = TEXT.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split(" |")])
    return found


def blocks(language: str) -> Iterator[str]:
    return (match[1] for match in re.finditer(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))


def test_reasons() -> None:
    assert table("reason") == [[reason.name, reason.means, reason.remedy] for reason in REASONS]


def test_families() -> None:
    shipped = sorted(shipped_shapes(), key=lambda shape: shape.shape)
    assert table("family") == [[f"`{shape.shape}`", shape.name] for shape in shipped]


def test_limits() -> None:
    counts = [f"{count:,}" for count in (limits().tokens, limits().requests)]
    values = [row[1] for row in table("limit")]
    assert [*values[:2], values[4]] == [*counts, str(limits().characters)]
    assert values[2:4] == ["2020-06-11T00:00:00Z", "2100-01-01T00:00:00Z"]


def test_every_key_is_documented() -> None:
    named = {word for row in table("key") for word in re.findall(r"`(\w+)`", row[0])}
    assert named == {field.alias or name for name, field in Shape.model_fields.items()}


@pytest.mark.parametrize("text", list(blocks("yaml")), ids=lambda text: text.split("\n", 1)[0])
def test_mappings_are_sound(text: str, tmp_path: Path) -> None:
    assert load_mapping(mapping(tmp_path, text)).shapes


def test_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of the page gives the guess of the page, and the corrected guess the listing of the page."""
    monkeypatch.chdir(tmp_path)
    (log,), guess, shown = blocks("csv"), next(blocks("yaml")), next(blocks("text"))
    Path("ward.csv").write_text(log, encoding="utf-8")
    assert inspect([Path("ward.csv")]).guess == guess
    Path("ward.yaml").write_text(guess.replace("UTC", "Asia/Ho_Chi_Minh"), encoding="utf-8")
    words, _, wanted = shown.partition("\n")
    arguments = words.removeprefix("$ costmodel usage inspect ").split()
    done = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert [line.rstrip() for line in done.stdout.splitlines()] == [line.rstrip() for line in wanted.splitlines()]
    assert done.return_value == 3
