"""A change of provider."""
