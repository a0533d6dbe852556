"""Airflow's command line in forks of one process that has imported it; alone each takes half a minute."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from multiprocessing import forkserver
from pathlib import Path

import pytest

from local_cloud.settings import REPOSITORY

FORKS = multiprocessing.get_context("forkserver")


def preload(environment: Mapping[str, str]) -> None:
    """Starts the process that is forked, whose Airflow is the one of these variables; waits for nothing."""
    FORKS.set_forkserver_preload(["tests.e2e.airflow_imports"])
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        forkserver.ensure_running()


def airflow(environment: Mapping[str, str], log: Path, *arguments: str) -> int:
    """Runs `airflow` with arguments, its output in a file, and returns its exit status."""
    process = FORKS.Process(target=_airflow, args=(dict(environment), log, arguments))
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _airflow(environment: dict[str, str], log: Path, arguments: tuple[str, ...]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(REPOSITORY)
    with log.open("w") as output:
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)
    sys.argv = ["airflow", *arguments]
    from airflow.__main__ import main

    main()
