"""Install a kernelspec, so that every Jupyter client finds the sandboxed kernel."""

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager

NAME = "warm-sandbox"


def kernelspec(options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the content of `kernel.json`; `options` are traits of `SandboxProvisioner`."""
    return {
        "argv": [
            *(sys.executable, "-P", "-s", "-m", "ipykernel_launcher"),
            *("--HistoryManager.enabled=False", "-f", "{connection_file}"),
        ],
        "display_name": "Python 3 (sandboxed)",
        "language": "python",
        "interrupt_mode": "signal",
        "metadata": {
            "debugger": False,
            "kernel_provisioner": {"provisioner_name": NAME, "config": dict(options or {})},
        },
    }


def install_kernelspec(
    *, prefix: Path | None = None, options: Mapping[str, Any] | None = None
) -> Path:
    """Install the kernelspec for this user, or below a prefix such as `sys.prefix`.

    Returns
    -------
    Its folder.
    """
    with tempfile.TemporaryDirectory() as folder:
        text = json.dumps(kernelspec(options), indent=2) + "\n"
        Path(folder, "kernel.json").write_text(text, encoding="utf-8")
        installed = KernelSpecManager().install_kernel_spec(
            folder, NAME, user=prefix is None, prefix=str(prefix) if prefix else None
        )
    return Path(installed)
