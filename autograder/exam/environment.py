"""Where one exam is held: its door, its homes, and what both rooms may see and use."""

import os
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from autograder.config import Settings
from autograder.exam.resources import Place
from autograder.sandbox.environment import environment
from autograder.sandbox.forkserver.client import Zygote, shared_zygote
from autograder.sandbox.forkserver.messages import Order
from autograder.sandbox.forkserver.preload import MODULES, without
from autograder.sandbox.isolation.filesystem import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.socket_dirs import make_door

HEAVY = frozenset({"tensorflow", "keras", "gymnasium"})
"""Packages that are imported before the fork only for notebooks that use them."""

_CLERK_BYTES = 1 << 30  # what it shares with the zygote included


def rooms_for(settings: Settings, packages: Collection[str], place: Place | None = None) -> "Rooms":
    """Return rooms with the limits of the settings, warm for the packages of a notebook."""
    named = {field.name for field in fields(Limits)} & {field.name for field in fields(Settings)}
    given = {name: getattr(settings, name) for name in named}
    limits = Limits(**{name: limit for name, limit in given.items() if limit is not None})
    modules = without(MODULES, HEAVY - frozenset(packages))
    return Rooms(
        limits,
        place=place or Place(),
        modules=modules,
        allow_unsandboxed=settings.allow_unsandboxed,
    )


@dataclass(frozen=True)
class Rooms:
    """The places of one exam; a context, in the end of which they are gone.

    place     the candidate's share of the machine; the examiner shares its cores, not its GPU
    door      the folder in which the examiner listens and the candidate knocks
    support   a folder with the week's released files, or None
    """

    limits: Limits = field(default_factory=Limits)
    place: Place = field(default_factory=Place)
    support: str | None = None
    modules: tuple[str, ...] = MODULES
    allow_unsandboxed: bool = False
    door: Path = field(default_factory=make_door)
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="examiner-")))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.door, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def zygote(self) -> Zygote:
        """Return this process' zygote, the one that forks the candidate too."""
        return shared_zygote(self.modules, self.place.threading)

    def candidate_options(self) -> dict[str, Any]:
        """Return the options of the candidate's provisioner."""
        return {
            "modules": list(self.modules),
            "zygote_environment": dict(self.place.threading),
            "devices": list(self.place.devices),
            "visible": [str(self.door), *_data()],
            "support": self.support or "",
            "allow_unsandboxed": self.allow_unsandboxed,
            "exam_seconds": self.limits.exam_seconds + 60,  # `sitting` counts; this is in case
            "memory_bytes": self.limits.memory_bytes,
            "processes": self.limits.processes,
            "scratch_bytes": self.limits.scratch_bytes,
            "file_bytes": self.limits.file_bytes,
        }

    def clerk_order(self, door: Path) -> Order:
        """Return what the clerk is: it reaches the kernel's sockets behind a door, nothing else."""
        return Order(
            module="autograder.exam.candidate.message_proxy",
            environment=environment(self.home),
            sandbox=Sandbox(home=str(self.home), doors=(str(door),)),
            limits=Limits(exam_seconds=self.limits.exam_seconds + 60, memory_bytes=_CLERK_BYTES),
            allow_unsandboxed=self.allow_unsandboxed,
        )

    def examiner_order(self) -> Order:
        """Return what the examiner is, and what it may do: listen at the door, and nothing else."""
        return Order(
            module="autograder.exam.examiner.process",
            environment={**environment(self.home), **self.place.threading},
            sandbox=Sandbox(
                home=str(self.home),
                visible=_data(),
                doors=(str(self.door),),
                support=self.support,
            ),
            limits=self.limits,
            allow_unsandboxed=self.allow_unsandboxed,
        )


def _data() -> tuple[str, ...]:
    """Return the folder of the course's data, where one is set."""
    folder = os.environ.get("DLCOURSE_DATA")
    return (str(Path(folder).absolute()),) if folder else ()
