"""Build `source/` and `release/` from the text in `course/`."""
