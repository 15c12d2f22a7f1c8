"""What must be hidden is hidden, even in a folder that a process may read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.paths import CoursePaths
from autograder.errors import ExamError
from autograder.sandbox.isolation import hiding, landlock
from autograder.sandbox.isolation.filesystem import Layout, Sandbox, layout, rules

SECRET = "the hidden tests"


@pytest.fixture
def course(folder):
    """Return a course in a folder that is visible, beside a file that is not secret."""
    course = folder / "shown" / "courses" / "learning"
    (course / "source").mkdir(parents=True)
    (course / "data").mkdir()
    (course / "gradebook.db").write_text(SECRET)
    (course / "source" / "tests.ipynb").write_text(SECRET)
    (course / "data" / "public.csv").write_text("1,2")
    (folder / "shown" / "beside.txt").write_text("beside")
    return course


def read_everything(process, folder):
    """Return the content of every file below a folder, by name, as a process sees it."""
    return process.do(
        f"import os; answer = {{name: open(f'{{parent}}/{{name}}').read() "
        f"for parent, _, names in os.walk({str(folder)!r}) for name in names}}"
    )


def test_a_course_in_a_visible_folder_is_an_empty_folder(enter, folder, course):
    inside = enter(visible=(str(folder / "shown"),), hidden=(str(course),))

    assert read_everything(inside, folder) == {"beside.txt": "beside"}
    assert inside.do(f"import os; answer = os.listdir({str(course)!r})") == []
    with pytest.raises(RuntimeError, match=r"OSError|PermissionError"):
        inside.do(f"open('{course}/mine', 'w')")


def test_what_is_not_hidden_explicitly_is_visible(enter, folder, course):
    inside = enter(visible=(str(folder / "shown"),))

    assert read_everything(inside, folder)["tests.ipynb"] == SECRET


def test_a_course_that_is_itself_visible_is_empty(enter, course):
    inside = enter(visible=(str(course),), hidden=(str(course),))

    assert read_everything(inside, course) == {}


def test_a_visible_folder_in_a_hidden_one_stays_visible(enter, folder, course):
    visible = (str(folder / "shown"), str(course / "data"))
    inside = enter(visible=visible, hidden=(str(course), str(course / "source")))

    assert read_everything(inside, folder) == {"beside.txt": "beside", "public.csv": "1,2"}


def test_a_hidden_folder_in_one_that_is_visible_in_a_hidden_one_is_hidden(enter, folder, course):
    visible = (str(folder / "shown"), str(course / "source"))
    inside = enter(visible=visible, hidden=(str(course), str(course / "source")))

    assert read_everything(inside, folder) == {"beside.txt": "beside"}


def test_a_hidden_file_is_empty(enter, course):
    inside = enter(visible=(str(course),), hidden=(str(course / "gradebook.db"),))

    found = read_everything(inside, course)

    assert found == {"gradebook.db": "", "tests.ipynb": SECRET, "public.csv": "1,2"}


def test_a_link_to_a_hidden_folder_leads_to_an_empty_one(enter, folder, course):
    (folder / "shown" / "link").symlink_to(course)
    inside = enter(visible=(str(folder / "shown"),), hidden=(str(folder / "shown" / "link"),))

    assert read_everything(inside, folder) == {"beside.txt": "beside"}
    assert inside.do(f"import os; answer = os.listdir('{folder}/shown/link/')") == []


def test_a_folder_that_is_visible_by_two_names_hides_the_course_at_both(enter, folder, course):
    (folder / "alias").symlink_to(folder / "shown")
    visible = str(folder / "alias" / "courses")  # its last part is no link
    inside = enter(visible=(visible, str(folder / "shown")), hidden=(str(course),))

    assert read_everything(inside, folder) == {"beside.txt": "beside"}
    assert inside.do(f"import os; answer = os.listdir('{visible}/learning')") == []


def test_a_hidden_folder_that_does_not_exist_here_hides_nothing(enter, folder, course):
    inside = enter(visible=(str(folder / "shown"),), hidden=("/no/such/course",))

    assert read_everything(inside, folder)["tests.ipynb"] == SECRET


@pytest.mark.parametrize("hidden", [os.__file__, Path(os.__file__).parent, "/usr/lib"])
def test_what_python_needs_is_not_hidden_but_refused(enter, hidden):
    with pytest.raises(ExamError, match=r"is needed, but it is in .* which must be hidden"):
        enter(hidden=(str(hidden),))


LANDLOCK_ALONE = """
import json, sys
from autograder.sandbox.isolation import landlock, syscalls
allowed, tried = json.loads(sys.argv[1])
rules = landlock.make_ruleset([tuple(rule) for rule in allowed])
syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
landlock.restrict_self(rules)
for path in tried:
    try:
        print(open(path).read())
    except PermissionError:
        print("refused")
"""


@pytest.mark.skipif(landlock.version() == 0, reason="this machine does not offer Landlock")
@pytest.mark.parametrize("name", ["shown", "alias"])
def test_landlock_alone_hides_it_too(folder, course, name):
    (folder / "alias").symlink_to(folder / "shown")
    (folder / "shown" / "link").symlink_to(course / "source" / "tests.ipynb")
    sandbox = Sandbox(
        home=str(folder / "home"), visible=(str(folder / name),), hidden=(str(course),)
    )
    allowed = rules(sandbox, layout(sandbox, ()), in_new_root=False)
    tried = [
        str(folder / name / path)
        for path in ("beside.txt", "link", "courses/learning/gradebook.db")
    ]

    done = subprocess.run(
        [sys.executable, "-c", LANDLOCK_ALONE, json.dumps([allowed, tried])],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["beside", "refused", "refused"]


def test_the_rules_of_a_new_root_exclude_what_is_covered():
    placed = Layout({"/usr": "/usr"}, covers=("/usr/lib",))

    allowed = rules(Sandbox(home="/home"), placed, in_new_root=True)

    assert ("/", landlock.READ_DIR) in allowed
    readable = {path for path, access in allowed if access == landlock.READ}
    assert "/usr/bin" in readable
    assert not readable & {"/", "/usr", "/usr/lib"}


@pytest.mark.parametrize("given", ["relative", "link", "here", "dots"])
def test_a_course_has_the_same_private_paths_by_all_its_names(folder, course, monkeypatch, given):
    (folder / "link").symlink_to(course)
    monkeypatch.chdir(course if given == "here" else folder)
    root = {
        "relative": Path("shown/courses/learning"),
        "link": folder / "link",
        "here": Path(),
        "dots": Path("shown/../link/../learning"),
    }[given]

    assert CoursePaths(root).private == CoursePaths(course).private


def test_a_part_of_a_course_that_is_a_link_is_private_where_it_lies(folder, course):
    (folder / "elsewhere").mkdir()
    (course / "submitted").symlink_to(folder / "elsewhere")

    private = CoursePaths(course).private

    assert {str(course), str(folder / "elsewhere"), f"{course}/gradebook.db"} <= set(private)
    assert hiding.covers(private, {str(folder): str(folder)}) == (
        str(folder / "elsewhere"),
        str(course),
    )
