"""What was really used: its cost, who bears it, how the month will end, and whether the bill agrees."""
