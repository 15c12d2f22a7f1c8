"""What a night of grading costs, from measured parts: the model, its checks, and the page.

Run `python -m bench.scale`, or `make scale`. It measures the parts on this machine, grades a class
of stored results, runs a cluster of simulated workers, and writes `docs/scale.md`.
"""
