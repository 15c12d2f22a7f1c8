#!/usr/bin/env python
"""Grade an assignment on a Slurm cluster, with workers that dask-jobqueue starts as jobs.

    pip install ./lib '.[slurm]'
    python runners/slurm/grade.py week05_convnets --jobs 8 --gpus 1 --queue gpu

Put everything else that your site needs in its jobs (modules, directives) into the configuration of
dask-jobqueue, ~/.config/dask/jobqueue.yaml.

Run this where a process may stay until grading is finished (a login node, or a small job of its
own), in a folder that the nodes can read. Gradebook, submissions and result cache stay there. A
worker gets one exam notebook at a time. If Slurm kills a job, its exams run on another worker.

A cluster's network is shared, and everyone who can reach a Dask scheduler can run code as you.
Therefore everything is encrypted, with a certificate for this run that only you can read.
"""

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import dask
import typer
from dask_jobqueue import SLURMCluster
from dask_jobqueue.slurm import SLURMJob
from distributed.security import Security

from autograder.dispatch.queue import profiler_disabled

AUTOGRADER = str(Path(sys.executable).with_name("autograder"))


class WorkerJob(SLURMJob):
    """A Slurm job that runs `autograder worker` instead of `dask worker`."""

    def __init__(self, *positional: Any, security: Security, gpus: int, **options: Any) -> None:
        if gpus:
            asked = dask.config.get("jobqueue.slurm.job-extra-directives", [])
            options["job_extra_directives"] = [*asked, f"--gres=gpu:{gpus}"]
        super().__init__(*positional, security=security, **options)
        slots = ["--gpus", "auto"] if gpus else ["--jobs", str(self.worker_cores)]
        command = [AUTOGRADER, "worker", str(self.scheduler), *slots]
        self._command_template = shlex.join(command + tls_options(security, "worker"))


def tls_options(security: Security, role: str) -> list[str]:
    """Return the options of `autograder` for a certificate, whose files must exist."""
    files = security.get_tls_config_for_role(role)
    return [
        option
        for name in ("ca_file", "cert", "key")
        for option in (f"--tls-{name.replace('_', '-')}", str(files[name]))
    ]


def make_certificate(folder: Path) -> Security:
    """Write a certificate for this run to files that only their owner can read, and return it."""
    made = Security.temporary()
    ca_file, key = folder / "ca.pem", folder / "key.pem"
    for path, text in ((ca_file, made.tls_ca_file), (key, made.tls_worker_key)):
        path.touch(mode=0o600)
        path.write_text(text)
    names = {f"tls_{role}_cert": str(ca_file) for role in ("scheduler", "worker", "client")}
    names |= {f"tls_{role}_key": str(key) for role in ("scheduler", "worker", "client")}
    return Security(tls_ca_file=str(ca_file), require_encryption=True, **names)


def make_cluster(security: Security, *, gpus: int, **options: Any) -> SLURMCluster:
    """Return a cluster without jobs; its method `scale` asks Slurm for them."""
    return SLURMCluster(
        job_cls=WorkerJob,
        processes=1,
        job_name="exams",
        gpus=gpus,
        security=security,
        scheduler_options={"dashboard_address": "127.0.0.1:0"},
        **options,
    )


def main(
    assignment: Annotated[str, typer.Argument(help="The assignment to grade.")],
    jobs: Annotated[int, typer.Option(min=1, help="Number of Slurm jobs; each is a worker.")] = 4,
    gpus: Annotated[int, typer.Option(min=0, help="GPUs of each job; one exam runs on each.")] = 0,
    cores: Annotated[int, typer.Option(min=1, help="Cores of each job.")] = 4,
    memory: Annotated[
        str, typer.Option(help="Memory of each job; 8 GiB for an exam is enough.")
    ] = "32GiB",
    walltime: Annotated[
        str, typer.Option(help="Time limit of a job; run again to continue.")
    ] = "04:00:00",
    queue: Annotated[str | None, typer.Option(help="Slurm's partition.")] = None,
    account: Annotated[str | None, typer.Option(help="Slurm's account.")] = None,
    interface: Annotated[
        str | None, typer.Option(help="Network of the nodes, such as ib0.")
    ] = None,
    root: Annotated[Path, typer.Option(help="The root folder of the course.")] = Path(),
    show: Annotated[
        bool, typer.Option("--show", help="Show the script of a job and stop.")
    ] = False,
) -> None:
    """Start workers as Slurm jobs and grade an assignment on them."""
    options = {"cores": cores, "memory": memory, "walltime": walltime, "queue": queue}
    options |= {"account": account, "interface": interface}
    with tempfile.TemporaryDirectory(prefix=".tls-", dir=Path.cwd()) as folder:  # nodes can read it
        security = make_certificate(Path(folder))
        with profiler_disabled(), make_cluster(security, gpus=gpus, **options) as cluster:
            if show:
                typer.echo(cluster.job_script())
                return
            cluster.scale(jobs=jobs)
            command = [AUTOGRADER, "grade", assignment, "--root", str(root)]
            command += ["--scheduler", cluster.scheduler_address, *tls_options(security, "client")]
            status = subprocess.run(command, check=False).returncode
    raise typer.Exit(status)


if __name__ == "__main__":
    typer.run(main)
