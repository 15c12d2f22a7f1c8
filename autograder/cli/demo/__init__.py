"""Make up a class and grade it."""
