"""The runs that check the scale model, as small ones: a simulated cluster, and stored results."""

import asyncio
import random

import pytest

from autograder.config import Settings
from autograder.course.assignment import read_notebooks
from autograder.dispatch import run_spec_of
from autograder.exam.attempt import ExamConfig, prepare
from autograder.notebook.cells import from_bytes, to_bytes, verdicts_of
from bench.scale.cluster import MARK, run_simulation
from bench.scale.link import HOST, Link, open_link
from bench.scale.stored import copy_of_exam, measure_grading
from bench.scale.workers import WRONG, Group, simulated_exam

RIGHT = {"double": "def double(x): return 2 * x", "shout": "def shout(text): return text.upper()"}


class Never:
    is_set = False


@pytest.fixture
def exam(tiny_course):
    """The exam notebook to send, and the run spec."""
    path = tiny_course.submit("ada", {**RIGHT, "double": f"{MARK.decode()}\n{RIGHT['double']}"})
    (notebook,) = read_notebooks(tiny_course.root, tiny_course.week)
    config = ExamConfig(notebook, Settings())
    return to_bytes(prepare(path, config).exam_notebook), run_spec_of(config)


@pytest.mark.slow
def test_a_cluster_that_loses_results_and_workers_returns_every_exam_once(exam):
    group = Group(workers=4, slots=2, seconds=0.2, delay=0.001, lifetime=4.0)

    simulation = run_simulation([group] * 2, 80, *exam, kills=1)  # it raises if one is lost

    assert (simulation.exams, simulation.slots, simulation.killed) == (80, 16, 4)
    assert simulation.seconds > 80 / 16 * group.seconds / 2
    assert simulation.scheduler > 0


@pytest.mark.parametrize(
    ("text", "points"), [("# Student 7", [6.0, 4.0]), (f"{WRONG} 7", [0.0, 0.0])]
)
def test_a_simulated_exam_gives_the_points_of_the_answer(exam, text, points):
    exam_notebook = from_bytes(exam[0].replace(MARK, text.encode()))

    executed = simulated_exam(exam_notebook, seconds=0.0, cancellation=Never())

    assert [verdict.points for verdict in verdicts_of(executed)] == points


def test_a_simulated_exam_can_be_canceled(exam):
    canceled = Never()
    canceled.is_set = True

    with pytest.raises(asyncio.CancelledError):
        simulated_exam(from_bytes(exam[0]), seconds=60.0, cancellation=canceled)


async def echo(reader, writer):
    while chunk := await reader.read(1_000):
        writer.write(chunk)
    writer.close()


async def through(link):
    """Send some bytes to a server that sends them back, through a link."""
    server = await asyncio.start_server(echo, HOST, 0)
    link.target = server.sockets[0].getsockname()[1]
    async with open_link(link):
        reader, writer = await asyncio.open_connection(HOST, link.port)
        writer.write(b"twelve bytes")
        returned = b"" if link.lifetime else await reader.readexactly(12)
        rest = await reader.read() if link.lifetime else b""  # until the link breaks
        writer.close()
    server.close()
    return returned, rest


def test_a_link_forwards_and_counts_both_directions():
    link = Link(delay=0.001)

    assert asyncio.run(through(link)) == (b"twelve bytes", b"")
    assert (link.forwarded, link.broken) == (24, 0)


def test_a_link_breaks_its_connections():
    link = Link(lifetime=0.3, chance=random.Random(5))

    returned, rest = asyncio.run(through(link))

    assert b"twelve bytes".startswith(returned + rest)
    assert link.broken == 1


def test_a_class_of_copied_results_is_measured(tiny_course, one_namespace, empty_gradebook):
    (tiny_course.root / "gradebook.db").write_bytes(empty_gradebook)
    paths = [
        tiny_course.submit(f"student{number}", {**RIGHT, "why": f"Because of {number}."})
        for number in range(10)
    ]
    (notebook,) = read_notebooks(tiny_course.root, tiny_course.week)
    executed = one_namespace(prepare(paths[0], ExamConfig(notebook, Settings())).exam_notebook)

    grading = measure_grading(
        tiny_course.root, tiny_course.week, copy_of_exam(executed), Settings()
    )

    assert (grading.students, grading.points) == (10, 100.0)
    assert 0 < grading.transactions < 30
    assert min(grading.cpu, grading.wall, grading.first, grading.last, grading.peak) >= 0
