"""Measure what one submission costs in each part of the system."""

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.paths import CoursePaths
from bench.measure import Usage, measure
from bench.scale.cluster import Simulation
from bench.scale.model import Parts
from bench.scale.stored import Grading
from bench.systems import BIN, ENVIRONMENT

COMMITS = 50
TABLES = ("student", "submitted_assignment", "submitted_notebook", "grade", "comment")
Phase = str
NEW, STORED, UNCHANGED = "new", "stored", "unchanged"


@dataclass(frozen=True)
class Exams:
    """What the command took for a few submissions, and for more, with one job and with two."""

    few: Usage
    many: Usage
    two_jobs: Usage
    added: int

    @property
    def cpu(self) -> float:
        """CPU seconds of one more submission."""
        return (self.many.cpu - self.few.cpu) / self.added

    @property
    def wall(self) -> float:
        """Seconds of one more submission, with one job."""
        return (self.many.wall - self.few.wall) / self.added


@dataclass(frozen=True)
class Stored:
    """What the grader took for a class of copied results, by phase and size of the class."""

    gradings: Mapping[tuple[Phase, int], Grading]
    few: int
    many: int

    def slope(self, phase: Phase, name: str) -> float:
        """Return what one more submission adds to a measurement of a phase."""
        few, many = self.gradings[phase, self.few], self.gradings[phase, self.many]
        return float(getattr(many, name) - getattr(few, name)) / (self.many - self.few)


@dataclass(frozen=True)
class OnDisk:
    """What one submission takes on the disk: files and folders, bytes, rows of the gradebook."""

    files: float
    disk: float
    rows: float
    gradebook: float


def run_exams(root: Path, assignment: str, *, jobs: int) -> Usage:
    """Grade a course with the command, and real exams; return what it took."""
    command = [str(BIN / "autograder"), "grade", assignment, "--force", "--jobs", str(jobs)]
    return measure(command, cwd=root, log=root.with_suffix(".log"), environment=ENVIRONMENT)


def on_disk(root: Path, students: int) -> OnDisk:
    """Return what one submission takes on the disk, of a course that is graded."""
    paths = CoursePaths(root)
    found = [
        path
        for folder in (paths.submitted, paths.autograded, paths.result_cache)
        for path in folder.rglob("*")
    ]
    with sqlite3.connect(root / "gradebook.db") as database:
        counts = (database.execute(f"SELECT count(*) FROM {table}") for table in TABLES)
        rows = sum(count for cursor in counts for (count,) in cursor)
    return OnDisk(
        files=len(found) / students,
        disk=sum(path.stat().st_size for path in found if path.is_file()) / students,
        rows=rows / students,
        gradebook=(root / "gradebook.db").stat().st_size / students,
    )


def seconds_of_commit(folder: Path) -> float:
    """Return the seconds of one commit of a small change to a database in this folder."""
    path = folder / "commits.db"
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    try:
        database.execute("CREATE TABLE marks (points REAL)")
        began = time.monotonic()
        for number in range(COMMITS):
            with database:
                database.execute("INSERT INTO marks VALUES (?)", (number,))
        return (time.monotonic() - began) / COMMITS
    finally:
        database.close()
        path.unlink()


def parts_of(
    exams: Exams,
    stored: Stored,
    disk: OnDisk,
    fast: Simulation,
    *,
    sizes: tuple[int, int, int],
    commit: float,
) -> Parts:
    """Return the parts of the model.

    Parameters
    ----------
    exams
        Real exams.
    stored
        Copied results.
    disk
        What a submission takes on the disk.
    fast
        A cluster whose exams take no time.
    sizes
        Bytes of an exam notebook, of the run spec, and of an executed exam notebook.
    commit
        Seconds of a commit.
    """
    exam_notebook, run_spec, executed = sizes
    memory_each = max(0.0, stored.slope(STORED, "peak"))
    slot = max(0, exams.two_jobs.peak - exams.many.peak)
    start = stored.gradings[STORED, stored.few]
    return Parts(
        exam_cpu=exams.cpu,
        exam_wall=exams.wall,
        slot_memory=slot,
        worker_memory=max(0, exams.many.peak - exams.many.peak_main - slot),
        new_cpu=stored.slope(NEW, "cpu"),
        stored_cpu=stored.slope(STORED, "cpu"),
        unchanged_cpu=stored.slope(UNCHANGED, "cpu"),
        grader_start=start.start,
        grader_memory=start.peak - memory_each * start.students,
        memory_each=memory_each,
        scheduler_cpu=fast.scheduler / fast.exams,
        sent=exam_notebook + run_spec,
        returned=executed,
        run_spec=run_spec,
        gradebook_rows=disk.rows,
        gradebook_bytes=disk.gradebook,
        transaction=commit,
        files=disk.files,
        disk=disk.disk,
    )
