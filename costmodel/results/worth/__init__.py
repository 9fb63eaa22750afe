"""Is it worth it, and how sure is that."""
