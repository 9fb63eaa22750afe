"""What departments bear of metered usage, and how a month will end."""
