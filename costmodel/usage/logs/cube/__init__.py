"""The one query of a usage cube, its scan by DuckDB, and the cells that a price book prices."""
