"""Staffing, cash flow and returns: what the work is worth."""
