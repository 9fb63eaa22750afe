"""Counting the tokens of real text, and the workload profile that is made of the counts."""
