"""The benchmark: nbgrader, Otter and this project grade one class, side by side.

Run `python -m bench`, or `make bench`, which prepares everything that it needs. The benchmark is
not installed with the packages.
"""
