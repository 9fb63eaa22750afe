"""A usage log held against a bill."""
