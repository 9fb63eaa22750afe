"""Files of usage logs as one relation of canonical columns, and what is wrong with their rows."""
