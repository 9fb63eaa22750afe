"""YAML text → frozen models; every mistake at file:line:column."""
