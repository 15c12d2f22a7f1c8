"""Test the tests of an assignment: calibration and mutation testing."""
