"""The layers that a machine offers, and what is done where layers are missing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.gpus import gpus
from autograder.sandbox.isolation.capabilities import NAMES, layers
from tests.sandbox.conftest import INSIDE, is_running, skip_without, wait_until
from tests.support.paths import ROOT

# A plain container: no rights, and no namespaces.
UNPRIVILEGED = """
echo 0 > /proc/sys/user/max_user_namespaces
exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
"""


def in_unprivileged_container(program: str, *arguments: str) -> str:
    """Run a Python program without rights, and without the possibility to make namespaces."""
    if shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.skip("unshare and setpriv (util-linux) are needed to imitate a container")
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", UNPRIVILEGED, "sh"]
    done = subprocess.run(
        [*command, sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "unshare failed" in done.stderr:
        pytest.skip("a container cannot be imitated without a user namespace")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_layer_has_a_name_and_an_explanation():
    found = layers()

    assert {layer.name for layer in found} == NAMES
    assert all(len(layer.meaning) > 20 for layer in found)


def test_an_unprivileged_container_reports_what_is_missing():
    program = """
import json
from autograder.sandbox.isolation.capabilities import layers
print(json.dumps({layer.name: layer.available for layer in layers()}))
"""
    available = json.loads(in_unprivileged_container(program))

    assert not any(available[name] for name in ("user", "files", "processes", "network", "ipc"))


ATTEMPT = f"""
import json, sys
from autograder.errors import ExamError
from autograder.sandbox.forkserver.client import ForkServer
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.isolation.filesystem import Sandbox
from autograder.sandbox.rpc import start_with_socket
home, secret = sys.argv[1:]
sandbox = Sandbox(home=home, visible=({str(INSIDE)!r},))
results = []
with ForkServer(("json",), {{"PYTHONPATH": {str(INSIDE)!r}}}) as forkserver:
    try:
        forkserver.start(SpawnRequest(module="act", sandbox=sandbox))
    except ExamError as error:
        results.append(str(error))
    request = SpawnRequest(module="act", sandbox=sandbox, allow_unsandboxed=True)
    process, connection = start_with_socket(forkserver, request)
    lines = connection.makefile("rw")
    for program in (f"open({{secret!r}})", "open('mine', 'w')", "open('/etc/passwd', 'a')",
                    "import os; os.kill(os.getppid(), 9)", "import socket; socket.socket()",
                    "import subprocess as s; s.Popen(['sleep', '4711.4'], start_new_session=1)"):
        lines.write(json.dumps(program) + "\\n"); lines.flush()
        results.append(json.loads(lines.readline()).get("error"))
    process.kill()
    results.append(process.wait(10))
print(json.dumps(results))
"""
ISOLATED = [None, "PermissionError", "PermissionError", "OSError", None, -9]


@pytest.fixture
def paths(folder):
    """Return the paths of a home folder and of a file outside it."""
    (folder / "secret").write_text("secret")
    (folder / "home").mkdir()
    (folder / "home").chmod(0o777)
    return str(folder / "home"), str(folder / "secret")


def test_student_code_is_refused_there_unless_explicitly_allowed(paths):
    skip_without("landlock", "seccomp")

    refusal, secret, *results = json.loads(in_unprivileged_container(ATTEMPT, *paths))

    assert "does not offer files, ipc, network, proc, processes, user" in refusal
    assert "--allow-unsandboxed" in refusal
    assert (secret, results) == ("PermissionError", ISOLATED)
    assert wait_until(lambda: not is_running("4711.4"))


READS_SUPPORT = f"""
import json, sys
from autograder.sandbox.forkserver.client import ForkServer
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.isolation.filesystem import Sandbox
from autograder.sandbox.rpc import start_with_socket
home, support = sys.argv[1:]
sandbox = Sandbox(home=home, support=support, visible=({str(INSIDE)!r},))
with ForkServer(("json",), {{"PYTHONPATH": {str(INSIDE)!r}}}) as forkserver:
    request = SpawnRequest(module="act", sandbox=sandbox, allow_unsandboxed=True)
    process, connection = start_with_socket(forkserver, request)
    lines = connection.makefile("rw")
    lines.write(json.dumps("assert open('tables/a.csv').read() == '1'") + "\\n"); lines.flush()
    print(json.dumps(json.loads(lines.readline()).get("error")))
    process.kill()
    process.wait(10)
"""


def test_support_files_are_copied_into_the_home_where_there_is_no_new_root(paths, folder):
    support = folder / "support"
    (support / "tables").mkdir(parents=True)
    (support / "tables" / "a.csv").write_text("1")

    error = json.loads(in_unprivileged_container(READS_SUPPORT, paths[0], str(support)))

    assert error is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can cover parts of /proc")
def test_a_container_that_covers_parts_of_proc_still_isolates(paths):
    skip_without(*NAMES)
    cover = 'mount --bind /dev/null /proc/version && exec "$@"'
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", cover, "sh"]
    done = subprocess.run(
        [*command, sys.executable, "-c", ATTEMPT, *paths],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    refusal, secret, *results = json.loads(done.stdout)

    assert "does not offer proc to isolate" in refusal
    assert (secret, results) == ("FileNotFoundError", ISOLATED)
    assert wait_until(lambda: not is_running("4711.4"))


def test_gpus_are_listed_by_their_devices():
    devices = [gpu.device for gpu in gpus()]

    assert devices == sorted(str(path) for path in Path("/dev").glob("nvidia[0-9]*"))


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="already runs as an ordinary user")
def test_the_sandbox_works_for_an_ordinary_user():
    script = as_nobody(Path(sys.base_prefix))
    tests = [
        f"tests/sandbox/{name}.py"
        for name in ("isolation/test_filesystem", "isolation/test_isolation", "test_limits")
    ]
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout


def as_nobody(python: Path) -> str:
    """Return a shell script that runs its arguments as nobody, who must be able to read Python.

    An interpreter in root's home is mounted at its path, in a mount namespace of this test.
    """
    closed = next((p for p in reversed(python.parents) if not p.stat().st_mode & 0o001), None)
    show = f"""
        hold=$(mktemp -d) && mount --bind {python} $hold && mount -t tmpfs -o mode=755 x {closed} &&
        mkdir -p {python} && mount --bind $hold {python} &&
    """
    user = "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all"
    return f'set -e\n{show if closed else ""} exec {user} "$@"'
