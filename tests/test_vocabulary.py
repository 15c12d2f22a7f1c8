"""Test that the repository uses one plain word for each thing, as a table below says.

Names and prose are searched alike: `ExamPaper`, `exam_paper` and "the paper of an exam" all contain
the word "paper". The prose of the course itself (course/, source/, release/) is not searched.
"""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path

import pytest

from tests.support.paths import ROOT


@dataclass(frozen=True)
class Rule:
    """A word that is not used, and what to write instead.

    pattern   a regular expression; a space matches any white space
    instead   the words to use
    names     whether names in code are searched
    prose     whether comments, strings and other text are searched
    where     the folders where it is not used; elsewhere it is ordinary English
    """

    pattern: str
    instead: str
    names: bool = True
    prose: bool = True
    where: tuple[str, ...] = ("",)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern of whole words."""
        spaced = self.pattern.replace(" ", r"\s+")
        return re.compile(rf"\b(?:{spaced})\b", re.IGNORECASE)


RUNNERS = ("autograder/exam/", "autograder/verification/", "tests/exam/", "tests/support/")

WORDS = [
    # The exam of a submission.
    Rule("sit|sits|sat|sitting|sittings", "run, complete"),
    Rule("held|not held", "run, completed", prose=False),
    Rule("(hold|holds|held|holding) (an|the|its|each|every|many|all|no) exams?", "run an exam"),
    Rule("exams? (that )?(is|are|was|were|be|been|can be|cannot be) (not )?held", "completed, run"),
    Rule("held again|held once|never held|not held", "run"),
    Rule("papers?", "exam notebook"),
    Rule(r"(?<!mark\s)(?<!url\s)(?<!color[-\s])schemes?", "answer key"),
    Rule("slips?|known mistakes?", "misconception"),
    Rule("rehears(e|es|ed|ing)|rehearsals?", "test plan"),
    Rule("apart", "local runner, two processes", prose=False, where=RUNNERS),
    Rule("due", "expected kinds", prose=False, where=RUNNERS),
    Rule("kinds (that are )?due|what is due", "expected kinds", names=False),
    # Processes and what connects them.
    Rule("rooms?", "session, environment, candidate process, examiner process"),
    Rule("doors?", "socket directory"),
    Rule("leash(es)?", "control socket"),
    Rule("keepers?", "supervisor"),
    Rule("newborns?", "child process"),
    Rule("zygotes?", "fork server"),
    Rule("clerks?", "frames, outputs"),
    Rule("told", "sent, notified, asked, informed"),
    Rule("hear|hears|heard", "receive"),
    Rule("tell", "send, report", prose=False),
    Rule("tell whether|tells whether", "return whether", names=False),
    Rule(
        r"cross(es|ed|ing|ings)?(?!-| (entrop|validat|correlat|product|section|out|check))",
        "transfer",
        where=("autograder/", "lib/dlcourse/check/", "tests/exam/", "tests/course/"),
    ),
    Rule("(hand|hands|handed|handing) in|handing", "submit, submission"),
    Rule("handed (out|over)", "export, released"),
    Rule("knock(s|ed|ing)?", "connect"),
    # Grading a class.
    Rule("pupils?", "student"),
    Rule("take roll", "find submissions"),
    Rule("put down", "stage"),
    Rule("ledgers?", "result cache"),
    Rule("fleets?", "queue, exam queue"),
    Rule("harmless", "sanitized, safe"),
    Rule("cheat(s|ed|ing|er|ers)?", "trivial answer, forgery, attack"),
    # Sentences.
    Rule("at fault", "error, wrong"),
    Rule("not right yet", "incorrect"),
    Rule("anew", "again"),
    Rule("mend(s|ed|ing)?", "fix"),
    Rule("lies in|lie in", "is in", names=False),
    Rule("what came of", "the result of", names=False),
    Rule("but for", "except", names=False),
    Rule("who is so|which is so", "say what it is", names=False),
]

OLD_NAMES = {
    "Place": "Slot",
    "Terms": "RunSpec",
    "Order": "SpawnRequest",
    "Ended": "ExitReport",
    "Remote": "RemoteObject",
    "HandedOut": "Exports",
    "CannotCross": "NotTransferable",
    "Gone": "ConnectionLost",
    "TimeIsUp": "DeadlineExceeded",
    "WarmProcess": "ForkedProcess",
    "JsonProcess": "RpcProcess",
    "Stop": "Cancellation",
    "IntakeError": "SubmissionError",
    "TrustedCell": "ExpectedCell",
    "Question": "TestCell, GradedCell",
    "Mistake": "Misconception",
}
"""Classes that have another name now. As words of a sentence they are ordinary English."""

BRITISH = Rule(
    r"\w*(?:(?:optim|initial|recogn|normal|serial|organ|random|minim|maxim|standard|token|general"
    r"|visual|capital|synchron|custom|util|emphas|real)is(?:e|es|ed|er|ers|ing"
    r"|ations?)|colour\w*|behaviour\w*|neighbour\w*|favour\w*|honour\w*|flavour\w*"
    r"|labelled|modelled|cancelled(?! error)|travelled|signalled|centred?|centres|greys?"
    r"|analys(?:e|es|ed))",
    "American spelling",
)

SEARCHED = ("autograder", "lib", "tests", "bench", "runners", ".github", ".")
TEXT = {".md", ".toml", ".yml", ".yaml", ".j2", ".html", ".js", ".css", ".sh", ".cff", ""}
NOT_SEARCHED = (
    "tests/test_vocabulary.py",  # the words themselves
    "tests/samples/",  # course text: what exercises and students say
    "CHANGELOG.md",  # what each old name became
    "requirements.lock",
    "LICENSE",
    "lib/LICENSE",
)

EXCEPTIONS = {
    ("ARCHITECTURE.md", "paper"): "the name of a command",
    ("README.md", "paper"): "the name of a command",
    ("autograder/cli/grade.py", "paper"): "the name of a command",
    ("tests/cli/test_odd_courses.py", "paper"): "the name of a command",
    ("autograder/integrations/papermill.py", "paper"): "the name of a command",
    ("autograder/course/build/checks.py", "schemes"): "nbgrader's word for a rubric",
    ("autograder/notebook/sanitize/text.py", "scheme"): "the first part of a URL",
    ("autograder/reporting/templates/page.css", "paper"): "the color of a page",
    ("lib/dlcourse/data/_digits.py", "paper"): "what the digits were written on",
    ("lib/dlcourse/data/_downloads.py", "paper"): "what the digits were written on",
    ("lib/dlcourse/data/_drawings.py", "paper"): "what the pictures are drawn on",
    ("lib/dlcourse/data/_grammar.py", "room"): "a word of the sentences that it makes",
    ("lib/dlcourse/data/_pets.py", "pupils"): "of a cat's eyes",
    ("lib/dlcourse/envs/_gridworld.py", "slip"): "what happens on ice",
    ("lib/dlcourse/plot/_style.py", "paper"): "what a figure may be printed on",
    ("tests/cli/test_cli.py", "paper"): "the name of a command",
    ("tests/course/build/test_checks.py", "schemes"): "a misspelled marker of nbgrader",
    ("tests/dlcourse/data/test_digits.py", "paper"): "what the digits were written on",
    ("tests/dlcourse/envs/test_envs.py", "slip"): "what happens on ice",
    ("tests/integrations/test_papermill.py", "paper"): "the name of a command",
    ("tests/integrations/test_same_points.py", "paper"): "the name of a command",
}
"""Uses that stay, by file and word, and why."""


@dataclass(frozen=True)
class Piece:
    """A name or a stretch of prose of a file, and the line that it begins in."""

    text: str
    line: int
    is_name: bool


def words_of(name: str) -> str:
    """Return a name in code as its words: "ExamPaper" and "exam_paper" are "exam paper"."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    return " ".join(part.lower() for part in parts)


def pieces_of_python(text: str) -> Iterator[Piece]:
    """Yield names, strings and comments; comments of adjacent lines are one piece."""
    comments = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind, line = tokenize.tok_name[token.type], token.start[0]
        if kind == "NAME":
            yield Piece(token.string, line, is_name=True)
        elif kind in ("STRING", "FSTRING_MIDDLE"):
            yield Piece(token.string, line, is_name=False)
        elif kind == "COMMENT":
            comments.append((line, token.string.lstrip("# ")))
    for _, block in groupby(enumerate(comments), lambda one: one[1][0] - one[0]):
        lines = [comment for _, comment in block]
        yield Piece("\n".join(comment for _, comment in lines), lines[0][0], is_name=False)


def uses(file: str, text: str, rules: list[Rule]) -> Iterator[tuple[int, str, Rule]]:
    """Yield the line, the word and the rule of each forbidden word of a file's text."""
    is_python = file.endswith(".py")
    here = [rule for rule in rules if file.startswith(rule.where)]
    for piece in pieces_of_python(text) if is_python else [Piece(text, 1, is_name=False)]:
        searched = words_of(piece.text) if piece.is_name else piece.text.replace("_", " ")
        for rule in here:
            if rule.names if piece.is_name else rule.prose:
                for match in rule.regex.finditer(searched):
                    line = piece.line + searched.count("\n", 0, match.start())
                    yield line, " ".join(match.group().split()), rule


@cache
def files() -> tuple[str, ...]:
    """Return the files that are searched, as paths below the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return tuple(
        sorted(
            name
            for name in listed
            if not name.startswith(NOT_SEARCHED)
            and (Path(name).suffix in TEXT or name.endswith(".py"))
            and (ROOT / name).is_file()
            and ("/" not in name or name.startswith(tuple(f"{one}/" for one in SEARCHED[:-1])))
        )
    )


def part_of(name: str) -> str:
    """Return which part of the repository a file belongs to: a package, or a folder."""
    folders = Path(name).parts[:-1]
    deep = folders[:1] in (("autograder",), ("tests",))
    return "/".join(folders[: 2 if deep else 1]) or "(root)"


PARTS = sorted({part_of(name) for name in files()})


@cache
def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def report(part: str, rules: list[Rule]) -> list[str]:
    """Return a line for each forbidden word in a part of the repository."""
    lines = []
    for name in files():
        if part_of(name) != part:
            continue
        for rule in rules:
            for _ in rule.regex.finditer(words_of(name.replace("/", " "))):
                lines.append(f"{name}: the file's name; use: {rule.instead}")
        for line, word, rule in uses(name, read(name), rules):
            if not any(name == file and word.lower() == kept.lower() for file, kept in EXCEPTIONS):
                lines.append(f"{name}:{line}: {word!r}; use: {rule.instead}")
    return lines


def assert_none(found: list[str]) -> None:
    assert not found, f"{len(found)} words to replace:\n" + "\n".join(found)


@pytest.mark.parametrize("part", PARTS)
def test_only_words_of_the_vocabulary_are_used(part):
    assert_none(report(part, WORDS))


@pytest.mark.parametrize("part", PARTS)
def test_the_spelling_is_american(part):
    assert_none(report(part, [BRITISH]))


@pytest.mark.parametrize("part", PARTS)
def test_no_class_has_its_old_name(part):
    found = [
        f"{name}:{piece.line}: {piece.text}; use: {OLD_NAMES[piece.text]}"
        for name in files()
        if part_of(name) == part and name.endswith(".py") and part != "lib"
        for piece in pieces_of_python(read(name))
        if piece.is_name and piece.text in OLD_NAMES
    ]

    assert_none(found)


def test_no_parameter_is_a_week():
    found = [
        f"{name}:{argument.lineno}: {argument.arg}; use: assignment"
        for name in files()
        if name.startswith("autograder/") and name.endswith(".py")
        for argument in ast.walk(ast.parse(read(name)))
        if isinstance(argument, ast.arg) and argument.arg in ("week", "weeks")
    ]

    assert_none(found)


def test_no_docstring_begins_with_let():
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [
        f"{name}:{getattr(node, 'lineno', 1)}: begins with Let; use: an imperative verb"
        for name in files()
        if name.endswith(".py")
        for node in ast.walk(ast.parse(read(name)))
        if isinstance(node, kinds) and (ast.get_docstring(node) or "").startswith("Let ")
    ]

    assert_none(found)


@pytest.mark.parametrize(("file", "word"), EXCEPTIONS, ids=str)
def test_an_exception_is_needed(file, word):
    found = {used.lower() for _, used, _ in uses(file, read(file), WORDS)}

    assert word.lower() in found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("exam_paper = 1", ["paper"]),
        ("class ExamPaper: pass", ["paper"]),
        ("from nbgrader.preprocessors import ClearMarkScheme", []),
        ("# an error that is at\n# fault", ["at fault"]),
        ('"""The keeper of a\nzygote."""', ["keeper", "zygote"]),
        ('f"a {door} of the rooms"', ["rooms", "door"]),
        ("transit = papering = 1", []),
        ('"a cross-entropy and a cross entropy, crossed"', ["crossed"]),
        ('"BEGIN MARK SCHEME"', []),
        ('"take_roll"', ["take roll"]),
        ("held = 1  # a lock is held", ["held"]),
    ],
)
def test_a_word_is_found(text, words):
    found = [word for _, word, _ in uses("autograder/a.py", text, WORDS)]

    assert sorted(found) == sorted(words)


def test_the_line_of_a_word_is_found():
    text = '"""One.\n\nThe pupil.\n"""\n\nledger = 1\n'

    assert [line for line, _, _ in uses("autograder/a.py", text, WORDS)] == [3, 6]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# colour, optimiser and neighbours", ["colour", "optimiser", "neighbours"]),
        ("initialise = 1", ["initialise"]),
        ("raise CancelledError", []),  # the name of an exception of Python
        ("is_cancelled = True  # it was cancelled", ["cancelled", "cancelled"]),
        ("# your hours, promise, otherwise, exercise, realism, analysis, precise", []),
    ],
)
def test_british_spelling_is_found(text, words):
    assert [word for _, word, _ in uses("autograder/a.py", text, [BRITISH])] == words
