"""Offers side by side, and where their ranking turns."""
