"""Scenario → results: the one place where the rooms are put together."""

from __future__ import annotations

from costmodel.study.cost import book_for, estimate

__all__ = ["book_for", "estimate"]
