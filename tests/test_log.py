"""Tests of logging: quiet by default, on the screen with -v, in a file with --log-file."""

import logging
import subprocess
import sys

import pytest

from autograder.cli import main as cli
from autograder.errors import UsageError
from autograder.log import configure_logging

LOG = logging.getLogger("autograder.grading.pipeline")


@pytest.fixture(autouse=True)
def quiet_again():
    yield
    configure_logging()


def test_nothing_is_printed_by_default(capsys):
    configure_logging()

    LOG.error("an error")

    assert capsys.readouterr().err == ""


def test_a_library_user_sees_no_log():
    code = "import autograder, logging; logging.getLogger('autograder.x').error('an error')"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize(
    ("verbose", "shown"),
    [(1, ["an exam"]), (2, ["an exam", "a detail"]), (3, ["an exam", "a detail"])],
)
def test_verbose_prints_more(capsys, verbose, shown):
    configure_logging(verbose)

    LOG.info("an exam")
    LOG.debug("a detail")

    lines = capsys.readouterr().err.splitlines()
    assert [line.partition("]: ")[2] for line in lines] == shown
    assert all("autograder.grading.pipeline" in line for line in lines)


def test_a_file_gets_tracebacks_and_is_appended_to(tmp_path, capsys):
    path = tmp_path / "logs" / "today.log"
    for name in ("first", "second"):
        configure_logging(log_file=path)
        try:
            raise ValueError(name)
        except ValueError:
            LOG.exception("It failed")

    text = path.read_text("utf-8")
    assert text.count("Traceback") == 2
    assert text.index("ValueError: first") < text.index("ValueError: second")
    assert capsys.readouterr().err == ""


def test_configuring_twice_does_not_print_twice(capsys):
    configure_logging(1)
    configure_logging(1)

    LOG.info("once")

    assert capsys.readouterr().err.count("once") == 1


def test_a_file_that_cannot_be_opened_is_one_sentence(tmp_path):
    with pytest.raises(UsageError, match=r"The log file .* cannot be opened"):
        configure_logging(log_file=tmp_path)


def test_the_command_line_logs_the_traceback_of_an_error(tmp_path, capsys):
    path = tmp_path / "a.log"

    code = cli.main(["--log-file", str(path), "feedback", "week09", "--root", str(tmp_path)])

    assert code == 2
    assert "Traceback" in path.read_text("utf-8")
    assert "UsageError" in path.read_text("utf-8")
    assert "Traceback" not in capsys.readouterr().err


def test_the_command_line_prints_the_log_on_request(tmp_path, capsys):
    assert cli.main(["-v", "feedback", "week09", "--root", str(tmp_path)]) == 2

    assert "The command failed" in capsys.readouterr().err
