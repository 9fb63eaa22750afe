"""A vendor's figures, recomputed."""
