"""Where one exam is held: its door, its homes, and what both rooms may see and use."""

import os
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from autograder.config import Settings
from autograder.exam.resources import Slot
from autograder.sandbox.environment import environment
from autograder.sandbox.forkserver.client import ForkServer, shared_forkserver
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.forkserver.preload import MODULES, without
from autograder.sandbox.isolation.filesystem import Sandbox
from autograder.sandbox.limits import LimitName, Limits, course_limits, sandbox_limits
from autograder.sandbox.socket_dirs import make_socket_dir

HEAVY = frozenset({"tensorflow", "keras", "gymnasium"})
"""Packages that are imported before the fork only for notebooks that use them."""

_CLERK_BYTES = 1 << 30  # what it shares with the zygote included


def make_environment(
    settings: Settings, packages: Collection[str], slot: Slot | None = None
) -> "ExamEnvironment":
    """Return rooms with the limits of the settings, warm for the packages of a notebook."""
    chosen = {limit.name: getattr(settings, limit.name) for limit in course_limits()}
    limits = Limits(**{name: value for name, value in chosen.items() if value is not None})
    modules = without(MODULES, HEAVY - frozenset(packages))
    return ExamEnvironment(
        limits,
        slot=slot or Slot(),
        modules=modules,
        allow_unsandboxed=settings.allow_unsandboxed,
    )


@dataclass(frozen=True)
class ExamEnvironment:
    """The places of one exam; a context, in the end of which they are gone.

    place     the candidate's share of the machine; the examiner shares its cores, not its GPU
    door      the folder in which the examiner listens and the candidate knocks
    support   a folder with the week's released files, or None
    """

    limits: Limits = field(default_factory=Limits)
    slot: Slot = field(default_factory=Slot)
    support: str | None = None
    modules: tuple[str, ...] = MODULES
    allow_unsandboxed: bool = False
    socket_dir: Path = field(default_factory=make_socket_dir)
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="examiner-")))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.socket_dir, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def forkserver(self) -> ForkServer:
        """Return this process' zygote, the one that forks the candidate too."""
        return shared_forkserver(self.modules, self.slot.threading)

    def candidate_options(self) -> dict[str, Any]:
        """Return the options of the candidate's provisioner."""
        return {
            "modules": list(self.modules),
            "forkserver_environment": dict(self.slot.threading),
            "devices": list(self.slot.devices),
            "visible": [str(self.socket_dir), *_data()],
            "support": self.support or "",
            "allow_unsandboxed": self.allow_unsandboxed,
            **{limit.name.value: getattr(self.limits, limit.name) for limit in sandbox_limits()},
            # The exam measures its own time; this is for the case that it does not end.
            LimitName.EXAM_SECONDS.value: self.limits.exam_seconds + 60,
        }

    def message_proxy_request(self, socket_dir: Path) -> SpawnRequest:
        """Return what the clerk is: it reaches the kernel's sockets behind a door, nothing else."""
        return SpawnRequest(
            module="autograder.exam.candidate.message_proxy",
            environment=environment(self.home),
            sandbox=Sandbox(home=str(self.home), socket_dirs=(str(socket_dir),)),
            limits=Limits(exam_seconds=self.limits.exam_seconds + 60, memory_bytes=_CLERK_BYTES),
            allow_unsandboxed=self.allow_unsandboxed,
        )

    def examiner_request(self) -> SpawnRequest:
        """Return what the examiner is, and what it may do: listen at the door, and nothing else."""
        return SpawnRequest(
            module="autograder.exam.examiner.process",
            environment={**environment(self.home), **self.slot.threading},
            sandbox=Sandbox(
                home=str(self.home),
                visible=_data(),
                socket_dirs=(str(self.socket_dir),),
                support=self.support,
            ),
            limits=self.limits,
            allow_unsandboxed=self.allow_unsandboxed,
        )


def _data() -> tuple[str, ...]:
    """Return the folder of the course's data, where one is set."""
    folder = os.environ.get("DLCOURSE_DATA")
    return (str(Path(folder).absolute()),) if folder else ()
