"""Words and numbers on charts: harmless, measured, broken into lines, apart from each other, and round."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import font_manager, get_data_path

from costmodel.errors import CommandLineError
from costmodel.reports.charts import around, labels, scale, style, words
from costmodel.reports.charts.page import Heading, Room, drawn, page, put

WATCH = "\N{WATCH}"  # in a font that comes with matplotlib, but not in its usual one
CHINESE = "病历摘要"


@pytest.fixture
def few_fonts(monkeypatch):
    """A machine with no font but the usual one."""
    usual = [font for font in font_manager.fontManager.ttflist if font.name == style.FACE]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", usual)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    words._family_with.cache_clear()
    yield
    words._family_with.cache_clear()


# Text


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("a\tb\nc   d ", "a b c d"),
        ("a\x00b\x1b[31m", f"a{words.UNSEEN}b{words.UNSEEN}[31m"),
        ("a\u202eb\u200bc", f"a{words.UNSEEN}b{words.UNSEEN}c"),
        ("\ud800\ue000", words.UNSEEN * 2),
        ("Bê\u0323nh viê\u0323n", "Bệnh viện"),
        (12, "12"),
        ("x" * 1_000_000, "x" * 4_000),
    ],
)
def test_text_is_made_harmless(given_text, shown):
    """One line, composed, with a mark for what cannot be seen, and no longer than a name can be."""
    assert words.plain(given_text) == shown


def test_vietnamese_needs_no_other_font(few_fonts):
    """The font that comes with matplotlib has every Vietnamese letter."""
    letters = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ₫"
    assert words.families(letters + letters.upper()) == [style.FACE]
    assert words.families(letters + letters.upper(), bold=True) == [style.FACE]


def test_a_missing_font_is_told_of(few_fonts):
    """No box is drawn: the error says which letters, in which text, and what to install."""
    with pytest.raises(CommandLineError) as raised:
        words.families(f"Khoa nội {CHINESE}")
    said = str(raised.value)
    assert said.startswith("no font on this machine can draw 病 (U+75C5), 历 (U+5386), 摘 (U+6458), 要 (U+8981) in")
    assert "fonts-noto-cjk" in said


def test_another_font_is_taken_for_what_the_usual_one_has_not():
    """A letter is looked for in every font of the machine; the usual one stays the first."""
    found = words.families(f"a{WATCH}")
    assert found[0] == style.FACE
    assert len(found) == 2
    fonts = [font_manager.get_font(font_manager.findfont(name)) for name in found]
    assert [ord(WATCH) in font.get_charmap() for font in fonts] == [False, True]


def test_a_font_installed_later_is_found(few_fonts, monkeypatch):
    """Matplotlib keeps a list of fonts; one that came later is looked for, a file that is no font passed over."""
    with pytest.raises(CommandLineError):
        words.families(WATCH)
    words._family_with.cache_clear()
    file = f"{get_data_path()}/fonts/ttf/STIXGeneral.ttf"
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [__file__, file])
    assert words.families(WATCH) == [style.FACE, "STIXGeneral"]


def test_chinese_is_drawn_where_there_is_a_font():
    """Where the machine has a font with Chinese letters they are drawn; else that is said."""
    if words._family_with(CHINESE[0], False) is None:
        with pytest.raises(CommandLineError, match="fonts-noto-cjk"):
            words.families(CHINESE)
    else:
        fonts = [font_manager.get_font(font_manager.findfont(name)) for name in words.families(CHINESE)]
        assert all(any(ord(char) in font.get_charmap() for font in fonts) for char in CHINESE)


def test_lines_are_as_wide_as_they_are_measured():
    """A width is that of the text as it is drawn, whatever the resolution."""

    @drawn
    def made():
        figure, (axes,) = page(Heading("t", "", ()), Room(2))
        return figure, put(axes, (0.5, 0.5), "google/gemini-2.5-flash 123,456.78")

    figure, text = made()
    with style.house_style():
        drawn_width = text.get_window_extent(figure.canvas.get_renderer()).width / figure.dpi
    assert words.width(text.get_text()) == pytest.approx(drawn_width, rel=0.005)


@settings(max_examples=40)
@given(st.text(alphabet="abcdefgh /-_.", max_size=120), st.floats(0.3, 4), st.integers(1, 4))
def test_broken_lines_fit(text, most, lines):
    """No line is wider than asked for, and nothing is lost but what is marked as cut."""
    found = words.wrapped(text, most, lines=lines)
    assert len(found) <= lines
    assert all(words.width(line) <= most + 1e-9 for line in found)
    joined = "".join(found)
    whole = words.plain(text).replace(" ", "")
    assert joined.replace(" ", "") == whole or joined.endswith(words.MORE)


def test_lines_end_after_slashes_rather_than_dashes():
    """The name of a model stays in one piece."""
    assert words.wrapped("accounts/fireworks/models/gpt-oss-20b", 2.0) == ["accounts/fireworks/models/", "gpt-oss-20b"]


# Places


sizes = st.lists(st.floats(0.1, 0.5), min_size=1, max_size=12)


@given(sizes, st.data())
def test_labels_at_the_side_are_apart(tall, data):
    """Labels never overlap, keep their order, and stay inside where there is room."""
    room = sum(tall) + 1.0
    wanted = data.draw(st.lists(st.floats(0, room), min_size=len(tall), max_size=len(tall)))
    found = labels.spread(wanted, tall, room)
    order = sorted(range(len(tall)), key=lambda place: wanted[place])
    for lower, upper in pairwise(order):
        assert found[lower] + tall[lower] / 2 <= found[upper] - tall[upper] / 2 + 1e-9
    assert all(at - own / 2 >= -1e-9 and at + own / 2 <= room + 1e-9 for at, own in zip(found, tall, strict=True))


def test_labels_with_room_stand_where_they_want():
    assert labels.spread([3.0, 1.0], [0.2, 0.2], 4.0) == [3.0, 1.0]
    assert labels.spread([], [], 4.0) == []


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 3)), min_size=1, max_size=20))
def test_labels_around_marks_cover_nothing(marks):
    """A label stands inside, over no mark and no other label; or it is not written."""
    found = around.spots(marks, [f"offer {place}" for place in range(len(marks))], (5.0, 3.0))
    boxes = []
    for spot in found:
        if spot is not None:
            half, up = words.width(spot.lines[0], words.SMALL) / 2, words.height(1, words.SMALL) / 2
            boxes.append(around.Box(spot.x - half, spot.y - up, spot.x + half, spot.y + up))
    assert all(box.inside(5.0, 3.0) for box in boxes)
    assert not any(first.meets(second) for first, second in combinations(boxes, 2))
    assert not any(box.meets(around.Box(x - 0.05, y - 0.05, x + 0.05, y + 0.05)) for box in boxes for x, y in marks)


# Numbers


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12), st.integers(1, 9))
def test_round_numbers_are_few_and_inside(low, span, most):
    """Multiples of one step that lie within the axis, as many as fit and no more."""
    found = scale.round_numbers(low, low + span, most)
    assert len(found) <= most
    assert all(low <= number <= low + span for number in found)
    steps = {second - first for first, second in pairwise(found)}
    assert len(steps) <= 1
    assert all(str(Fraction(step)).strip("0./1") in {"", "2", "5"} for step in steps if step >= 1)


def test_round_numbers_of_nothing():
    assert scale.round_numbers(3, 3, 5) == [3]
    assert scale.shown(scale.round_numbers(0, 1, 6)) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert scale.shown([Fraction(-1500), Fraction(0)], " %") == ["-1,500 %", "0 %"]


@pytest.mark.parametrize(("days", "step"), [(20, None), (100, 1), (1000, 3), (20000, 60)])
def test_months_below_an_axis(days, step):
    """As many months as have room, at even distances; the first of less than a month."""

    @drawn
    def made():
        _figure, (axes,) = page(Heading("t", "", ()), Room(2, left=0.3, right=0.3))
        start = scale.day(datetime(2026, 1, 5, tzinfo=UTC))
        axes.set_xlim(start, start + days)
        scale.days(axes, 7.0)
        return [label.get_text() for label in axes.get_xticklabels()]

    found = [int(text[:4]) * 12 + int(text[5:]) for text in made()]
    steps = {second - first for first, second in pairwise(found)}
    assert steps == ({step} if step else set())
    assert found


def test_series_are_told_apart():
    """Seven colours, then patterns: none of the first twenty-one looks like another."""
    assert len({style.look(place) for place in range(21)}) == 21
