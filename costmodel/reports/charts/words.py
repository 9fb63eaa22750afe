"""Text on a chart: made harmless, held against the fonts that there are, measured, and broken into lines."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CommandLineError
from costmodel.reports.charts.style import FACE, NOTE, SPACING, TEXT
from costmodel.results.labels import kept_together, local

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

UNSEEN = "\N{REPLACEMENT CHARACTER}"
MORE = "\N{HORIZONTAL ELLIPSIS}"
_INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs"}  # control, format (such as a change of direction), not assigned, private
_BREAKS = (" /", "-_.,:+")  # a line ends after one of the first, or else of the second
_LONGEST, _NAME = 4_000, 80  # characters of one text, and of a name within a sentence
_DENSEST = 100  # letters in an inch: more than any font has
_REMEMBERED = 2_000  # widths: several charts of a report have the same words
_POINTS = 72  # in an inch
# Fonts without letters of their own, or with boxes for all of them.
_NO_LETTERS = ("Last Resort", "STIXNonUnicode", "STIXSize", "cmex", "cmmi", "cmsy")
_PREFERRED = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "Noto Sans")
_WHERE = "On Debian or Ubuntu: fonts-noto-cjk for Chinese, fonts-noto-core for other scripts, fonts-symbola for signs."


class Size(NamedTuple):
    """What letters are like: points, and whether they are bold."""

    points: float = TEXT
    bold: bool = False


SMALL = Size(NOTE)


def plain(text: object) -> str:
    r"""A text as it may stand on a chart: one line, and a mark where a character cannot be seen.

    >>> plain("a\tb\u202ec") == "a b" + UNSEEN + "c"
    True
    """
    said = local(text) if isinstance(text, str) else str(text)
    line = " ".join(unicodedata.normalize("NFC", said[:_LONGEST]).split())
    return "".join(UNSEEN if unicodedata.category(char) in _INVISIBLE else char for char in line)


def called(name: object) -> str:
    """A name as it stands in a sentence: cut where it would fill it.

    >>> called("openai/gpt-4.1"), len(called("x" * 1000))
    ('openai/gpt-4.1', 80)
    """
    text = plain(name)
    return text if len(text) <= _NAME else text[: _NAME - 1] + MORE


def families(text: str, *, bold: bool = False) -> list[str]:
    """The fonts that a text needs, the usual one first.

    Raises:
        CommandLineError: no font on this machine has one of its characters; no box is drawn in its place.
    """
    found = {FACE: None}
    missing = []
    for char in dict.fromkeys(text):
        family = _family_with(char, bold)
        if family is None:
            missing.append(char)
        else:
            found[family] = None
    if missing:
        raise _no_font(text, missing)
    return list(found)


def _no_font(text: str, missing: list[str]) -> CommandLineError:
    named = ", ".join(f"{char} (U+{ord(char):04X})" for char in missing[:5])
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""  # noqa: PLR2004 - enough to know the script
    return CommandLineError(
        f"no font on this machine can draw {named}{more} in '{text[:60]}'. Install one that can. {_WHERE}"
    )


@cache
def _family_with(char: str, bold: bool) -> str | None:  # noqa: FBT001 - a key of the cache
    if char == "\n" or ord(char) in _characters(FACE, bold):
        return FACE
    for names in (installed, added):  # a font that came after matplotlib made its list is looked for last
        found = next((name for name in names() if ord(char) in _characters(name, bold)), None)
        if found is not None:
            return found
    return None


@cache
def _characters(family: str, bold: bool) -> frozenset[int]:  # noqa: FBT001 - a key of the cache
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(_properties([family], Size(bold=bold)))).get_charmap())


def installed() -> list[str]:
    """The fonts that matplotlib knows, those that are preferred first, then by name."""
    from matplotlib.font_manager import fontManager

    names = {font.name for font in fontManager.ttflist if not font.name.startswith(_NO_LETTERS)}
    return [name for name in _PREFERRED if name in names] + sorted(names.difference(_PREFERRED))


def added() -> list[str]:
    """The fonts that were installed since matplotlib made its list, which it does not look at again by itself."""
    from matplotlib import font_manager

    before = installed()
    known = {font.fname for font in font_manager.fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        with suppress(OSError, RuntimeError, ValueError, KeyError):  # a file that is no font
            font_manager.fontManager.addfont(path)
    return [name for name in installed() if name not in before]


def _properties(names: list[str], size: Size) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=names, size=size.points, weight="bold" if size.bold else "normal")


def width(text: str, size: Size = Size()) -> float:  # noqa: B008 - a constant
    """Inches that a line takes."""
    return _measured(local(text), size)


@lru_cache(maxsize=_REMEMBERED)
def _measured(text: str, size: Size) -> float:
    from matplotlib.textpath import text_to_path

    names = families(text, bold=size.bold)
    wide, _, _ = text_to_path.get_text_width_height_descent(text, _properties(names, size), ismath=False)
    return float(wide) / _POINTS


def height(lines: int, size: Size = Size()) -> float:  # noqa: B008 - a constant
    """Inches that so many lines take."""
    return lines * size.points * SPACING / _POINTS


def wrapped(text: object, most: float, size: Size = Size(), lines: int = 3) -> list[str]:  # noqa: B008 - a constant
    """A text in lines of at most so many inches; what does not fit into the lines is cut, and says so."""
    rest = kept_together(plain(text))
    found: list[str] = []
    while rest and len(found) < lines:
        end = _fitting(rest, most, size)
        if end < len(rest) and len(found) == lines - 1:
            return [*found, rest[: _fitting(rest, most - width(MORE, size), size, anywhere=True)].rstrip() + MORE]
        found.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return found or [""]


def _fitting(text: str, most: float, size: Size, *, anywhere: bool = False) -> int:
    """How many characters fit on a line: at least one, and up to a place where a line may end if there is one."""
    densest = int(most * _DENSEST) + 2
    if len(text) < densest and width(text, size) <= most:
        return len(text)
    low, high = 1, min(len(text), densest)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if width(text[:middle], size) <= most else (low, middle)
    if anywhere or text[low] == " ":
        return low
    ends = (max((place + 1 for place in range(low) if text[place] in signs), default=0) for signs in _BREAKS)
    return next((end for end in ends if end > low // 3), low)
