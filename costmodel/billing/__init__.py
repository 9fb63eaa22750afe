"""Cube × rate card → bill: list, contracted and billed cost, credits, exchange, taxes and fees. Always exact."""
