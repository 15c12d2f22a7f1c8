"""What a machine offers, and what is done where it offers less."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.isolation.capabilities import NAMES, gpus, layers
from tests.sandbox.conftest import INSIDE, runs, skip_without, wait_until
from tests.support.paths import ROOT

# A plain container: no right at all, and no namespaces to be had.
BARE = """
echo 0 > /proc/sys/user/max_user_namespaces
exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
"""


def in_a_bare_container(program: str, *arguments: str) -> str:
    """Run a Python program where neither namespaces nor rights are to be had."""
    if shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.skip("unshare and setpriv (util-linux) are needed to imitate a container")
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", BARE, "sh"]
    done = subprocess.run(
        [*command, sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "unshare failed" in done.stderr:
        pytest.skip("no user namespace in which a container could be imitated")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_layer_is_named_and_explained():
    found = layers()

    assert {layer.name for layer in found} == NAMES
    assert all(len(layer.meaning) > 20 for layer in found)


def test_a_container_without_rights_says_what_is_missing():
    program = """
import json
from autograder.sandbox.isolation.capabilities import layers
print(json.dumps({layer.name: layer.available for layer in layers()}))
"""
    available = json.loads(in_a_bare_container(program))

    assert not any(available[name] for name in ("user", "files", "processes", "network", "ipc"))


ATTEMPT = f"""
import json, sys
from autograder.errors import ExamError
from autograder.sandbox.controlled import start_with_control_socket
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.isolation.filesystem import Sandbox
from autograder.sandbox.forkserver.client import ForkServer
home, secret = sys.argv[1:]
sandbox = Sandbox(home=home, visible=({str(INSIDE)!r},))
said = []
with ForkServer(("json",), {{"PYTHONPATH": {str(INSIDE)!r}}}) as forkserver:
    try:
        forkserver.start(SpawnRequest(module="act", sandbox=sandbox))
    except ExamError as error:
        said.append(str(error))
    request = SpawnRequest(module="act", sandbox=sandbox, allow_unsandboxed=True)
    process, control = start_with_control_socket(forkserver, request)
    lines = control.makefile("rw")
    for program in (f"open({{secret!r}})", "open('mine', 'w')", "open('/etc/passwd', 'a')",
                    "import os; os.kill(os.getppid(), 9)", "import socket; socket.socket()",
                    "import subprocess as s; s.Popen(['sleep', '4711.4'], start_new_session=1)"):
        lines.write(json.dumps(program) + "\\n"); lines.flush()
        said.append(json.loads(lines.readline()).get("error"))
    process.kill()
    said.append(process.wait(10))
print(json.dumps(said))
"""
KEPT_IN = [None, "PermissionError", "PermissionError", "OSError", None, -9]


@pytest.fixture
def slots(folder):
    """A home, and a file outside."""
    (folder / "secret").write_text("secret")
    (folder / "home").mkdir()
    (folder / "home").chmod(0o777)
    return str(folder / "home"), str(folder / "secret")


def test_it_refuses_to_start_there_unless_told_to(slots):
    skip_without("landlock", "seccomp")

    refusal, secret, *said = json.loads(in_a_bare_container(ATTEMPT, *slots))

    assert "does not offer files, ipc, network, proc, processes, user" in refusal
    assert "--allow-unsandboxed" in refusal
    assert (secret, said) == ("PermissionError", KEPT_IN)
    assert wait_until(lambda: not runs("4711.4"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can cover parts of /proc")
def test_a_container_that_covers_parts_of_proc_still_keeps_in(slots):
    skip_without(*NAMES)
    cover = 'mount --bind /dev/null /proc/version && exec "$@"'
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", cover, "sh"]
    done = subprocess.run(
        [*command, sys.executable, "-c", ATTEMPT, *slots],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    refusal, secret, *said = json.loads(done.stdout)

    assert "does not offer proc to keep" in refusal
    assert (secret, said) == ("FileNotFoundError", KEPT_IN)
    assert wait_until(lambda: not runs("4711.4"))


def test_gpus_are_listed_by_their_devices():
    devices = [gpu.device for gpu in gpus()]

    assert devices == sorted(str(path) for path in Path("/dev").glob("nvidia[0-9]*"))


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="already runs as an ordinary user")
def test_everything_holds_for_an_ordinary_user():
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

    An interpreter in root's home is shown at its place, in a mount namespace of this test's.
    """
    closed = next((p for p in reversed(python.parents) if not p.stat().st_mode & 0o001), None)
    show = f"""
        hold=$(mktemp -d) && mount --bind {python} $hold && mount -t tmpfs -o mode=755 x {closed} &&
        mkdir -p {python} && mount --bind $hold {python} &&
    """
    user = "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all"
    return f'set -e\n{show if closed else ""} exec {user} "$@"'
