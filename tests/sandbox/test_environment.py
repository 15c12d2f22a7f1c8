"""Rule 9: Python starts in either room as if nothing lay around it."""

import subprocess
import sys

import pytest

from autograder.sandbox.environment import PYTHON, environment

TRAP = "import sys; print('trapped'); sys.exit(3)"
LOOK = "import json, numpy, sys; print(numpy.__file__, hash('a'), sys.flags.hash_randomization)"


@pytest.fixture
def trapped(tmp_path):
    """Return a folder that is both home and working directory, full of modules of a student's."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for folder in (tmp_path, tmp_path / ".local" / "lib" / version / "site-packages"):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("numpy", "json", "dlcourse", "autograder", "sitecustomize", "usercustomize"):
            (folder / f"{name}.py").write_text(TRAP)
        (folder / "evil.pth").write_text(TRAP)
    return tmp_path


def look(home, code=LOOK):
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


def test_rule_9_it_looks_neither_where_it_is_nor_at_home(trapped):
    told = look(trapped)

    assert "trapped" not in told
    assert "site-packages/numpy" in told.replace("\\", "/")


def test_rule_9_it_inherits_no_variable_that_is_not_on_the_list(trapped, monkeypatch):
    for name in ("SECRET_TOKEN", "PYTHONPATH", "PYTHONSTARTUP", "JPY_API_TOKEN", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(trapped))

    told = look(trapped, "import os; print(sorted(os.environ))")

    assert "HOME" in told
    assert not any(name in told for name in ("SECRET", "PYTHONPATH", "STARTUP", "JPY", "MPLCONF"))


def test_rule_14_the_order_of_sets_is_the_same_every_time(trapped):
    assert look(trapped) == look(trapped)
