"""Make up a class of twelve students and their notebooks, without reading or writing files."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from autograder.course.assignment import AssignmentNotebook
from autograder.course.known_answers import KnownAnswer
from autograder.notebook.cells import grade_id_of, role_of
from autograder.notebook.source_code import without_solution_markers

ESSAY = (
    "Suppose one unit computed exclusive or. Then $b < 0$, $w_1 + b \\geq 0$, $w_2 + b \\geq 0$ "
    "and $w_1 + w_2 + b < 0$. Adding the two in the middle gives $w_1 + w_2 + 2b \\geq 0$, so "
    "$w_1 + w_2 + b \\geq -b > 0$: a contradiction. A **hidden layer** moves the points first: "
    "one unit asks *at least one?*, another *both?*, and in the plane of their answers a line "
    "is enough."
)

STRIPPER = """\
# An attack: every check and assert that runs after this becomes `pass`.
import ast


class NoChecks(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)

    def visit_Expr(self, node):
        is_check = isinstance(node.value, ast.Call) and "check" in ast.dump(node.value.func)
        return ast.copy_location(ast.Pass(), node) if is_check else node


get_ipython().ast_transformers.append(NoChecks())
"""


@dataclass(frozen=True)
class DemoStudent:
    """A made-up student: what they did, in words, and the notebook that they submit."""

    name: str
    story: str
    notebook: NotebookNode


def made_up_class(notebook: AssignmentNotebook, release: NotebookNode) -> tuple[DemoStudent, ...]:
    """Return the twelve students of a class; the same twelve every time."""
    exercises = list(notebook.reference)
    misconceptions = _misconceptions(notebook, exercises)
    stories: list[tuple[str, Callable[[NotebookNode], None]]] = [
        ("solved everything", _nothing),
        ("did the first half", lambda nb: _keep(nb, release, exercises[: len(exercises) // 2])),
        *(
            (_story_of(wrong), lambda nb, wrong=wrong: _fill(nb, _cell_of(wrong)))
            for wrong in misconceptions
        ),
        ("submitted the notebook as it was released", lambda nb: _keep(nb, release, [])),
        (f"forgot a bracket in {exercises[1]}", lambda nb: _break(nb, exercises[1])),
        (f"wrote an endless loop in {exercises[3]}", lambda nb: _loop(nb, exercises[3])),
        (
            f"{_story_of(misconceptions[0])}, and deleted its test",
            lambda nb: _delete_test(nb, misconceptions[0]),
        ),
        (
            f"{_story_of(misconceptions[1])}, and forged its test",
            lambda nb: _forge_test(nb, misconceptions[1]),
        ),
        (
            "returned 0 everywhere, and removed every check",
            lambda nb: _strip(nb, notebook.reference),
        ),
    ]
    return tuple(
        DemoStudent(f"student{number:02}", story, _submitted(release, notebook.reference, change))
        for number, (story, change) in enumerate(stories, start=1)
    )


def _misconceptions(notebook: AssignmentNotebook, exercises: list[str]) -> list[KnownAnswer]:
    """Return one misconception of each of four exercises, spread over the notebook."""
    chosen = [exercises[index * (len(exercises) - 1) // 4] for index in range(4)]
    wrong = [answer for answer in notebook.known_answers if not answer.is_right]
    return [next(answer for answer in wrong if answer.exercise == name) for name in chosen]


def _story_of(wrong: KnownAnswer) -> str:
    return f"had a misconception in {wrong.exercise} ({wrong.name})"


def _cell_of(wrong: KnownAnswer) -> Mapping[str, str]:
    return {wrong.exercise: wrong.source}


def _submitted(
    release: NotebookNode, reference: Mapping[str, str], change: Callable[[NotebookNode], None]
) -> NotebookNode:
    """Return the release with everything solved, then changed."""
    notebook = deepcopy(release)
    _fill(notebook, reference)
    for cell in notebook.cells:
        if role_of(cell) == "written":
            cell.source = ESSAY
    change(notebook)
    return notebook


def _nothing(_notebook: NotebookNode) -> None:
    """Change nothing."""


def _fill(notebook: NotebookNode, answers: Mapping[str, str]) -> None:
    for cell in notebook.cells:
        if role_of(cell) == "answer" and grade_id_of(cell) in answers:
            cell.source = without_solution_markers(answers[grade_id_of(cell) or ""])


def _keep(notebook: NotebookNode, release: NotebookNode, done: list[str]) -> None:
    """Restore the released cells of all exercises that are not in `done`."""
    for cell, original in zip(notebook.cells, release.cells, strict=True):
        if grade_id_of(cell) not in done:
            cell.source = original.source


def _break(notebook: NotebookNode, exercise: str) -> None:
    cell = _answer(notebook, exercise)
    cell.source = cell.source.replace("):", ":", 1)


def _loop(notebook: NotebookNode, exercise: str) -> None:
    _fill(notebook, {exercise: f"def {exercise}(*anything):\n    while True:\n        pass\n"})


def _delete_test(notebook: NotebookNode, wrong: KnownAnswer) -> None:
    _fill(notebook, _cell_of(wrong))
    notebook.cells.remove(_test(notebook, wrong.exercise))


def _forge_test(notebook: NotebookNode, wrong: KnownAnswer) -> None:
    """Replace a test by one that prints success and claims 100 points."""
    _fill(notebook, _cell_of(wrong))
    cell = _test(notebook, wrong.exercise)
    cell.source = "print('all tests passed')"
    cell.metadata["nbgrader"].update(points=100, locked=False)
    cell.metadata["tags"] = ["skip-execution"]
    cell.outputs = [new_output("execute_result", {"text/plain": "100"}, execution_count=1)]


def _strip(notebook: NotebookNode, reference: Mapping[str, str]) -> None:
    template = "def {name}(*anything):\n    return 0\n"
    _fill(notebook, {name: template.format(name=name) for name in reference})
    for cell in notebook.cells:
        if role_of(cell) == "written":
            cell.source = "<script>document.title = 'all points'</script> Because it is so."
    notebook.cells.insert(1, new_code_cell(STRIPPER, id="strips-every-check"))


def _answer(notebook: NotebookNode, exercise: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if grade_id_of(cell) == exercise)


def _test(notebook: NotebookNode, exercise: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if grade_id_of(cell) == f"test_{exercise}")
