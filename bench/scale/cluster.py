"""Send exams to a Dask cluster of simulated workers, some of which are killed, and count them.

    exam queue ───────► scheduler ◄── link ──── worker, with slots       an exam is a sleep
                            │                     ▲
                            └────── link ─────────┘                    where results are fetched

Exam queue, scheduler, workers and slots are real. Only the exams and the network are simulated.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import dask
import psutil

from autograder.dispatch import ExamQueue, RunSpec, Scheduler, remote_queue
from autograder.dispatch.queue import slots_of
from autograder.grading.batch import CHUNK
from autograder.models import Finding
from autograder.notebook.cells import from_bytes, verdicts_of
from bench.scale.link import HOST
from bench.scale.workers import WRONG, Group

PATIENCE = 120.0  # seconds until the workers must have joined
MARK = b"# Student 00000000"  # in the exam notebook that is sent, in a different form each time
WRONG_ONE_IN = 3
TIMEOUT = "300s"  # of connections: the processes share a few cores
ENVIRONMENT = {
    **os.environ,
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": TIMEOUT,
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": TIMEOUT,
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",  # see `profiler_disabled`
}


@dataclass(frozen=True)
class Simulation:
    """What the exam queue and the cluster did.

    seconds      from the first exam that was sent to the last that returned
    scheduler    CPU seconds of the scheduler in this time
    client       CPU seconds of the process with the exam queue
    forwarded    bytes through the links; not those of groups that were killed
    broken       connections that the links broke, likewise
    killed       workers that were killed
    """

    exams: int
    slots: int
    seconds: float
    scheduler: float
    client: float
    forwarded: int
    broken: int
    killed: int


class Cluster:
    """A scheduler process, and the processes of groups of workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        file = folder / "scheduler.json"
        dask = str(Path(sys.executable).with_name("dask"))
        with (folder / "scheduler.log").open("w") as log:
            self.scheduler = subprocess.Popen(
                [
                    *(dask, "scheduler", "--host", HOST, "--port", "0"),
                    *("--no-dashboard", "--scheduler-file", str(file)),
                ],
                stdout=log,
                stderr=log,
                env=ENVIRONMENT,
            )
        deadline = time.monotonic() + PATIENCE
        while not (file.exists() and file.read_text().endswith("}")):
            if time.monotonic() > deadline:
                message = f"No scheduler: {(folder / 'scheduler.log').read_text()[-2_000:]}"
                raise TimeoutError(message)
            time.sleep(0.05)
        self.address: str = json.loads(file.read_text())["address"]
        self.groups: list[tuple[Group, subprocess.Popen[str]]] = []
        self.killed = 0

    def start(self, group: Group) -> None:
        """Start the process of a group."""
        port = self.address.rpartition(":")[2]
        command = [sys.executable, "-m", "bench.scale.workers", port, json.dumps(asdict(group))]
        with (self.folder / "workers.log").open("a") as log:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=ENVIRONMENT
            )
        self.groups.append((group, process))

    def kill(self, chance: random.Random) -> None:
        """Kill all workers of a group at once, and start others in their place."""
        group, process = self.groups.pop(chance.randrange(len(self.groups)))
        process.kill()
        process.communicate()
        self.killed += group.workers
        self.start(group)

    def scheduler_cpu(self) -> float:
        """Return the CPU seconds of the scheduler so far."""
        spent = psutil.Process(self.scheduler.pid).cpu_times()
        return float(spent.user + spent.system)

    def stop(self) -> Counter[str]:
        """End all processes; return what the links of the groups did."""
        counts: Counter[str] = Counter()
        for _, process in self.groups:
            process.terminate()
        for _, process in self.groups:
            try:
                printed, _ = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
            counts += Counter(json.loads(printed.splitlines()[-1]) if printed else {})
        self.scheduler.terminate()
        self.scheduler.wait(PATIENCE)
        return counts


@contextmanager
def simulated_cluster(groups: Sequence[Group]) -> Iterator[Cluster]:
    """Start a scheduler and groups of workers; end them all at the end."""
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        cluster = Cluster(Path(folder))
        try:
            for group in groups:
                cluster.start(group)
            yield cluster
        finally:
            for _, process in cluster.groups:
                process.terminate()
            cluster.scheduler.kill()


def run_simulation(
    groups: Sequence[Group],
    exams: int,
    exam_notebook: bytes,
    run_spec: RunSpec,
    *,
    kills: int = 0,
    seed: int = 0,
) -> Simulation:
    """Send exams to a simulated cluster, and check what returns.

    Parameters
    ----------
    groups
        The groups of workers.
    exams
        The number of exams.
    exam_notebook
        Is sent with a different number in place of MARK each time; every third one is wrong.
    run_spec
        Is sent with each of them.
    kills
        How often a group of workers is killed, at random moments.

    Raises
    ------
    AssertionError
        If an exam returns never, twice, without a result, or with other points than its own.
    """
    slots = sum(group.workers * group.slots for group in groups)
    patient = {f"distributed.comm.timeouts.{name}": TIMEOUT for name in ("connect", "tcp")}
    with dask.config.set(patient), simulated_cluster(groups) as cluster:
        with remote_queue(Scheduler(cluster.address)) as queue:
            _wait_for_slots(queue, slots)
            chance = random.Random(seed)
            kill_at = {exams * (number + 1) // (kills + 1) for number in range(kills)}
            began, spent = time.monotonic(), time.process_time()
            scheduler = cluster.scheduler_cpu()
            returned: Counter[str] = Counter()
            for name, executed in _examine(queue, exams, exam_notebook, run_spec):
                returned[name] += 1
                _check(name, executed)
                if returned.total() in kill_at:
                    kill_at.remove(returned.total())
                    cluster.kill(chance)
            seconds, client = time.monotonic() - began, time.process_time() - spent
            scheduler = cluster.scheduler_cpu() - scheduler
        if returned != Counter(str(number) for number in range(exams)):
            message = f"{len(returned)} of {exams} exams returned, {returned.total()} results."
            raise AssertionError(message)
        links = cluster.stop()
    return Simulation(
        exams=exams,
        slots=slots,
        seconds=seconds,
        scheduler=scheduler,
        client=client,
        forwarded=links["forwarded"],
        broken=links["broken"],
        killed=cluster.killed,
    )


def _wait_for_slots(queue: ExamQueue, slots: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while (found := slots_of(queue.client)) < slots:
        if time.monotonic() > deadline:
            message = f"Only {found} of {slots} slots have joined."
            raise TimeoutError(message)
        time.sleep(0.1)


def _examine(
    queue: ExamQueue, exams: int, exam_notebook: bytes, run_spec: RunSpec
) -> Iterator[tuple[str, bytes | Finding]]:
    """Send exams as a batch does, and yield the name and the result of each that returns."""
    for number in range(exams):
        while queue.is_full:
            yield from ((one.name, one.executed) for one in queue.take(CHUNK))
        queue.send(str(number), _numbered(exam_notebook, number), run_spec)
    while queue.is_busy:
        yield from ((one.name, one.executed) for one in queue.take(CHUNK))


def _numbered(exam_notebook: bytes, number: int) -> bytes:
    word = WRONG if number % WRONG_ONE_IN == 0 else "# Student"
    return exam_notebook.replace(MARK, f"{word} {number:08}".encode())


def _check(name: str, executed: bytes | Finding) -> None:
    """Raise an error unless an executed exam notebook belongs to an exam, and has its points."""
    if isinstance(executed, Finding):
        message = f"Exam {name} was not run: {executed.message}"
        raise AssertionError(message)
    is_wrong, verdicts = int(name) % WRONG_ONE_IN == 0, verdicts_of(from_bytes(executed))
    if f" {int(name):08}".encode() not in executed or not verdicts:
        message = f"The result of exam {name} is that of another one."
        raise AssertionError(message)
    if any(verdict.points != (0.0 if is_wrong else verdict.max_points) for verdict in verdicts):
        message = f"The points of exam {name} are not its own: {verdicts}"
        raise AssertionError(message)
