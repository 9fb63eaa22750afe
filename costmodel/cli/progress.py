"""A progress bar on the standard error: only on a terminal, and only for what takes more than two seconds."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_SECONDS = 2.0


class Bar:
    """A bar that appears when a task takes longer than one is patient, and goes when it is done."""

    def __init__(self, label: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._label, self._clock, self._since = label, clock, clock()
        self._shown: Any = None
        self._task: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Tell how much is done."""
        if self._shown is None:
            if self._clock() - self._since < PATIENCE_SECONDS or done >= total:
                return
            self._start(total)
        self._shown.update(self._task, completed=done, total=total)
        if done >= total:
            self._shown.stop()

    def _start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._shown = Progress(console=Console(stderr=True), transient=True)
        self._task = self._shown.add_task(self._label, total=total)
        self._shown.start()


def bar(label: str, *, quiet: bool) -> Bar | None:
    """A progress bar where one can be seen: on a terminal, and not with --quiet."""
    return Bar(label) if sys.stderr.isatty() and not quiet else None
