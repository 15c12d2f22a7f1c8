"""Make up a class of students, and grade it."""
