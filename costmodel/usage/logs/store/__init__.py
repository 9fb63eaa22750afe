"""Small cubes of files that were read before, so that a log that grows is read once."""
