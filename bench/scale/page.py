"""Write the page about scale: `docs/scale.md`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.scale.cluster import Simulation
from bench.scale.model import GIB, Demand, Night, Parts, cluster_seconds, demand, limits
from bench.scale.parts import NEW, STORED, UNCHANGED, Stored
from bench.scale.workers import Group

SUBMISSIONS = (100, 10_000, 1_000_000)
MIB = 2.0**20
KIB = 2.0**10


@dataclass(frozen=True)
class Check:
    """What the model predicts for a run, and what was measured."""

    name: str
    predicted: str
    measured: str


@dataclass(frozen=True)
class Measured:
    """Everything that the page shows.

    fast, rough   simulations: exams without length on a good network, and the opposite
    group         of the rough simulation, which has `groups` of them
    about         sentences about the machine and the versions
    """

    assignment: str
    parts: Parts
    stored: Stored
    fast: Simulation
    rough: Simulation
    group: Group
    groups: int
    about: Sequence[str]


def page(measured: Measured) -> str:
    """Return the text of the page."""
    parts, nights = measured.parts, [Night(number) for number in SUBMISSIONS]
    needed = [demand(parts, night) for night in nights]
    head = ("", *(f"{night.submissions:,}" for night in nights))
    few, many = measured.stored.few, measured.stored.many
    return "\n".join(
        [
            "# Scale",
            "",
            "What it takes to grade 100, 10,000 and 1,000,000 submissions in a night of eight",
            "hours, and what breaks first. `make scale` measures the parts, computes this page",
            "from them, and checks the result with two runs. The model is `bench/scale/model.py`.",
            "",
            "All submissions are different, so that no result is used twice. The assignment is",
            f"`{measured.assignment}`. One with more training costs more on the workers, and the",
            "same elsewhere.",
            "",
            "## What a night needs",
            "",
            *_table(head, _demand_rows(needed)),
            "",
            "A GPU is taken for the whole length of an exam. The length was measured on one core,",
            "without a GPU. The memory of workers is for machines of 16 cores.",
            "",
            "## What breaks first",
            "",
            "The number of submissions a night at which each part is at its end, with one grader,",
            "one scheduler, 32 GiB for the grader, and a network of 1 Gbit/s.",
            "",
            *_table(("part", "submissions a night", "what moves the limit"), _limit_rows(parts)),
            "",
            "## The parts",
            "",
            "What one submission costs, and what is needed once.",
            "",
            *_table(("part", "measured", "how"), _part_rows(parts, measured)),
            "",
            "## Checks of the model",
            "",
            f"A class of {many:,} whose results are copies of one executed exam notebook. The",
            f"prediction is from {few:,} submissions of it.",
            "",
            *_table(("", "predicted", "measured"), _rows(stored_checks(measured))),
            "",
            f"And a scheduler with {measured.groups * measured.group.workers:,} simulated workers",
            f"on this machine, with {measured.rough.slots:,} slots. An exam is a sleep of",
            f"{measured.group.seconds:g} s on average. Workers are behind links that delay each",
            f"64 KiB by {1_000 * measured.group.delay:.0f} ms and break after",
            f"{measured.group.lifetime:.0f} s on average. {measured.rough.killed:,} workers were",
            f"killed, {measured.rough.broken:,} connections broke. All {measured.rough.exams:,}",
            "exams returned exactly once, each with the points of its own answers.",
            "",
            *_table(("", "predicted", "measured"), _rows(cluster_checks(measured))),
            "",
            "## Machine and versions",
            "",
            *(f"* {sentence}" for sentence in measured.about),
            "",
        ]
    )


def stored_checks(measured: Measured) -> Iterable[Check]:
    """Yield what the model predicts for the larger class of stored results."""
    stored = measured.stored
    for phase, name in (
        (NEW, "results of exams"),
        (STORED, "stored results"),
        (UNCHANGED, "unchanged results"),
    ):
        few, many = stored.gradings[phase, stored.few], stored.gradings[phase, stored.many]
        yield Check(
            f"{name}: grader, CPU s",
            f"{few.cpu * many.students / few.students:.0f}",
            f"{many.cpu:.0f}",
        )
        yield Check(
            f"{name}: last tenth of the class to the first, CPU",
            "1.00 ×",
            f"{many.last / many.first:.2f} ×",
        )
    few, many = stored.gradings[STORED, stored.few], stored.gradings[STORED, stored.many]
    predicted = few.peak + 2 * KIB * (many.students - few.students)
    yield Check(
        "grader's peak memory, MiB (2 KiB for each submission)",
        f"{predicted / MIB:.0f}",
        f"{many.peak / MIB:.0f}",
    )
    yield Check(
        f"the same, to that of {few.students:,} submissions",
        "1.0 ×",
        f"{many.peak / few.peak:.2f} ×",
    )
    yield Check(
        "transactions: one for 32 stored results",
        f"{-(-many.students // 32):,}",
        f"{many.transactions - (few.transactions - -(-few.students // 32)):,}",
    )


def cluster_checks(measured: Measured) -> Iterable[Check]:
    """Yield what the model predicts for the simulated cluster."""
    rough, fast = measured.rough, measured.fast
    task = max(fast.scheduler, fast.client) / fast.exams
    lost = rough.killed * measured.group.slots
    seconds = cluster_seconds(
        rough.exams, rough.slots, measured.group.seconds, task_seconds=task, lost=lost
    )
    yield Check("all exams, s", f"{seconds:.0f}", f"{rough.seconds:.0f}")
    scheduler = rough.exams * fast.scheduler / fast.exams
    yield Check("scheduler, CPU s", f"{scheduler:.1f}", f"{rough.scheduler:.1f}")
    parts = measured.parts
    forwarded = fast.exams * (parts.sent + parts.returned)
    yield Check(
        "bytes between scheduler and workers, MiB (exams without length)",
        f"{forwarded / MIB:.0f}",
        f"{fast.forwarded / MIB:.0f}",
    )


def _demand_rows(needed: Sequence[Demand]) -> Iterable[Sequence[str]]:
    yield "workers: CPU hours", *(f"{one.cpu / 3_600:,.1f}" for one in needed)
    yield "workers: cores, busy all night", *(f"{one.cores:,.2f}" for one in needed)
    yield "GPU hours, if exams use one", *(f"{one.gpu_seconds / 3_600:,.1f}" for one in needed)
    yield "GPUs, busy all night", *(f"{one.gpus:,.2f}" for one in needed)
    yield "workers: memory, GiB", *(f"{one.worker_memory / GIB:,.1f}" for one in needed)
    yield "grader: share of the night", *(f"{one.grader:.1%}" for one in needed)
    yield "grader: memory, GiB", *(f"{one.grader_memory / GIB:,.2f}" for one in needed)
    yield "scheduler: share of the night", *(f"{one.scheduler:.1%}" for one in needed)
    yield "network: GB through the scheduler", *(f"{one.network / 1e9:,.1f}" for one in needed)
    yield "network: mean Mbit/s", *(f"{one.network_rate * 8 / 1e6:,.1f}" for one in needed)
    yield "gradebook: rows", *(f"{one.rows:,.0f}" for one in needed)
    yield "gradebook: MB", *(f"{one.gradebook / 1e6:,.1f}" for one in needed)
    yield "files and folders", *(f"{one.files:,.0f}" for one in needed)
    yield "disk: GB", *(f"{one.disk / 1e9:,.2f}" for one in needed)


def _limit_rows(parts: Parts) -> Iterable[Sequence[str]]:
    for limit in limits(parts):
        yield limit.part, f"{limit.submissions:,.0f}", limit.remedy


def _part_rows(parts: Parts, measured: Measured) -> Iterable[Sequence[str]]:
    few, many = measured.stored.few, measured.stored.many
    slope = f"the slope from {few:,} to {many:,} copied results"
    exams = "more real exams, one job"
    yield "worker: one exam", f"{parts.exam_cpu:.2f} CPU s", exams
    yield "worker: length of an exam", f"{parts.exam_wall:.2f} s", exams
    yield "worker: memory of one slot", f"{parts.slot_memory / MIB:,.0f} MiB", "two jobs, less one"
    yield (
        "worker: fork server and worker",
        f"{parts.worker_memory / MIB:,.0f} MiB",
        "the tree of processes, less one slot and the grader",
    )
    yield "grader: one exam's result", f"{1e3 * parts.new_cpu:.1f} CPU ms", slope
    yield "grader: one stored result", f"{1e3 * parts.stored_cpu:.1f} CPU ms", slope
    yield "grader: one unchanged result", f"{1e3 * parts.unchanged_cpu:.1f} CPU ms", slope
    yield "grader: start", f"{parts.grader_start:.1f} CPU s", f"{few:,} stored results"
    yield "grader: memory", f"{parts.grader_memory / MIB:,.0f} MiB", "without the submissions"
    yield "grader: one submission", f"{parts.memory_each / KIB:.1f} KiB", slope + ", stored"
    yield (
        "scheduler: one exam",
        f"{1e3 * parts.scheduler_cpu:.1f} CPU ms",
        f"{measured.fast.exams:,} simulated exams without length",
    )
    sent = parts.sent - parts.run_spec
    yield "exam notebook, sent", f"{sent / KIB:,.0f} KiB", "one submission"
    yield "run spec, sent with it", f"{parts.run_spec / KIB:,.0f} KiB", "one assignment"
    yield "executed exam notebook, returned", f"{parts.returned / KIB:,.0f} KiB", "one exam"
    yield "gradebook", f"{parts.gradebook_rows:.1f} rows", f"{many:,} submissions"
    yield "gradebook", f"{parts.gradebook_bytes / KIB:.1f} KiB", f"{many:,} submissions"
    yield "gradebook: one commit", f"{1e3 * parts.transaction:.1f} ms", "a small SQLite database"
    yield "files and folders", f"{parts.files:.1f}", f"{many:,} submissions"
    yield "disk", f"{parts.disk / KIB:,.0f} KiB", f"{many:,} submissions"


def _rows(checks: Iterable[Check]) -> Iterable[Sequence[str]]:
    return ((check.name, check.predicted, check.measured) for check in checks)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    align = ["---"] + ["---:"] * (len(head) - 1)
    return [f"| {' | '.join(cells)} |" for cells in (head, align, *rows)]
