"""What a number is: exact, an array, or a traced cell that prints itself. The equations do not know which."""
