"""Test that bytes on the socket which break a rule void one test cell and not the next one.

Rules 1, 2, 3, 4, 7, 8 and 11. The examiner is the real one; the candidate sends anything.
"""

import socket
import time

import numpy as np
import pytest

from autograder.exam.examiner import remote_object
from autograder.exam.protocol import channel, framing
from tests.support.candidate_stub import (
    BOUND,
    HIDDEN_LINES,
    Forged,
    Liar,
    Thing,
    callback,
    encoded,
    error,
    raw,
    run_exam,
    value,
)

STUBBORN = """
import contextlib
for _ in range(3):
    try:
        f(2)
    except BaseException:
        pass
"""


def array(dtype, shape, data=b"", is_scalar=False):
    return Forged({"array": [dtype, shape, 0, is_scalar]}, (data,))


def nested(depth):
    return Forged('{"list":[' * depth + "null" + "]}" * depth)


BROKEN_BYTES = {
    "an HTTP request": b"GET /grades HTTP/1.1\r\nHost: examiner\r\n\r\n",
    "another magic": raw("null").replace(b"exam", b"maxe"),
    "a tree of four gigabytes": framing.HEADER.pack(framing.MAGIC, 2**32 - 1, 0, 0),
    "four billion buffers": framing.HEADER.pack(framing.MAGIC, 4, 2**32 - 1, 8),
    "a buffer of exabytes": raw("null", 2**63, total=2**63),
    "sizes that do not add up": raw("null", 4, 4, total=9, buffers=b"12345678"),
    "sizes that overflow": raw("null", 2**63, 2**63, total=0),
    "a tree that is not JSON": raw("{{{{"),
    "a tree in UTF-16": raw("null").replace(b"null", "nu".encode("utf-16-le")),
    "an empty tree": raw(""),
    "a buffer that nothing points to": raw('{"list":["value",null,{"list":[]}]}', 1, buffers=b"x"),
}


@pytest.mark.parametrize("sent", BROKEN_BYTES.values(), ids=BROKEN_BYTES)
def test_rule_3_bytes_that_are_not_a_message_void_the_cell(examiner, sent):
    verdict = run_exam(examiner, "check.equal(f(2), 4)", sent)

    assert (verdict.state, verdict.points) == ("void", 0.0)
    assert "broke a rule" in verdict.reason


NOT_VALUES = {
    "shape and bytes disagree": (array("float64", [3], b"12345678"), "shape and bytes disagree"),
    "a negative dimension": (array("float64", [-1], b"12345678"), "impossible dimension"),
    "two negative dimensions": (array("uint8", [-2, -4], b"12345678"), "impossible dimension"),
    "a huge dimension": (array("uint8", [2**50], b"1"), "impossible dimension"),
    "a huge product": (array("uint8", [2**20, 2**20], b"1"), "impossible dimension"),
    "huge beside zero": (array("float64", [2**30, 2**30, 2**30, 0]), "impossible dimension"),
    "huge text beside zero": (Forged({"text": [[2**30] * 5 + [0], [], False]}), "impossible"),
    "too many dimensions": (array("uint8", [1] * 65, b"1"), "too many dimensions"),
    "NaN for a length": (Forged('{"array":["uint8",[NaN],0,false]}', (b"1",)), "not JSON"),
    "a float for a length": (Forged('{"array":["uint8",[1.0],0,false]}', (b"1",)), "not JSON"),
    "text for a length": (array("uint8", ["1"], b"1"), "impossible dimension"),
    "a bool for a length": (array("uint8", [True], b"1"), "impossible dimension"),
    "a shape that is not a list": (array("uint8", 1, b"1"), "too many dimensions"),
    "objects": (array("object", [1], b"12345678"), "dtype 'object'"),
    "void": (array("void", [1], b"12345678"), "dtype 'void'"),
    "structured": (array([["a", "<f8"]], [1], b"12345678"), "dtype"),
    "big-endian": (array(">f8", [1], b"12345678"), "dtype '>f8'"),
    "bfloat16": (array("bfloat16", [1], b"12"), "dtype 'bfloat16'"),
    "a date": (array("datetime64[ns]", [1], b"12345678"), "dtype"),
    "a bool of 2": (array("bool", [1], b"\x02"), "bool that is neither"),
    "a scalar with a shape": (array("uint8", [1], b"1", True), "scalar that has a shape"),
    "a buffer that does not exist": (Forged({"array": ["uint8", [1], 7, False]}), "buffer"),
    "a negative buffer": (Forged({"bytes": -1}, (b"1",)), "buffer"),
    "a buffer used twice": (Forged({"list": [{"bytes": 0}, {"bytes": 0}]}, (b"1",)), "twice"),
    "a list as a key": (Forged({"dict": [[{"list": []}, None]]}), "hashable"),
    "an array as a key": (
        Forged({"dict": [[{"array": ["uint8", [1], 0, False]}, None]]}, (b"1",)),
        "hashable",
    ),
    "an object as a key": (Forged({"dict": [[{"ref": ["remote", None]}, None]]}), "reference"),
    "a key twice": (Forged({"dict": [["a", None], ["a", True]]}), "key twice"),
    "keys that are equal": (Forged({"dict": [[{"int": "1"}, None], [True, None]]}), "key twice"),
    "an element twice": (Forged({"set": [None, None]}), "element twice"),
    "a list in a set": (Forged({"set": [{"list": []}]}), "hashable"),
    "depth 10,000": (nested(10_000), "not JSON"),
    "depth 70": (nested(70), "nested more than"),
    "a million digits": (Forged({"int": "f" * 1_000_000}), "too many digits"),
    "a million decimal digits": (Forged("9" * 1_000_000), "not JSON"),
    "an integer with a prefix": (Forged({"int": "0x10"}), "not hexadecimal"),
    "an integer of no digits": (Forged({"int": "-"}), "not hexadecimal"),
    "a float that is a word": (Forged({"float": "one"}), "hexadecimal float"),
    "a float too large": (Forged({"float": "0x1p+5000"}), "hexadecimal float"),
    "lone surrogates": (Forged('"\\ud800"'), "lone surrogates"),
    "lone surrogates in an array": (Forged('{"text":[[1],["\\udfff"],false]}'), "surrogates"),
    "text that would fill the memory": (
        Forged({"text": [[50_000], ["x" * 50_000] + [""] * 49_999, False]}),
        "too much memory",
    ),
    "an endless range": (
        Forged({"range": [{"int": "0"}, {"int": "f" * 300}, {"int": "1"}]}),
        "range of too many numbers",
    ),
    "a range of floats": (
        Forged({"range": [{"float": "0x0p0"}, {"int": "1"}, {"int": "1"}]}),
        "three integers",
    ),
    "a step of zero": (
        Forged({"range": [{"int": "0"}, {"int": "1"}, {"int": "0"}]}),
        "three integers",
    ),
    "a deque too long": (Forged({"deque": [[None, None], 1]}), "longer than it may be"),
    "an unknown kind": (Forged({"pickle": "gASV"}), "kind 'pickle'"),
    "two kinds at once": (Forged('{"int":"1","float":"0x1p0"}'), "not JSON"),
    "a bare number": (Forged("7"), "a bare int"),
    "Infinity": (Forged("Infinity"), "not JSON"),
    "an unknown namedtuple": (Forged({"named": ["Nobody", []]}), "namedtuple"),
    "a namedtuple that is a module": (Forged({"named": ["np", []]}), "namedtuple"),
    "a tensor of an unknown package": (
        Forged({"tensor": ["os", {"array": []}]}),
        "unknown package",
    ),
    "a tensor of text": (Forged({"tensor": ["tensorflow", "x"]}), "unknown package"),
    "a tensor of what is not installed": (
        Forged({"tensor": ["torch", {"array": ["uint8", [1], 0, False]}]}, (b"1",)),
        "torch cannot make",
    ),
    "a reference to a name": (Forged({"ref": ["name", {"tuple": ["os", "system"]}]}), "'name'"),
    "a callback for the test": (Forged({"ref": ["callback", {"int": "0"}]}), "'callback'"),
    "a remote without a number": (Thing("zero"), "without a number"),
    "a remote of a negative number": (Thing(-1), "without a number"),
    "a remote of an unknown kind": (Thing(1, "number"), "unknown kind"),
    "a remote whose kind is an array": (Thing(1, np.ones(2)), "unknown kind"),
    "a remote whose kind is a remote": (Thing(1, Thing()), "unknown kind"),
    "more than two million None": (
        Forged({"list": [None] * 2_000_001}),
        "more than 2,000,000 items",
    ),
    "millions of empty lists": (Forged({"list": [[]] * 10_100_000}), "too many parts"),
}


@pytest.mark.parametrize(("forged", "text"), NOT_VALUES.values(), ids=NOT_VALUES)
def test_rule_3_an_invalid_value_voids_the_cell_whatever_the_test_catches(examiner, forged, text):
    verdict = run_exam(examiner, STUBBORN, value(forged), value(4), value(4))

    assert (verdict.state, verdict.points) == ("void", 0.0)
    assert text in verdict.details
    assert "broke a rule" in verdict.reason


OTHER_KINDS = {
    "not a list": ("f(2)", encoded("value")),
    "an empty list": ("f(2)", encoded([])),
    "an unknown word": ("f(2)", encoded(["verdict", True, []])),
    "a word that is an array": ("f(2)", encoded([np.ones(3), 4, []])),
    "a word that is a remote": ("f(2)", encoded([Thing(), 4, []])),
    "a value too many": ("f(2)", encoded(["value", 4, [], 4])),
    "None for warnings": ("f(2)", encoded(["value", 4, None])),
    "warnings that are numbers": ("f(2)", encoded(["value", 4, [(1, 2)]])),
    "an error that is a number": ("f(2)", encoded(["error", 3, []])),
    "an error with a traceback": ("f(2)", encoded(["error", ("E", "t", "tb"), []])),
    "text for a length": ("len(f)", value("3")),
    "a negative length": ("len(f)", value(-1)),
    "a bool for a length": ("len(f)", value(True)),
    "a value for an iterator": ("list(f)", value([1, 2])),
    "text for the next item": ("next(f)", value("more")),
    "a number for whether there is an item": ("next(f)", value((1, 2))),
    "a result of an assignment": ("f.x = 1", value(1)),
    "a result of an item assignment": ("f[0] = 1", value(1)),
    "arguments that are missing": ("check.call_and_inspect(f, 1)", value((1, [], {}))),
    "arguments that are not a list": ("check.call_and_inspect(f, 1)", value((1, 2, {}))),
    "a result of seeding": ("check.seed(1)", value(7)),
    "a configuration that is a tree": ("check.local_copy(f)", value(({}, []))),
    "a configuration that is not JSON": ("check.local_copy(f)", value(("{{", []))),
    "a configuration without end": ("check.local_copy(f)", value(("[" * 5_000_000, []))),
    "weights that are lists": ("check.local_copy(f)", value(("{}", [[1.0]]))),
    "weights that are objects": ("check.local_copy(f)", value(("{}", [Thing(1)]))),
}


@pytest.mark.parametrize(("request_", "reply"), OTHER_KINDS.values(), ids=OTHER_KINDS)
def test_rule_3_a_reply_must_fit_its_request(examiner, request_, reply):
    caught = f"for _ in range(2):\n    try:\n        {request_}\n    except BaseException: pass\nf"

    verdict = run_exam(examiner, caught, reply, value(None))

    assert (verdict.state, verdict.points) == ("void", 0.0)


@pytest.mark.parametrize("bound", [7, (1, None), ("yes", None), (True, 1, 2)], ids=repr)
def test_rule_3_a_reply_says_whether_a_name_is_bound(examiner, bound):
    liar = Liar()
    liar.moves = (value(bound),)

    assert run_exam(examiner, "f(2)", liar=liar).state == "void"


# --- rule 1 --------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["", "1 + 1\nNone", "pass"], ids=repr)
def test_rule_1_a_cell_that_ran_to_its_end_earns_its_points(examiner, source):
    assert run_exam(examiner, source).points == 3.0


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


ENDS = {
    "the kernel dies": (STUBBORN, hang_up, "void", "died"),
    "half a message": (STUBBORN, lambda c: (c.sendall(raw("nu" * 9)[:25]), hang_up(c)), "void", ""),
    "an error": ("f(2)", error("ValueError", "no"), "failed", "ValueError: no"),
    "still the stub": ("f(2)", error("NotImplementedError", ""), "not attempted", "Not attempted"),
    "a library's own": (
        "f(2)",
        error("NotImplementedError", "raised by step of gymnasium.core"),
        "failed",
        "NotImplementedError: raised by step of gymnasium.core",
    ),
    "a name that no answer makes": ("f(2)\ng(2)", value(4), "test error", "The test itself"),
    "a name that the answer lacks": (
        "f(2)",
        error("NameError", "name 'g' is not defined"),
        "failed",
        "name 'g' is not defined",
    ),
    "a local name that the test assigns only for some answers": (
        "def g():\n    if f(2) == 4:\n        y = 1\n    return y\ng()",
        value(5),
        "failed",
        "UnboundLocalError",
    ),
    "a test that imports nothing": ("f(2)\nimport no_such", value(4), "test error", "The test"),
    "an answer that imports nothing": (
        "f(2)",
        error("ModuleNotFoundError", "No module named 'x'"),
        "failed",
        "No module named 'x'",
    ),
    "a test without its file": ("f(2)\nopen('/no/such')", value(4), "test error", "The test"),
    "an answer without its file": (
        "f(2)",
        error("FileNotFoundError", "no such file"),
        "failed",
        "no such file",
    ),
    "a test with a syntax error": ("f(", b"", "test error", "The test itself"),
    "a test that raises SystemExit": ("raise SystemExit", b"", "test error", "The test itself"),
    "credit above the maximum": ("f(2)\n4.0", value(4), "test error", "The test itself"),
    "credit below zero": ("f(2)\n-1", value(4), "test error", "The test itself"),
    "credit that is NaN": ("f(2)\nfloat('nan')", value(4), "test error", "The test itself"),
    "credit that is a bool": ("f(2)\nTrue", value(4), "test error", "The test itself"),
}


@pytest.mark.parametrize(("source", "move", "state", "text"), ENDS.values(), ids=ENDS)
def test_rule_1_a_cell_that_did_not_run_to_its_end_earns_nothing_and_says_why(
    examiner, source, move, state, text
):
    verdict = run_exam(examiner, source, move)

    assert (verdict.state, verdict.points) == (state, 0.0)
    assert text in verdict.reason
    assert verdict.reason


def test_rule_1_a_missing_name_is_named_in_the_reason(examiner):
    liar = Liar()
    liar.moves = (value((False, None)),)

    verdict = run_exam(examiner, "f(2)", liar=liar)

    assert (verdict.state, verdict.points) == ("failed", 0.0)
    assert "`f` is not defined" in verdict.reason


# --- rule 2 --------------------------------------------------------------------------------------


def test_rule_2_no_request_is_sent_after_a_broken_rule(examiner):
    liar = Liar(value(Forged({"int": "x"})), value(4), value(4))

    verdict = run_exam(examiner, STUBBORN, liar=liar)

    assert verdict.state == "void"
    assert len(liar.asked) == 2  # the name and the first call


def test_rule_2_a_failed_check_inside_a_callback_stays_failed(examiner):
    source = """
def loss(x):
    check.equal(x, 1, name="what loss is called with")
try:
    f(loss)
except BaseException:
    pass
"""

    verdict = run_exam(examiner, source, lambda c: swallow(c, callback(0, 2)))

    assert (verdict.state, verdict.points) == ("failed", 0.0)
    assert "what loss is called with" in verdict.reason


def swallow(connection: socket.socket, call) -> None:
    """Call a function of the test, read its reply and go on as if it had not failed."""
    other = channel.Channel(connection)
    other.send(call)
    answer = other.receive()
    assert b'"raise"' in answer.tree
    assert b"Traceback" not in answer.tree
    other.send(value(None))


def test_rule_2_an_exit_in_a_callback_voids_the_cell(examiner):
    source = """
def leave(x):
    raise KeyboardInterrupt
for _ in range(2):
    try:
        f(leave)
    except BaseException:
        pass
"""

    assert run_exam(examiner, source, callback(0, 1), value(4)).points == 0.0


def test_rule_2_a_callback_that_returns_what_cannot_be_sent_is_an_error_of_the_test(examiner):
    source = "try:\n    f(lambda: open)\n    f(lambda: object())\nexcept TypeError:\n    pass"

    verdict = run_exam(examiner, source, value(None), callback(1))

    assert (verdict.state, verdict.points) == ("test error", 0.0)


# --- rule 4: nothing is written back -------------------------------------------------------------


def test_rule_4_arguments_received_after_a_call_change_nothing(examiner):
    source = """
X = np.arange(3.0)
result, (after,) = check.call_and_inspect(f, X)
check.equal(X, [0, 1, 2])
check.equal(after, [9, 9, 9])
after[:] = 5
check.equal(X, [0, 1, 2])
"""
    reply = value((None, [np.full(3, 9.0)], {}))

    assert run_exam(examiner, source, reply).points == 3.0


# --- requests and replies in step ----------------------------------------------------------------


def test_rule_3_a_reply_without_a_request_voids_the_cell(examiner):
    def twice(connection):
        for part in (*value(4).parts(), *value(4).parts()):
            connection.sendall(part)

    source = "import time\nf(2)\ntime.sleep(0.1)\ncheck.equal(f(2), 4)"

    verdict = run_exam(examiner, source, twice)

    assert (verdict.state, verdict.points) == ("void", 0.0)
    assert "never made" in verdict.reason


def test_rule_3_a_reply_after_the_last_request_voids_the_cell(examiner):
    def twice(connection):
        for part in (*value(4).parts(), *value(4).parts()):
            connection.sendall(part)

    verdict = run_exam(examiner, "import time\ncheck.equal(f(2), 4)\ntime.sleep(0.1)", twice)

    assert (verdict.state, verdict.points) == ("void", 0.0)


# --- rule 7 --------------------------------------------------------------------------------------

BAD_CALLS = {
    "of a function that was never passed": callback(7, 1),
    "of a negative number": callback(-1, 1),
    "of a number that is text": callback("0", 1),
    "without keywords": encoded(["callback", 0, [1]]),
    "with a tuple of arguments": encoded(["callback", 0, (1,), {}]),
    "with keywords that are numbers": encoded(["callback", 0, [], {1: 2}]),
    "with an object": callback(0, Thing(3)),
    "with an object deep inside": callback(0, [{"a": (Thing(3),)}]),
    "with an object as keyword": callback(0, x=Thing(3)),
}


@pytest.mark.parametrize("call", BAD_CALLS.values(), ids=BAD_CALLS)
def test_rule_7_an_invalid_callback_voids_the_cell(examiner, call):
    source = "try:\n    f(lambda *a, **k: 1)\nexcept BaseException:\n    pass"

    verdict = run_exam(examiner, source, call, value(1))

    assert (verdict.state, verdict.points) == ("void", 0.0)


def test_rule_7_a_fifth_callback_inside_four_voids_the_cell(examiner):
    source = (
        "def again(n):\n    return f(again)\ntry:\n    f(again)\nexcept BaseException:\n    pass"
    )

    four = run_exam(examiner, source, *[callback(0, n) for n in range(4)], unwind(4))
    five = run_exam(examiner, source, *[callback(n, n) for n in range(5)])

    assert four.points == 3.0
    assert (five.state, five.points) == ("void", 0.0)
    assert "more than 4 deep" in five.reason


def unwind(depth: int):
    def play(connection):
        other = channel.Channel(connection)
        other.send(value(1))
        for _ in range(depth):
            other.receive()
            other.send(value(1))

    return play


def test_rule_7_a_callback_after_the_end_of_the_cell_finds_a_closed_connection(examiner):
    late = []

    def after_the_cell(connection):
        other = channel.Channel(connection)
        other.send(value(4))
        try:
            other.receive()
        except framing.ConnectionLost:
            late.append("the connection is closed")
        with pytest.raises(framing.ConnectionLost):
            other.send(callback(0, 1))
        raise framing.ConnectionLost

    source = "calls = []\ncheck.equal(f(calls.append), 4)"

    assert run_exam(examiner, source, after_the_cell).points == 3.0
    assert late


# --- rule 8 --------------------------------------------------------------------------------------


def one_byte_a_second(connection: socket.socket) -> None:
    connection.settimeout(1)
    for byte in b"".join(map(bytes, value(4).parts())):
        connection.sendall(bytes([byte]))
        time.sleep(0.2)


def never_answer(connection: socket.socket) -> None:
    connection.recv(1)


SLOW = {
    "a reply that never comes": ("f(2)", never_answer),
    "one byte at a time": ("f(2)", one_byte_a_second),
    "a candidate that does not read": (
        "f(2)\nf(np.zeros(50_000_000, np.uint8))",
        lambda connection: (connection.sendall(value(1).parts()[0]), time.sleep(1.5)),
    ),
    "endless callbacks": ("f(lambda: 1)", lambda connection: endless_callbacks(connection)),
}


def endless_callbacks(connection: socket.socket) -> None:
    other = channel.Channel(connection)
    while True:
        other.send(callback(0))
        other.receive()


@pytest.mark.parametrize(("call", "move"), SLOW.values(), ids=SLOW)
def test_rule_8_one_deadline_covers_reads_and_writes(examiner, call, move):
    source = "try:\n    " + call.replace("\n", "\n    ") + "\nexcept Exception:\n    pass"
    started = time.monotonic()

    verdict = run_exam(examiner, source, move, seconds=0.8)

    assert (verdict.state, verdict.points) == ("void", 0.0)
    assert "time limit" in verdict.reason
    assert time.monotonic() - started < 5


def test_rule_8_an_endless_iterator_voids_the_cell(examiner, monkeypatch):
    monkeypatch.setattr(remote_object, "ITEMS_LIMIT", 5)
    source = "try:\n    for _ in f:\n        pass\nexcept BaseException:\n    pass"

    verdict = run_exam(examiner, source, value(Thing(1)), *[value((True, 1))] * 9)

    assert (verdict.state, verdict.points) == ("void", 0.0)
    assert "did not end" in verdict.reason


@pytest.mark.parametrize(("budget", "size"), [("BUDGET_MESSAGES", 3), ("BUDGET_BYTES", 2_000)])
def test_rule_8_messages_and_bytes_have_budgets(examiner, monkeypatch, budget, size):
    monkeypatch.setattr(channel, budget, size)
    replies = [value("x" * 300)] * 9

    verdict = run_exam(examiner, "for _ in range(9):\n    f(2)", *replies)

    assert (verdict.state, verdict.points) == ("void", 0.0)
    assert "more messages or bytes" in verdict.details
    monkeypatch.undo()


# --- rules 4 and 11 ------------------------------------------------------------------


def test_rule_4_an_object_is_refused_where_the_reference_returned_a_value(examiner):
    source = "y = f(2)\nassert abs(y - 4) < 1e-6"
    moves = (value(Thing(1)), value(0.0))

    assert run_exam(examiner, source, *moves).points == 3.0
    refused = run_exam(examiner, source, *moves, expected_kinds={"1 call": ["plain"]})
    assert refused.points == 0.0
    assert "expected a value (a number, an array, a list), got <an object" in refused.reason


@pytest.mark.parametrize("compare", ["close", "equal"])
def test_rule_4_a_check_calls_a_remote_object_an_object(examiner, compare):
    verdict = run_exam(examiner, f"check.{compare}(f(2), 4)", value(Thing(1)))

    assert verdict.points == 0.0
    assert "got an object, not a plain value" in verdict.reason


@pytest.mark.parametrize(
    "returned",
    [(1, Thing(1)), [Thing(1)] * 20, {"a": Thing(1)}, (Thing(1), Thing(2)), [(1, Thing(1))]],
    ids=["in a tuple", "in a list", "in a dict", "both of a pair", "in a tuple in a list"],
)
def test_rule_4_an_object_in_a_container_is_refused_as_well(examiner, returned):
    verdict = run_exam(
        examiner,
        "y = f(2)",
        value(returned),
        expected_kinds={"1 call": ["plain", "(remote, plain)"]},
    )

    assert verdict.points == 0.0


def test_rule_4_an_object_is_allowed_where_the_reference_returned_one(examiner):
    expected_kinds = {"1 call": ["(plain, remote)"], "name f": ["remote"]}

    assert (
        run_exam(
            examiner, "y, cache = f(2)", value((1, Thing(1))), expected_kinds=expected_kinds
        ).points
        == 3.0
    )
    assert (
        run_exam(
            examiner, "y, cache = f(2)", value([1, Thing(1)]), expected_kinds=expected_kinds
        ).points
        == 3.0
    )


def test_rule_4_a_name_must_be_bound_to_a_value_where_the_reference_has_one(examiner):
    verdict = run_exam(
        examiner, "assert abs(f - 4) < 1e-6", value(0.0), expected_kinds={"name f": ["plain"]}
    )

    assert verdict.points == 0.0
    assert "expected a value" in verdict.reason


def test_rule_4_objects_have_arithmetic_only_where_the_reference_uses_it(examiner):
    expected_kinds = {"name f": ["remote"], "1 call": ["remote"]}
    allowed = {**expected_kinds, "2 sub": ["plain"]}
    moves = (value(Thing(1)), value(0.0))

    assert (
        run_exam(examiner, "y = f(2)\nz = y - 4", *moves, expected_kinds=expected_kinds).points
        == 0.0
    )
    assert run_exam(examiner, "y = f(2)\nz = y - 4", *moves, expected_kinds=allowed).points == 3.0


SECRETS = {
    "a value": value(31337),
    "the text of an exception": error("ValueError", "31337"),
    "the class of an exception": error("", "Z31337: x"),
    "the class of an object": value(Thing(1, "object", "Z31337")),
    "a warning": encoded(["value", 3, [("UserWarning", "31337")]]),
    "a broken rule": value(Forged({"31337": 0})),
    "the class of an object in a list": value([Thing(1, "class", "Z31337")]),
}


@pytest.mark.parametrize("reply", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("is_first", [True, False], ids=["in this cell", "in a later cell"])
def test_rule_11_after_a_hidden_call_the_reason_has_nothing_of_the_candidate(
    examiner, reply, is_first
):
    check = "check.equal(f(2), 4, name='twice', hint='Two times.')"
    source = HIDDEN_LINES.format(check) if is_first else check

    verdict = run_exam(examiner, source, reply, hidden_before=not is_first)

    assert verdict.points == 0.0
    assert "31337" not in verdict.reason + verdict.hint
    assert verdict.reason


def test_rule_11_before_a_hidden_call_the_reason_has_the_value(examiner):
    verdict = run_exam(examiner, "check.equal(f(2), 4, name='twice')", value(31337))

    assert "31337" in verdict.reason


def test_rule_11_a_visible_line_that_ran_after_a_hidden_one_is_hidden(examiner):
    source = (
        "for x in (1, 2):\n    check.equal(f(x), 1)\n"
        "    ### BEGIN HIDDEN TESTS\n    f(7)\n    ### END HIDDEN TESTS"
    )

    verdict = run_exam(examiner, source, value(1), value(7), value(31337))

    assert verdict.points == 0.0
    assert "31337" not in verdict.reason


def test_the_first_reply_of_the_liar_is_an_object():
    assert BOUND.tree == value((True, Thing(0))).tree


@pytest.mark.parametrize("use", ["y == 4", "float(y)", "if y: pass"])
def test_a_test_that_compares_an_object_which_right_answers_return_has_an_error(examiner, use):
    kinds = {"name f": ["remote"], "1 call": ["remote"]}

    known = run_exam(examiner, f"y = f(2)\n{use}", value(Thing(1)), expected_kinds=kinds)
    unknown = run_exam(examiner, f"y = f(2)\n{use}", value(Thing(1)))

    assert known.state == "test error"
    assert (unknown.state, unknown.points) == ("failed", 0.0)
