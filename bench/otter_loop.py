"""Grade notebooks with Otter, one after another, in one process.

A separate program, run by the Python that has Otter:
`python otter_loop.py AUTOGRADER.zip RESULTS.jsonl NOTEBOOK...`. This is faster than
`otter run` for each notebook, which would import Otter each time.
"""

import json
import sys
from pathlib import Path

from otter.api import grade_submission  # type: ignore[import-not-found]


def main(autograder: str, results: Path, notebooks: list[str]) -> None:
    """Write a line of points, by exercise, for each notebook as it is graded."""
    with results.open("w") as lines:
        for notebook in notebooks:
            graded = grade_submission(notebook, autograder, quiet=True)
            points = {name: graded.get_score(name) for name in graded.results}
            print(json.dumps({"notebook": notebook, "points": points}), file=lines, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
