"""Create a virtual environment with a pinned Otter, the first time that it is needed."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LOCK = Path(__file__).with_name("otter.lock")


@dataclass(frozen=True)
class OtterVenv:
    """The virtual environment that Otter is installed in."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.folder / "bin" / "python"

    @property
    def command(self) -> Path:
        """Its command line."""
        return self.folder / "bin" / "otter"


def install_otter(folder: Path) -> OtterVenv:
    """Return the environment in `folder`; create it with uv from `otter.lock` if it is missing."""
    venv, stamp = OtterVenv(folder), folder / ".installed"
    if not stamp.exists() or stamp.read_text() != LOCK.read_text():
        uv = [str(Path(sys.executable).with_name("uv")), "--quiet"]
        subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, folder], check=True)
        sync = ["pip", "sync", "--compile-bytecode", "--python", str(venv.python), str(LOCK)]
        subprocess.run([*uv, *sync], check=True)
        stamp.write_text(LOCK.read_text())
    return venv
