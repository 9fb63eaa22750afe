"""What is wrong with a distribution, and at which key of it."""

from __future__ import annotations

from costmodel.errors import QuantityError

Path = tuple[str | int, ...]


class DistributionError(QuantityError):
    """A distribution that cannot be what was written.

    Attributes:
        path: keys and indices inside the mapping; the last step `[key]` says that a key itself is wrong.
        message: what is wrong, and what would be right.
    """

    def __init__(self, path: Path, message: str) -> None:
        self.path, self.message = path, message
        super().__init__(message)
