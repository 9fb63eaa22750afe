"""A warning: what a reader must know before quoting a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


NOT_USED = "overlay-not-used"


class Notice(NamedTuple):
    """One warning.

    Attributes:
        code: a short code for programs.
        lead: the sentence, up to what it is about.
        about: models or meters it is about, with what is particular to them.
        after: the end of the sentence: what it means, or what to do.
    """

    code: str
    lead: str
    about: tuple[str, ...]
    after: str = ""

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.lead}: {', '.join(self.about)}" + (f". {self.after}" if self.after else "")


def joined(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Notices of several results, each matter once, about all that it concerns.

    >>> [notice.about for notice in joined([Notice("a", "x", ("1",)), Notice("a", "x", ("2",))])]
    [('1', '2')]
    """
    found: dict[tuple[str, str, str], dict[str, None]] = {}
    for notice in notices:
        found.setdefault((notice.code, notice.lead, notice.after), {}).update(dict.fromkeys(notice.about))
    return tuple(Notice(code, lead, tuple(about), after) for (code, lead, after), about in found.items())


def notice_lines(notices: Iterable[Notice]) -> tuple[str, ...]:
    """As lines below a table."""
    return tuple(f"Note: {notice.text}" for notice in notices)
