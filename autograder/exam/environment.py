"""Define the environment of one exam: its share of the machine, its folders and its sandboxes."""

import os
import shutil
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from nbformat import NotebookNode

from autograder.config import Settings
from autograder.course.assignment import SupportFiles
from autograder.errors import UsageError
from autograder.models import CellRole
from autograder.notebook.cells import cells_with_role
from autograder.notebook.names import imported_packages
from autograder.sandbox.environment import PASSED_ON, TERMINALS, environment, make_socket_dir
from autograder.sandbox.forkserver.client import ForkServer, shared_forkserver
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.forkserver.preload import MODULES
from autograder.sandbox.isolation.filesystem import Sandbox, layout
from autograder.sandbox.isolation.visible import python_paths
from autograder.sandbox.limits import COURSE_LIMITS, Limits

HEAVY = frozenset({"tensorflow", "keras", "gymnasium"})
"""Packages that are imported before the fork only for notebooks that use them."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One exam's share of a machine.

    threads   for each kernel; None: as many as its libraries choose
    gpu       the value of CUDA_VISIBLE_DEVICES; None: that of the grader
    devices   the device files of that GPU
    cores     the numbers of the only cores that its processes may use; empty: all
    """

    threads: int | None = None
    gpu: str | None = None
    devices: tuple[str, ...] = ()
    cores: tuple[int, ...] = ()

    @property
    def threading(self) -> Mapping[str, str]:
        """The environment variables for the number of threads, which TensorFlow reads."""
        names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
        return {} if self.threads is None else dict.fromkeys(names, str(self.threads))

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables of this slot, in addition to those of every exam."""
        if self.gpu is None:
            return self.threading
        # Other programs may use the GPU too: a notebook in JupyterLab, the screen of a desktop.
        growth = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
        return {**self.threading, "CUDA_VISIBLE_DEVICES": self.gpu, **growth}


def make_environment(
    settings: Settings,
    packages: Collection[str],
    slot: Slot | None = None,
    support: SupportFiles | None = None,
    submitted: Mapping[str, bytes] | None = None,
) -> "ExamEnvironment":
    """Return the environment of an exam with the limits of the settings.

    Its processes are forked from one that has imported the packages of the notebook.

    Parameters
    ----------
    support : the files that were released beside the notebook
    submitted : the content of those that the student submitted, by path: for the candidate only
    """
    chosen = {limit.name: getattr(settings, limit.name) for limit in COURSE_LIMITS}
    limits = Limits(**{name: value for name, value in chosen.items() if value is not None})
    unused = HEAVY - frozenset(packages)
    modules = tuple(name for name in MODULES if name.partition(".")[0] not in unused)
    return ExamEnvironment(
        limits,
        slot=slot or Slot(),
        support=support or SupportFiles(),
        submitted=submitted or {},
        modules=modules,
        allow_unsandboxed=settings.allow_unsandboxed,
    )


def require_hidden(paths: Collection[str]) -> None:
    """Check that the sandbox of an exam can hide these files and folders.

    Raises
    ------
    UsageError
        If it cannot, with the reason: Python, or the system, needs something in them.
    """
    sandbox = Sandbox(home="/", visible=_data(), hidden=tuple(paths))
    try:
        covers = layout(sandbox, python_paths()).covers
    except ValueError as error:
        message = (
            f"Student code could read this course: {error}. Move the course to a folder of its own."
        )
        raise UsageError(message) from error
    if files := [path for path in covers if not Path(path).is_dir()]:
        # Beside a database there are files with parts of it while it is written.
        message = (
            f"{', '.join(files)} must be hidden from student code, but is in a folder that exams "
            "need. Move it to the course, or to a folder of its own."
        )
        raise UsageError(message)


def trusted_packages(exam_notebook: NotebookNode) -> frozenset[str]:
    """Return the packages that the trusted cells of an exam notebook import."""
    trusted = (
        cell.source for cell in cells_with_role(exam_notebook, CellRole.SETUP, CellRole.TEST)
    )
    return frozenset[str]().union(*map(imported_packages, trusted))


@dataclass(frozen=True)
class ExamEnvironment:
    """The resources and folders of one exam; a context manager that removes the folders.

    slot             the candidate's share of the machine; the examiner has its cores, not its GPU
    support          the files that both processes find in their working directories
    submitted        the content of files, by path, that only the candidate finds there as well
    socket_dir       the folder of the examiner's sockets, to which the candidate connects
    home             of the examiner
    support_folder   where these files are while the exam runs
    """

    limits: Limits = field(default_factory=Limits)
    slot: Slot = field(default_factory=Slot)
    support: SupportFiles = field(default_factory=SupportFiles)
    submitted: Mapping[str, bytes] = field(default_factory=dict)
    modules: tuple[str, ...] = MODULES
    allow_unsandboxed: bool = False
    socket_dir: Path = field(default_factory=make_socket_dir)
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="examiner-")))
    support_folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="support-")))

    def __enter__(self) -> Self:
        for name, files in (
            ("examiner", self.support),
            ("candidate", self.support.replaced_by(self.submitted)),
        ):
            if files.files:
                (self.support_folder / name).mkdir()
                files.write(self.support_folder / name)
        return self

    def __exit__(self, *_: object) -> None:
        for folder in (self.socket_dir, self.home, self.support_folder):
            shutil.rmtree(folder, ignore_errors=True)

    def _support(self, name: str) -> str | None:
        folder = self.support_folder / name
        return str(folder) if folder.exists() else None

    def forkserver(self) -> ForkServer:
        """Return the fork server of this process, which forks the candidate too."""
        return shared_forkserver(self.modules)

    def candidate_request(self, home: str) -> SpawnRequest:
        """Return the request for a candidate with this home; it can make no sockets for others."""
        more = self.slot.environment
        return SpawnRequest(
            module="autograder.exam.candidate.kernel",
            environment=environment(home, {**os.environ, **more}, {*PASSED_ON, *more}),
            sandbox=Sandbox(
                home=home,
                visible=(str(self.socket_dir), *_data()),
                support=self._support("candidate"),
                devices=self.slot.devices,
                hidden=self.support.hidden,
                terminals=TERMINALS,
            ),
            # The exam measures its own time; this is for the case that it does not end.
            limits=replace(self.limits, exam_seconds=self.limits.exam_seconds + 60),
            cores=self.slot.cores,
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
                support=self._support("examiner"),
                hidden=self.support.hidden,
            ),
            limits=self.limits,
            cores=self.slot.cores,
            allow_unsandboxed=self.allow_unsandboxed,
        )


def _data() -> tuple[str, ...]:
    """Return the folder of the course's data, if one is set."""
    folder = os.environ.get("DLCOURSE_DATA")
    return (str(Path(folder).absolute()),) if folder else ()
