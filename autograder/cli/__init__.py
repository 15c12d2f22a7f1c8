"""Provide the command `autograder`."""
