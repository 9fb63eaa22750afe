"""What is in a record of a usage log: shapes, the families that ship, the canonical columns."""
