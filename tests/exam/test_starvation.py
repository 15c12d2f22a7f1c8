"""What took the time of an exam is recognized: it slept, it calculated, or others had its cores."""

import asyncio
import selectors

import pytest

from autograder.exam import starvation
from autograder.exam.starvation import Period, StarvationWatch
from autograder.sandbox.forkserver.usage import CpuTime


@pytest.mark.parametrize(
    ("period", "is_starved"),
    [
        pytest.param(Period(60, 60, 0), False, id="an endless loop"),
        pytest.param(Period(60, 0, 0), False, id="sleeps"),
        pytest.param(Period(60, 59, 230 * 60), False, id="230 processes on a core of their own"),
        pytest.param(Period(60, 118, 40), False, id="threads on two cores"),
        pytest.param(Period(60, 50, 10), False, id="lost a sixth"),
        pytest.param(Period(60, 1, 59), True, id="lost nearly everything"),
        pytest.param(Period(60, 30, 30), True, id="lost a half"),
        pytest.param(Period(60, 10, 20), True, id="lost a third, slept for a half"),
        pytest.param(Period(0.05, 0, 0.05), False, id="too short to be measured"),
    ],
)
def test_only_time_that_others_took_makes_an_exam_starved(period, is_starved):
    assert period.is_starved == is_starved


class PassingTime(selectors.DefaultSelector):
    """Lets time pass as soon as there is nothing else to do: no test waits, or depends on load."""

    now = 0.0

    def select(self, timeout=None):
        self.now += timeout or 0.0
        return super().select(0)


def watch_cells(monkeypatch, *cells, supervisors=lambda: [1]):
    """Watch cells of (limit, seconds that it takes, used and waited per second); return the watch.

    A process has used and waited for nothing before the first cell.
    """
    selector, total = PassingTime(), [0.0, 0.0]
    loop = asyncio.SelectorEventLoop(selector)
    monkeypatch.setattr(loop, "time", lambda: selector.now)
    started, used, waited = 0.0, 0.0, 0.0

    def cpu_time(processes):
        assert list(processes)
        elapsed = selector.now - started
        return CpuTime(total[0] + used * elapsed, total[1] + waited * elapsed)

    async def run():
        nonlocal started, used, waited
        watch = StarvationWatch(supervisors)
        for limit, seconds, *rates in cells:
            started, (used, waited) = loop.time(), rates
            with watch.cell(limit):
                await asyncio.sleep(seconds)
            total[:] = total[0] + used * seconds, total[1] + waited * seconds
        return watch

    monkeypatch.setattr(starvation.usage, "cpu_time", cpu_time)
    try:
        return loop.run_until_complete(run())
    finally:
        loop.close()


STARVED, ENDLESS, QUICK = (60, 64, 0.1, 0.9), (60, 64, 1.0, 0.0), (60, 0.5, 1.0, 0.0)


def test_a_cell_that_ran_out_of_time_while_others_used_its_core_starves_the_exam(monkeypatch):
    assert watch_cells(monkeypatch, STARVED).is_starved
    assert watch_cells(monkeypatch, QUICK, ENDLESS, ENDLESS, STARVED, QUICK).is_starved
    assert watch_cells(monkeypatch, (1, 2, 0.1, 0.9)).is_starved


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(ENDLESS, id="calculated"),
        pytest.param((60, 64, 1.0, 230.0), id="calculated in many processes"),
        pytest.param((60, 64, 0.0, 0.0), id="slept"),
        pytest.param((60, 59, 0.1, 0.9), id="ended in time"),
        pytest.param((0.0, 0.2, 0.1, 0.9), id="had no time left"),
        pytest.param((-1.0, 0.2, 0.1, 0.9), id="had less than none left"),
    ],
)
def test_every_other_cell_does_not(monkeypatch, cell):
    assert not watch_cells(monkeypatch, cell).is_starved


def test_cells_that_ended_in_time_count_when_the_exam_runs_out_of_it(monkeypatch):
    starved, last = (60, 50, 0.1, 0.9), (0.2, 0.3, 1.0, 0.0)

    assert watch_cells(monkeypatch, starved, starved, last).is_starved
    assert not watch_cells(monkeypatch, last).is_starved


def test_a_grader_that_was_too_busy_to_measure_at_the_start_compares_with_the_start_of_the_exam(
    monkeypatch,
):
    monkeypatch.setattr(StarvationWatch, "_begin", lambda _: None)

    assert watch_cells(monkeypatch, STARVED).is_starved
    assert not watch_cells(monkeypatch, ENDLESS).is_starved


def test_an_error_in_a_cell_ends_its_measurement(monkeypatch):
    async def run():
        watch = StarvationWatch(lambda: [1])
        with pytest.raises(ValueError, match="broken"), watch.cell(0.1):
            raise ValueError("broken")
        await asyncio.sleep(0.3)

    monkeypatch.setattr(starvation.usage, "cpu_time", lambda _: pytest.fail("measured"))
    asyncio.run(run())


def test_nothing_is_known_about_processes_that_were_replaced(monkeypatch):
    """What they used is gone, but not what their successors waited for."""
    kernels = [1, 1, 1, 2, 2, 2, 2]  # each time it is asked: killed in its second cell
    watch = watch_cells(
        monkeypatch, QUICK, (60, 64, 1.0, 230.0), supervisors=lambda: [kernels.pop(0)]
    )

    assert not watch.is_starved
