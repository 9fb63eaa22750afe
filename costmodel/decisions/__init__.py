"""Decisions taken with a bill: compare, mix, migrate, explain a difference, audit."""
