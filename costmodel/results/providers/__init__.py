"""Offers side by side, their ranking over a range, and the cheapest mix."""
