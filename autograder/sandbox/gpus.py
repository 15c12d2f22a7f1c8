"""Find NVIDIA GPUs and the device files that a program needs to use one."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Gpu:
    """A GPU, by its device file."""

    device: str
    model: str


def gpus() -> tuple[Gpu, ...]:
    """Return the NVIDIA GPUs of this machine."""
    models = [
        line.partition(":")[2].strip()
        for file in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("Model:")
    ]
    found = sorted(Path("/dev").glob("nvidia[0-9]*"), key=lambda path: int(path.name[6:]))
    return tuple(
        Gpu(str(path), models[i] if i < len(models) else "unknown") for i, path in enumerate(found)
    )


def gpu_devices(gpu: Gpu) -> tuple[str, ...]:
    """Return the device files that a program needs to use one GPU."""
    shared = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset", "nvidia-caps")
    return (gpu.device, *(f"/dev/{name}" for name in shared if Path(f"/dev/{name}").exists()))
