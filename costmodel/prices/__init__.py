"""The price book: dated, sourced price tables, read as of a version, compiled to exact rate cards."""
