"""Builds the course from text, and grades it where student code cannot reach the verdict."""
