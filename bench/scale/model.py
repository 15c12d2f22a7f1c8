"""Predict what a night of grading needs, and what breaks first, from measured parts.

Everything here is arithmetic: nothing is measured, and nothing is read or written.
"""

from dataclasses import dataclass

HOUR = 3_600.0
GIB = 2.0**30
GIGABIT = 1e9 / 8  # bytes a second
SUPPORT_LIMIT = 8 << 20  # bytes; see `autograder.course.assignment.LIMIT`


@dataclass(frozen=True)
class Parts:
    """What one submission costs in each part of the system, and what each part costs once.

    Seconds, bytes, or plain numbers. CPU seconds are of one core.

    exam_cpu            a worker: one exam, its cells included
    exam_wall           a worker: how long an exam has its slot, and its GPU if the slot has one
    slot_memory         a worker: all processes of one exam
    worker_memory       a worker: the fork server and the worker itself, once for a machine
    new_cpu             the grader: one result of an exam, from the submitted file to the gradebook
    stored_cpu          the grader: one result from the result cache, new in the gradebook
    unchanged_cpu       the grader: one result that was entered before
    grader_start        the grader: CPU seconds before the first submission
    grader_memory       the grader: memory with an empty class
    memory_each         the grader: memory of one submission until the end
    scheduler_cpu       the scheduler: one exam
    sent, returned      bytes of one exam to a worker and back, over each of two connections
    run_spec            the part of `sent` that is the same for all exams of a notebook
    gradebook_rows      rows of the gradebook
    gradebook_bytes     bytes of the gradebook
    transaction         seconds of one commit of the gradebook, at most
    files, disk         files and folders in the course, and their bytes
    """

    exam_cpu: float
    exam_wall: float
    slot_memory: float
    worker_memory: float
    new_cpu: float
    stored_cpu: float
    unchanged_cpu: float
    grader_start: float
    grader_memory: float
    memory_each: float
    scheduler_cpu: float
    sent: float
    returned: float
    run_spec: float
    gradebook_rows: float
    gradebook_bytes: float
    transaction: float
    files: float
    disk: float


@dataclass(frozen=True)
class Night:
    """The submissions to grade, all of them different, and the hours there are for it."""

    submissions: int
    hours: float = 8.0

    @property
    def seconds(self) -> float:
        """The seconds of the night."""
        return self.hours * HOUR


@dataclass(frozen=True)
class Demand:
    """What a night needs.

    cpu             CPU seconds of all exams
    cores, gpus     how many must be busy all night; one exam at a time on each GPU
    gpu_seconds     seconds that GPUs are taken, where exams use them
    worker_memory   bytes, on all machines together
    grader          the share of the night that the grader's process is busy
    grader_memory   bytes
    scheduler       the share of the night that the scheduler is busy
    network         bytes through the scheduler's network, in and out
    network_rate    the same, in bytes a second
    rows            rows of the gradebook
    gradebook       bytes of the gradebook
    files, disk     files and folders of the course, and their bytes
    """

    cpu: float
    cores: float
    gpu_seconds: float
    gpus: float
    worker_memory: float
    grader: float
    grader_memory: float
    scheduler: float
    network: float
    network_rate: float
    rows: float
    gradebook: float
    files: float
    disk: float


@dataclass(frozen=True)
class Limit:
    """The number of submissions a night at which one part is at its end, and how to move it."""

    part: str
    submissions: float
    remedy: str


def demand(parts: Parts, night: Night, *, cores_per_machine: int = 16) -> Demand:
    """Return what a night needs."""
    number, seconds = night.submissions, night.seconds
    cores = parts.exam_cpu * number / seconds
    machines = -(-cores // cores_per_machine)
    network = 2 * (parts.sent + parts.returned) * number
    return Demand(
        cpu=parts.exam_cpu * number,
        cores=cores,
        gpu_seconds=parts.exam_wall * number,
        gpus=parts.exam_wall * number / seconds,
        worker_memory=parts.slot_memory * max(1.0, cores) + parts.worker_memory * machines,
        grader=(parts.grader_start + parts.new_cpu * number) / seconds,
        grader_memory=parts.grader_memory + parts.memory_each * number,
        scheduler=parts.scheduler_cpu * number / seconds,
        network=network,
        network_rate=network / seconds,
        rows=parts.gradebook_rows * number,
        gradebook=parts.gradebook_bytes * number,
        files=parts.files * number,
        disk=parts.disk * number,
    )


def limits(
    parts: Parts,
    *,
    hours: float = 8.0,
    cores: int = 16,
    memory: float = 32 * GIB,
    network: float = GIGABIT,
    inodes: float = 65_536_000,
    disk: float = 1_000e9,
) -> tuple[Limit, ...]:
    """Return the limits of one grader with one scheduler, the lowest first.

    Parameters
    ----------
    parts
        The measured parts.
    hours
        The length of the night.
    cores
        Of the one machine that runs the exams without a scheduler.
    memory
        Of the grader's machine, bytes.
    network
        Of the scheduler's machine, bytes a second, each way.
    inodes, disk
        Of the file system of the course: files and folders, and bytes.
    """
    seconds = hours * HOUR
    found = (
        Limit(
            f"exams on one machine of {cores} cores",
            seconds * cores / parts.exam_cpu,
            "More workers: `autograder worker` on other machines.",
        ),
        Limit(
            "the grader, one process",
            (seconds - parts.grader_start) / parts.new_cpu,
            "Several graders, each with its own assignment or its own part of the students.",
        ),
        Limit(
            "the grader's memory",
            (memory - parts.grader_memory) / parts.memory_each,
            "Several graders, or `--student` for a part of the class.",
        ),
        Limit(
            "the scheduler, one process",
            seconds / parts.scheduler_cpu,
            "One scheduler for each grader.",
        ),
        Limit(
            f"the scheduler's network, {network * 8 / 1e9:.0f} Gbit/s",
            seconds * network / (parts.sent + parts.returned),
            "A scheduler for each grader, or a faster network.",
        ),
        Limit(
            "the same, with support files of 8 MiB",
            seconds * network / (parts.sent + SUPPORT_LIMIT),
            "Move large files to the folder that DLCOURSE_DATA names.",
        ),
        Limit(
            "commits of the gradebook, one for each result",
            seconds / parts.transaction,
            "Nothing is needed: results that arrive together are one commit.",
        ),
        Limit(
            f"files and folders, {inodes / 1e6:.0f} million",
            inodes / parts.files,
            "A file system with more inodes, or one course for each part of the students.",
        ),
        Limit(
            f"disk, {disk / 1e9:,.0f} GB",
            disk / parts.disk,
            "Delete `.autograder/results/` after the grading, or use a larger disk.",
        ),
    )
    return tuple(sorted(found, key=lambda limit: limit.submissions))


def cluster_seconds(
    exams: int, slots: int, exam_seconds: float, *, task_seconds: float = 0.0, lost: float = 0.0
) -> float:
    """Predict how long a cluster takes for a class.

    Parameters
    ----------
    exams
        The number of exams.
    slots
        The number of slots of all workers.
    exam_seconds
        The mean length of an exam.
    task_seconds
        What one exam costs the scheduler or the grader, whichever is more: both have one core.
    lost
        The number of exams that are run again from the start. On average they had run for half
        their length.
    """
    work = (exams + lost / 2) * exam_seconds / slots
    return max(work, exams * task_seconds) + exam_seconds
