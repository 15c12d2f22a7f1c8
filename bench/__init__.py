"""The benchmark: nbgrader, Otter and this project grade one class, side by side.

`python -m bench`, or `make bench`, which makes all that it needs. It is no part of what is
installed.
"""
