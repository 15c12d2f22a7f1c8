"""The folders and files of a course, and how they relate to nbgrader's layout."""

from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.course.paths import CoursePaths

PATHS = CoursePaths(Path("/course"))


def test_folders_are_where_nbgrader_expects_them():
    config = Config()
    config.CourseDirectory.root = "/course"
    directory = CourseDirectory(config=config)

    def of(step):
        return Path(directory.format_path(step, "ada", "week01"))

    assert PATHS.source / "week01" == Path(
        directory.format_path(directory.source_directory, ".", "week01")
    )
    assert PATHS.release / "week01" == Path(
        directory.format_path(directory.release_directory, ".", "week01")
    )
    assert PATHS.submitted_folder("ada", "week01") == of(directory.submitted_directory)
    assert PATHS.graded_notebook("ada", "week01", "a").parent == of(directory.autograded_directory)
    assert PATHS.feedback_page("ada", "week01", "a").parent == of(directory.feedback_directory)


def test_files_have_the_names_of_their_notebooks():
    assert PATHS.source_notebook("week01", "a") == Path("/course/source/week01/a.ipynb")
    assert PATHS.released_notebook("week01", "a") == Path("/course/release/week01/a.ipynb")
    assert PATHS.graded_notebook("ada", "week01", "a").name == "a.ipynb"
    assert PATHS.feedback_page("ada", "week01", "a").name == "a.html"
    assert PATHS.misconceptions("week01") == Path("/course/course/week01/misconceptions.py")
    assert PATHS.class_report("week01") == Path("/course/report/week01.html")


def test_answer_keys_of_other_digests_are_other_files():
    assert PATHS.answer_key("week01", "aa") != PATHS.answer_key("week01", "bb")
