"""A bill as rows of FOCUS 1.2, the open specification of cost and usage data."""
