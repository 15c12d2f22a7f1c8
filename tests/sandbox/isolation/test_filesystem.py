"""A process in the sandbox can read what is made visible, and write its scratch space."""

import os
import re
import sys
from pathlib import Path

import pytest

from autograder.errors import ExamError
from autograder.grading.artifacts import ResultCache
from autograder.sandbox.isolation.visible import python_paths
from autograder.sandbox.limits import Limits
from tests.support.paths import INSIDE, ROOT


@pytest.mark.parametrize(
    "path",
    [
        *("course", "source", "release", "gradebook.db", "README.md", "pyproject.toml", ".git"),
        *("tests/conftest.py", "lib", ".autograder"),
    ],
)
def test_no_file_of_the_course_exists(inside, path):
    assert inside.do(f"import os; answer = os.path.lexists({str(ROOT / path)!r})") is False


@pytest.mark.parametrize(
    "path", ["/root/.bashrc", "/home", "/etc/shadow", "/etc/ssh", "/var", "/srv", "/mnt", "/boot"]
)
def test_no_private_file_of_the_machine_exists(inside, path):
    assert inside.do(f"import os; answer = os.path.lexists({path!r})") is False


def test_a_file_that_everyone_may_read_does_not_exist(inside, folder):
    (folder / "other_student.ipynb").write_text("secret")

    assert inside.do(f"import os; answer = os.path.exists({str(folder)!r})") is False


DIGEST = "ab" * 32


def test_the_result_cache_can_be_neither_read_nor_written(inside, folder):
    result_cache = ResultCache(folder)
    result_cache.put(DIGEST, b"the verdicts of another student")
    path = str(result_cache.path(DIGEST))

    assert inside.do(f"import os; answer = os.path.lexists({path!r})") is False
    forged = f"import os; os.makedirs({str(result_cache.path(DIGEST).parent)!r}, exist_ok=True)\n"
    inside.do(forged + f"answer = open({path!r}, 'wb').write(b'full marks')")  # in its own /tmp

    assert result_cache.get(DIGEST) == b"the verdicts of another student"


def test_the_users_of_the_machine_are_hidden(inside):
    answer = inside.do("answer = open('/etc/passwd').read()")

    assert re.fullmatch(r"student:x:\d+:\d+::.*:/bin/sh\n", answer)


def test_the_fork_server_and_all_other_processes_are_hidden(inside, forkserver):
    seen = inside.do("import os; answer = [n for n in os.listdir('/proc') if n.isdigit()]")
    environment = inside.do("answer = open('/proc/self/environ').read()")

    assert seen == ["1", "2"]
    assert f"PYTEST_CURRENT_TEST={os.environ.get('PYTEST_CURRENT_TEST')}" not in environment


def test_the_supervisor_cannot_be_read(inside):
    for name in ("environ", "maps", "mem", "fd", "root"):
        with pytest.raises(RuntimeError, match="PermissionError"):
            inside.do(f"import os; os.listdir('/proc/1/{name}') if {name!r} in ('fd', 'root') "
                      f"else open('/proc/1/{name}').read()")  # fmt: skip


def test_home_tmp_and_shared_memory_are_empty_and_can_be_written(inside):
    program = """
import os, tempfile
from multiprocessing import shared_memory
before = os.listdir(), os.listdir("/dev/shm")
for path in ("mine.txt", "/tmp/mine.txt", "/dev/shm/mine"):
    with open(path, "w") as file:
        file.write("x")
os.mkdir("a"); os.rename("mine.txt", "a/b.txt"); os.symlink("a", "link")
block = shared_memory.SharedMemory(create=True, size=100); block.close(); block.unlink()
answer = before, os.getcwd() == os.path.expanduser("~"), open("link/b.txt").read()
"""
    assert inside.do(program) == [[[], []], True, "x"]


def test_nothing_else_can_be_written(inside):
    program = """
import os, sys, numpy
folders = ["/", "/etc", "/usr", "/usr/lib", "/dev", "/proc", "/tmp/..", sys.prefix + "/bin",
          sys.base_prefix, os.path.dirname(numpy.__file__), os.path.dirname(act)]
done = []
for folder in folders:
    for attempt in (lambda: open(folder + "/mine", "w"), lambda: os.mkdir(folder + "/mine"),
                    lambda: os.symlink("x", folder + "/mine")):
        try:
            attempt()
        except OSError:
            continue
        done.append(folder)
for file in (numpy.__file__, "/etc/passwd", "/proc/sys/kernel/hostname", "/proc/1/oom_score_adj"):
    try:
        open(file, "a")
    except OSError:
        continue
    done.append(file)
answer = done
"""
    act = str(INSIDE / "act.py")

    assert inside.do(f"act = {act!r}\n" + program) == []


def test_visible_files_are_read_only(enter, folder):
    (folder / "data.txt").write_text("data")
    inside = enter(visible=(str(folder),))

    assert inside.do(f"answer = open('{folder}/data.txt').read()") == "data"
    for mode in ("w", "a", "r+"):
        with pytest.raises(RuntimeError, match=r"Read-only|Permission"):
            inside.do(f"open('{folder}/data.txt', {mode!r})")


def test_support_files_are_a_copy_in_the_home_that_may_be_changed(enter, folder):
    (folder / "table.csv").write_text("1,2")
    (folder / "pictures").mkdir()
    (folder / "pictures" / "cat.txt").write_text("cat")
    first, second = enter(support=str(folder)), enter(support=str(folder))
    read = "answer = open('table.csv').read(), open('pictures/cat.txt').read()"

    assert first.do(read) == ["1,2", "cat"]
    first.do("""
import os
open("table.csv", "a").write(",3"); open("pictures/dog.txt", "w").write("dog")
os.rename("pictures/cat.txt", "cat.txt"); os.remove("cat.txt"); os.mkdir("pictures/more")
answer = sorted(os.listdir("pictures"))
""")

    assert second.do(read) == ["1,2", "cat"]
    assert (folder / "table.csv").read_text() == "1,2"
    assert [path.name for path in (folder / "pictures").iterdir()] == ["cat.txt"]


def test_support_files_do_not_use_up_the_scratch_space(enter, folder):
    (folder / "large.bin").write_bytes(bytes(3 << 20))
    inside = enter(support=str(folder), limits=Limits(scratch_bytes=1 << 20))

    inside.do("open('own.bin', 'wb').write(bytes(1_000_000))")
    with pytest.raises(RuntimeError, match="No space"):
        inside.do("open('more.bin', 'wb').write(bytes(1_000_000))")


def test_modules_in_the_home_can_be_imported_but_do_not_replace_pythons_own(enter, folder):
    (folder / "helper.py").write_text("value = 41")
    (folder / "colorsys.py").write_text("value = 43")
    inside = enter(support=str(folder))

    inside.do("open('written.py', 'w').write('value = 42')")

    program = "import colorsys, helper, written; answer = helper.value, written.value"
    assert inside.do(program) == [41, 42]
    assert inside.do("answer = hasattr(colorsys, 'value')") is False


def test_of_a_prefix_only_what_belongs_to_python_is_visible(tmp_path, monkeypatch):
    for name in ("lib", "bin", "source", ".ssh"):
        (tmp_path / name).mkdir()
    (tmp_path / "gradebook.db").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))

    shown = [path for path in python_paths() if path.startswith(str(tmp_path))]

    assert shown == [f"{tmp_path}/bin", f"{tmp_path}/lib"]


def test_a_socket_directory_takes_sockets_and_nothing_else(enter, socket_dir):
    folder = socket_dir
    inside = enter(socket_dirs=(str(folder),))

    inside.do(f"import socket; s = socket.socket(socket.AF_UNIX); s.bind('{folder}/socket')")

    assert (folder / "socket").is_socket()
    for attempt in ("open('{}/f', 'w')", "os.mkdir('{}/d')", "os.symlink('x', '{}/l')",
                    "os.mkfifo('{}/p')", "os.link('/etc/passwd', '{}/h')"):  # fmt: skip
        with pytest.raises(RuntimeError, match="Error"):
            inside.do("import os; " + attempt.format(folder))
    assert [path.name for path in folder.iterdir()] == ["socket"]


def test_a_socket_directory_in_the_scratch_space_is_refused(enter, folder):
    with pytest.raises(ExamError, match="must not be in the scratch"):
        enter(socket_dirs=(str(folder),))


def test_nothing_of_the_scratch_space_remains(enter):
    inside = enter()
    inside.do("open('mine.txt', 'w').write('x'); open('/tmp/mine.txt', 'w').write('x')")

    assert list(Path(inside.home).iterdir()) == []
    assert not Path("/tmp/mine.txt").exists()


def test_no_gpu_is_visible_unless_requested(inside):
    devices = inside.do("import os; answer = os.listdir('/dev')")

    assert not [name for name in devices if "nvidia" in name or name in ("mem", "kmsg", "sda")]
