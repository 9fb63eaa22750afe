"""The same query where the log lies: Spark, or a data warehouse."""
