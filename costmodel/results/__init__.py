"""What comes out: frozen objects that show themselves, explain themselves and write exact JSON."""
