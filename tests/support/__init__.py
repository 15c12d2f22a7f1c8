"""Helpers of the tests, imported by name."""
