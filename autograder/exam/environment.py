"""Define the environment of one exam: its folders, and the sandboxes of its processes."""

import os
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from autograder.config import Settings
from autograder.course.support_files import SupportFiles
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

_PROXY_BYTES = 1 << 30  # memory, with what it shares with the fork server


def make_environment(
    settings: Settings,
    packages: Collection[str],
    slot: Slot | None = None,
    support: SupportFiles | None = None,
) -> "ExamEnvironment":
    """Return the environment of an exam with the limits of the settings.

    Its processes are forked from one that has imported the packages of the notebook.
    """
    chosen = {limit.name: getattr(settings, limit.name) for limit in course_limits()}
    limits = Limits(**{name: value for name, value in chosen.items() if value is not None})
    modules = without(MODULES, HEAVY - frozenset(packages))
    return ExamEnvironment(
        limits,
        slot=slot or Slot(),
        support=support or SupportFiles(),
        modules=modules,
        allow_unsandboxed=settings.allow_unsandboxed,
    )


@dataclass(frozen=True)
class ExamEnvironment:
    """The resources and folders of one exam; a context manager that removes the folders.

    slot             the candidate's share of the machine; the examiner has its cores, not its GPU
    support          the files that both processes find in their working directories
    socket_dir       the folder of the examiner's sockets, to which the candidate connects
    home             of the examiner and the message proxy
    support_folder   where the support files are while the exam runs
    """

    limits: Limits = field(default_factory=Limits)
    slot: Slot = field(default_factory=Slot)
    support: SupportFiles = field(default_factory=SupportFiles)
    modules: tuple[str, ...] = MODULES
    allow_unsandboxed: bool = False
    socket_dir: Path = field(default_factory=make_socket_dir)
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="examiner-")))
    support_folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="support-")))

    def __enter__(self) -> Self:
        self.support.write(self.support_folder)
        return self

    def __exit__(self, *_: object) -> None:
        for folder in (self.socket_dir, self.home, self.support_folder):
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def _visible_support(self) -> str | None:
        return str(self.support_folder) if self.support.files else None

    def forkserver(self) -> ForkServer:
        """Return the fork server of this process, which forks the candidate too."""
        return shared_forkserver(self.modules, self.slot.threading)

    def candidate_options(self) -> dict[str, Any]:
        """Return the options of the candidate's provisioner."""
        return {
            "modules": list(self.modules),
            "forkserver_environment": dict(self.slot.threading),
            "devices": list(self.slot.devices),
            "visible": [str(self.socket_dir), *_data()],
            "support": self._visible_support or "",
            "allow_unsandboxed": self.allow_unsandboxed,
            **{limit.name.value: getattr(self.limits, limit.name) for limit in sandbox_limits()},
            # The exam measures its own time; this is for the case that it does not end.
            LimitName.EXAM_SECONDS.value: self.limits.exam_seconds + 60,
        }

    def message_proxy_request(self, socket_dir: Path) -> SpawnRequest:
        """Return the request for a message proxy, which can use only the kernel's sockets."""
        return SpawnRequest(
            module="autograder.exam.candidate.message_proxy",
            environment=environment(self.home),
            sandbox=Sandbox(home=str(self.home), socket_dirs=(str(socket_dir),)),
            limits=Limits(exam_seconds=self.limits.exam_seconds + 60, memory_bytes=_PROXY_BYTES),
            allow_unsandboxed=self.allow_unsandboxed,
        )

    def examiner_request(self) -> SpawnRequest:
        """Return the request for an examiner, which may listen only in `socket_dir`."""
        return SpawnRequest(
            module="autograder.exam.examiner.process",
            environment={**environment(self.home), **self.slot.threading},
            sandbox=Sandbox(
                home=str(self.home),
                visible=_data(),
                socket_dirs=(str(self.socket_dir),),
                support=self._visible_support,
            ),
            limits=self.limits,
            allow_unsandboxed=self.allow_unsandboxed,
        )


def _data() -> tuple[str, ...]:
    """Return the folder of the course's data, if one is set."""
    folder = os.environ.get("DLCOURSE_DATA")
    return (str(Path(folder).absolute()),) if folder else ()
