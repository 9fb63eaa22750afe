"""`usage showback` and `usage budget` on the shipped example: formats, exit codes, kept cubes, other books."""

from __future__ import annotations

import csv
import io
import json
import re
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
import yaml

from costmodel.cli import run
from costmodel.quantities import decimal_text
from costmodel.schemas import schema_text

USAGE = Path(__file__).parent.parent / "scenarios" / "usage"
LOG, RULES, BUDGET = (str(USAGE / name) for name in ("example-log.csv", "showback-rules.yaml", "budget.yaml"))
SHOWBACK = ["usage", "showback", LOG, "--by", "department", "--rules", RULES]
STATUS = ["usage", "budget", LOG, "--budget", BUDGET, "--as-of", "2026-11-24"]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(list(arguments))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_showback_is_the_priced_log_and_what_the_rules_add(capsys: pytest.CaptureFixture[str]) -> None:
    """Own usage and the requests without a department are the total of `usage price`; 10 USD are stated."""
    _, priced, _ = told(capsys, "usage", "price", LOG, "--by", "department", "--format", "json")
    code, text, _ = told(capsys, *SHOWBACK, "--format", "json")
    found, by_department = json.loads(text), {row["department"]: row["cost"] for row in json.loads(priced)["groups"]}
    assert code == 0
    assert Fraction(found["total"]) == Fraction(json.loads(priced)["total"]) + 10
    own = {row["department"]: row["cost"] for row in found["lines"] if row["of"] == "own usage"}
    assert own == {name: cost for name, cost in by_department.items() if name}
    assert found["shared"][0]["cost"] == by_department[""]


def test_showback_as_csv(capsys: pytest.CaptureFixture[str]) -> None:
    """Every amount with its rule; charges add up to the total to the cent."""
    code, text, _ = told(capsys, *SHOWBACK, "--format", "csv", "--quiet")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert code == 0
    assert list(rows[0]) == ["department", "of", "rule", "share", "cost", "charge", "currency"]
    assert {row["rule"] for row in rows} == {"as metered", "by cost", "even", "fixed shares"}
    assert decimal_text(sum(Fraction(row["charge"]) for row in rows), 2) == "35.96"


@pytest.mark.parametrize(
    ("option", "day", "code"), [((), "2026-11-24", 1), ((), "2026-11-06", 0), (("--format", "json"), "2026-11-24", 1)]
)
def test_exit_1_where_a_line_alerts(
    capsys: pytest.CaptureFixture[str], option: tuple[str, ...], day: str, code: int
) -> None:
    """The result is printed first; on the 6th nothing is projected yet, and no share is used."""
    found, text, _ = told(capsys, *STATUS[:-1], day, *option)
    assert (found, "Cardiology" in text) == (code, True)


def test_a_kept_cube_gives_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Both commands on counts that were kept, to the byte."""
    cube = str(tmp_path / "kept.parquet")
    _, wanted, _ = told(capsys, *STATUS, "--format", "json", "--save-cube", cube)
    code, found, _ = told(capsys, *STATUS[:2], "--cube", cube, *STATUS[3:], "--format", "json")
    assert (code, found) == (1, wanted)
    _, wanted, _ = told(capsys, *SHOWBACK, "--format", "json")
    assert told(capsys, *SHOWBACK[:2], "--cube", cube, *SHOWBACK[3:], "--format", "json")[:2] == (0, wanted)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([*SHOWBACK, "--by", "department,model"], 2, "--by names one column"),
        ([*SHOWBACK, "--by", "ward"], 2, "has no column 'ward'"),
        ([*SHOWBACK, "--month", "november"], 2, "--month: expected a month"),
        ([*SHOWBACK, "--prices", "2026.11", "--prices", "working"], 2, "name one version with --prices"),
        ([*SHOWBACK, "--rules", BUDGET], 3, "unknown key 'budget'"),
        ([*STATUS, "--as-of", "today"], 2, "--as-of: expected a day"),
        ([*STATUS, "--as-of", "2027-01-01"], 2, "the log has no usage in the days of 2026-12"),
        ([*STATUS, "--budget", RULES], 3, "unknown key 'showback'"),
        ([*STATUS, "--budget", "nothing.yaml"], 3, "there is no such file"),
    ],
)
def test_what_cannot_be_done(capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str) -> None:
    """What was asked, and what to do."""
    found, out, err = told(capsys, *arguments)
    assert (found, out) == (code, "")
    assert words in err


def test_rows_without_a_price_decide_before_alerts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit 4 where a model has no price and 3 where a row is wrong; both say what the figures leave out."""
    log = tmp_path / "log.csv"
    unknown = "2026-11-05T08:00:00Z,nobody,cardiology,10,0,10\n"
    log.write_text(Path(LOG).read_text(encoding="utf-8") + unknown, encoding="utf-8")
    for command in (SHOWBACK, STATUS):
        code, out, _ = told(capsys, *command[:2], str(log), *command[3:])
        assert (code, "The usage is without 1 row that has no price" in " ".join(out.split())) == (4, True)
    log.write_text(log.read_text(encoding="utf-8") + unknown.replace("10,0", "-1,0"), encoding="utf-8")
    code, out, _ = told(capsys, *STATUS[:2], str(log), *STATUS[3:])
    assert (code, "1 row that cannot be read as usage" in " ".join(out.split())) == (3, True)
    assert told(capsys, *STATUS[:2], str(log), *STATUS[3:], "--allow", "malformed", "--allow", "unpriced")[0] == 1


@pytest.mark.parametrize(("kind", "file"), [("showback", RULES), ("budget", BUDGET)])
def test_the_shipped_files_meet_their_schemas(kind: str, file: str) -> None:
    """What an editor would mark as wrong is nothing in them, and their first line finds the schema."""
    text = Path(file).read_text(encoding="utf-8")
    data = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - reads text alone, makes no objects
    jsonschema.Draft202012Validator(json.loads(schema_text(kind))).validate(data)
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert named is not None
    assert (USAGE / named[1]).resolve().name == f"{kind}.schema.json"
    assert (USAGE / named[1]).exists()
