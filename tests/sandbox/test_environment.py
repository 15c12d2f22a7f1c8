"""Rule 9: Python starts in both processes of an exam without importing what is around it."""

import subprocess
import sys

import pytest

from autograder.sandbox.environment import PYTHON, environment

TRAP = "import sys; print('trapped'); sys.exit(3)"
LOOK = "import json, numpy, sys; print(numpy.__file__, hash('a'), sys.flags.hash_randomization)"


@pytest.fixture
def trapped(tmp_path):
    """Return a folder, both home and working directory, that is full of a student's modules."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for folder in (tmp_path, tmp_path / ".local" / "lib" / version / "site-packages"):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("numpy", "json", "dlcourse", "autograder", "sitecustomize", "usercustomize"):
            (folder / f"{name}.py").write_text(TRAP)
        (folder / "evil.pth").write_text(TRAP)
    return tmp_path


def run_python(home, code=LOOK):
    done = subprocess.run(
        [*PYTHON, "-c", code],
        cwd=home,
        env=dict(environment(home)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def test_rule_9_it_imports_nothing_from_its_working_directory_or_home(trapped):
    printed = run_python(trapped)

    assert "trapped" not in printed
    assert "site-packages/numpy" in printed.replace("\\", "/")


def test_rule_9_it_inherits_only_variables_on_the_list(trapped, monkeypatch):
    for name in ("SECRET_TOKEN", "PYTHONPATH", "PYTHONSTARTUP", "JPY_API_TOKEN", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(trapped))

    printed = run_python(trapped, "import os; print(sorted(os.environ))")

    assert "HOME" in printed
    assert not any(
        name in printed for name in ("SECRET", "PYTHONPATH", "STARTUP", "JPY", "MPLCONF")
    )


def test_rule_14_sets_have_the_same_order_every_time(trapped):
    assert run_python(trapped) == run_python(trapped)
