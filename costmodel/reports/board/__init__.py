"""A report for a board: one HTML file to read on paper, with the finding first. It computes nothing."""

from __future__ import annotations

from costmodel.reports.board.making import board_report
from costmodel.reports.board.papers import Papers, papers_of

__all__ = ["Papers", "board_report", "papers_of"]
