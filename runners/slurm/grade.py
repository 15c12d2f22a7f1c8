#!/usr/bin/env python
"""Grades a week on a Slurm cluster: jobs that run `autograder worker`, asked for by dask-jobqueue.

    pip install ./lib '.[slurm]'
    python runners/slurm/grade.py week05_convnets --jobs 8 --gpus 1 --queue gpu

What else a site wants of its jobs (modules, directives) belongs into dask-jobqueue's own
configuration, ~/.config/dask/jobqueue.yaml.

Run it where a process may stay as long as the grading takes (a login node, or a small job of its
own), in a folder that the nodes see too. Gradebook, submissions and ledger stay with it; workers
get one paper at a time. A job that Slurm kills loses nothing: its exams are held elsewhere.

A cluster's network is shared, and who reaches a Dask scheduler can run code as you: everything is
encrypted, with a certificate made for this one run that only you can read.
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

AUTOGRADER = str(Path(sys.executable).with_name("autograder"))


class WorkerJob(SLURMJob):
    """A Slurm job that runs `autograder worker`, where dask-jobqueue would run `dask worker`."""

    def __init__(self, *positional: Any, security: Security, gpus: int, **options: Any) -> None:
        if gpus:
            asked = dask.config.get("jobqueue.slurm.job-extra-directives", [])
            options["job_extra_directives"] = [*asked, f"--gres=gpu:{gpus}"]
        super().__init__(*positional, security=security, **options)
        slots = ["--gpus", "auto"] if gpus else ["--jobs", str(self.worker_cores)]
        command = [AUTOGRADER, "worker", str(self.scheduler), *slots]
        self._command_template = shlex.join(command + tls_options(security, "worker"))


def tls_options(security: Security, role: str) -> list[str]:
    """Return the options that tell `autograder` its certificate; the files must be there."""
    files = security.get_tls_config_for_role(role)
    return [
        option
        for name in ("ca_file", "cert", "key")
        for option in (f"--tls-{name.replace('_', '-')}", str(files[name]))
    ]


def make_certificate(folder: Path) -> Security:
    """Return a certificate for this run, in files that only its owner can read."""
    made = Security.temporary()
    ca_file, key = folder / "ca.pem", folder / "key.pem"
    for path, text in ((ca_file, made.tls_ca_file), (key, made.tls_worker_key)):
        path.touch(mode=0o600)
        path.write_text(text)
    names = {f"tls_{role}_cert": str(ca_file) for role in ("scheduler", "worker", "client")}
    names |= {f"tls_{role}_key": str(key) for role in ("scheduler", "worker", "client")}
    return Security(tls_ca_file=str(ca_file), require_encryption=True, **names)


def make_cluster(security: Security, *, gpus: int, **options: Any) -> SLURMCluster:
    """Return a cluster of no jobs yet; `scale` asks Slurm for them."""
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
    week: Annotated[str, typer.Argument(help="The week to grade.")],
    jobs: Annotated[int, typer.Option(min=1, help="Slurm jobs, each a worker.")] = 4,
    gpus: Annotated[int, typer.Option(min=0, help="GPUs a job: so many exams at a time.")] = 0,
    cores: Annotated[int, typer.Option(min=1, help="Cores a job.")] = 4,
    memory: Annotated[str, typer.Option(help="Memory a job: 8 GiB an exam is ample.")] = "32GiB",
    walltime: Annotated[str, typer.Option(help="Of a job; run it again to go on.")] = "04:00:00",
    queue: Annotated[str | None, typer.Option(help="Slurm's partition.")] = None,
    account: Annotated[str | None, typer.Option(help="Slurm's account.")] = None,
    interface: Annotated[str | None, typer.Option(help="Network of the nodes: ib0, say.")] = None,
    root: Annotated[Path, typer.Option(help="The course's root.")] = Path(),
    show: Annotated[bool, typer.Option("--show", help="Only show the job's script.")] = False,
) -> None:
    """Ask Slurm for workers and grade a week on them."""
    options = {"cores": cores, "memory": memory, "walltime": walltime, "queue": queue}
    options |= {"account": account, "interface": interface}
    with tempfile.TemporaryDirectory(prefix=".tls-", dir=Path.cwd()) as folder:  # nodes see it too
        security = make_certificate(Path(folder))
        with make_cluster(security, gpus=gpus, **options) as cluster:
            if show:
                typer.echo(cluster.job_script())
                return
            cluster.scale(jobs=jobs)
            command = [AUTOGRADER, "grade", week, "--root", str(root)]
            command += ["--scheduler", cluster.scheduler_address, *tls_options(security, "client")]
            status = subprocess.run(command, check=False).returncode
    raise typer.Exit(status)


if __name__ == "__main__":
    typer.run(main)
