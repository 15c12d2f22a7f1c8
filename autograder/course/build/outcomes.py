"""Write the table of outcomes in the syllabus: which exercises serve which outcome."""

from collections.abc import Iterable
from pathlib import Path

from autograder.course.build.text import CourseText
from autograder.course.build.week import course_folder_names, read_assignment_text
from autograder.course.paths import CoursePaths
from autograder.errors import BuildError

BEGIN = "<!-- outcomes: built from the headers of the exercises, do not edit -->"
END = "<!-- end of outcomes -->"

OUTCOMES = (
    "say what deep learning is and how it relates to representation learning",
    "describe word embeddings and show their features",
    "explain why deep networks are hard to train, above all the vanishing gradient",
    "name what made deep networks practical in the last decade",
    "explain autoencoders and pre-training",
    "explain convolutional layers, weight sharing, pooling, and how they differ from dense layers",
    "give examples of ConvNets in image processing",
    "tell recurrent from feed-forward networks",
    "unroll a recurrent network in time",
    "tell short- from long-term dependencies",
    "describe the LSTM against the plain recurrent unit",
    "explain backpropagation through time",
    "give examples of recurrent networks in language processing",
    "derive, implement and numerically check backpropagation",
    "build, fit and diagnose a classifier in Keras: optimizer, initialization, regularization",
    "explain and implement Q-learning and a deep Q-network, and what replay and the target "
    "network are for",
)


def syllabus(root: Path) -> dict[str, bytes]:
    """Return the content of the syllabus by its path; nothing if the course has no syllabus.

    Raises
    ------
    BuildError
        If the page does not have the two markers of the table once, in order.
    """
    path = CoursePaths(root).syllabus
    if not path.exists():
        return {}
    try:
        page = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The file is not UTF-8: {error}."
        raise BuildError(message, path, 1) from error
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        message = f"The table of outcomes needs two lines around it: {BEGIN} and {END}."
        raise BuildError(message, path, 1)
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    table = outcomes_table(read_assignment_text(root, name) for name in course_folder_names(root))
    return {path.relative_to(root).as_posix(): f"{before}{BEGIN}\n\n{table}\n{END}{after}".encode()}


def outcomes_table(texts: Iterable[CourseText]) -> str:
    """Return a Markdown table with a row for each outcome and the exercises that serve it."""
    served: dict[int, dict[str, list[str]]] = {}
    for text in texts:
        for cell in text.cells:
            for outcome in cell.header.outcomes:
                by_folder = served.setdefault(outcome, {})
                by_folder.setdefault(text.path.parent.name, []).append(f"`{cell.header.name}`")
    rows = ["| | In the end a student can | Exercises |", "|---:|---|---|"]
    for number, sentence in enumerate(OUTCOMES, start=1):
        folders = served.get(number, {})
        exercises = "; ".join(
            f"{_title(folder)}: {', '.join(names)}" for folder, names in folders.items()
        )
        rows.append(f"| {number} | {sentence} | {exercises or '(to come)'} |")
    return "\n".join(rows) + "\n"


def _title(folder: str) -> str:
    """Return "week 1" for week01_perceptron."""
    digits = folder.partition("_")[0].removeprefix("week")
    return f"week {int(digits)}" if digits.isdigit() else folder
