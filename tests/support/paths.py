"""Where the repository and the tests' own files are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The root of the repository."""
TESTS = ROOT / "tests"
SAMPLES = TESTS / "samples"
"""Exercises with known answers, in the course's own format."""
INSIDE = TESTS / "sandbox" / "inside"
"""Modules that tests run inside a sandbox."""
