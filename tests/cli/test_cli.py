"""Tests of the command line: options in, one call, an exit code, one sentence on stderr."""

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from autograder.cli import main as cli
from autograder.dispatch import Tls
from autograder.errors import BuildError, GradebookError, UsageError
from autograder.models import Finding, FindingKind, Result, Verdict, VerdictState


@pytest.fixture
def fake(monkeypatch):
    """Replace a slow module of ours by another one."""

    def put(name, **members):
        importlib.import_module(name.rpartition(".")[0])
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
        parent, _, child = name.rpartition(".")
        monkeypatch.setattr(sys.modules[parent], child, module, raising=False)

    return put


def raising(error):
    def raise_it(*_arguments, **_options):
        raise error

    return raise_it


def test_every_command_is_in_the_help(capsys):
    assert cli.main(["--help"]) == 0

    shown = capsys.readouterr().out
    for command in ("build", "grade", "feedback", "export", "verify", "demo", "report"):
        assert command in shown


def test_a_command_does_not_import_what_takes_long_and_is_not_needed():
    program = (
        "import sys, autograder.cli.main, autograder.grading.pipeline; "
        "slow = ('rfc3987_syntax.syntax_helpers', 'keras', 'tensorflow', 'sklearn'); "
        "print([name for name in slow if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_an_unknown_command_is_a_usage_error(capsys):
    assert cli.main(["graed"]) == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("No assignment 'week99'. Expected one of week01_perceptron."), 2),
        (BuildError("A test without points.", "course/week01/a.py", 12), 1),
        (GradebookError("The gradebook is locked."), 1),
    ],
)
def test_an_error_of_ours_is_one_sentence_without_a_traceback(fake, capsys, error, code):
    fake("autograder.course.build.release", build=raising(error))

    assert cli.main(["build"]) == code

    shown = capsys.readouterr()
    assert shown.err.strip() == str(error)
    assert "Traceback" not in shown.out + shown.err


def test_markup_in_an_error_is_shown_as_it_is(fake, capsys):
    fake("autograder.course.build.release", build=raising(UsageError("no [bold]name[/bold] [/]")))

    cli.main(["build"])

    assert capsys.readouterr().err.strip() == "no [bold]name[/bold] [/]"


def test_an_error_that_is_not_ours_is_not_hidden(fake):
    fake("autograder.course.build.release", build=raising(ZeroDivisionError()))

    with pytest.raises(ZeroDivisionError):
        cli.main(["build"])


def test_check_lists_what_is_out_of_date_and_fails(fake, capsys):
    fake("autograder.course.build.release", stale=lambda *_: ("release/a.ipynb: was edited",))

    assert cli.main(["build", "--check"]) == 1

    assert "release/a.ipynb: was edited" in capsys.readouterr().out


def test_check_passes_after_a_build(fake):
    fake("autograder.course.build.release", stale=lambda *_: ())

    assert cli.main(["build", "--check"]) == 0


def test_grade_turns_options_into_values(fake, tmp_path, capsys):
    seen = {}
    graded = Result(
        "ada", "week01", "nb", (Verdict("test_step", 4, VerdictState.PASSED, points=4),)
    )

    def grade_class(root, assignment, **options):
        seen.update(options, root=root, assignment=assignment)
        return (graded,)

    fake("autograder.grading.pipeline", grade_class=grade_class)
    results = tmp_path / "results.jsonl"

    code = cli.main(
        f"grade week01 --root {tmp_path} --student ada --student bob --jobs 3 --force "
        f"--profile full --db sqlite:///x.db --results {results}".split()
    )

    assert code == 0
    assert (seen["root"], seen["assignment"]) == (tmp_path, "week01")
    assert (list(seen["students"]), seen["jobs"], seen["force"]) == (["ada", "bob"], 3, True)
    assert (seen["settings"].profile, seen["db_url"]) == ("full", "sqlite:///x.db")
    assert results.read_text("utf-8").startswith('{"student": "ada"')
    assert "4 / 4" in capsys.readouterr().out


def test_an_unknown_profile_is_a_usage_error():
    assert cli.main(["grade", "week01", "--profile", "slow"]) == 2


def test_feedback_of_an_assignment_that_was_not_graded_is_a_usage_error(tmp_path, capsys):
    assert cli.main(["feedback", "week09", "--root", str(tmp_path)]) == 2

    assert "autograder grade week09" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("problems", "code"), [((), 0), (("earned 4 points instead of 0",), 1)], ids=["right", "wrong"]
)
def test_verify_fails_if_there_are_problems(fake, capsys, problems, code):
    seen = {}
    row = SimpleNamespace(
        kind="trivial answer", name="zeros", problems=problems, tests=2, agreed=2, recognized=False
    )
    report = SimpleNamespace(assignment="week01", rows=(row,), problems=problems)

    def verify(notebook, settings, **options):
        seen.update(options, assignment=notebook.assignment)
        options["on_progress"](1, 2)
        return report

    fake("autograder.verification.verify", verify=verify)
    fake(
        "autograder.course.assignment",
        read_notebooks=lambda *known: [SimpleNamespace(assignment=known[1])],
        assignment_names=lambda _: ("week01",),
    )

    assert cli.main(["verify", "--seeds", "3"]) == code

    assert (seen["assignment"], list(seen["seeds"])) == ("week01", [0, 1, 2])
    shown = capsys.readouterr().out
    assert "2 of 2" in shown
    assert ("earned 4 points" in shown) == bool(problems)


def test_verify_of_a_course_that_is_not_built_is_an_error_with_advice(tmp_path, capsys):
    assert cli.main(["verify", "--root", str(tmp_path)]) == 2

    assert "autograder build" in capsys.readouterr().err


def test_export_passes_its_options_to_nbgrader(fake):
    seen = {}

    def export(root, arguments):
        seen.update(arguments=list(arguments))
        return 3

    fake("autograder.gradebook.export", export=export)

    assert cli.main(["export", "--to", "grades.csv"]) == 3
    assert seen["arguments"] == ["--to", "grades.csv"]


def test_grade_fails_if_some_submission_could_not_be_graded(fake, tmp_path, capsys):
    lost = Result(
        "ada", "week01", "nb", (), (Finding(FindingKind.EXAM_NOT_RUN, "No kernel came up."),)
    )
    fake("autograder.grading.pipeline", grade_class=lambda *_, **__: (lost,))

    assert cli.main(["grade", "week01", "--root", str(tmp_path)]) == 1

    assert "Not graded: ada" in capsys.readouterr().err


def test_ctrl_c_says_how_to_continue(fake, tmp_path, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    fake("autograder.grading.pipeline", grade_class=interrupted)

    assert cli.main(["grade", "week01", "--root", str(tmp_path)]) == 130

    assert "run the same command to continue" in capsys.readouterr().err


def test_a_scheduler_is_given_by_its_address_and_certificates(fake, tmp_path):
    seen = {}
    fake(
        "autograder.grading.pipeline", grade_class=lambda *_, **options: seen.update(options) or ()
    )
    tls = "--tls-ca-file ca.pem --tls-cert cert.pem --tls-key key.pem"

    code = cli.main(f"grade week01 --root {tmp_path} --scheduler tls://there:8786 {tls}".split())

    assert code == 0
    assert seen["scheduler"].address == "tls://there:8786"
    assert seen["scheduler"].tls == Tls(Path("ca.pem"), Path("cert.pem"), Path("key.pem"))
    assert seen["jobs"] is None


def test_an_incomplete_certificate_is_a_usage_error(tmp_path, capsys):
    assert cli.main(["worker", "tls://there:8786", "--tls-key", "key.pem"]) == 2
    assert "TLS needs all of" in capsys.readouterr().err


def test_an_invalid_setting_is_a_usage_error(tmp_path, capsys):
    (tmp_path / "autograder.toml").write_text("cell_seconds = 0\n")

    assert cli.main(["grade", "week01", "--root", str(tmp_path)]) == 2

    assert "cell_seconds = 0 is not valid" in capsys.readouterr().err


def test_the_exam_notebook_of_a_submission_is_written_by_the_command_paper(fake, tmp_path, capsys):
    seen = []
    fake("autograder.grading.pipeline", write_exam_notebook=lambda *given: seen.extend(given))
    to = tmp_path / "exam.ipynb"

    assert cli.main(["paper", "week01", "ada", str(to), "--root", str(tmp_path)]) == 0

    assert seen == [tmp_path, "week01", "ada", to]
    assert "papermill --engine exam" in capsys.readouterr().out
