"""A file of plain text, read in stretches that count together what the whole text counts."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from costmodel.usage.counting.sources import MOST_CHARACTERS, NO_TEXT, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.usage.counting.sources import Source

BLOCK_BYTES = 2**20
_TAIL = 4_000  # characters: the end of a block nearly always has a place to cut

# Where a text may be cut without changing its tokens. Every vocabulary here cuts there itself: no piece has a line end
# before a letter or digit in it, and a blank between two letters begins a piece. Nor does Unicode compose across it.
_CUT = re.compile(r"(?<=\n)(?=[A-Za-z0-9])|(?<=[a-z])(?= [A-Za-z])")


def text_parts(source: Source, role: str) -> Iterator[Part]:
    """The text of a file as parts of one record.

    Args:
        source: the file.
        role: the role of the text in a chat; empty where it is none.
    """
    held = ""
    for block in _decoded(source):
        cut = _last_cut(held, block)
        held += block
        if cut:
            yield Part((held[:cut],), ("",), ends=False)
            held = held[cut:]
        elif len(held) > MOST_CHARACTERS:
            source.mistake(1, 1, f"more than {MOST_CHARACTERS:,} characters without a break between words: is it text?")
            return
    yield Part((held,), (role,))


def _last_cut(held: str, block: str) -> int:
    """The last place to cut what is held and the block after it, where alone one can be; 0 where there is none."""
    text = held[-1:] + block
    for start in (max(1, len(text) - _TAIL), 1):
        cuts = [match.start() for match in _CUT.finditer(text, start)]
        if cuts:
            return len(held) - len(held[-1:]) + cuts[-1]
    return 0


def _decoded(source: Source) -> Iterator[str]:
    """The text in blocks, as far as it is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    line, column, more = 1, 1, True
    while more:
        raw = source.block(BLOCK_BYTES)
        more = bool(raw)
        try:
            text = decoder.decode(raw, final=not more)
        except UnicodeDecodeError as error:
            line, column = _after(error.object[: error.start].decode(), line, column)
            source.not_utf8(line, column, error.object[error.start])
            return
        if "\0" in text:
            source.mistake(*_after(text[: text.index("\0")], line, column), NO_TEXT)
            return
        line, column = _after(text, line, column)
        if text:
            yield text


def _after(text: str, line: int, column: int) -> tuple[int, int]:
    """The place where one stands after a text."""
    lines = text.count("\n")
    return line + lines, len(text) - text.rfind("\n") if lines else column + len(text)
