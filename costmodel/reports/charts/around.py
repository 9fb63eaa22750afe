"""Labels around the marks of a drawing: each beside its own, over no other, and inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.reports.charts.words import SMALL, height, width, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDEST = 2.2  # inches of a label
_MARK, _AIR = 0.055, 0.005  # inches from the middle of a mark to its edge, and from there to a label
# Sides on which a label may stand, the best first: how far its middle is from the mark, in halves of its size.
ANYWHERE = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
ABOVE_AND_BELOW = ((0, 1), (0, -1))


class Box(NamedTuple):
    """A rectangle, in inches."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        """Whether two overlap."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.top <= other.bottom or other.top <= self.bottom)

    def inside(self, wide: float, tall: float) -> bool:
        """Whether it lies within a drawing."""
        return self.left >= 0 and self.bottom >= 0 and self.right <= wide and self.top <= tall


class Spot(NamedTuple):
    """Where the middle of a label stands, in inches, and its lines."""

    x: float
    y: float
    lines: tuple[str, ...]


def spots(
    marks: Sequence[tuple[float, float]],
    texts: Sequence[str],
    area: tuple[float, float],
    sides: Sequence[tuple[int, int]] = ANYWHERE,
) -> list[Spot | None]:
    """A place for each label, the first ones first; None where there is no room.

    Args:
        marks: middles of the marks, in inches from the lower left.
        texts: what stands beside each.
        area: width and height of the drawing, in inches.
        sides: on which sides of its mark a label may stand, the best first.
    """
    taken = [Box(x - _MARK, y - _MARK, x + _MARK, y + _MARK) for x, y in marks]
    found: list[Spot | None] = []
    for mark, text in zip(marks, texts, strict=True):
        lines = tuple(wrapped(text, _WIDEST, SMALL, lines=2))
        half = max(width(line, SMALL) for line in lines) / 2 + 0.03, height(len(lines), SMALL) / 2
        free = [box for box in (_box(mark, half, side) for side in sides) if box.inside(*area)]
        box = next((box for box in free if not any(box.meets(other) for other in taken)), None)
        found.append(None if box is None else Spot((box.left + box.right) / 2, (box.bottom + box.top) / 2, lines))
        taken += [box] if box else []
    return found


def _box(mark: tuple[float, float], half: tuple[float, float], side: tuple[int, int]) -> Box:
    x, y = (at + way * (size + _MARK + _AIR) for at, way, size in zip(mark, side, half, strict=True))
    return Box(x - half[0], y - half[1], x + half[0], y + half[1])
