"""What is not known exactly: draws of uncertain numbers, what they do to a result, and what knowing more is worth."""
