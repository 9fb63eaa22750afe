"""Usage logs: what was really used, read into the usage cube."""
