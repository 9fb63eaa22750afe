"""The offers that a name may have been meant for, where no offer is called so."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 3
_NEAR = 0.7  # of difflib: how like another name a name must be to have been meant for it
_SHORTEST = 3  # letters and digits: less than that is part of too many names
_SAME, _PART, _ALIKE = range(3)


class Offered(NamedTuple):
    """An offer, as far as its name goes.

    Attributes:
        provider: its short name.
        model: the model's own name.
        quoted: whether its prices are quoted ones alone: a reseller's, behind those of a maker's list.
    """

    provider: str
    model: str
    quoted: bool

    @property
    def name(self) -> str:
        """`provider/model`."""
        return f"{self.provider}/{self.model}"


def nearest_names(name: str, offers: Iterable[Offered]) -> list[str]:
    """The nearest offers, nearest first; none where nothing is near.

    The model's own name decides: first those that are the same but for blanks, signs and capitals, then those of
    which one is a part of the other, then those that look alike. Of equally near ones a list goes before a quotation,
    the provider asked for before others, a short name before a long one, and a later number before an earlier one.

    >>> nearest_names("GPT 4.1", [Offered("a", "gpt-5.1", False), Offered("b", "gpt-4.1", False)])
    ['b/gpt-4.1', 'a/gpt-5.1']
    """
    offered = sorted(sorted(offers), key=lambda item: item.model, reverse=True)
    before, _, after = name.partition("/")
    model = after if before in {item.provider for item in offered} else name
    asked = {_bare(model), _bare(model.rpartition("/")[2])}
    found = []
    for item in offered:
        near = min((how for word in asked if (how := _how_near(word, _bare(item.model)))), default=None)
        if near is not None:
            rank = (*near, item.quoted, item.provider != before, item.name.count("/"), len(item.name))
            found.append((rank, item.name))
    return [full for _, full in sorted(found, key=lambda item: item[0])][:MOST]


def _bare(name: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[\W_]", "", name).casefold()


def _how_near(asked: str, model: str) -> tuple[int, float] | None:
    """How one name is like another, the smaller the nearer; None where it is not."""
    if asked == model:
        return _SAME, 0
    short, long = sorted((asked, model), key=len)
    if len(short) >= _SHORTEST and short in long:
        return _PART, len(long) - len(short)
    matcher = SequenceMatcher(None, model, asked)
    if matcher.real_quick_ratio() < _NEAR or matcher.quick_ratio() < _NEAR or matcher.ratio() < _NEAR:
        return None
    return _ALIKE, -matcher.ratio()
